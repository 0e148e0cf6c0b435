/**
 * The carry track seen from far: one value range a pixel column, keeping the extremes, so that a single step among a thousand still shows. Pure.
 *
 * @module
 */

import { columnWidth, yOf } from "./carry-track-layout.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").ValueScale} ValueScale */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */

/**
 * y ranges by pixel column: `top[x]` to `bottom[x]`; empty where they are equal.
 *
 * @typedef {{top: Float32Array, bottom: Float32Array}} Ranges
 *
 * `ghosts` are the lines of the other trace. Of the steps in a column, `forgotten` and `written` show the largest; `positive[x]` tells the sign of what was written.
 *
 * @typedef {{state: Ranges, forgotten: Ranges | null, written: Ranges | null, positive: Uint8Array, hidden: Ranges | null,
 *   ghosts: Ranges[]}} LaneColumns
 */

/**
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 * @returns {LaneColumns}
 */
export function laneColumns({ previous, state, split, readout, ghost }, frame, time) {
  const pixels = Math.ceil(time.width);
  const positive = new Uint8Array(pixels);
  const areas = ranges(pixels);
  const forgotten = split ? ranges(pixels) : null;
  const written = split ? ranges(pixels) : null;
  const hidden = readout ? ranges(pixels) : null;
  /** @type {{into: Ranges, values: Float64Array, own: Float64Array, scale: ValueScale}[]} */
  const ghosts = [];
  if (ghost) ghosts.push({ into: ranges(pixels), values: ghost.state, own: state, scale: frame.area });
  if (ghost?.readout && readout && frame.readout) ghosts.push({ into: ranges(pixels), values: ghost.readout.hidden, own: readout.hidden, scale: frame.readout });
  for (let x = 0; x < pixels; x++) {
    const [first, last] = stepsUnder(time, x);
    if (last < first) continue;
    spanWithZero(areas, x, state, first, last, frame.area);
    if (split && forgotten && written) {
      const most = largest(split.forgotten, first, last);
      span(forgotten, x, previous[most], split.kept[most], frame.area);
      const busiest = largest(split.written, first, last);
      span(written, x, split.kept[busiest], state[busiest], frame.area);
      positive[x] = split.written[busiest] > 0 ? 1 : 0;
    }
    if (readout && hidden && frame.readout) spanWithZero(hidden, x, readout.hidden, first, last, frame.readout);
    for (const { into, values, own, scale } of ghosts) if (differ(values, own, first, last, scale)) line(into, x, values, first, last, scale);
  }
  return { state: areas, forgotten, written, positive, hidden, ghosts: ghosts.map(({ into }) => into) };
}

/**
 * First and last step that pixel column x touches.
 *
 * @param {TimeFrame} time
 * @param {number} x
 * @returns {[number, number]}
 */
function stepsUnder(time, x) {
  const width = columnWidth(time);
  const first = Math.floor(time.from + x / width);
  const last = Math.max(first, Math.ceil(time.from + (x + 1) / width) - 1);
  return [Math.max(0, first), Math.min(time.steps - 1, last)];
}

/** @param {number} pixels */
function ranges(pixels) {
  return { top: new Float32Array(pixels), bottom: new Float32Array(pixels) };
}

/**
 * @param {Ranges} into
 * @param {number} x
 * @param {number} from
 * @param {number} to
 * @param {ValueScale} scale
 */
function span(into, x, from, to, scale) {
  into.top[x] = yOf(scale, Math.max(from, to));
  into.bottom[x] = yOf(scale, Math.min(from, to));
}

/**
 * The range from the lowest to the highest value, zero included: the band reaches from zero.
 *
 * @param {Ranges} into
 * @param {number} x
 * @param {Float64Array} values
 * @param {number} first
 * @param {number} last
 * @param {ValueScale} scale
 */
function spanWithZero(into, x, values, first, last, scale) {
  let lo = 0;
  let hi = 0;
  for (let step = first; step <= last; step++) {
    if (values[step] < lo) lo = values[step];
    if (values[step] > hi) hi = values[step];
  }
  span(into, x, lo, hi, scale);
}

/**
 * Whether two series are apart by more than a hair somewhere: a second line over the first would only hide it.
 *
 * @param {Float64Array} one
 * @param {Float64Array} other
 * @param {number} first
 * @param {number} last
 * @param {ValueScale} scale
 */
function differ(one, other, first, last, scale) {
  for (let step = first; step <= last; step++) if (Math.abs(one[step] - other[step]) * scale.perUnit > HALF_LINE) return true;
  return false;
}

/** Half the thickness of a line, in pixels. */
const HALF_LINE = 0.75;

/**
 * The range from the lowest to the highest value, as a line.
 *
 * @param {Ranges} into
 * @param {number} x
 * @param {Float64Array} values
 * @param {number} first
 * @param {number} last
 * @param {ValueScale} scale
 */
function line(into, x, values, first, last, scale) {
  const shown = values.subarray(first, last + 1);
  span(into, x, Math.min(...shown), Math.max(...shown), scale);
  into.top[x] -= HALF_LINE;
  into.bottom[x] += HALF_LINE;
}

/**
 * The step whose value is largest in magnitude.
 *
 * @param {Float64Array} values
 * @param {number} first
 * @param {number} last
 */
function largest(values, first, last) {
  let most = first;
  for (let step = first + 1; step <= last; step++) if (Math.abs(values[step]) > Math.abs(values[most])) most = step;
  return most;
}
