/** Reading a trained network: the unit that counts how deep brackets are nested. */

import { number } from "../lib/format.js";
import { ranked } from "./following.js";
import { at, short } from "./reading.js";
import { KARPATHY } from "./sources.js";
import { depths } from "./structure.js";

/** @typedef {import("./types.js").Sequence} Sequence */

/** @type {Sequence[]} */
const TEXTS = [
  { id: "long", name: "Brackets and quotes", text: '(a[b"c)a(b"]c)a b([a](b)[c "]a["]a)b\n' },
  { id: "deep", name: "Deeper and deeper", text: "((((((((a))))))))\n" },
  { id: "steps", name: "Up and down", text: "(a(b)[c](a(b[c])))\n[[a]b](c)\n" },
];

/** Where a bracket stands inside quotes. */
const HIDDEN = /** @type {Sequence} */ ({ id: "hidden", name: "Brackets in quotes", text: '((a"((((b))))"c))\n' });
const [BEFORE, DEEPEST] = [2, 8];

/** Unit that the lesson asks about once it has been found. */
const COUNTER = 5;

/** @param {import("./types.js").Evidence} evidence */
const moved = ({ run }) => {
  const { outside, inside } = changes(run);
  return `The two brackets before the quote move unit ${COUNTER} by ${short(outside)}, the four inside it by ${short(inside)}${inside < outside ? ", twice as many and yet less" : ""}. It has learnt to look away while a quote is open, more or less: nobody told it what a quote is.`;
};

/** How far brackets move the counter outside and inside of quotes. @param {import("./types.js").Run} run */
function changes(run) {
  const state = (/** @type {number} */ step) => at(run, "cell_state", step, COUNTER);
  return { outside: Math.abs(state(1) - state(0)) + Math.abs(state(0)), inside: Math.abs(state(DEEPEST - 1) - state(BEFORE + 1)) };
}

/** @type {import("./types.js").Lesson} */
export const depth = {
  id: "depth",
  chapter: "Reading trained networks",
  title: "Find the unit that counts",
  summary: "Sixteen units of a trained network: one of them knows how deep the nesting is",
  paragraphs: [
    "Nobody built this one by hand. `brackets` is an LSTM of 16 units that was trained to predict the next character of nested brackets. It was never told what depth is. But to know how likely a closing bracket is, it has to keep count.",
    "The heatmap shows the cell states of all 16 units, through tanh, one row each, as the text is read. Look for the row that grows with every opening bracket and shrinks with every closing one. Click a row, or step through the units, to see its carry track.",
  ],
  sources: [{ ...KARPATHY, claim: "In LSTMs that were trained on text, single cells were found that follow the length of a line, quotes, or the depth of nested code." }],
  controls: [],
  networks: () => [{ name: "brackets", model: "brackets" }],
  features: [],
  sequences: () => TEXTS,
  pictures: [{ kind: "heatmap", network: 0, quantity: "cell_state", squashed: true, height: 208 }, { kind: "carry", network: 0 }],
  questions: [
    {
      id: "counter",
      kind: "unit",
      ask: "Choose the unit whose cell state follows the depth of nesting most closely.",
      sequences: () => TEXTS,
      judge(unit, evidence) {
        const { right, own, best, place } = ranked(evidence, depths, unit);
        const said = `Over the three texts the correlation of unit ${unit} with the depth is ${number(own, 2)}`;
        if (right) return { right, text: `${said}${place === 1 ? ", the highest of all 16" : ""}. It counts, and its count can be read off the band.` };
        return { right, text: Math.abs(own) > 0.6 ? `${said}: it follows, but not most closely. Another unit has ${number(best, 2)}.` : `${said}, at place ${place} of 16. Look for one that goes up by the same step at each “(” and “[”, and back at each “)” and “]”.` };
      },
      hints: ["Choose the text “Deeper and deeper”: eight brackets open, then close.", "Several units move with those. Compare them on “Up and down”: the count must come back to where it was.", "It is one of the units 4, 5 and 6."],
    },
    {
      id: "quotes",
      kind: "choice",
      ask: "Between quotes brackets are only characters, and the depth stays as it is. Does the counting unit, unit 5, know that?",
      sequences: () => [HIDDEN],
      options: [
        { id: "blind", text: "No: it counts them like all others", why: moved },
        { id: "partly", text: "Yes: it moves far less for each of them", why: moved },
        { id: "reset", text: "It loses its count at the quote", why: moved },
      ],
      right({ run }) {
        const { outside, inside } = changes(run);
        if (at(run, "cell_state", BEFORE + 1, COUNTER) < 0.3 * at(run, "cell_state", 1, COUNTER)) return "reset";
        return inside / 4 < 0.5 * (outside / 2) ? "partly" : "blind";
      },
      hints: ["Choose “Brackets and quotes” and look at unit 5 between the quotes.", "Write a text of your own into the field above the picture: the same brackets with quotes and without."],
    },
  ],
};
