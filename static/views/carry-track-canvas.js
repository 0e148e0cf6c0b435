/**
 * Paints the far view of the carry track: pixel columns -> canvas.
 *
 * @module
 */

import { fillColumns } from "../lib/column-fill.js";
import { emptyPicture, fitPicture, showPicture } from "../lib/picture.js";
import { laneColumns } from "./carry-track-columns.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */
/** @typedef {import("./carry-track-columns.js").Ranges} Ranges */

/** Tokens of the colours, by what is painted in them. */
const TOKENS = { carried: "--carried", hidden: "--hidden-state", forgotten: "--gate-forget", positive: "--positive", negative: "--negative", ghost: "--text", zero: "--text-muted" };

/** @typedef {Record<keyof typeof TOKENS, [number, number, number]>} ColumnColours */

/**
 * The colours of theme and cell as numbers. Asking for them makes the browser settle all styles, so it is not done while drawing.
 *
 * @param {HTMLCanvasElement} canvas
 * @returns {ColumnColours}
 */
export function columnColours(canvas) {
  // The canvas's own text colour makes tokens into colours, all of which are opaque: "rgb(34, 32, 27)".
  const colour = (/** @type {string} */ token) => {
    canvas.style.color = `var(${token})`;
    return getComputedStyle(canvas).color.match(/[\d.]+/g)?.slice(0, 3).map(Number);
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
  const density = window.devicePixelRatio || 1;
  // A column is as wide as a CSS pixel, which the page makes of one of the picture's.
  const { picture, context } = emptyPicture(Math.ceil(time.width), Math.round(height * density));
  const image = context.createImageData(picture.width, picture.height);
  const fill = (/** @type {Ranges | null} */ ranges, /** @type {keyof ColumnColours} */ colour, opacity = 1, /** @type {((x: number) => boolean) | null} */ only = null) => {
    if (ranges) fillColumns(image, density, ranges, { colour: colours[colour], opacity, only });
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
    for (const scale of [frame.area, frame.readout]) if (scale) fill(line(Math.round(scale.zero), columns.state.top.length), "zero");
  });
  context.putImageData(image, 0, 0);
  showPicture(canvas, picture);
  fitPicture(canvas, picture.width, height);
}

/** A level line one pixel thick. @param {number} y @param {number} columns @returns {Ranges} */
const line = (y, columns) => ({ top: new Float32Array(columns).fill(y), bottom: new Float32Array(columns).fill(y + 1) });
