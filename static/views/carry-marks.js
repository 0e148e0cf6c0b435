/**
 * Outlines over the carry track: the steps at which something was done to a lane's unit, and what. A part of the carry track.
 *
 * @module
 */

import { s } from "../lib/svg.js";
import { columnWidth } from "./carry-track-layout.js";

/** @typedef {import("../types.js").CarryMark} CarryMark */

/** Narrowest outline, in pixels, and the height of a line of words over it, in rem. */
const NARROWEST = 5;
const LINE = 0.95;

/**
 * Where the outlines stand. Those of the same lane and steps share one, with a line of words each. Pure.
 *
 * @param {CarryMark[]} marks
 * @param {import("./carry-track-layout.js").LaneFrame[]} frames
 * @param {import("./carry-track-layout.js").TimeFrame} time
 * @returns {{x: number, y: number, width: number, height: number, texts: string[]}[]}
 */
export function markPlaces(marks, frames, time) {
  /** @type {Map<string, {mark: CarryMark, texts: string[]}>} */
  const shared = new Map();
  for (const mark of marks) {
    if (!frames[mark.lane] || mark.to <= time.from || mark.from >= time.to) continue;
    const key = [mark.lane, mark.from, mark.to].join();
    const known = shared.get(key);
    if (known) known.texts.push(mark.text);
    else shared.set(key, { mark, texts: [mark.text] });
  }
  const perStep = columnWidth(time);
  return [...shared.values()].map(({ mark: { lane, from, to }, texts }) => {
    const { top, bottom, rem } = frames[lane];
    const left = Math.max(-NARROWEST, (from - time.from) * perStep);
    const right = Math.min(time.width + NARROWEST, (to - time.from) * perStep);
    const spare = Math.max(0, NARROWEST - (right - left)) / 2;
    return { x: Math.round(left - spare) + 0.5, y: Math.round(top) + 1.5, width: Math.max(NARROWEST, Math.round(right - left) - 1), height: Math.round(bottom - top - 0.4 * rem), texts };
  });
}

/**
 * @param {SVGSVGElement} element
 * @param {CarryMark[]} marks
 * @param {import("./carry-track-layout.js").LaneFrame[]} frames
 * @param {import("./carry-track-layout.js").TimeFrame} time
 * @param {number} rem in pixels
 */
export function paintMarks(element, marks, frames, time, rem) {
  element.replaceChildren(
    ...markPlaces(marks, frames, time).flatMap(({ x, y, width, height, texts }) => {
      const right = x > time.width * 0.75;
      const at = { x: right ? x + width - 3 : Math.max(3, x + 3), "text-anchor": right ? "end" : "start" };
      const frame = { x, y, width, height, rx: 2 };
      return [
        s("rect", { class: "mark-halo", ...frame }),
        s("rect", { class: "mark-line", ...frame }),
        ...texts.map((text, index) => s("text", { class: "carry-mark-text", ...at, y: y + (index + 0.9) * LINE * rem }, new Text(text))),
      ];
    }),
  );
}
