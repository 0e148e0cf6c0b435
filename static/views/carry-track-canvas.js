/**
 * Paints the far view of the carry track: pixel columns -> canvas.
 *
 * @module
 */

import { paintPicture } from "../lib/picture.js";
import { laneColumns } from "./carry-track-columns.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */
/** @typedef {import("./carry-track-columns.js").Ranges} Ranges */

/** Tokens of the colours, by what is painted in them. */
const TOKENS = { carried: "--carried", hidden: "--hidden-state", forgotten: "--gate-forget", positive: "--positive", negative: "--negative", ghost: "--text", zero: "--text-muted" };

/** @typedef {Record<keyof typeof TOKENS, string>} ColumnColours */

/**
 * The colours of theme and cell as a context understands them. Asking for them makes the browser settle all styles, so it is not done while drawing.
 *
 * @param {HTMLCanvasElement} canvas
 * @returns {ColumnColours}
 */
export function columnColours(canvas) {
  // The canvas's own text colour makes tokens into colours.
  const colour = (/** @type {string} */ token) => {
    canvas.style.color = `var(${token})`;
    return getComputedStyle(canvas).color;
  };
  return /** @type {ColumnColours} */ (Object.fromEntries(Object.entries(TOKENS).map(([name, token]) => [name, colour(token)])));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ColumnColours} colours
 * @param {CarryTerms[]} lanes
 * @param {LaneFrame[]} frames
 * @param {TimeFrame} time
 * @param {number} height in CSS pixels
 */
export function paintColumns(canvas, colours, lanes, frames, time, height) {
  paintPicture(canvas, time.width, height, (context) => {
    const fill = (/** @type {Ranges | null} */ ranges, /** @type {keyof ColumnColours} */ colour, opacity = 1, /** @type {((x: number) => boolean) | null} */ only = null) => {
      if (!ranges) return;
      context.fillStyle = colours[colour];
      context.globalAlpha = opacity;
      for (let x = 0; x < ranges.top.length; x++) {
        const tall = ranges.bottom[x] - ranges.top[x];
        if (tall > 0 && (!only || only(x))) context.fillRect(x, ranges.top[x], 1, tall);
      }
    };
    lanes.forEach((terms, index) => {
      const frame = frames[index];
      const columns = laneColumns(terms, frame, time);
      if (!terms.stack) {
        fill(columns.state, terms.split ? "carried" : "hidden", 0.5);
        fill(columns.forgotten, "forgotten", 0.22);
        fill(columns.written, "positive", 0.6, (x) => columns.positive[x] === 1);
        fill(columns.written, "negative", 0.6, (x) => columns.positive[x] === 0);
      }
      fill(columns.hidden, "hidden", 0.8);
      for (const ghost of columns.ghosts) fill(ghost, "ghost", 0.7);
      context.globalAlpha = 1;
      context.fillStyle = colours.zero;
      for (const scale of [frame.area, frame.readout]) if (scale) context.fillRect(0, Math.round(scale.zero), time.width, 1);
    });
  });
}
