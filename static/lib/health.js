/** Figures of single units over all steps, as the server's health has them: how open, how saturated, how long memory lasts, and what that makes them. Pure. */

import { formOf } from "./cell-form.js";
import { ACCOUNTS } from "./ledger.js";
import { extents } from "./stats.js";

/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("../types.js").Matrix} Matrix */

/** A gate below or above counts as closed or open; signed quantities are saturated beyond the second and its negative. */
const LOW = 0.1;
const HIGH = 0.9;

/** What spans less over all steps is stuck; a hidden state that stays this near to zero is dead. */
const STILL = 1e-3;

/** The share of steps from which a gate is always so. */
const ALWAYS = 0.99;

/**
 * What a unit can be found to be.
 * @typedef {"dead" | "stuck" | "closed" | "open" | "saturated" | "forgetful"} FindingKind
 * @typedef {{kind: FindingKind, quantity: string, units: number[]}} Flag
 */

/** @type {FindingKind[]} */
export const KINDS = ["dead", "stuck", "closed", "open", "saturated", "forgetful"];

/**
 * Below and above which values a quantity counts as saturated; null where it has no bounds.
 * @param {LayerTrace} layer
 * @param {string} quantity
 * @returns {[number, number] | null}
 */
export function boundsOf(layer, quantity) {
  const { cell, gates, activation } = formOf(layer);
  const of = quantity.endsWith("_gate") ? gates : quantity === "candidate" || (cell === "rnn" && quantity === "hidden_state") ? activation : null;
  return of?.range ? (of.range[0] === 0 ? [LOW, HIGH] : [-HIGH, HIGH]) : null;
}

/**
 * @param {Matrix} matrix
 * @param {(value: number) => boolean} fits
 * @returns {Float64Array} the share of steps, one a unit
 */
function shares({ data, rows, columns }, fits) {
  const counts = new Float64Array(columns);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) if (fits(data[row * columns + column])) counts[column] += 1;
  return counts.map((count) => count / rows);
}

/**
 * The share of steps at which each unit is saturated low, and high; null where the quantity has no bounds.
 * @param {LayerTrace} layer
 * @param {string} quantity
 * @returns {{low: Float64Array, high: Float64Array} | null}
 */
export function saturationOf(layer, quantity) {
  const bounds = boundsOf(layer, quantity);
  if (!bounds) return null;
  const matrix = layer.quantities[quantity];
  return { low: shares(matrix, (value) => value < bounds[0]), high: shares(matrix, (value) => value > bounds[1]) };
}

/**
 * Steps until half of a memory is forgotten, by the geometric mean of the gate that keeps: 0 where it was shut once, infinite where it was never below 1.
 * @param {LayerTrace} layer
 * @returns {Float64Array | null} one a unit; null for a cell without such a gate
 */
export function halfLivesOf(layer) {
  const account = ACCOUNTS[layer.cell];
  if (!account) return null;
  const { data, rows, columns } = layer.quantities[account.keep];
  const rates = new Float64Array(columns);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) rates[column] += Math.log2(Math.abs(data[row * columns + column]));
  return rates.map((rate) => (rate < 0 ? -rows / rate : Infinity));
}

/** @type {WeakMap<LayerTrace, Flag[]>} */
const known = new WeakMap();

/**
 * What deserves a look, as the server's flags have it, and in their order. A projected hidden state has no units, and none is flagged for it.
 * @param {LayerTrace} layer
 * @returns {Flag[]}
 */
export function flagsOf(layer) {
  let flags = known.get(layer);
  if (!flags) known.set(layer, (flags = findFlags(layer).filter(({ units }) => units.length > 0)));
  return flags;
}

/** @param {LayerTrace} layer @returns {Flag[]} */
function findFlags(layer) {
  /** @param {FindingKind} kind @param {string} quantity @param {(unit: number) => boolean} fits @returns {Flag} */
  const flag = (kind, quantity, fits) => ({ kind, quantity, units: Array.from({ length: layer.hiddenSize }, (_, unit) => unit).filter(fits) });
  const units = !formOf(layer).projected;
  const hidden = extents(layer.quantities.hidden_state);
  /** @param {number} unit */
  const dead = (unit) => Math.max(Math.abs(hidden.minimum[unit]), Math.abs(hidden.maximum[unit])) < STILL;
  const found = units ? [flag("dead", "hidden_state", dead)] : [];
  for (const [name, matrix] of Object.entries(layer.quantities)) {
    if (name === "hidden_state" && !units) continue;
    const { minimum, maximum } = extents(matrix);
    /** @param {number} unit */
    const stuck = (unit) => matrix.rows > 1 && maximum[unit] - minimum[unit] < STILL;
    const shares = saturationOf(layer, name);
    if (shares) {
      const { low, high } = shares;
      const gate = name.endsWith("_gate");
      /** @param {number} unit */
      const always = (unit) => gate && (low[unit] >= ALWAYS || high[unit] >= ALWAYS);
      if (gate) found.push(flag("closed", name, (unit) => low[unit] >= ALWAYS), flag("open", name, (unit) => high[unit] >= ALWAYS));
      found.push(flag("saturated", name, (unit) => low[unit] + high[unit] >= ALWAYS && !always(unit)));
      if (gate) found.push(flag("stuck", name, (unit) => stuck(unit) && !always(unit)));
    }
    if (name === "hidden_state") found.push(flag("stuck", name, (unit) => stuck(unit) && !dead(unit)));
  }
  const account = ACCOUNTS[layer.cell];
  const lives = halfLivesOf(layer);
  if (account && lives) found.push(flag("forgetful", account.keep, (unit) => lives[unit] < 1));
  return found;
}
