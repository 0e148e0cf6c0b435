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

/** Where in a column, from 0 to 1 along the flow, what is forgotten has peeled off, and what is written has joined. */
export const FORGOTTEN = 0.34;
export const ADDED = 0.66;

/**
 * How far along the flow each stage reveals a column. A GRU proposes before it blends, and a simple RNN has nothing to show before its output.
 *
 * @type {Record<import("../types.js").LayerTrace["cell"], [number, number, number, number]>}
 */
export const REVEALED = { lstm: [0, FORGOTTEN, ADDED, 1], gru: [0, FORGOTTEN, 0.5, 1], rnn: [0, 0, 0, 1] };

/** Narrowest gutter, in rem, that holds a lane's name and values beside its axis; in a narrower one they stand above the lane. */
const ROOMY_GUTTER = 6.9;
const CAPTION_ROOM = 1;

/**
 * Visible steps beyond which, and narrowest column, in pixels, below which pixel columns are drawn instead of curves, which would hide what was forgotten
 * and written, and take long to paint.
 */
const MOST_CURVED_STEPS = 320;
const CURVED_WIDTH = 5;

/** Narrowest column, in pixels, in which strands are drawn from below; narrower ones colour the band's edge. */
export const STRAND_WIDTH = 14;

/** Narrowest column, in pixels, in which the tap is drawn down to the hidden state. */
export const TAP_WIDTH = 36;

/** Narrowest column, in rem, with numbers in it, and with words beside them. */
export const NUMBERS_WIDTH = 6;
export const WORDS_WIDTH = 13;

/** Room in rem: above the area for what peels off, below it for where writes come from, and between lanes. */
const PEEL_ROOM = 1.15;
const SOURCE_ROOM = 1.25;
const READOUT_GAP = 0.5;
const LANE_GAP = 0.9;

/** Heights in rem of area and hidden state, by the number of lanes at least. */
const HEIGHTS = [
  { lanes: 4, area: 4, readout: 1.9 },
  { lanes: 2, area: 5.75, readout: 2.4 },
  { lanes: 1, area: 8.25, readout: 3 },
];

/**
 * Values lo..hi on pixels bottom..top.
 *
 * @typedef {{lo: number, hi: number, top: number, bottom: number, zero: number, perUnit: number, ticks: number[]}} ValueScale
 */

/**
 * One lane: `rem` is the page's unit of length in pixels, `area` holds the state, `readout` the hidden state under it; `floor` is the height writes come from.
 *
 * @typedef {{rem: number, top: number, bottom: number, area: ValueScale, floor: number, readout: ValueScale | null}} LaneFrame
 */

/**
 * The time axis of a drawing `width` pixels wide, starting at x = 0.
 *
 * @typedef {{from: number, to: number, width: number, backward: boolean, steps: number}} TimeFrame
 */

/**
 * The frames of all lanes from top to bottom, and the height they need. A scale holds what is drawn, rounded outward, so that a long
 * count does not flatten the steps one looks at.
 *
 * @param {CarryTerms[]} lanes
 * @param {number} gutter
 * @param {number} rem in pixels
 * @param {TimeFrame} time
 * @param {boolean} [low] whether the lanes are drawn as low as many are
 * @param {LaneFrame[]} [before] frames of the same lanes whose scales are to be held as well, so that none shrinks while the window moves
 * @returns {{frames: LaneFrame[], height: number}}
 */
export function laneFrames(lanes, gutter, rem, time, low = false, before = []) {
  const [first, last] = shownSteps(time);
  /** @param {Float64Array[]} series @param {number} from @param {number} to @param {ValueScale | null | undefined} least */
  const scale = (series, from, to, least) => valueScale([...series.map((values) => values.subarray(first, last + 1)), ...(least ? [Float64Array.of(least.lo, least.hi)] : [])], from, to);
  const heights = HEIGHTS.find((row) => low || lanes.length >= row.lanes) ?? HEIGHTS[HEIGHTS.length - 1];
  let top = 0;
  /** @type {LaneFrame[]} */
  const frames = [];
  lanes.forEach(({ previous, state, split, readout, stack, ghost }, index) => {
    const areaTop = top + (PEEL_ROOM + (gutter < ROOMY_GUTTER * rem ? CAPTION_ROOM : 0)) * rem;
    const area = scale([...reach({ previous, state, split }), ...(stack ? inTime(stack) : []), ...(ghost ? reach(ghost) : [])], areaTop, areaTop + heights.area * rem, before[index]?.area);
    const floor = area.bottom + (split ? SOURCE_ROOM : 0.25) * rem;
    const readoutTop = floor + READOUT_GAP * rem;
    const shown = [readout, ghost?.readout].flatMap((series) => (series ? [series.squashed, series.hidden] : []));
    const under = readout ? scale(shown, readoutTop, readoutTop + heights.readout * rem, before[index]?.readout) : null;
    const bottom = (under ? under.bottom : floor) + LANE_GAP * rem;
    frames.push({ rem, top, bottom, area, floor, readout: under });
    top = bottom;
  });
  return { frames, height: top };
}

/**
 * Whether what is drawn in some frames can be drawn in others as it is.
 *
 * @param {LaneFrame[]} frames
 * @param {LaneFrame[]} others of the same lanes
 */
export function haveSameScales(frames, others) {
  const same = (/** @type {ValueScale | null} */ one, /** @type {ValueScale | null} */ other) => one?.lo === other?.lo && one?.hi === other?.hi;
  return frames.every(({ area, readout }, index) => same(area, others[index].area) && same(readout, others[index].readout));
}

/** The series that a state's scale has to hold. @param {Pick<CarryTerms, "previous" | "state" | "split">} terms */
const reach = ({ previous, state, split }) => [previous, state, ...(split ? [split.kept] : [])];

/** How far a stack of origins reaches up and down, in time order. @param {import("../lib/origins.js").Bands} stack */
const inTime = ({ account, positive, negative }) => (account.backward ? [positive.slice().reverse(), negative.slice().reverse()] : [positive, negative]);

/**
 * A scale that holds zero and all values; its ends are the nearest round ones.
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
  [lo, hi] = [roundOutward(lo), roundOutward(hi)];
  const perUnit = (bottom - top) / (hi - lo);
  return { lo, hi, top, bottom, zero: bottom + lo * perUnit, perUnit, ticks: niceTicks(lo, hi, bottom - top > 80 ? 4 : 2) };
}

/** Ends of a scale, times a power of ten. */
const ROUND = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/**
 * The nearest round number that is no smaller in magnitude, with the same sign.
 *
 * @param {number} value
 */
function roundOutward(value) {
  if (value === 0) return 0;
  const size = Math.abs(value);
  const power = 10 ** Math.floor(Math.log10(size));
  // A hair's breadth of tolerance, so that 0.30000000000000004 is not rounded to 0.4.
  return Math.sign(value) * power * (ROUND.find((round) => round * power >= size * (1 - 1e-9)) ?? 10);
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
 * Whether curves are drawn, and not pixel columns.
 *
 * @param {TimeFrame} time
 */
export function isNear(time) {
  return time.to - time.from <= MOST_CURVED_STEPS && columnWidth(time) >= CURVED_WIDTH;
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
 * First and last step of which something is inside the window, in time order.
 *
 * @param {TimeFrame} time
 * @returns {[number, number]}
 */
function shownSteps({ from, to, steps }) {
  return [Math.max(0, Math.floor(from)), Math.min(steps - 1, Math.ceil(to) - 1)];
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
 * @param {string} name
 * @returns {Record<"name" | "state" | "hidden", {x: number, y: number}>}
 */
export function captionPlaces({ rem, top, area, readout }, gutter, name) {
  const place = (/** @type {number} */ x, /** @type {number} */ y) => ({ x: x * rem, y });
  if (gutter < ROOMY_GUTTER * rem) {
    const line = top + 0.85 * rem;
    const after = Math.max(4.9, 0.5 + 0.55 * name.length);
    return { name: place(0.5, line), state: place(after, line), hidden: place(after + 6.6, line) };
  }
  return { name: place(0.875, top + 0.95 * rem), state: place(0.875, top + 2.3 * rem), hidden: place(0.875, (readout ?? area).top + 0.85 * rem) };
}

/**
 * What is not revealed yet, as [left, right] in pixels: what lies ahead of the cursor in the order of reading, and of its own column what lies
 * beyond `part`. A backward layer reads from the right, so there it lies on the left.
 *
 * @param {TimeFrame} time
 * @param {number} step
 * @param {number} part
 * @returns {[number, number]}
 */
export function aheadSpan(time, step, part) {
  const reached = xOf(time, step, part);
  return time.backward ? [0, Math.max(0, reached)] : [reached, Math.max(reached, time.width)];
}
