/** What a goal asks of a quantity, step by step: a band that it must lie in. Pure. */

import { words } from "../lib/format.js";
import { at, short } from "./reading.js";

/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Verdict} Verdict */

/** The values that will do at a step, ends included; null where anything will. @typedef {{lowest: number, highest: number, advice: string} | null} Band */

/**
 * The first step at which a quantity leaves its band, in a sentence with the band's own advice.
 * @param {Run} run
 * @param {string} quantity
 * @param {Band[]} bands one a step
 * @param {string} met what is said where none does
 * @param {number} [unit]
 * @returns {Verdict}
 */
export function within(run, quantity, bands, met, unit = 0) {
  for (const [step, band] of bands.entries()) {
    const value = at(run, quantity, step, unit);
    if (band === null || (value >= band.lowest && value <= band.highest)) continue;
    return { right: false, text: `Step ${step + 1}: the ${words(quantity)} is ${short(value)}, and ${wish(band)}. ${band.advice}`.trim() };
  }
  return { right: true, text: met };
}

/** @param {NonNullable<Band>} band */
function wish({ lowest, highest }) {
  if (highest === Infinity) return `should be at least ${short(lowest)}`;
  if (lowest === -Infinity) return `should be at most ${short(highest)}`;
  return `should lie between ${short(lowest)} and ${short(highest)}`;
}

/** @param {number} value @param {number} tolerance @param {string} advice @returns {Band} */
export const near = (value, tolerance, advice) => ({ lowest: value - tolerance, highest: value + tolerance, advice });

/** A bit that is held: the hidden state shows it clearly. @param {string} advice @returns {Band} */
export const shown = (advice) => ({ lowest: 0.5, highest: Infinity, advice });

/** A bit that is not there. @param {string} advice @returns {Band} */
export const silent = (advice) => ({ lowest: -0.2, highest: 0.2, advice });
