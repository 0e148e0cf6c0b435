/** A GRU beside an LSTM: the same job with two gates, and what it cannot do. */

import { largestMagnitude } from "../lib/stats.js";
import { within, shown, silent } from "./bands.js";
import { gruUnit, lstmUnit, OPEN } from "./networks.js";
import { atLast, numbersOf, short, single, zeros } from "./reading.js";
import { CHO, CHUNG } from "./sources.js";

/** @typedef {import("./types.js").Sequence} Sequence */
/** @typedef {import("./types.js").Network} Network */

/** @param {string} id @param {string} name @param {number} steps @param {number[]} set steps @param {number[]} reset steps @returns {Sequence} */
const orders = (id, name, steps, set, reset) => ({ id, name, values: Array.from({ length: steps }, (_, step) => [set.includes(step) ? 1 : 0, reset.includes(step) ? 1 : 0]) });

const SEQUENCES = [
  orders("round", "Set, hold, reset", 12, [2], [8]),
  orders("long", "A long hold", 26, [1], [24]),
  orders("again", "Again and again", 14, [1, 3, 9], [5, 7, 12]),
];

/** @param {Sequence} sequence */
function bits(sequence) {
  const [set, reset] = [numbersOf(sequence, 0), numbersOf(sequence, 1)];
  let bit = false;
  return set.map((one, step) => (bit = one > 0 ? true : reset[step] > 0 ? false : bit));
}

/** A latch with one input for each order. @type {Network} */
const TEACHER = { name: "An LSTM unit, as it should be", sketch: lstmUnit({ i: { x: [2 * OPEN, 0], b: -OPEN }, f: { x: [0, -2 * OPEN], b: OPEN }, g: { b: 3 }, o: { b: OPEN } }, 2) };

/** A GRU whose update gate is 0.9 and whose candidate is 1, whatever is read. @type {Network} */
const STEADY = { name: "A GRU unit", sketch: gruUnit({ z: { b: Math.log(9) }, n: { b: OPEN } }) };

const MANY = 48;

/** One-unit GRUs with large random weights, side by side in one layer: none reads another. @returns {Network} */
function crowd() {
  const random = generator(7);
  const draw = () => (random() * 2 - 1) * 30;
  const columns = Array.from({ length: 3 * MANY }, draw);
  const recurrent = Array.from({ length: MANY }, (_, from) => Array.from({ length: 3 * MANY }, (_, to) => (to % MANY === from ? draw() : 0)));
  return { name: `${MANY} GRU units`, sketch: { cell: "gru", dtype: "float64", parameters: { kernel: [columns], recurrent_kernel: recurrent, bias: columns.map(draw), recurrent_bias: columns.map(draw) } } };
}

/** Park and Miller's generator: the same numbers on every machine. @param {number} seed */
function generator(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const ENDS = [
  { id: "six", text: "To 6: a tenth more at each step", at: 6 },
  { id: "one", text: "To 1, and it stays there", at: 1 },
  { id: "gate", text: "To 0.9, the value of the gate", at: 0.9 },
  { id: "zero", text: "Nowhere: it stays at 0", at: 0 },
];

/** @param {import("./types.js").Evidence} evidence */
const blended = ({ run }) => `After 60 steps it is ${short(atLast(run, "hidden_state"))}. Each step takes nine tenths of the old state and one tenth of the candidate, 1. A blend of the two never leaves the ground between them, and comes to rest where both are the same.`;

/** @param {import("./types.js").Evidence} evidence */
const bounded = ({ run }) => `Here the tool has traced ${MANY} GRU units with random weights between −30 and 30: the largest state of all is ${short(largestMagnitude(run.layer.quantities.hidden_state))}. h is always a blend of its last value and a tanh. Both lie between −1 and 1, so it does too; to add, a GRU must forget. That is the price of having one gate where the LSTM has two.`;

/** @type {import("./types.js").Lesson} */
export const gru = {
  id: "gru",
  chapter: "Two gates instead of three",
  title: "GRU against LSTM",
  summary: "One gate keeps and lets in at once: the same job, and one that cannot be done",
  paragraphs: [
    "A gated recurrent unit has no cell state of its own. Its hidden state is blended: *h* = *z* *h₋₁* + (1 − *z*) *n*. What the update gate *z* does not keep of the old state it replaces by the candidate *n*. Where an LSTM decides twice, what to keep and what to let in, a GRU decides once.",
    "Its other gate, *r*, says how much of the old state the candidate may look at. We leave it out of this lesson: its weights are 0.",
    "Above, an LSTM unit works as a latch: a 1 in the first row sets it, a 1 in the second resets it. Below is a GRU unit that does not know its job yet. Some write *z* the other way round, as the share that is replaced; here it keeps, as in PyTorch and Keras.",
  ],
  sources: [
    { ...CHO, claim: "The gated unit with a reset and an update gate, meant to be simpler to compute than an LSTM." },
    { ...CHUNG, claim: "On music and speech, both gated units did better than tanh units; which of the two is better could not be said in general." },
  ],
  further: [{ text: "Train both, and a simple network, on the same task and data", fields: { view: "train", task: "recall", cells: "lstm.gru.rnn" } }],
  controls: [
    { name: "zs", symbol: "w_z", label: "update gate: weight of “set”", lowest: -40, highest: 40, step: 1, initial: 0, quantity: "update_gate" },
    { name: "zr", symbol: "w_z", label: "update gate: weight of “reset”", lowest: -40, highest: 40, step: 1, initial: 0, quantity: "update_gate" },
    { name: "zb", symbol: "b_z", label: "update gate: bias", lowest: -20, highest: 20, step: 1, initial: 1, quantity: "update_gate" },
    { name: "ns", symbol: "w_n", label: "candidate: weight of “set”", lowest: -5, highest: 5, step: 0.5, initial: 2, quantity: "candidate" },
  ],
  networks: ({ zs, zr, zb, ns }) => [{ name: "Your GRU unit", sketch: gruUnit({ z: { x: [zs, zr], b: zb }, n: { x: [ns, 0] } }, 2) }, TEACHER],
  features: ["set", "reset"],
  sequences: () => SEQUENCES,
  pictures: [{ kind: "carry", network: 1 }, { kind: "carry", network: 0 }],
  questions: [
    {
      id: "blend",
      kind: "choice",
      predicts: true,
      ask: "A GRU unit’s update gate is 0.9 and its candidate 1, at every step. Its state begins at 0. Where does it go in 60 steps?",
      networks: () => [STEADY],
      sequences: () => [single("steady", "Sixty steps", zeros(60))],
      options: ENDS.map(({ id, text }) => ({ id, text, why: blended })),
      right: ({ run }) => ENDS.reduce((best, end) => (Math.abs(end.at - atLast(run, "hidden_state")) < Math.abs(best.at - atLast(run, "hidden_state")) ? end : best)).id,
      hints: ["The two shares, z and 1 − z, always add up to 1."],
    },
    {
      id: "latch",
      kind: "goal",
      ask: "Give the GRU unit the LSTM’s job: above 0.5 from “set” until “reset”, near 0 otherwise.",
      sequences: () => SEQUENCES,
      wanted: (sequence) => bits(sequence).map((bit) => (bit ? "1" : "0")),
      judge({ runs: [run], sequence }) {
        const [set, reset] = [numbersOf(sequence, 0), numbersOf(sequence, 1)];
        return within(run, "hidden_state", bits(sequence).map((bit, step) => {
          if (set[step]) return shown("“Set” must replace the old state by a positive candidate: the update gate has to shut.");
          if (reset[step]) return silent("“Reset” must replace the old state by a candidate of 0: the update gate has to shut.");
          return (bit ? shown : silent)("Nothing is read: the update gate must be open.");
        }), "Right at every step.");
      },
      met: "The same job, with one gate. For both orders it does the same thing, it lets go of the old state; which of the two it was, the candidate knows.",
      hints: ["Nothing read: only the bias counts, and z must be near 1.", "“Set” and “reset” must both shut z: large negative weights.", "The candidate is tanh(w · set): 0 at a reset, and it should be near 1 at a set."],
      solution: { zs: -20, zr: -20, zb: 10, ns: 2 },
    },
    {
      id: "counts",
      kind: "choice",
      ask: "An LSTM’s cell state can count to 7. Can a GRU unit’s state be brought to 7 by some choice of weights?",
      networks: () => [crowd()],
      sequences: () => [single("ones", "Forty numbers", Array.from({ length: 40 }, (_, step) => (step % 3 ? 1 : -1)))],
      options: [
        { id: "yes", text: "Yes, with large weights", why: bounded },
        { id: "no", text: "No: it never leaves −1 to 1", why: bounded },
        { id: "slowly", text: "Yes, if it keeps nearly everything", why: bounded },
      ],
      right: ({ run }) => (largestMagnitude(run.layer.quantities.hidden_state) <= 1 ? "no" : "yes"),
      hints: ["Between which numbers lies a blend of two numbers that are between −1 and 1?"],
    },
  ],
};
