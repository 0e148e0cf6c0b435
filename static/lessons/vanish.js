/** Gradients through time: vanishing, surviving, exploding. */

import { formatNumber } from "../lib/numerals.js";
import { short, single } from "./reading.js";
import { BENGIO, PASCANU } from "./sources.js";

/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Trial} Trial */

const STEPS = 61;
const UNITS = 24;
/** Draws the weights. All three cells have the same ones where they have the same sums. */
const SEED = 2;

/** Ones and zeros that look like noise, the same on every machine. */
const NOISE = single("noise", "Ones and zeros", Array.from({ length: STEPS }, (_, step) => (Math.sin(2.3 * step) + Math.sin(0.7 * step * step) > 0 ? 1 : 0)));

/** @param {"rnn" | "lstm" | "gru"} cell @param {string} name @param {number} scale @param {number} bias @returns {import("./types.js").Network} */
const network = (cell, name, scale, bias) => ({ name, gradients: true, sketch: { cell, hidden_size: UNITS, seed: SEED, weight_scale: scale, forget_bias: bias, dtype: "float64" } });

/** How strongly the state at the end depends on the same state at each step: of an LSTM the cell state, which is what it carries. @param {Run} run @returns {number[]} */
function reach({ gradients }) {
  return gradients?.jacobianCell ?? gradients?.jacobian ?? [];
}

/** @param {Trial} trial @param {number} index of the network */
const atFirst = ({ runs }, index) => reach(runs[index])[0];

/** The mean over all units of the product of forget gates, from each step to the end. @param {Run} run */
function carried({ gradients }) {
  const { data, rows, columns } = gradients?.carry ?? { data: [], rows: 0, columns: 1 };
  return Array.from({ length: rows }, (_, step) => Array.from({ length: columns }, (_, unit) => data[step * columns + unit]).reduce((sum, value) => sum + value, 0) / columns);
}

/** @param {number[]} values @returns {[number, number][]} */
const points = (values) => values.map((value, step) => [step + 1, value]);

const SIZES = [
  { id: "same", from: 0.1, text: "About as much" },
  { id: "thousandth", from: 1e-5, text: "About a thousandth of it" },
  { id: "millionth", from: 1e-9, text: "About a millionth of it" },
  { id: "nothing", from: 0, text: "Less than a billionth of it" },
];

/** @param {import("./types.js").Evidence} evidence */
const arrived = ({ trials: [trial] }) => {
  const size = atFirst(trial, 0);
  return `${short(size)} of it: that is a factor of ${formatNumber(size ** (1 / (STEPS - 1)), 2)} at each of ${STEPS - 1} steps. What comes back to step 1 when the network learns is multiplied by the same. Beside what comes back to the last few steps it cannot be heard.`;
};

/** @type {import("./types.js").Lesson} */
export const vanish = {
  id: "vanish",
  chapter: "Learning",
  title: "Why learning forgets, too",
  summary: "Gradients on their way back through time: they vanish, survive or explode",
  paragraphs: [
    "A network learns by asking, for everything it did: how would the result have changed if this had been a little different? For a state far back the answer has to come through all steps in between, and each of them multiplies it by a matrix, the derivative of one state by the one before. Sixty steps are a product of sixty matrices.",
    "If they make vectors shorter, the product vanishes; if they make them longer, it explodes; and with the same weights at every step there is little in between. An LSTM has a second way back, along the cell state, where a step multiplies by the forget gate and nothing else.",
    "Three networks of 24 units, drawn at random and with the same numbers where they have the same sums, have read the same 61 ones and zeros. The plot shows, on a logarithmic scale, how strongly the state at the end depends on the state at each step.",
  ],
  sources: [
    { ...BENGIO, claim: "Where a network holds information safely, the derivative of its state by earlier states shrinks exponentially with the distance, and so does what gradient descent can learn from it." },
    { ...PASCANU, claim: "If the recurrent weights’ largest singular value is below 1, a tanh network’s gradients must vanish; for them to explode, it must be above 1." },
  ],
  further: [{ text: "More cells, lengths and seeds, and every unit: the Gradients view", fields: { view: "gradients" } }],
  controls: [
    { name: "s", symbol: "s", label: "scale of all weights", lowest: 0.2, highest: 6, step: 0.1, initial: 1, quantity: "hidden_state" },
    { name: "b", symbol: "b_f", label: "bias of forget and update gates", lowest: -2, highest: 6, step: 0.1, initial: 1, quantity: "forget_gate" },
  ],
  networks: ({ s, b }) => [network("rnn", "Simple network", s, b), network("lstm", "LSTM", s, b), network("gru", "GRU", s, b)],
  features: ["x"],
  sequences: () => [NOISE],
  pictures: [
    {
      kind: "plot",
      x: "step",
      y: "size of the last state’s derivative by the state at each step",
      logarithmic: true,
      range: [1e-14, 1e6],
      domain: [0.5, STEPS + 0.5],
      draw(trial) {
        const [simple, lstm, gru] = trial.runs;
        return {
          curves: [
            { name: "simple network", quantity: "hidden_state", points: points(reach(simple)) },
            { name: "LSTM, cell state", quantity: "cell_state", points: points(reach(lstm)) },
            { name: "GRU", quantity: "input_gate", points: points(reach(gru)) },
            { name: "product of the LSTM’s forget gates", quantity: "forget_gate", dashed: true, points: points(carried(lstm)) },
          ],
          words: `From the end back to step 1: simple network ${short(atFirst(trial, 0))}, LSTM ${short(atFirst(trial, 1))}, GRU ${short(atFirst(trial, 2))}.`,
        };
      },
    },
    { kind: "heatmap", network: 0, quantity: "hidden_state", height: 120 },
  ],
  questions: [
    {
      id: "arrives",
      kind: "choice",
      predicts: true,
      ask: `The weights have the scale 1. The simple network’s state at step 1 is changed by a little. How much of the change is left in its state ${STEPS - 1} steps later?`,
      options: SIZES.map(({ id, text }) => ({ id, text, why: arrived })),
      right: ({ trials: [trial] }) => SIZES.find(({ from }) => atFirst(trial, 0) >= from)?.id ?? "",
      hints: ["If every step kept two thirds of it: what is two thirds to the power of sixty?"],
    },
    {
      id: "survives",
      kind: "goal",
      ask: "Leave the scale at 1, and let the LSTM’s gradient survive: at least a tenth of it is to come back to step 1.",
      sequences: () => [NOISE],
      judge(trial, { s }) {
        if (s !== 1) return { right: false, text: "Set the scale of the weights to 1." };
        return { right: atFirst(trial, 1) >= 0.1, text: `It is ${short(atFirst(trial, 1))} now. The cell state’s way back is multiplied by the forget gates: what must they be?` };
      },
      met: "One number decides whether the beginning can be learnt from at all. The product of the gates is a straight line, whose slope is the logarithm of a typical gate; more than it comes back, because the cell states reach one another through the hidden state too.",
      hints: ["To keep a tenth over sixty steps by itself, a gate has to be 0.96, and its bias 3.2.", "There are other ways back beside the gates, so that even less will do: try a bias of 2."],
      solution: { s: 1, b: 4 },
    },
    {
      id: "explodes",
      kind: "goal",
      ask: "Let the simple network’s gradient explode: a small change at step 1 is to arrive more than a thousand times as large.",
      sequences: () => [NOISE],
      judge: (trial) => ({ right: atFirst(trial, 0) > 1000, text: `It is ${short(atFirst(trial, 0))} now. ${atFirst(trial, 0) < 0.1 ? "Longer weights make longer vectors." : "You are beyond the balance already; further."}` }),
      met: "Between the scale at which it vanishes and the one at which it explodes there is hardly any room; and a tanh network with large random weights is chaotic, as a rule: two beginnings that differ in the fifth digit end in different places.",
      hints: ["Move the scale of the weights.", "From about 4 on it does."],
      solution: { s: 4, b: 1 },
    },
  ],
};
