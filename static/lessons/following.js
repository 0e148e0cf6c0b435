/** Which unit of a trained network follows a signal: correlation over several texts. Pure. */

import { correlation, series } from "./reading.js";

/** @typedef {import("./types.js").Evidence} Evidence */

/** A unit that comes this near to the one that follows best has been found as well. */
const AS_GOOD = 0.95;

/**
 * The correlation of every unit's cell state with a signal, over all texts.
 * @param {Evidence} evidence
 * @param {(text: string) => number[]} signal
 * @returns {number[]} one a unit
 */
export function correlations({ trials, run }, signal) {
  const wanted = trials.flatMap(({ sequence }) => signal(sequence.text ?? ""));
  return Array.from({ length: run.layer.hiddenSize }, (_, unit) => correlation(trials.flatMap(({ runs }) => [...series(runs[0], "cell_state", unit)]), wanted));
}

/**
 * How good a unit is, among all.
 * @param {Evidence} evidence
 * @param {(text: string) => number[]} signal
 * @param {number} unit
 * @returns {{right: boolean, own: number, best: number, place: number}} `place` counts from 1
 */
export function ranked(evidence, signal, unit) {
  const all = correlations(evidence, signal);
  const sizes = all.map(Math.abs);
  const best = Math.max(...sizes);
  return { right: sizes[unit] >= AS_GOOD * best, own: all[unit], best: all[sizes.indexOf(best)], place: sizes.filter((size) => size > sizes[unit]).length + 1 };
}
