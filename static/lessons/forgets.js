/** Why a simple recurrent unit forgets. */

import { formatNumber, formatPercent } from "../lib/numerals.js";
import { within } from "./bands.js";
import { simple } from "./networks.js";
import { at, atLast, short, single, zeros } from "./reading.js";
import { BENGIO, ELMAN } from "./sources.js";

/** @typedef {import("./types.js").Run} Run */

const AFTER = 20;

/** What is left of the first state at the end. @param {Run} run */
const left = (run) => atLast(run, "hidden_state") / at(run, "hidden_state", 0);

/** @param {number} first */
const impulse = (first) => single("impulse", "One number, then silence", zeros(AFTER + 1, { 0: first }));

/** From which share on an answer is the right one. */
const SHARES = [
  { id: "most", from: 0.75, text: "Most of it" },
  { id: "half", from: 0.3, text: "About half of it" },
  { id: "tenth", from: 0.03, text: "About a tenth of it" },
  { id: "nothing", from: 0, text: "Nothing that one could measure" },
];

/** @param {import("./types.js").Evidence} evidence */
const whatIsLeft = ({ run, settings }) =>
  `The state was ${short(at(run, "hidden_state", 0))} at step 1 and is ${short(atLast(run, "hidden_state"))} at step ${AFTER + 1}: ${formatPercent(left(run))} of it. Multiplying by ${settings.u} for ${AFTER} steps alone leaves ${formatPercent(settings.u ** AFTER)}; tanh, which is flatter than the line y = x, takes the rest.`;

/** @type {import("./types.js").Lesson} */
export const forgets = {
  id: "forgets",
  chapter: "Memory without gates",
  title: "Why a simple network forgets",
  summary: "One tanh unit, one number, and what is left of it 20 steps later",
  paragraphs: [
    "A recurrent unit reads a sequence one number at a time. What it knows of the past has to fit into its hidden state *h*, which it computes anew at every step from the input and from its own last value: *h* = tanh(*w* *x* + *u* *h₋₁*).",
    "Here is a network of one such unit. It reads one number, and after that nothing but zeros. Nothing disturbs it; only its recurrent weight *u* decides what becomes of what it read.",
    "That looks like an easy thing to remember. Predict how much of it is left; then choose the weight yourself, and see what a larger one costs.",
  ],
  sources: [
    { ...ELMAN, claim: "The simple recurrent network: what the hidden units were at the last step is read along with the next input." },
    { ...BENGIO, claim: "A recurrent network can hold a bit safely only where its state falls back to a few fixed values; and just there it hardly feels any more what it read long ago." },
  ],
  further: [{ text: "Train a simple network and an LSTM on something to remember", fields: { view: "train", task: "recall", cells: "rnn.lstm" } }],
  controls: [
    { name: "u", symbol: "u", label: "recurrent weight", lowest: 0, highest: 2, step: 0.01, initial: 0.9, quantity: "hidden_state" },
    { name: "x", symbol: "x_1", label: "number read at step 1", lowest: -2, highest: 2, step: 0.1, initial: 1 },
  ],
  networks: ({ u }) => [{ name: "A simple unit", sketch: simple([[1]], [[u]], [0]) }],
  features: ["x"],
  sequences: ({ x }) => [impulse(x)],
  pictures: [{ kind: "carry", network: 0 }],
  questions: [
    {
      id: "left",
      kind: "choice",
      predicts: true,
      ask: `The unit reads 1, then ${AFTER} zeros. Its recurrent weight is 0.9. How much of its first state is left at the end?`,
      options: SHARES.map(({ id, text }) => ({ id, text, why: whatIsLeft })),
      right: ({ run }) => SHARES.find(({ from }) => left(run) >= from)?.id ?? "",
      hints: ["At each step the state is multiplied by 0.9 at most. What is 0.9 multiplied by itself twenty times?"],
    },
    {
      id: "half",
      kind: "goal",
      ask: "Find a recurrent weight with which half of the first state is left at the end, give or take a twentieth.",
      sequences: () => [impulse(1)],
      judge({ runs: [run] }) {
        const first = at(run, "hidden_state", 0);
        const share = left(run);
        const advice = `That is ${formatPercent(share)} of the first state: ${share < 0.5 ? "a larger" : "a smaller"} weight.`;
        return within(run, "hidden_state", run.trace.input.labels.map((_, step) => (step === AFTER ? { lowest: 0.45 * first, highest: 0.55 * first, advice } : null)), "");
      },
      met: "That is it. Look how narrow the range is: a hundredth less or more, and after another hundred steps nearly nothing or something quite different would be left. A simple unit can hold a number only by a balance that nothing keeps.",
      hints: ["With exactly 1 it still forgets, because tanh shrinks every number a little.", "Look between 1.03 and 1.07."],
      solution: { u: 1.04 },
    },
    {
      id: "kept",
      kind: "choice",
      ask: "With the weight 1.5 the state no longer fades. Try different first numbers. What does the unit still know of the first number at the end?",
      settings: { u: 1.5 },
      sequences: () => [1, 0.3, -1].map((first, index) => ({ ...impulse(first), id: `first-${index}` })),
      options: [
        { id: "both", text: "Its size and its sign", why: known },
        { id: "size", text: "Only its size", why: known },
        { id: "sign", text: "Only its sign", why: known },
        { id: "neither", text: "Neither", why: known },
      ],
      right({ trials }) {
        const [large, little, negative] = trials.map(({ runs }) => atLast(runs[0], "hidden_state"));
        const size = Math.abs(large - little) > 0.01;
        const sign = large * negative < 0;
        return size && sign ? "both" : size ? "size" : sign ? "sign" : "neither";
      },
      hints: ["Set u to 1.5 and move the first number from −2 to 2. Where does the state end?"],
    },
  ],
};

/** @param {import("./types.js").Evidence} evidence */
function known({ trials }) {
  const [large, little, negative] = trials.map(({ runs }) => formatNumber(atLast(runs[0], "hidden_state"), 5));
  return `After 1 it ends at ${large}, after 0.3 at ${little}, after −1 at ${negative}. Every positive number ends in the same place, every negative one in its mirror image: one bit is kept for ever, and the number itself is lost.`;
}
