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
 * @returns {Band[]}
 */
export function bandOutlines(bands, frame, time, near) {
  const moments = near ? nearMoments(bands, time) : farMoments(time);
  const count = moments.length;
  const x = Float64Array.from(moments, ({ x: at }) => at);
  const up = new Float64Array(count);
  const down = new Float64Array(count);
  /** @param {Band["slot"]} slot @param {number | null} row @param {(moment: Moment) => number} amount */
  const stacked = (slot, row, amount) => {
    const inner = new Float64Array(count);
    const outer = new Float64Array(count);
    for (let index = 0; index < count; index++) {
      const value = amount(moments[index]);
      const base = value < 0 ? down : up;
      inner[index] = yOf(frame.area, base[index]);
      base[index] += value;
      outer[index] = yOf(frame.area, base[index]);
    }
    return { slot, row, x, inner, outer };
  };
  const { account, named, positive, negative } = bands;
  const outlines = named.map(({ place, slot, row, course }) => stacked(slot, row, ({ at, kept }) => (kept ? keptOf(course, at, account.keep, place < 0 ? account.initial : 0) : course[at])));
  // What is left between the named ones and the ends of the stack belongs to all others.
  const ends = (/** @type {Float64Array} */ sums, /** @type {Float64Array} */ stack, /** @type {number} */ sign) => {
    const from = Float64Array.from(stack);
    let index = 0;
    return stacked("rest", null, ({ at, kept }) => {
      const reach = kept ? (at > 0 ? sums[at - 1] : sign * Math.max(0, sign * account.initial)) * account.keep[at] : sums[at];
      const value = reach - from[index++];
      return value * sign > 0 ? value : 0;
    });
  };
  return [...outlines, ends(positive, up, 1), ends(negative, down, -1)];
}

/**
 * A point of time: after the step at a place, or, `kept`, between what it forgets and what it adds.
 * @typedef {{x: number, at: number, kept: boolean}} Moment
 */

/** What is kept of an origin before the step at a place adds its own. @param {Float64Array} course @param {number} at @param {Float64Array} keep @param {number} first */
const keptOf = (course, at, keep, first) => (at > 0 ? course[at - 1] : first) * keep[at];

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
