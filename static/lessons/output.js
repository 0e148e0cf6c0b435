/** The output gate: what is held need not be shown. */

import { near, within } from "./bands.js";
import { lstmUnit, OPEN } from "./networks.js";
import { at, atLast, numbersOf, short } from "./reading.js";
import { HOCHREITER } from "./sources.js";

/** @typedef {import("./types.js").Sequence} Sequence */

/** @param {string} id @param {string} name @param {number} steps @param {Record<number, number>} values @param {number[]} asked steps @returns {Sequence} */
const questions = (id, name, steps, values, asked) => ({ id, name, values: Array.from({ length: steps }, (_, step) => [values[step] ?? 0, asked.includes(step) ? 1 : 0]) });

const SEQUENCES = [
  questions("once", "Told once, asked twice", 14, { 1: 1 }, [7, 11]),
  questions("late", "Asked late", 20, { 0: -0.5 }, [19]),
  questions("more", "Told twice", 12, { 1: 0.5, 4: 0.5 }, [3, 8]),
];

/** @param {Sequence} sequence */
const asked = (sequence) => numbersOf(sequence, 1);

/** @param {import("./types.js").Evidence} evidence */
const hidden = ({ run }) => `At the end the cell state is ${short(atLast(run, "cell_state"))}, as it was written, and the hidden state ${short(atLast(run, "hidden_state"))}. The gate stands between the two: shut, it hides what is held and takes nothing from it.`;

/** @param {import("./types.js").Evidence} evidence */
const kept = ({ run }) => `Before it was first asked the cell state was ${short(at(run, "cell_state", 6))}, afterwards it is ${short(at(run, "cell_state", 7))}. The output gate appears in the equation of h and not in that of c: looking costs nothing. (It could still change what comes later, because the gates of the next step may read h.)`;

/** @type {import("./types.js").Lesson} */
export const output = {
  id: "output",
  chapter: "Inside an LSTM",
  title: "Output: knowing without telling",
  summary: "The output gate decides when the rest of the network sees what a unit holds",
  paragraphs: [
    "The rest of the network does not see the cell state. It sees the hidden state, *h* = *o* tanh(*c*): the cell state, pressed into −1 to 1, times the output gate *o*.",
    "This unit reads a value and, at some later step, a question: a 1 in the second row means “now”. What is to be shown only then has to be somewhere until then.",
  ],
  sources: [{ ...HOCHREITER, claim: "The output gate protects other units from what a cell holds while it does not matter to them." }],
  controls: [
    { name: "q", symbol: "w_o", label: "output gate: weight of the question", lowest: -20, highest: 40, step: 1, initial: 0, quantity: "output_gate" },
    { name: "b", symbol: "b_o", label: "output gate: bias", lowest: -20, highest: 20, step: 1, initial: -10, quantity: "output_gate" },
  ],
  networks: ({ q, b }) => [{ name: "An LSTM unit", sketch: lstmUnit({ i: { b: OPEN }, f: { b: OPEN }, g: { x: [1, 0] }, o: { x: [0, q], b } }, 2) }],
  features: ["value", "question"],
  sequences: () => SEQUENCES,
  pictures: [{ kind: "carry", network: 0 }],
  questions: [
    {
      id: "hidden",
      kind: "choice",
      predicts: true,
      ask: "At first the output gate is shut at every step. The unit reads a 1 at step 2. Where is it at the end?",
      sequences: () => [SEQUENCES[0]],
      options: [
        { id: "cell", text: "In the cell state, not in the hidden state", why: hidden },
        { id: "hidden", text: "In the hidden state, not in the cell state", why: hidden },
        { id: "both", text: "In both", why: hidden },
        { id: "lost", text: "Nowhere: it is lost", why: hidden },
      ],
      right({ run }) {
        const cell = Math.abs(atLast(run, "cell_state")) > 0.1;
        const shown = Math.abs(atLast(run, "hidden_state")) > 0.1;
        return cell && shown ? "both" : cell ? "cell" : shown ? "hidden" : "lost";
      },
      hints: ["Which of the two equations has o in it?"],
    },
    {
      id: "asked",
      kind: "goal",
      ask: "Let the unit show what it holds when it is asked, and be silent at every other step.",
      sequences: () => SEQUENCES,
      wanted: (sequence) => asked(sequence).map((one) => (one ? "c" : "0")),
      judge: ({ runs: [run], sequence }) =>
        within(run, "hidden_state", asked(sequence).map((one, step) => near(one ? Math.tanh(at(run, "cell_state", step)) : 0, 0.02, one ? "The question must open the gate: w + b has to be well above 0." : "Without a question the gate must be shut: b has to be well below 0.")), "Silent until asked."),
      met: "While nobody asks, h is 0 and c is not.",
      hints: ["Without a question only the bias counts.", "With a question the weight is added to it. Make it twice as large as the bias is negative."],
      solution: { q: 20, b: -10 },
    },
    {
      id: "cost",
      kind: "choice",
      ask: "The unit has been asked and has answered. What is left in its cell state?",
      settings: { q: 20, b: -10 },
      sequences: () => [SEQUENCES[0]],
      options: [
        { id: "all", text: "All of it", why: kept },
        { id: "half", text: "About half", why: kept },
        { id: "none", text: "Nothing: it was given out", why: kept },
      ],
      right({ run }) {
        const share = at(run, "cell_state", 7) / at(run, "cell_state", 6);
        return share > 0.95 ? "all" : share > 0.05 ? "half" : "none";
      },
      hints: ["Look at the band before and after the question."],
    },
  ],
};
