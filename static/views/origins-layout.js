/**
 * Where the bands of the origins stand in a lane of the carry track: stacked away from zero, the oldest nearest to it, positive ones above and negative
 * ones below, the unnamed rest outermost. Pure.
 *
 * @module
 */

import { ADDED, columnWidth, FORGOTTEN, STRAND_WIDTH, xOf, yOf } from "./carry-track-layout.js";

/** @typedef {import("../lib/origins.js").Bands} Bands */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */

/**
 * Outline of one band: points along `x`, from `inner`, nearer to zero, to `outer`. `slot` is its colour.
 * @typedef {{slot: number | "rest", row: number | null, x: Float64Array, inner: Float64Array, outer: Float64Array}} Band
 */

/** A band is written on where it is this tall, in rem. */
const NAME_HEIGHT = 0.8;

/**
 * @param {Bands} bands
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 * @param {boolean} near whether each step has its three parts; from far, one point a pixel column
 * @returns {{bands: Band[], net: {x: Float64Array, y: Float64Array}}} `net` is the line of what they add up to
 */
export function bandOutlines(bands, frame, time, near) {
  const moments = near ? nearMoments(bands, time) : farMoments(time);
  const count = moments.length;
  const x = Float64Array.from(moments, ({ x: at }) => at);
  const up = new Float64Array(count);
  const down = new Float64Array(count);
  /** @param {Band["slot"]} slot @param {number | null} row @param {Float64Array} amounts */
  const stacked = (slot, row, amounts) => {
    const inner = new Float64Array(count);
    const outer = new Float64Array(count);
    const sides = sidesOf(amounts);
    for (let index = 0; index < count; index++) {
      const base = sides[index] < 0 ? down : up;
      inner[index] = yOf(frame.area, base[index]);
      base[index] += amounts[index];
      outer[index] = yOf(frame.area, base[index]);
    }
    return { slot, row, x, inner, outer };
  };
  const { account, named, positive, negative } = bands;
  const { keep, initial, state } = account;
  const amountsOf = (/** @type {Float64Array} */ course, /** @type {number} */ first) => Float64Array.from(moments, ({ at, kept }) => (kept ? (at > 0 ? course[at - 1] : first) * keep[at] : course[at]));
  const outlines = named.map(({ place, slot, row, course }) => stacked(slot, row, amountsOf(course, place < 0 ? initial : 0)));
  // What is left between the named ones and the ends of the stack belongs to all others; a hair's breadth of it is rounding.
  const ends = (/** @type {Float64Array} */ sums, /** @type {Float64Array} */ stack, /** @type {number} */ sign) =>
    stacked("rest", null, amountsOf(sums, sign * Math.max(0, sign * initial)).map((reach, index) => ((reach - stack[index]) * sign > 1e-12 ? reach - stack[index] : 0)));
  const all = [...outlines, ends(positive, up, 1), ends(negative, down, -1)];
  return { bands: all, net: { x, y: amountsOf(state, initial).map((value) => yOf(frame.area, value)) } };
}

/**
 * The side of zero each amount stands on. Where there is nothing (yet) it is that of what comes, or of what was: a band grows out of its own side.
 * @param {Float64Array} amounts
 */
function sidesOf(amounts) {
  const sides = amounts.map(Math.sign);
  for (let index = sides.length - 2; index >= 0; index--) if (sides[index] === 0) sides[index] = sides[index + 1];
  for (let index = 1; index < sides.length; index++) if (sides[index] === 0) sides[index] = sides[index - 1];
  return sides;
}

/**
 * A point of time: after the step at a place, or, `kept`, between what it forgets and what it adds.
 * @typedef {{x: number, at: number, kept: boolean}} Moment
 */

/**
 * @param {Bands} bands
 * @param {TimeFrame} time
 * @returns {Moment[]}
 */
function nearMoments({ account }, time) {
  const [first, last] = [Math.max(0, Math.floor(time.from)), Math.min(time.steps - 1, Math.ceil(time.to) - 1)];
  /** @type {Moment[]} */
  const moments = [];
  const count = last - first + 1;
  // In a narrow column what is forgotten before something is added would only be a fringe.
  const wide = columnWidth(time) >= STRAND_WIDTH;
  const middle = (/** @type {number} */ at) => (wide || at === 0 ? { at, kept: true } : { at: at - 1, kept: false });
  for (let index = 0; index < count; index++) {
    const row = time.backward ? last - index : first + index;
    const at = account.backward ? account.keep.length - 1 - row : row;
    moments.push({ x: xOf(time, row, FORGOTTEN), ...middle(at) }, { x: xOf(time, row, ADDED), at, kept: false }, { x: xOf(time, row, 1), at, kept: false });
    // The band enters a column as it left the one before.
    if (index === 0 && at > 0) moments.unshift({ x: xOf(time, row, 0), at: at - 1, kept: false });
  }
  return moments;
}

/**
 * @param {TimeFrame} time
 * @returns {Moment[]}
 */
function farMoments(time) {
  /** @type {Moment[]} */
  const moments = [];
  const perPixel = 1 / columnWidth(time);
  for (let x = 0; x <= time.width; x++) {
    const row = Math.min(time.steps - 1, Math.max(0, Math.floor(time.from + x * perPixel)));
    moments.push({ x, at: time.backward ? time.steps - 1 - row : row, kept: false });
  }
  return moments;
}

/**
 * Where a band's name fits into it, or null.
 * @param {Band} band
 * @param {number} width of the name in pixels
 * @param {number} rem in pixels
 * @returns {{x: number, y: number} | null} its middle
 */
export function nameIn({ x, inner, outer }, width, rem) {
  const tall = NAME_HEIGHT * rem;
  // The level stretch after a step's writing, and as many further ones as the name needs.
  for (let index = 0; index < x.length; index++) {
    if (Math.abs(outer[index] - inner[index]) < tall) continue;
    let [top, bottom] = [Math.min(inner[index], outer[index]), Math.max(inner[index], outer[index])];
    for (let end = index + 1; end < x.length; end++) {
      top = Math.max(top, Math.min(inner[end], outer[end]));
      bottom = Math.min(bottom, Math.max(inner[end], outer[end]));
      if (bottom - top < tall) break;
      if (Math.abs(x[end] - x[index]) >= width) return { x: (x[index] + x[end]) / 2, y: (top + bottom) / 2 };
    }
  }
  return null;
}
