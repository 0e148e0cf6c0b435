/** Reading a long-term dependency: the unit of `python-code` that remembers an open bracket. */

import { number } from "../lib/format.js";
import { formatNumber, formatPercent } from "../lib/numerals.js";
import { ranked } from "./following.js";
import { at, short } from "./reading.js";
import { KARPATHY } from "./sources.js";
import { pythonStructure } from "./structure.js";

/** @typedef {import("./types.js").Sequence} Sequence */
/** @typedef {import("./types.js").Run} Run */

/** @type {Sequence[]} */
const TEXTS = [
  { id: "call", name: "A long call", text: "x = total(first, second, third, fourth, fifth)\ny = 2\n" },
  { id: "def", name: "A function", text: "def area(width, height, depth=None):\n    return scale(width * height, depth)\n" },
  { id: "if", name: "A condition", text: "if (a or b) and c:\n    raise ValueError(name, value, other)\nreturn None\n" },
];

/** The unit that the lesson asks about once it has been found. */
const MEMORY = 126;

/** After each character, whether a round bracket is open. @param {string} text */
const open = (text) => pythonStructure(text).map(({ depth }) => (depth > 0 ? 1 : 0));

/** Where the bracket of the long call opens and closes. */
const [OPENS, CLOSES] = ["(", ")"].map((sign) => /** @type {string} */ (TEXTS[0].text).indexOf(sign));

/** What is left, before the bracket closes, of the state just after it was opened. @param {Run} run */
function left(run) {
  let share = 1;
  for (let step = OPENS + 1; step < CLOSES; step++) share *= at(run, "forget_gate", step, MEMORY);
  return share;
}

const SHARES = [
  { id: "most", from: 0.7, text: "Most of it" },
  { id: "half", from: 0.3, text: "About half" },
  { id: "little", from: 0.02, text: "A tenth or so" },
  { id: "nothing", from: 0, text: "Practically nothing" },
];

/** @param {import("./types.js").Evidence} evidence */
const carried = ({ run }) => `The product of its ${CLOSES - OPENS - 1} forget gates in between is ${formatNumber(left(run))}: ${formatPercent(left(run))} of what was there is still there. A gate of 0.9 would have left ${formatPercent(0.9 ** (CLOSES - OPENS - 1))}. This unit has learnt to keep its gate close to 1 for as long as the bracket is open.`;

/** @param {import("./types.js").Evidence} evidence */
const closing = ({ run }) => `At the closing bracket its forget gate goes from ${short(at(run, "forget_gate", CLOSES - 1, MEMORY))} to ${short(at(run, "forget_gate", CLOSES, MEMORY))}, and its state from ${short(at(run, "cell_state", CLOSES - 1, MEMORY))} to ${short(at(run, "cell_state", CLOSES, MEMORY))}: what is over is let go, on the one character that ends it.`;

/** @type {import("./types.js").Lesson} */
export const reach = {
  id: "reach",
  chapter: "Reading trained networks",
  title: "Find what remembers an open bracket",
  summary: "128 units that have read Python: one of them knows for dozens of characters that a bracket is open",
  paragraphs: [
    "A bracket that was opened has to be closed, perhaps forty characters later, with names and commas in between that have nothing to do with it. That is a long-term dependency: something at one step decides what is right at a step far away.",
    "`python-code` is an LSTM of 128 units that has read the Python standard library, character by character. Somewhere in it, that a bracket is open must be kept. Here are the cell states of all its units, through tanh. The row you are looking for changes its colour at “(” and keeps it until “)”.",
    "Such units are found, not designed; most units follow nothing that has a name, and one that does may do other things besides.",
  ],
  sources: [{ ...KARPATHY, claim: "Character-level LSTMs were found to have cells that stay on inside quotes and brackets over long distances, among many others that cannot be interpreted." }],
  controls: [{ name: "sorted", symbol: "", label: "sort the rows by how they differ inside and outside of brackets", lowest: 0, highest: 1, step: 1, initial: 0, switch: true }],
  networks: () => [{ name: "python-code", model: "python-code" }],
  features: [],
  sequences: () => TEXTS,
  pictures: [{ kind: "heatmap", network: 0, quantity: "cell_state", squashed: true, height: 384 }, { kind: "carry", network: 0 }],
  order: ({ runs: [run], sequence }, { sorted }) => (sorted ? byContrast(run, open(sequence.text ?? "")) : null),
  questions: [
    {
      id: "unit",
      kind: "unit",
      ask: "Choose the unit whose cell state tells best whether a round bracket is open.",
      sequences: () => TEXTS,
      judge(unit, evidence) {
        const { right, own, best, place } = ranked(evidence, open, unit);
        const said = `Over the three texts the correlation of unit ${unit} with “a bracket is open” is ${number(own, 2)}`;
        if (right) return { right, text: `${said}${place === 1 ? ", the strongest of all 128" : ""}. ${own < 0 ? "It goes down when one is opened; to the network, that is as good as up." : "It goes up when one is opened."}` };
        return { right, text: `${said}, at place ${place} of 128; the strongest has ${number(Math.abs(best), 2)}, one way or the other.` };
      },
      hints: ["Look for a long stretch of one colour that begins exactly at “(” and ends at “)”.", "Switch on the sorting: the rows that differ most stand at the top and at the bottom.", "It is the one at the very bottom, or close to it."],
    },
    {
      id: "kept",
      kind: "choice",
      ask: `Unit ${MEMORY} in the long call: how much of its state just after “(” is still there when “)” is about to come, ${CLOSES - OPENS - 1} characters later?`,
      sequences: () => [TEXTS[0]],
      options: SHARES.map(({ id, text }) => ({ id, text, why: carried })),
      right: ({ run }) => SHARES.find(({ from }) => left(run) >= from)?.id ?? "",
      hints: [`Choose unit ${MEMORY} and look at what peels off its band between the brackets.`],
    },
    {
      id: "closing",
      kind: "choice",
      ask: "And what does its forget gate do at the “)”?",
      sequences: () => [TEXTS[0]],
      options: [
        { id: "shuts", text: "It closes by more than half", why: closing },
        { id: "stays", text: "It stays as it is", why: closing },
        { id: "opens", text: "It opens", why: closing },
      ],
      right({ run }) {
        const [before, now] = [at(run, "forget_gate", CLOSES - 1, MEMORY), at(run, "forget_gate", CLOSES, MEMORY)];
        return now < 0.5 * before ? "shuts" : now > 1.05 * before ? "opens" : "stays";
      },
      hints: ["Step to the closing bracket and open “The equations with these numbers”."],
    },
  ],
};

/**
 * The units by how much higher their cell state is inside of brackets than outside, in units of its spread.
 * @param {Run} run
 * @param {number[]} inside
 */
function byContrast(run, inside) {
  const count = inside.reduce((sum, one) => sum + one, 0) || 1;
  const { data, columns } = run.layer.quantities.cell_state;
  const contrasts = Float64Array.from({ length: columns }, (_, unit) => {
    let [within, without, squares] = [0, 0, 0];
    inside.forEach((one, step) => {
      const value = data[step * columns + unit];
      if (one) within += value / count;
      else without += value / Math.max(1, inside.length - count);
      squares += value * value;
    });
    return (within - without) / Math.sqrt(squares / inside.length || 1);
  });
  return Int32Array.from(contrasts.keys()).sort((a, b) => contrasts[b] - contrasts[a]);
}
