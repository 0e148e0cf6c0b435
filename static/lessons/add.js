/** Input gate and candidate: whether, and what. */

import { near, within } from "./bands.js";
import { lstmUnit, OPEN } from "./networks.js";
import { at, atLast, numbersOf, series, short } from "./reading.js";
import { HOCHREITER } from "./sources.js";

/** @typedef {import("./types.js").Sequence} Sequence */

/** @param {string} id @param {string} name @param {number[]} values @param {number[]} marks steps @returns {Sequence} */
const marked = (id, name, values, marks) => ({ id, name, values: values.map((value, step) => [value, marks.includes(step) ? 1 : 0]) });

const SEQUENCES = [
  marked("two", "Two marks", [0.3, 0.2, -0.1, 0.3, -0.2, 0.1, 0.3, 0.2, -0.3, 0.1], [1, 6]),
  marked("negative", "A negative one", [-0.1, -0.3, 0.2, 0.3, 0.3, 0.1, -0.2, 0.3], [1, 5]),
  marked("none", "No mark at all", [0.3, 0.2, 0.3, -0.1, 0.2, 0.3, 0.2, 0.3], []),
];

/** The sum of the marked values so far, at each step. @param {Sequence} sequence */
function sums(sequence) {
  let sum = 0;
  return (sequence.values ?? []).map(([value, mark]) => (sum += mark ? value : 0));
}

/** @param {number[]} numbers */
const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

/** @param {import("./types.js").Evidence} evidence */
const everything = ({ run, trials: [{ sequence }] }) =>
  `All values add up to ${short(total(numbersOf(sequence)))}, the marked ones to ${short(sums(sequence).slice(-1)[0])}; the cell state ends at ${short(atLast(run, "cell_state"))}. A gate that is always open lets everything in. (That the two do not agree to the last digit is the candidate’s tanh, which bends even small numbers a little.)`;

/** @param {import("./types.js").Evidence} evidence */
const signs = ({ run }) => {
  const step = series(run, "candidate").findIndex((value) => value < 0);
  return `At step ${step + 1} the input gate is ${short(at(run, "input_gate", step))} and the candidate ${short(at(run, "candidate", step))}, so the cell state goes down. A σ lies between 0 and 1 and a tanh between −1 and 1: the gate can only let more or less of the candidate in.`;
};

/** @type {import("./types.js").Lesson} */
export const add = {
  id: "add",
  chapter: "Inside an LSTM",
  title: "Add: whether, and what",
  summary: "The input gate decides whether something is written, the candidate what",
  paragraphs: [
    "What is written to the cell state is a product, *i* *g*. The candidate *g* = tanh(…) proposes a value between −1 and 1; the input gate *i* = σ(…), between 0 and 1, decides how much of it gets in.",
    "This unit reads two numbers at each step: a value, and a mark that is 1 at some steps and 0 at all others. The marked values are to be added up, the others to be passed over. In a weighted sum a value counts for as much, marked or not; in a product, the mark can switch it off.",
  ],
  sources: [{ ...HOCHREITER, claim: "The input gate protects what a cell holds from inputs that do not matter. Adding up two marked numbers of a long sequence is one of the tasks that the paper made for it." }],
  controls: [
    { name: "m", symbol: "w_i", label: "input gate: weight of the mark", lowest: -20, highest: 40, step: 1, initial: 0, quantity: "input_gate" },
    { name: "b", symbol: "b_i", label: "input gate: bias", lowest: -20, highest: 20, step: 1, initial: 20, quantity: "input_gate" },
    { name: "v", symbol: "w_g", label: "candidate: weight of the value", lowest: -3, highest: 3, step: 0.1, initial: 1, quantity: "candidate" },
  ],
  networks: ({ m, b, v }) => [{ name: "An LSTM unit", sketch: lstmUnit({ i: { x: [0, m], b }, f: { b: OPEN }, g: { x: [v, 0] }, o: { b: OPEN } }, 2) }],
  features: ["value", "mark"],
  sequences: () => SEQUENCES,
  pictures: [{ kind: "carry", network: 0 }],
  questions: [
    {
      id: "open",
      kind: "choice",
      predicts: true,
      ask: "At first the input gate stands open at every step, and the forget gate keeps everything. What does the cell state hold at the end?",
      sequences: () => [SEQUENCES[0]],
      options: [
        { id: "marked", text: "The sum of the marked values", why: everything },
        { id: "all", text: "The sum of all values", why: everything },
        { id: "last", text: "The last value", why: everything },
      ],
      right({ run, trials: [{ sequence }] }) {
        const values = numbersOf(sequence);
        const candidates = { marked: sums(sequence).slice(-1)[0], all: total(values), last: values[values.length - 1] };
        return Object.entries(candidates).sort(([, a], [, b]) => Math.abs(a - atLast(run, "cell_state")) - Math.abs(b - atLast(run, "cell_state")))[0][0];
      },
      hints: ["Nothing in this gate depends on the mark: its weight is 0."],
    },
    {
      id: "marked",
      kind: "goal",
      ask: "Let the cell state be the sum of the marked values, at every step of every sequence, to within 0.03.",
      sequences: () => SEQUENCES,
      wanted: (sequence) => sums(sequence).map((sum) => String(Number(sum.toFixed(2))).replace("-", "−")),
      judge: ({ runs: [run], sequence }) => within(run, "cell_state", sums(sequence).map((sum, step) => near(sum, 0.03, sequence.values?.[step][1] ? "A mark must open the gate, and the candidate must be the value itself." : "Without a mark the gate must be shut.")), "The sum is right at every step."),
      met: "Shut by its bias, opened by the mark. The candidate was there at every step, and only twice did it matter.",
      hints: ["Without a mark only the bias counts: make it negative.", "A mark adds its weight to the bias: together they must be well above 0."],
      solution: { m: 20, b: -10, v: 1 },
    },
    {
      id: "sign",
      kind: "choice",
      ask: "Which of the two decides whether the cell state goes up or down?",
      sequences: () => [SEQUENCES[1]],
      options: [
        { id: "gate", text: "The input gate", why: signs },
        { id: "candidate", text: "The candidate", why: signs },
        { id: "both", text: "Either can", why: signs },
      ],
      right({ run }) {
        const [gate, candidate] = [series(run, "input_gate"), series(run, "candidate")];
        const negative = [gate.some((value) => value < 0), candidate.some((value) => value < 0)];
        return negative[0] && negative[1] ? "both" : negative[0] ? "gate" : "candidate";
      },
      hints: ["Between which numbers does a σ lie, and between which a tanh?"],
    },
  ],
};
