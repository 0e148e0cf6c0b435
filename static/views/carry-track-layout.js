/**
 * Where everything of the carry track stands: props -> plain numbers and path data. Pure.
 *
 * A step's column has three parts along the flow of time, one for each stage: what is forgotten peels off, what is written joins, what is
 * read out is tapped. A backward layer flows from right to left.
 *
 * @module
 */

import { niceTicks } from "../lib/nice-ticks.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */

/** Where in a column, from 0 to 1 along the flow, each stage ends: nothing, forgotten, added, output. */
export const STAGE_ENDS = [0, 0.34, 0.66, 1];

/** Narrowest gutter, in pixels, that holds a lane's name and values beside its axis; in a narrower one they stand above the lane. */
const ROOMY_GUTTER = 110;
const CAPTION_ROOM = 16;

/** Visible steps beyond which curves would be drawn closer than one can see, so pixel columns are drawn instead. */
export const MOST_CURVED_STEPS = 320;

/** Narrowest column, in pixels, in which strands are drawn from below; narrower ones colour the band's edge. */
export const STRAND_WIDTH = 14;

/** Narrowest column, in pixels, in which the tap is drawn down to the hidden state. */
export const TAP_WIDTH = 36;

/** Narrowest column, in pixels, with numbers in it. */
export const NUMBERS_WIDTH = 96;

/** Room above the area for what peels off, below it for where writes come from, and between lanes. */
const PEEL_ROOM = 18;
const SOURCE_ROOM = 20;
const READOUT_GAP = 8;
const LANE_GAP = 14;

/**
 * Values lo..hi on pixels bottom..top.
 *
 * @typedef {{lo: number, hi: number, top: number, bottom: number, zero: number, perUnit: number, ticks: number[]}} ValueScale
 */

/**
 * One lane: `area` holds the state, `readout` the hidden state under it; `floor` is the height writes come from.
 *
 * @typedef {{top: number, bottom: number, area: ValueScale, floor: number, readout: ValueScale | null}} LaneFrame
 */

/**
 * The time axis of a drawing `width` pixels wide, starting at x = 0.
 *
 * @typedef {{from: number, to: number, width: number, backward: boolean, steps: number}} TimeFrame
 */

/**
 * The frames of all lanes from top to bottom, and the height they need. The scales hold the whole trace, so zooming in time does not change them.
 *
 * @param {CarryTerms[]} lanes
 * @param {number} gutter
 * @returns {{frames: LaneFrame[], height: number}}
 */
export function laneFrames(lanes, gutter) {
  const areaHeight = lanes.length === 1 ? 132 : lanes.length <= 3 ? 92 : 64;
  const readoutHeight = lanes.length === 1 ? 48 : lanes.length <= 3 ? 38 : 30;
  let top = 0;
  const frames = lanes.map(({ previous, state, split, readout }) => {
    const areaTop = top + PEEL_ROOM + (gutter < ROOMY_GUTTER ? CAPTION_ROOM : 0);
    const area = valueScale(split ? [previous, state, split.kept] : [previous, state], areaTop, areaTop + areaHeight);
    const floor = area.bottom + (split ? SOURCE_ROOM : 4);
    const under = readout ? valueScale([readout.squashed, readout.hidden], floor + READOUT_GAP, floor + READOUT_GAP + readoutHeight) : null;
    const bottom = (under ? under.bottom : floor) + LANE_GAP;
    const frame = { top, bottom, area, floor, readout: under };
    top = bottom;
    return frame;
  });
  return { frames, height: top };
}

/**
 * A scale that holds zero and all values.
 *
 * @param {Float64Array[]} series
 * @param {number} top
 * @param {number} bottom
 * @returns {ValueScale}
 */
export function valueScale(series, top, bottom) {
  let lo = 0;
  let hi = 0;
  for (const values of series) {
    for (const value of values) {
      if (value < lo) lo = value;
      if (value > hi) hi = value;
    }
  }
  if (hi === lo) [lo, hi] = [-1, 1];
  const perUnit = (bottom - top) / (hi - lo);
  return { lo, hi, top, bottom, zero: bottom + lo * perUnit, perUnit, ticks: niceTicks(lo, hi, bottom - top > 80 ? 4 : 2) };
}

/**
 * @param {ValueScale} scale
 * @param {number} value
 */
export function yOf(scale, value) {
  return scale.zero - value * scale.perUnit;
}

/** @param {TimeFrame} time */
export function columnWidth(time) {
  return time.width / (time.to - time.from);
}

/**
 * x of a place in a step's column: `part` runs from 0 to 1 along the flow.
 *
 * @param {TimeFrame} time
 * @param {number} step
 * @param {number} part
 */
export function xOf(time, step, part) {
  return (step + (time.backward ? 1 - part : part) - time.from) * columnWidth(time);
}

/**
 * First and last step to draw, one beyond each edge, in time order.
 *
 * @param {TimeFrame} time
 * @returns {[number, number]}
 */
export function visibleSteps({ from, to, steps }) {
  return [Math.max(0, Math.floor(from) - 1), Math.min(steps - 1, Math.ceil(to))];
}

/**
 * The step and lane under a point of the drawing, or null outside of the sequence.
 *
 * @param {TimeFrame} time
 * @param {LaneFrame[]} frames
 * @param {number} x
 * @param {number} y
 * @returns {{step: number, lane: number} | null}
 */
export function hitTest(time, frames, x, y) {
  const step = Math.floor(time.from + x / columnWidth(time));
  if (x < 0 || step < 0 || step >= time.steps) return null;
  const lane = frames.findIndex((frame) => y < frame.bottom);
  return { step, lane: lane < 0 ? frames.length - 1 : lane };
}

/**
 * Where a lane's name and its live values stand.
 *
 * @param {LaneFrame} frame
 * @param {number} gutter
 * @returns {Record<"name" | "state" | "hidden", {x: number, y: number}>}
 */
export function captionPlaces({ top, area, readout }, gutter) {
  if (gutter < ROOMY_GUTTER) return { name: { x: 4, y: top + 12 }, state: { x: 74, y: top + 12 }, hidden: { x: 152, y: top + 12 } };
  return { name: { x: 14, y: top + 15 }, state: { x: 14, y: top + 37 }, hidden: { x: 14, y: (readout ?? area).top + 13 } };
}

/**
 * What is not revealed yet, as [left, right] in pixels: what lies ahead of the cursor in the order of reading, and of its own column what the
 * stage has not reached. A backward layer reads from the right, so there it lies on the left.
 *
 * @param {TimeFrame} time
 * @param {number} step
 * @param {number} stage
 * @returns {[number, number]}
 */
export function aheadSpan(time, step, stage) {
  const reached = xOf(time, step, STAGE_ENDS[stage]);
  return time.backward ? [0, Math.max(0, reached)] : [reached, Math.max(reached, time.width)];
}
