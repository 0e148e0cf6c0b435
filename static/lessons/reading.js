/** Reading numbers out of what the core computed, and writing sequences down. Pure. */

import { formatShort } from "../lib/numerals.js";

/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Sequence} Sequence */

/**
 * A number in a sentence: three significant digits at most, and no zeros that tell nothing.
 * @param {number} value
 */
export const short = (value) => brief(formatShort(value));

/**
 * A number as text without the zeros that end it.
 * @param {string} text
 */
export const brief = (text) => text.replace(/\.(\d*?)0+(?=×|$)/, (_, digits) => (digits ? `.${digits}` : ""));

/**
 * A quantity of a unit at a step of a run's first layer.
 * @param {Run} run
 * @param {string} quantity
 * @param {number} step
 * @param {number} [unit]
 */
export function at({ layer }, quantity, step, unit = 0) {
  const { data, columns } = layer.quantities[quantity];
  return data[step * columns + unit];
}

/**
 * A quantity of a unit at every step.
 * @param {Run} run
 * @param {string} quantity
 * @param {number} [unit]
 * @returns {Float64Array}
 */
export const series = (run, quantity, unit = 0) => Float64Array.from({ length: run.trace.steps }, (_, step) => at(run, quantity, step, unit));

/** @param {Run} run @param {string} quantity @param {number} [unit] */
export const atLast = (run, quantity, unit = 0) => at(run, quantity, run.trace.steps - 1, unit);

/**
 * A sequence of single numbers.
 * @param {string} id
 * @param {string} name
 * @param {number[]} numbers
 * @returns {Sequence}
 */
export const single = (id, name, numbers) => ({ id, name, values: numbers.map((number) => [number]) });

/**
 * The numbers of one feature.
 * @param {Sequence} sequence
 * @param {number} [feature]
 */
export const numbersOf = ({ values = [] }, feature = 0) => values.map((row) => row[feature]);

/**
 * Zeros, but for a number here and there.
 * @param {number} steps
 * @param {Record<number, number>} [others] by step
 */
export const zeros = (steps, others = {}) => Array.from({ length: steps }, (_, step) => others[step] ?? 0);

/**
 * The correlation of two series; 0 where one of them never changes.
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 */
export function correlation(a, b) {
  const mean = (/** @type {ArrayLike<number>} */ values) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squareA, squareB] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index] - meanA, b[index] - meanB];
    both += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA > 0 && squareB > 0 ? both / Math.sqrt(squareA * squareB) : 0;
}
