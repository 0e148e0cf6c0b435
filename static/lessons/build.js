/** All twelve numbers of one LSTM unit, from nothing to three machines. */

import { near, within } from "./bands.js";
import { bits, judgeLatch, LATCH, latchSequences } from "./latch.js";
import { unitControls, unitFrom } from "./networks.js";
import { at, numbersOf, short, single } from "./reading.js";
import { GOODFELLOW } from "./sources.js";

const TOGGLES = [
  single("toggle", "Now and then", [0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0]),
  single("run", "One after another", [1, 1, 1, 0, 1, 1, 0, 0, 1, 1]),
  single("rest", "A long rest", [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0]),
];

const FADES = [
  single("two", "Two ones", [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
  single("both", "Two in a row", [1, 1, 0, 0, 0, 0, 0, 0]),
];

/** What is left of one after a step, where half is left after three. */
const FACTOR = 0.5 ** (1 / 3);

/** @param {number[]} numbers */
function faded(numbers) {
  let state = 0;
  return numbers.map((number) => (state = FACTOR * state + number));
}

/** @param {number[]} numbers */
function sums(numbers) {
  let count = 0;
  return numbers.map((number) => (count += number));
}

/** Whether the number of ones so far is odd, at each step. @param {number[]} numbers */
const odd = (numbers) => sums(numbers).map((count) => count % 2 === 1);

const LEVELS = [
  { id: "shut", text: "0: they are shut", value: 0 },
  { id: "half", text: "0.5: they are half open", value: 0.5 },
  { id: "open", text: "1: they are open", value: 1 },
];

/** @param {import("./types.js").Evidence} evidence */
const level = ({ run }) => `Inside every gate stands 0, and σ(0) = ${short(at(run, "forget_gate", 1))}. A unit without weights halves its memory at every step; which is where training starts from, more or less, unless the forget gate is given a bias.`;

/** @type {import("./types.js").Lesson} */
export const build = {
  id: "build",
  chapter: "Machines built by hand",
  title: "Build one yourself",
  summary: "Every number of one unit on a slider, and three machines to make of it",
  paragraphs: [
    "One unit, one input, twelve numbers: for each of the four sums a weight of the input *x*, a weight of the unit’s own last hidden state *h₋₁*, and a bias. All of them are 0 now.",
    "Below are three machines to make of them. Each is tried on several sequences while you move the sliders; choose one of them to see what goes on there. The row “wanted” says what is asked of each step.",
    "Large numbers make switches of gates. Begin with what should happen when nothing is read: there, the biases are alone.",
  ],
  sources: [{ ...GOODFELLOW, claim: "The point of a gated unit: how long its loop remembers is not fixed by a weight, but computed at every step from what is read and what is known." }],
  controls: unitControls({}),
  networks: (settings) => [{ name: "An LSTM unit", sketch: unitFrom(settings) }],
  features: ["x"],
  sequences: () => [latchSequences(1)[0]],
  pictures: [{ kind: "carry", network: 0 }],
  questions: [
    {
      id: "zero",
      kind: "choice",
      predicts: true,
      ask: "With all twelve numbers at 0, how far are the three gates open?",
      options: LEVELS.map(({ id, text }) => ({ id, text, why: level })),
      right: ({ run }) => LEVELS.reduce((best, one) => (Math.abs(one.value - at(run, "forget_gate", 1)) < Math.abs(best.value - at(run, "forget_gate", 1)) ? one : best)).id,
      hints: ["σ(0) = 1 / (1 + e⁰)."],
    },
    {
      id: "hold",
      kind: "goal",
      ask: "Hold: once a 1 has been read, the hidden state stays above 0.5 until a −1 arrives; otherwise it is near 0.",
      sequences: () => latchSequences(1),
      wanted: (sequence) => bits(numbersOf(sequence), 1).map((bit) => (bit ? "1" : "0")),
      judge: judgeLatch(1),
      met: "A latch. The simple unit of the first lesson could hold a bit too, but only as one of two states into which everything falls. Here what is written, how long it stays and when it goes are three decisions.",
      hints: [
        "Nothing read: f near 1, i near 0, o near 1. That is b_f and b_o large, b_i negative.",
        "A 1 must open the input gate: w_i twice as large as b_i is negative. And the candidate must be positive: b_g.",
        "A −1 must close the forget gate: w_f larger than b_f.",
      ],
      solution: LATCH,
    },
    {
      id: "fade",
      kind: "goal",
      ask: "Fade: a 1 adds nearly 1 to the cell state, and three steps later half of that is left.",
      sequences: () => FADES,
      wanted: (sequence) => faded(numbersOf(sequence)).map((state) => String(Number(state.toFixed(1)))),
      judge: ({ runs: [run], sequence }) => within(run, "cell_state", faded(numbersOf(sequence)).map((state, step) => near(state, 0.12, numbersOf(sequence)[step] ? "A 1 should add nearly 1." : "A 0 should leave four fifths.")), "It fades as it should."),
      met: "A trace of what was read lately, strongest for the latest: between a gate that is open and one that is shut lies every speed of forgetting.",
      hints: ["Three times the same factor has to be one half: the forget gate must be about 0.8, whatever is read.", "σ(1.5) is 0.82. The weights of the forget gate are not needed.", "What is written, and when, may stay as in the machine before."],
      solution: { wi: 20, bi: -10, wf: 0, bf: 1.5, bg: 3, bo: 10 },
    },
    {
      id: "toggle",
      kind: "goal",
      ask: "Toggle, for those who like riddles: after an odd number of ones the hidden state is above 0.5, after an even number at most 0.2.",
      sequences: () => TOGGLES,
      wanted: (sequence) => odd(numbersOf(sequence)).map((bit) => (bit ? "1" : "0")),
      judge: ({ runs: [run], sequence }) =>
        within(run, "hidden_state", odd(numbersOf(sequence)).map((bit, step) => (bit ? { lowest: 0.5, highest: Infinity, advice: toggleAdvice(numbersOf(sequence)[step]) } : { lowest: -Infinity, highest: 0.2, advice: toggleAdvice(numbersOf(sequence)[step]) })), "Right at every step."),
      met: "It needs its own hidden state: what a 1 writes depends on what is held. The exclusive or of a whole sequence, in one unit.",
      hints: [
        "A 1 has to replace what is held by its opposite: the forget gate shuts and the input gate opens.",
        "The candidate must have the opposite sign of the hidden state: a large negative u_g.",
        "At the start h is 0, so the first 1 needs a push: a small positive b_g.",
      ],
      solution: { wi: 20, bi: -10, wf: -20, bf: 10, ug: -10, bg: 1, bo: 10 },
    },
  ],
};

/** @param {number} reads */
const toggleAdvice = (reads) => (reads ? "A 1 should turn it over." : "A 0 should leave it as it is.");
