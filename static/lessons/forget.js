/** The forget gate looks at what is read. */

import { near, within } from "./bands.js";
import { lstmUnit, OPEN } from "./networks.js";
import { atLast, numbersOf, short, single } from "./reading.js";
import { GERS } from "./sources.js";

/** What every one writes. */
const PIECE = 0.25;

const SENTENCES = [
  single("three", "Three sentences", [1, 1, 0, 1, -1, 0, 1, 0, 1, -1, 1, 0, 0]),
  single("long", "A long wait", [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1, 0, 1]),
  single("empty", "Two marks in a row", [1, 1, -1, -1, 0, 1, 0]),
];

/** How many ones there were since the last mark, at each step. @param {number[]} numbers */
function counts(numbers) {
  let count = 0;
  return numbers.map((number) => (count = number < 0 ? 0 : count + (number > 0 ? 1 : 0)));
}

/** @param {import("./types.js").Evidence} evidence */
const held = ({ run, trials: [{ sequence }] }) => {
  const numbers = numbersOf(sequence);
  const all = numbers.filter((number) => number > 0).length;
  return `It ends at ${short(atLast(run, "cell_state"))}: nearly all ${all} ones, ${short(PIECE)} each. A gate that does not look at the input treats a mark like any other step: however fast it forgets, it has no way to let go just there.`;
};

/** @type {import("./types.js").Lesson} */
export const forget = {
  id: "forget",
  chapter: "Inside an LSTM",
  title: "Forget: letting go at the right moment",
  summary: "A forget gate that looks at the input makes room for what comes next",
  paragraphs: [
    "A running sum that never lets go fills up. In a long stream one sentence ends and another begins, and what the unit gathered in the first is in the way in the second.",
    "So the forget gate is not a constant. It is computed at every step from what is read: *f* = σ(*w* *x* + *b*), a number between 0 and 1. Where the sum inside is large and positive it keeps; where it is large and negative it lets go; the weight says how the input moves it.",
    "This unit adds 0.25 for every 1 that it reads. A −1 marks the beginning of a new sentence.",
  ],
  sources: [{ ...GERS, claim: "On streams without marked beginnings the state of an LSTM without forget gates may grow without bound; with a gate that learns when to reset it, the cell frees itself." }],
  controls: [
    { name: "w", symbol: "w_f", label: "forget gate: weight of the input", lowest: -20, highest: 20, step: 0.5, initial: 0, quantity: "forget_gate" },
    { name: "b", symbol: "b_f", label: "forget gate: bias", lowest: -10, highest: 15, step: 0.5, initial: 5, quantity: "forget_gate" },
  ],
  networks: ({ w, b }) => [{ name: "An LSTM unit", sketch: lstmUnit({ i: { x: [2 * OPEN], b: -OPEN }, f: { x: [w], b }, g: { b: Math.atanh(PIECE) }, o: { b: OPEN } }) }],
  features: ["x"],
  sequences: () => SENTENCES,
  pictures: [{ kind: "carry", network: 0 }],
  questions: [
    {
      id: "blind",
      kind: "choice",
      predicts: true,
      ask: "At first the gate does not look: its weight is 0, its bias 5, so that f = 0.993 at every step. What does the unit hold after three sentences?",
      sequences: () => [SENTENCES[0]],
      options: [
        { id: "all", text: "The ones of all three sentences", why: held },
        { id: "last", text: "Those of the last sentence", why: held },
        { id: "nothing", text: "Nothing: the marks have emptied it", why: held },
      ],
      right({ run, trials: [{ sequence }] }) {
        const ones = counts(numbersOf(sequence));
        const all = numbersOf(sequence).filter((number) => number > 0).length;
        const pieces = atLast(run, "cell_state") / PIECE;
        const distances = { all: Math.abs(pieces - all), last: Math.abs(pieces - ones[ones.length - 1]), nothing: Math.abs(pieces) };
        return Object.entries(distances).sort(([, a], [, b]) => a - b)[0][0];
      },
      hints: ["A −1 writes nothing, because the input gate opens for ones only. Does it forget anything?"],
    },
    {
      id: "sentences",
      kind: "goal",
      ask: "Let the cell start afresh at every −1, and lose nothing in between.",
      sequences: () => SENTENCES,
      wanted: (sequence) => counts(numbersOf(sequence)).map((count) => short(count * PIECE)),
      judge({ runs: [run], sequence }) {
        const numbers = numbersOf(sequence);
        return within(run, "cell_state", counts(numbers).map((count, step) => near(count * PIECE, 0.03, numbers[step] < 0 ? "A mark must close the gate: w·(−1) + b has to be well below 0." : "In between the gate must stay near 1: b has to be large.")), "Every sentence is counted for itself.");
      },
      met: "The gate stays open for 0 and 1 and closes for −1. A weight and a bias are enough to decide when; in a trained network, they are learnt like any other.",
      hints: ["At a 0 the weight plays no part: the bias alone keeps what is there. Make it large.", "At a −1 the sum is b − w. Make w a good deal larger than b."],
      solution: { w: 18, b: 9 },
    },
  ],
};
