/** Where the outlines of what was intervened in stand on a heatmap. Pure. */

import { runsOf } from "./intervals.js";

/**
 * Steps and rows from the top; `to` and `bottom` are the first ones after it.
 * @typedef {{from: number, to: number, top: number, bottom: number}} Mark
 */

/** A mark is at least this large in both directions, in CSS pixels, so that one number among a thousand can be found. */
const SMALLEST = 5;

/**
 * The rectangles that one intervention covers: one for each run of rows.
 * @param {Pick<import("../types.js").Intervention, "units" | "steps">} intervention
 * @param {{rows: number, columns: number}} matrix rows are steps
 * @param {ArrayLike<number> | null} places the row from the top of each unit, -1 of those that have none; null for their own order
 * @returns {Mark[]}
 */
export function marksOf({ units, steps }, { rows, columns }, places) {
  const [from, to] = steps ?? [0, rows];
  const all = units ?? Array.from({ length: columns }, (_, unit) => unit);
  const at = all.map((unit) => (places ? places[unit] : unit)).filter((place) => place >= 0).sort((a, b) => a - b);
  return runsOf(at).map(([first, last]) => ({ from, to, top: first, bottom: last + 1 }));
}

/**
 * Outlines as path data, in CSS pixels of the plot; a mark outside of the window is left out.
 * @param {Mark[]} marks
 * @param {import("../types.js").TimeWindow} window
 * @param {{width: number, height: number, units: number}} plot
 */
export function outline(marks, window, { width, height, units }) {
  const stepWidth = width / (window.to - window.from);
  const rowHeight = height / units;
  return marks
    .filter(({ from, to }) => to > window.from && from < window.to)
    .map(({ from, to, top, bottom }) => {
      const [left, right] = span((from - window.from) * stepWidth, (to - window.from) * stepWidth, -SMALLEST, width + SMALLEST);
      const [up, down] = span(top * rowHeight, bottom * rowHeight, 0, height);
      return `M${left} ${up}H${right}V${down}H${left}Z`;
    })
    .join("");
}

/**
 * Both ends in the middle of the pixels inside, no closer than the smallest mark, and within reach.
 * @param {number} from
 * @param {number} to
 * @param {number} least
 * @param {number} most
 */
function span(from, to, least, most) {
  const spare = Math.max(0, SMALLEST - (to - from)) / 2;
  const start = Math.min(Math.max(from - spare, least), most - SMALLEST);
  const end = Math.max(Math.min(to + spare, most), start + SMALLEST);
  return [Math.round(start) + 0.5, Math.round(end) - 0.5];
}
