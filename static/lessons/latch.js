/** A latch that is built by hand: one bit, held as long as one likes. */

import { shown, silent, within } from "./bands.js";
import { unitControls, unitFrom } from "./networks.js";
import { at, numbersOf, short, single, zeros } from "./reading.js";
import { BENGIO } from "./sources.js";

/** @typedef {import("./types.js").Trial} Trial */

/** Set by 1, held, reset by −1. */
export const LATCH = { wi: 20, bi: -10, wf: 20, bf: 10, bg: 3, bo: 10 };

/** @param {number} sign of what sets it */
export const latchSequences = (sign) => [
  single("round", "Set, hold, reset", zeros(12, { 2: sign, 8: -sign })),
  single("long", "A long hold", zeros(32, { 1: sign, 30: -sign })),
  single("twice", "Set twice, reset once", zeros(12, { 1: sign, 4: sign, 8: -sign })),
  single("again", "Again and again", [0, sign, 0, -sign, 0, -sign, sign, sign, -sign, 0, sign, 0]),
];

/** What it is to hold after each step. @param {number[]} numbers @param {number} sign of what sets it */
export function bits(numbers, sign) {
  let bit = false;
  return numbers.map((number) => (bit = number * sign > 0 ? true : number * sign < 0 ? false : bit));
}

/** @param {number} sign of what sets it @returns {(trial: Trial) => import("./types.js").Verdict} */
export const judgeLatch = (sign) => ({ runs: [run], sequence }) => {
  const numbers = numbersOf(sequence);
  const name = (/** @type {number} */ number) => (number > 0 ? "1" : "−1");
  const bands = bits(numbers, sign).map((bit, step) => {
    const reads = numbers[step];
    if (bit) return shown(reads ? `A ${name(reads)} should set it: it must open the input gate, and the candidate must be positive.` : "Nothing is read here: the forget gate must stay open and the output gate too.");
    return silent(reads ? `A ${name(reads)} should reset it: it must close the forget gate and leave the input gate shut.` : "Nothing is held here, so nothing may be written: the input gate must be shut.");
  });
  return within(run, "hidden_state", bands, "Right at every step.");
};

const GATES = [
  { id: "input_gate", text: "The input gate, by opening" },
  { id: "forget_gate", text: "The forget gate, by closing" },
  { id: "candidate", text: "The candidate, by turning negative" },
  { id: "output_gate", text: "The output gate, by closing" },
];

/** @param {import("./types.js").Evidence} evidence */
const changes = ({ run }) => `From step 8 to step 9, where the −1 is read, ${GATES.map(({ id }) => `the ${id.replace("_", " ")} goes from ${short(at(run, id, 7))} to ${short(at(run, id, 8))}`).join(", ")}. Inside the forget gate stands 20 · (−1) + 10 = −10: it shuts, and what was held is multiplied by nearly nothing.`;

/** @type {import("./types.js").Lesson} */
export const latch = {
  id: "latch",
  chapter: "Machines built by hand",
  title: "A latch",
  summary: "Six weights that hold one bit until they are told to let go",
  paragraphs: [
    "A latch is the smallest memory there is: one bit that is set, stays, and is reset. Here it is as an LSTM of one unit. A 1 sets it, a −1 resets it, and in between it reads zeros.",
    "Such a unit has twelve numbers, three for each of its four sums: a weight *w* of the input, a weight *u* of its own last hidden state, a bias *b*. Six of them are not 0. Read them gate by gate: the input gate, σ(20 *x* − 10), opens for a 1 and for nothing else; the candidate is always near 1; the output gate is always open.",
    "Weights as large as these make gates into switches. Networks that are trained often come near to that: gates that are nearly always at one of their ends.",
  ],
  sources: [{ ...BENGIO, claim: "Latching: storing a bit for as long as one likes, in spite of noise. The paper takes it as the simplest test of what a recurrent network can remember." }],
  controls: unitControls(LATCH),
  networks: (settings) => [{ name: "An LSTM unit", sketch: unitFrom(settings) }],
  features: ["x"],
  sequences: () => latchSequences(1),
  pictures: [{ kind: "carry", network: 0 }],
  questions: [
    {
      id: "reset",
      kind: "choice",
      predicts: true,
      ask: "Read the numbers. What does a −1 do, so that the unit is reset?",
      sequences: () => [latchSequences(1)[0]],
      options: GATES.map(({ id, text }) => ({ id, text, why: changes })),
      right: ({ run }) => GATES.map(({ id }) => ({ id, change: Math.abs(at(run, id, 8) - at(run, id, 7)) })).reduce((most, one) => (one.change > most.change ? one : most)).id,
      hints: ["Put x = −1 and x = 0 into each sum. Which of them changes its sign?"],
    },
    {
      id: "turned",
      kind: "goal",
      ask: "Turn it round: a −1 is to set it, and a 1 to reset it.",
      sequences: () => latchSequences(-1),
      wanted: (sequence) => bits(numbersOf(sequence), -1).map((bit) => (bit ? "1" : "0")),
      judge: judgeLatch(-1),
      met: "Only the signs of two weights had to change: those with which the input and the forget gate look at x. What is written, and how it is shown, is the same.",
      hints: ["The gates should do at −1 what they did at 1.", "Change the signs of the input gate’s and the forget gate’s weight of the input."],
      solution: { ...LATCH, wi: -20, wf: -20 },
    },
    {
      id: "loose",
      kind: "choice",
      ask: "Would it still hold, if the forget gate’s bias were 3 instead of 10?",
      settings: { bf: 3 },
      sequences: () => [single("very-long", "A very long hold", zeros(60, { 0: 1 }))],
      options: [
        { id: "yes", text: "Yes, as before", why: loose },
        { id: "fades", text: "It would fade away within the 60 steps", why: loose },
        { id: "no", text: "No: it would not even be set", why: loose },
      ],
      right({ run }) {
        const [first, last] = [at(run, "hidden_state", 0), at(run, "hidden_state", 59)];
        return first < 0.5 ? "no" : last > 0.5 * first ? "yes" : "fades";
      },
      hints: ["σ(3) is 0.95. What is left of 1 after it has been multiplied by 0.95 sixty times?"],
    },
  ],
};

/** @param {import("./types.js").Evidence} evidence */
function loose({ run }) {
  return `A gate of σ(3) = ${short(at(run, "forget_gate", 30))} looks open, but is multiplied at every step: ${short(at(run, "cell_state", 0))} at step 1, ${short(at(run, "cell_state", 20))} at step 21, ${short(at(run, "cell_state", 59))} at step 60. With a bias of 10 the gate is 0.99995.`;
}
