/** Where the curves and marks of a lesson's plot stand. Pure. */

import { rangeEnd } from "../lib/format.js";
import { niceTicks } from "../lib/nice-ticks.js";

/** @typedef {import("../lessons/types.js").Curve} Curve */
/** @typedef {import("../lessons/types.js").Mark} Mark */
/** @typedef {{x: string, y: string, logarithmic?: boolean, range?: [number, number], domain?: [number, number]}} Axes */
/** @typedef {{position: number, text: string}} Tick */
/** @typedef {{width: number, height: number, left: number, bottom: number, curves: {path: string, curve: Curve}[], marks: {x: number, y: number, mark: Mark}[], xTicks: Tick[], yTicks: Tick[]}} PlotLayout */

/** Room in rem. */
const HEIGHT = 13;
const TOP = 0.75;
const BOTTOM = 2;

/** Room for one number of the axis, in rem. */
const TICK_ROOM = 5;

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} exponent */
const power = (exponent) => (exponent === 0 ? "1" : `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("")}`);

/** The ends of an axis that nobody has fixed. @param {number[]} values @returns {[number, number]} */
function extent(values) {
  const known = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return high > low ? [low, high] : [low - 1, low + 1];
}

/**
 * @param {Axes} axes
 * @param {Curve[]} curves
 * @param {Mark[]} marks
 * @param {{width: number, gutter: number, rem: number}} room in CSS pixels
 * @returns {PlotLayout}
 */
export function plotLayout({ logarithmic = false, range, domain }, curves, marks, { width, gutter, rem }) {
  const points = curves.flatMap((curve) => curve.points);
  const shown = (/** @type {number} */ value) => !logarithmic || value > 0;
  const [left, right] = domain ?? extent(points.map(([x]) => x));
  const [low, high] = range ?? extent(points.map(([, y]) => y).filter(shown));
  const scaled = logarithmic ? Math.log10 : (/** @type {number} */ value) => value;
  const height = HEIGHT * rem;
  const bottom = height - BOTTOM * rem;
  const top = TOP * rem;
  const x = (/** @type {number} */ value) => gutter + ((value - left) / (right - left)) * (width - gutter - 1);
  const y = (/** @type {number} */ value) => bottom - ((scaled(value) - scaled(low)) / (scaled(high) - scaled(low))) * (bottom - top);
  /** What lies beyond the ends stands at them, so that a curve leaves where it should. @param {number} value */
  const kept = (value) => Math.max(low, Math.min(high, value));
  const inside = (/** @type {number} */ value) => value >= left && value <= right;
  return {
    width, height, left: gutter, bottom,
    curves: curves.map((curve) => ({ curve, path: path(curve.points.filter(([at]) => inside(at)).map(([at, value]) => (Number.isFinite(value) && shown(value) ? [x(at), y(kept(value))] : null))) })),
    marks: marks.filter((mark) => inside(mark.x) && shown(mark.y)).map((mark) => ({ mark, x: x(mark.x), y: y(kept(mark.y)) })),
    xTicks: niceTicks(left, right, Math.max(2, Math.min(10, (width - gutter) / (TICK_ROOM * rem)))).map((value) => ({ position: x(value), text: String(value).replace("-", "−") })),
    yTicks: logarithmic ? decades(low, high).map((exponent) => ({ position: y(10 ** exponent), text: power(exponent) })) : niceTicks(low, high, 4).map((value) => ({ position: y(value), text: rangeEnd(value) })),
  };
}

/** @param {number} low @param {number} high */
function decades(low, high) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first) / 5));
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => last - index * every);
}

/** @param {(number[] | null)[]} points null leaves a gap */
function path(points) {
  let pen = "M";
  let drawn = "";
  for (const point of points) {
    if (point) drawn += `${pen}${point[0].toFixed(1)},${point[1].toFixed(1)}`;
    pen = point ? "L" : "M";
  }
  return drawn;
}
