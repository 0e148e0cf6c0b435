/**
 * Paints the far view of the carry track: pixel columns -> canvas.
 *
 * @module
 */

import { laneColumns } from "./carry-track-columns.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */
/** @typedef {import("./carry-track-columns.js").Ranges} Ranges */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CarryTerms[]} lanes
 * @param {LaneFrame[]} frames
 * @param {TimeFrame} time
 * @param {number} height in CSS pixels
 */
export function paintColumns(canvas, lanes, frames, time, height) {
  const density = window.devicePixelRatio || 1;
  canvas.width = Math.round(time.width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(density, density);
  // The canvas's own text colour makes tokens into colours a context understands.
  const colour = (/** @type {string} */ token) => {
    canvas.style.color = `var(${token})`;
    return getComputedStyle(canvas).color;
  };
  const fill = (/** @type {Ranges | null} */ ranges, /** @type {string} */ token, opacity = 1, /** @type {((x: number) => boolean) | null} */ only = null) => {
    if (!ranges) return;
    context.fillStyle = colour(token);
    context.globalAlpha = opacity;
    for (let x = 0; x < ranges.top.length; x++) {
      const tall = ranges.bottom[x] - ranges.top[x];
      if (tall > 0 && (!only || only(x))) context.fillRect(x, ranges.top[x], 1, tall);
    }
  };
  lanes.forEach((terms, index) => {
    const frame = frames[index];
    const columns = laneColumns(terms, frame, time);
    fill(columns.state, terms.split ? "--carried" : "--hidden-state", 0.5);
    fill(columns.forgotten, "--gate-forget", 0.22);
    fill(columns.written, "--positive", 0.6, (x) => columns.positive[x] === 1);
    fill(columns.written, "--negative", 0.6, (x) => columns.positive[x] === 0);
    fill(columns.hidden, "--hidden-state", 0.8);
    context.globalAlpha = 1;
    context.fillStyle = colour("--text-muted");
    for (const scale of [frame.area, frame.readout]) if (scale) context.fillRect(0, Math.round(scale.zero), time.width, 1);
  });
}
