/** Clipping: one update at the foot of a cliff. */

import { formatNumber } from "../lib/numerals.js";
import { simple } from "./networks.js";
import { at, atLast, short, single, zeros } from "./reading.js";
import { PASCANU } from "./sources.js";

/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Settings} Settings */

const STEPS = 31;
const BIAS = -0.2;
/** Brings the state to 0.8 at step 1. */
const PUSH = Math.atanh(0.8) - BIAS;
const TARGET = 0.6;
const HELD = single("held", "A push, then silence", zeros(STEPS, { 0: 1 }));

/** The recurrent weights over which the loss is drawn. */
const WEIGHTS = Array.from({ length: 141 }, (_, index) => Number((1.1 + index * 0.01).toFixed(2)));
const [FIRST, LAST] = [WEIGHTS[0], WEIGHTS[WEIGHTS.length - 1]];

/** One unit for each of the weights: none reads another, so that one trace gives the loss at all of them. @type {import("./types.js").Network} */
const LANDSCAPE = {
  name: "The same unit with other weights",
  sketch: simple([WEIGHTS.map(() => PUSH)], WEIGHTS.map((weight, unit) => zeros(WEIGHTS.length, { [unit]: weight })), WEIGHTS.map(() => BIAS)),
};

/** @param {number} state */
const lossOf = (state) => (state - TARGET) ** 2;

/** @param {Run} run */
const loss = (run) => lossOf(atLast(run, "hidden_state"));

/**
 * The derivative of the loss by the recurrent weight, through all steps: d h_t / d u = (1 − h_t²) (h_(t−1) + u d h_(t−1) / d u).
 * @param {Run} run
 * @param {number} u
 */
function gradient(run, u) {
  let derivative = 0;
  for (let step = 1; step < STEPS; step++) derivative = (1 - at(run, "hidden_state", step) ** 2) * (at(run, "hidden_state", step - 1) + u * derivative);
  return 2 * (atLast(run, "hidden_state") - TARGET) * derivative;
}

/** @param {number} slope @param {number} most */
const clipped = (slope, most) => Math.sign(slope) * Math.min(Math.abs(slope), most);

/** The loss at a weight, between the two drawn ones beside it; null outside of the picture. @param {Run} landscape @param {number} weight */
function lossAt(landscape, weight) {
  if (!(weight >= FIRST && weight <= LAST)) return null;
  const place = Math.min((weight - FIRST) / (WEIGHTS[1] - FIRST), WEIGHTS.length - 1.000001);
  const [left, share] = [Math.floor(place), place % 1];
  const [a, b] = [left, left + 1].map((unit) => lossOf(atLast(landscape, "hidden_state", unit)));
  return a + (b - a) * share;
}

/** Where one update leads. @param {Run[]} runs @param {Settings} settings */
function updates([run, landscape], { u, rate, most }) {
  const slope = gradient(run, u);
  const [plain, safe] = [u - rate * slope, u - rate * clipped(slope, most)];
  return { slope, now: loss(run), plain, safe, plainLoss: lossAt(landscape, plain), safeLoss: lossAt(landscape, safe) };
}

const LANDS = [
  { id: "beside", text: "A little to the right, at a smaller loss" },
  { id: "bottom", text: "At the bottom of the valley" },
  { id: "away", text: "Far to the right, off the picture" },
];

/** @param {import("./types.js").Evidence} evidence */
function landing({ trials: [{ runs }], settings }) {
  const { slope, plain } = updates(runs, settings);
  return `The gradient is ${short(slope)}. Times the learning rate ${settings.rate} that is a step of ${short(-settings.rate * slope)}, to a weight of ${short(plain)}. The gradient tells how steep the wall is just here, and nothing of how soon it ends.`;
}

/** @type {import("./types.js").Lesson} */
export const clip = {
  id: "clip",
  chapter: "Learning",
  title: "Exploding, and clipping",
  summary: "Where the loss has a wall, one update can throw a network far away",
  paragraphs: [
    "One simple unit is pushed to 0.8 at step 1, and is to be at 0.6 after 30 further steps; its bias pulls it down a little. The plot shows its loss, (*h* − 0.6)², for every recurrent weight *u*. A little too small a weight, and the state tips over to negative; so there is a wall.",
    "On the wall the gradient is enormous: it adds up products of as many as thirty factors, one a step, and here many of them are above 1. An update follows it: *u* − learning rate · gradient.",
    "Clipping keeps the direction of the gradient and limits its length: where its norm is above a threshold it is scaled down to it. With one weight the norm is the absolute value.",
  ],
  sources: [{ ...PASCANU, claim: "Where gradients explode, the error has a steep wall; scaling the gradient down whenever its norm passes a threshold keeps an update from leaping away from it. The paper draws such a wall for a network of one unit." }],
  controls: [
    { name: "u", symbol: "u", label: "recurrent weight", lowest: FIRST, highest: LAST, step: 0.01, initial: 1.46, quantity: "hidden_state" },
    { name: "rate", symbol: "η", label: "learning rate", lowest: 0.005, highest: 0.2, step: 0.005, initial: 0.02 },
    { name: "most", symbol: "θ", label: "largest norm of the gradient", lowest: 0.2, highest: 50, step: 0.2, initial: 50, quantity: "forget_gate" },
  ],
  networks: ({ u }) => [{ name: "A simple unit", sketch: simple([[PUSH]], [[u]], [BIAS]) }, LANDSCAPE],
  features: ["x"],
  sequences: () => [HELD],
  pictures: [
    {
      kind: "plot",
      x: "recurrent weight",
      y: "loss",
      range: [0, 2.5],
      draw({ runs }, settings) {
        const { slope, now, plain, safe, plainLoss, safeLoss } = updates(runs, settings);
        const points = WEIGHTS.map((weight, unit) => /** @type {[number, number]} */ ([weight, lossOf(atLast(runs[1], "hidden_state", unit))]));
        const marks = [{ x: settings.u, y: now, name: "now", quantity: "hidden_state" }];
        if (safeLoss !== null) marks.push({ x: safe, y: safeLoss, name: "after a clipped update", quantity: "cell_state" });
        if (plainLoss !== null && Math.abs(plain - safe) > 1e-9) marks.push({ x: plain, y: plainLoss, name: "without clipping", quantity: "forget_gate" });
        const where = (/** @type {number} */ weight, /** @type {number | null} */ value) => `u = ${formatNumber(weight)}, ${value === null ? "off the picture" : `loss ${short(value)}`}`;
        return {
          curves: [{ name: "(h − 0.6)²", quantity: "hidden_state", points }],
          marks,
          words: `Loss ${short(now)}, gradient ${short(slope)}. One update leads to ${where(plain, plainLoss)}; clipped, to ${where(safe, safeLoss)}.`,
        };
      },
    },
    { kind: "carry", network: 0 },
  ],
  questions: [
    {
      id: "lands",
      kind: "choice",
      predicts: true,
      ask: "The weight is 1.46, on the wall. One update with the learning rate 0.02, without clipping: where does it land?",
      options: LANDS.map(({ id, text }) => ({ id, text, why: landing })),
      right({ trials: [{ runs }], settings }) {
        const { plain, plainLoss, now } = updates(runs, settings);
        return plainLoss === null ? "away" : plainLoss < 0.005 ? "bottom" : plainLoss < now && Math.abs(plain - settings.u) < 0.2 ? "beside" : "away";
      },
      hints: ["The wall rises by about 2 within a hundredth of the weight. How large is the slope, and what is 0.02 of it?"],
    },
    {
      id: "safe",
      kind: "goal",
      ask: "Stay at the weight 1.46 and the learning rate 0.02, and choose the threshold so that the update lands at a loss below 0.01.",
      judge({ runs }, settings) {
        const { safe, safeLoss } = updates(runs, settings);
        if (settings.u !== 1.46 || settings.rate !== 0.02) return { right: false, text: "Set the weight to 1.46 and the learning rate to 0.02." };
        const right = safeLoss !== null && safeLoss < 0.01;
        return { right, text: `The update leads to ${formatNumber(safe)}, ${safeLoss === null ? "off the picture" : `where the loss is ${short(safeLoss)}`}. ${right ? "" : safe > 1.5 ? "A smaller threshold." : "A larger threshold."}`.trim() };
      },
      met: "The direction was right, and only the length was not. Clipping does not repair a gradient; it keeps one that is too large from undoing what has been learnt.",
      hints: ["The valley lies near 1.49: a step of about 0.03.", "Step = learning rate · threshold: 0.02 · 1.5."],
      solution: { most: 1.4 },
    },
    {
      id: "stuck",
      kind: "choice",
      ask: "Set the weight to 2.5, as if it had been thrown there. How does its gradient compare with the one on the wall?",
      settings: { u: LAST },
      options: [
        { id: "larger", text: "It is larger", why: gentle },
        { id: "similar", text: "It is of about the same size", why: gentle },
        { id: "smaller", text: "It is thousands of times smaller", why: gentle },
      ],
      right({ trials: [{ runs }], settings }) {
        const ratio = Math.abs(gradient(runs[0], settings.u)) / wall(runs[1]);
        return ratio > 2 ? "larger" : ratio > 1e-3 ? "similar" : "smaller";
      },
      hints: ["Move the weight to the right end and read the words under the plot."],
    },
  ],
};

/** The steepest rise of the drawn loss. @param {Run} landscape */
function wall(landscape) {
  const losses = WEIGHTS.map((_, unit) => lossOf(atLast(landscape, "hidden_state", unit)));
  return Math.max(...losses.slice(1).map((value, index) => Math.abs(value - losses[index]) / (WEIGHTS[1] - FIRST)));
}

/** @param {import("./types.js").Evidence} evidence */
function gentle({ trials: [{ runs }], settings }) {
  return `There it is ${short(gradient(runs[0], settings.u))}; on the wall the loss changes by ${short(wall(runs[1]))} for each 1 of the weight. The state is close to 1, where tanh is flat. An update moves the weight by ${short(settings.rate * Math.abs(gradient(runs[0], settings.u)))}: it takes hundreds of them to come back from where a single one can lead.`;
}
