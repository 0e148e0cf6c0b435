/**
 * The equations of a small unit with its own numbers in them: as the weights make them, and with what is read at one step. Pure.
 *
 * In a line a variable stands between asterisks, as in a lesson's text.
 *
 * @module
 */

import { applied } from "../lib/cell-form.js";
import { formatNumber } from "../lib/numerals.js";
import { brief } from "./reading.js";

/** @typedef {import("./types.js").Run} Run */
/** @typedef {{quantity: string, written: string, filled: string}} Line */

/** What each column of a cell's arrays is called, its quantity, and whether it is a gate. @type {Record<string, [string, string, boolean][]>} */
const COLUMNS = {
  lstm: [["f", "forget_gate", true], ["i", "input_gate", true], ["g", "candidate", false], ["o", "output_gate", true]],
  gru: [["r", "reset_gate", true], ["z", "update_gate", true], ["n", "candidate", false]],
  rnn: [["h", "hidden_state", false]],
};

/** In which column of the arrays each of them stands. @type {Record<string, number[]>} */
const PLACES = { lstm: [1, 0, 2, 3], gru: [0, 1, 2], rnn: [0] };

/** Four digits, or as many as tell it from 1. @param {number} value */
const short = (value) => brief(formatNumber(value));

/** A number beside another: in brackets where it is negative. @param {number} value */
const factor = (value) => (value < 0 ? `(${short(value)})` : short(value));

/** Terms with their signs between them; 0 where there are none. @param {{sign: number, text: string}[]} terms */
const joined = (terms) => terms.map(({ sign, text }, index) => (index === 0 ? (sign < 0 ? `−${text}` : text) : ` ${sign < 0 ? "−" : "+"} ${text}`)).join("") || "0";

/**
 * @param {Run} run of a sketch whose every number is given
 * @param {string[]} features
 * @param {number} unit
 * @param {number} step
 * @returns {Line[]} none for a network that is too large to be written down
 */
export function equations(run, features, unit, step) {
  const { layer, network, sequence } = run;
  const parameters = network.sketch?.parameters;
  if (!parameters || layer.hiddenSize > 3) return [];
  const { cell, hiddenSize } = layer;
  const [kernel, recurrent] = /** @type {number[][][]} */ ([parameters.kernel, parameters.recurrent_kernel]);
  const bias = /** @type {number[]} */ (parameters.bias);
  const form = layer.form ?? null;
  const alone = hiddenSize === 1;
  const now = (/** @type {string} */ name, of = unit) => layer.quantities[name].data[step * hiddenSize + of];
  const before = (/** @type {string} */ name, of = unit) => (step > 0 ? layer.quantities[name].data[(step - 1) * hiddenSize + of] : layer.initialState[name][of]);
  const reads = sequence.values?.[step] ?? [];
  return [
    ...COLUMNS[cell].map(([symbol, quantity, isGate], index) => {
      const column = PLACES[cell][index] * hiddenSize + unit;
      const inputs = features.map((name, feature) => ({ weight: kernel[feature][column], name: `*${name}*`, value: reads[feature] ?? 0 }));
      const states = Array.from({ length: hiddenSize }, (_, from) => ({ weight: recurrent[from][column], name: alone ? "*h₋₁*" : `last *h${below(from)}*`, value: before("hidden_state", from) }));
      const products = [...inputs, ...states].filter(({ weight }) => weight !== 0);
      const constant = bias[column] === 0 ? [] : [{ sign: bias[column], text: short(Math.abs(bias[column])) }];
      const line = (/** @type {(product: {weight: number, name: string, value: number}) => string} */ tell) => joined([...products.map((product) => ({ sign: product.weight, text: tell(product) })), ...constant]);
      const activation = isGate ? form?.gates : form?.activation;
      const wrap = (/** @type {string} */ inside) => (activation ? applied(activation, inside) : inside);
      const name = alone ? symbol : `${symbol}${below(unit)}`;
      const pre = run.pre[quantity]?.data[step * hiddenSize + unit];
      const magnitude = (/** @type {number} */ weight) => (Math.abs(weight) === 1 ? "" : `${short(Math.abs(weight))} · `);
      return {
        quantity,
        written: `*${name}* = ${wrap(line(({ weight, name: of }) => `${magnitude(weight)}${of}`))}`,
        filled: `${products.length ? `= ${wrap(line(({ weight, value }) => `${short(Math.abs(weight))} · ${factor(value)}`))} ` : ""}${products.length && pre !== undefined ? `= ${wrap(short(pre))} ` : ""}= ${short(now(quantity))}`,
      };
    }),
    ...STATES[cell](now, before),
  ];
}

/** @param {number} index */
const below = (index) => "₀₁₂"[index];

/** @type {Record<string, (now: (name: string) => number, before: (name: string) => number) => Line[]>} */
const STATES = {
  lstm: (now, before) => [
    { quantity: "cell_state", written: "*c* = *f* *c₋₁* + *i* *g*", filled: `= ${short(now("forget_gate"))} · ${factor(before("cell_state"))} + ${short(now("input_gate"))} · ${factor(now("candidate"))} = ${short(now("cell_state"))}` },
    { quantity: "hidden_state", written: "*h* = *o* tanh(*c*)", filled: `= ${short(now("output_gate"))} · ${factor(Math.tanh(now("cell_state")))} = ${short(now("hidden_state"))}` },
  ],
  gru: (now, before) => [
    { quantity: "hidden_state", written: "*h* = *z* *h₋₁* + (1 − *z*) *n*", filled: `= ${short(now("update_gate"))} · ${factor(before("hidden_state"))} + ${short(1 - now("update_gate"))} · ${factor(now("candidate"))} = ${short(now("hidden_state"))}` },
  ],
  rnn: () => [],
};
