/** The forget gate's bias: how long a unit remembers before it has learnt anything. */

import { formatNumber, formatPercent } from "../lib/numerals.js";
import { lstmUnit, OPEN } from "./networks.js";
import { at, short, single, zeros } from "./reading.js";
import { GERS, JOZEFOWICZ } from "./sources.js";

/** @typedef {import("./types.js").Run} Run */

const STEPS = 61;
const ONE = single("one", "One write, then silence", zeros(STEPS, { 0: 1 }));

/** The forget gate while nothing is read. @param {Run} run */
const gate = (run) => at(run, "forget_gate", 1);

/** Steps until half is left. @param {Run} run */
const halfLife = (run) => Math.LN2 / -Math.log(gate(run));

/** @param {Run} run @param {number} step */
const share = (run, step) => at(run, "cell_state", step) / at(run, "cell_state", 0);

const LEFT = [
  { id: "most", from: 0.6, text: "Three quarters" },
  { id: "half", from: 0.3, text: "About half" },
  { id: "few", from: 0.01, text: "A few percent" },
  { id: "none", from: 0, text: "Less than a thousandth" },
];

/** @param {import("./types.js").Evidence} evidence */
const gone = ({ run }) => `The gate is σ(1) = ${short(gate(run))}, and multiplied by itself ten times that is ${formatPercent(share(run, 10))}: half is gone after ${short(halfLife(run))} steps. With a bias of 0 it would be ${formatPercent(0.5 ** 10)}. That is why a bias of 1 helps at the beginning, and why a long memory has to be learnt, or begun with more.`;

/** @type {import("./types.js").Lesson} */
export const bias = {
  id: "bias",
  chapter: "Learning",
  title: "The forget bias",
  summary: "How long a new network remembers depends on one number",
  paragraphs: [
    "A network that has not learnt anything has small weights, and its gates are what their biases make of them: *f* = σ(*b*), nearly the same at every step. What is written then fades by the factor *f* a step, and half of it is gone after ln 2 / −ln *f* steps: its half-life.",
    "This matters for learning. The error that comes back to an early step is scaled by the same product of forget gates. Where it has faded to nothing the network has no way to find out that the early step mattered.",
    "With a bias of 0 the half-life is one step. Many programs begin with 1. When it is known that something has to be remembered for a hundred steps, one can do better.",
  ],
  sources: [
    { ...GERS, claim: "Forget gates were introduced with positive biases, so that a cell remembers before it has learnt to forget." },
    { ...JOZEFOWICZ, claim: "In a study of more than ten thousand architectures, giving the LSTM’s forget gate a bias of 1 was found to close the gap between LSTM and GRU; the authors recommend it for every LSTM." },
  ],
  further: [
    { text: "Train an LSTM whose forget bias is 0 on something to remember", fields: { view: "train", task: "recall", cells: "lstm", "p.forget_bias": "0" } },
    { text: "… and one whose forget bias is 3", fields: { view: "train", task: "recall", cells: "lstm", "p.forget_bias": "3" } },
  ],
  controls: [{ name: "b", symbol: "b_f", label: "bias of the forget gate", lowest: -2, highest: 8, step: 0.05, initial: 1, quantity: "forget_gate" }],
  networks: ({ b }) => [{ name: "An LSTM unit", sketch: lstmUnit({ i: { x: [2 * OPEN], b: -OPEN }, f: { b }, g: { b: 3 }, o: { b: OPEN } }) }],
  features: ["x"],
  sequences: () => [ONE],
  pictures: [
    { kind: "carry", network: 0 },
    {
      kind: "plot",
      x: "step",
      y: "share that is left",
      logarithmic: true,
      range: [1e-6, 1],
      domain: [0.5, STEPS + 0.5],
      draw({ runs: [run] }) {
        const points = Array.from({ length: STEPS }, (_, step) => /** @type {[number, number]} */ ([step + 1, share(run, step)]));
        const half = halfLife(run);
        return {
          curves: [{ name: "left of what was written at step 1", quantity: "cell_state", points }],
          marks: half < STEPS - 1 ? [{ x: 1 + half, y: 0.5, name: `half is left after ${short(half)} steps`, quantity: "forget_gate" }] : [],
          words: `f = ${formatNumber(gate(run))}; half of it is left after ${short(half)} steps.`,
        };
      },
    },
  ],
  questions: [
    {
      id: "ten",
      kind: "choice",
      predicts: true,
      ask: "The bias is 1, as in many programs. Something is written at step 1. How much of it is left 10 steps later?",
      options: LEFT.map(({ id, text }) => ({ id, text, why: gone })),
      right: ({ run }) => LEFT.find(({ from }) => share(run, 10) >= from)?.id ?? "",
      hints: ["σ(1) is 0.73.", "0.73 · 0.73 is about a half; five times over, that is 2⁻⁵."],
    },
    {
      id: "fifty",
      kind: "goal",
      ask: "Choose the bias with which half is left after 50 steps, give or take 5.",
      sequences: () => [ONE],
      judge({ runs: [run] }) {
        const half = halfLife(run);
        const right = Math.abs(half - 50) <= 5;
        return { right, text: `Half is left after ${short(half)} steps. ${right ? "" : half < 50 ? "The gate must be nearer to 1: a larger bias." : "A smaller bias."}`.trim() };
      },
      met: "For a long half-life it is about 0.7 eᵇ: each further 1 of the bias makes memory nearly three times as long.",
      hints: ["f must be 2 to the power −1/50, that is 0.986.", "The bias of a gate f is ln(f / (1 − f)): about 4.3."],
      solution: { b: 4.25 },
    },
    {
      id: "five",
      kind: "number",
      ask: "What is the half-life with a bias of 5, in steps? (To within 5.)",
      unit: "steps",
      tolerance: 5,
      settings: { b: 5 },
      right: ({ run }) => halfLife(run),
      why: (_given, right, { run }) => `f = σ(5) = ${formatNumber(gate(run))}, and ln 2 / −ln f = ${short(right)}.`,
      hints: ["Move the slider to 5 and read the words under the plot."],
    },
  ],
};
