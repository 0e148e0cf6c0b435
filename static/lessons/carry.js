/** The carry track: a running sum that the forget gate scales. */

import { near, within } from "./bands.js";
import { lstmUnit, OPEN } from "./networks.js";
import { at, atLast, numbersOf, short, single, zeros } from "./reading.js";
import { HOCHREITER } from "./sources.js";

/** A candidate of one half for an input of 1. */
const HALF = Math.atanh(0.5);

/** The bias with which a sigmoid is f. @param {number} f */
const biasOf = (f) => Math.max(-OPEN, Math.min(OPEN, Math.log(f) - Math.log1p(-f)));

const WALK = single("walk", "Ups and downs", [1, 0, 1, 0, 0, -1, 0, 1, 0, 0, 1, 0]);
const ONE = single("one", "One write, then silence", zeros(11, { 0: 1 }));
const ALWAYS = single("always", "A one at every step", Array(40).fill(1));

/** @param {import("./types.js").Evidence} evidence */
const settled = ({ run, settings }) =>
  `After 40 steps it is ${short(atLast(run, "cell_state"))}. Each step halves what is there and adds 0.5, so it comes to rest where half of it is 0.5: at 0.5 / (1 − ${settings.f}) = ${short(0.5 / (1 - settings.f))}.`;

const RESTS = [
  { id: "grows", text: "It grows without end", at: 20 },
  { id: "half", text: "It comes to rest at 0.5", at: 0.5 },
  { id: "one", text: "It comes to rest at 1", at: 1 },
  { id: "zero", text: "It goes back to 0", at: 0 },
];

/** @type {import("./types.js").Lesson} */
export const carry = {
  id: "carry",
  chapter: "Inside an LSTM",
  title: "The carry track",
  summary: "A cell state is a running sum, scaled by the forget gate",
  paragraphs: [
    "An LSTM has a second state, the cell state *c*. It is not computed anew at every step. What was there stays, and something is added: *c* = *f* *c₋₁* + *i* *g*. No weight and no tanh stands in its way from step to step; only the forget gate *f* scales it.",
    "The picture draws that as a band along time. At each step the part that *f* lets go peels off above and fades; what is written joins from below. Lengths are true to scale.",
    "Here the gates *i* and *o* stand open, and the candidate *g* has a weight with which a 1 writes +0.5 and a −1 writes −0.5. You hold the forget gate.",
  ],
  sources: [{ ...HOCHREITER, claim: "The cell’s state is fed back to itself with a weight of exactly 1, so that what it holds, and the error that flows back through it, neither shrinks nor grows. (There was no forget gate yet: see the next lesson.)" }],
  controls: [{ name: "f", symbol: "f", label: "forget gate: the share that is kept", lowest: 0, highest: 1, step: 0.01, initial: 1, quantity: "forget_gate" }],
  networks: ({ f }) => [{ name: "An LSTM unit", sketch: lstmUnit({ i: { b: OPEN }, f: { b: biasOf(f) }, g: { x: [HALF] }, o: { b: OPEN } }) }],
  features: ["x"],
  sequences: () => [WALK, ONE, ALWAYS],
  pictures: [{ kind: "carry", network: 0 }],
  questions: [
    {
      id: "sum",
      kind: "number",
      predicts: true,
      ask: `With f = 1 nothing is forgotten. The unit reads ${numbersOf(WALK).join(", ").replaceAll("-", "−")}. What is its cell state at the end?`,
      unit: "",
      tolerance: 0.05,
      right: ({ run }) => atLast(run, "cell_state"),
      why: (_given, right) => `Four ones write +0.5 each and one −1 writes −0.5: 4 · 0.5 − 0.5 = ${short(right)}. Nothing was lost on the way: with f = 1 the cell state simply adds up.`,
      hints: ["Count the ones and the minus ones.", "Every 1 adds 0.5, the −1 takes 0.5 away."],
    },
    {
      id: "tenth",
      kind: "goal",
      ask: "One write, then silence: choose f so that a tenth of it is left after 10 further steps.",
      sequences: () => [ONE],
      judge({ runs: [run] }) {
        const share = atLast(run, "cell_state") / at(run, "cell_state", 0);
        const advice = share > 0.1 ? "Let go of more at each step." : "Keep more at each step.";
        return within(run, "cell_state", numbersOf(ONE).map((_, step) => (step === 10 ? near(0.05, 0.01, advice) : null)), "");
      },
      met: "Ten times the same factor: f¹⁰ is about 0.1. However close to 1 a constant gate is, what it keeps fades by the same factor at every step, that is exponentially.",
      hints: ["What is left after 10 steps is f multiplied by itself ten times.", "The tenth root of 0.1 is 0.79."],
      solution: { f: 0.79 },
    },
    {
      id: "rest",
      kind: "choice",
      ask: "f = 0.5, and a 1 at every step, without end. What becomes of the cell state?",
      settings: { f: 0.5 },
      sequences: () => [ALWAYS],
      options: RESTS.map(({ id, text }) => ({ id, text, why: settled })),
      right: ({ run }) => RESTS.reduce((best, rest) => (Math.abs(rest.at - atLast(run, "cell_state")) < Math.abs(best.at - atLast(run, "cell_state")) ? rest : best)).id,
      hints: ["Choose the sequence “A one at every step” and set f to 0.5.", "At rest, what is forgotten at each step equals what is written."],
    },
  ],
};
