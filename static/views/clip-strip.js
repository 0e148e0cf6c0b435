/** Short clips to choose from: each moves, and what a network reads of it becomes the sequence. */

import { h } from "../lib/dom.js";

/** @typedef {import("../types.js").Clip} Clip */

/** Frames a second, and how long the last one stands, in frames. */
const RATE = 6;
const REST = 4;

/**
 * @param {import("../types.js").Emit} emit
 */
export function clipStrip(emit) {
  const list = h("div", { class: "clips" });
  const element = h("div", { class: "clip-strip", role: "group", "aria-label": "Clips" }, list, h("button", { type: "button", class: "tool", on: { click: () => emit({ type: "clips-asked" }) } }, "Others"));
  /** @type {(() => void)[]} */
  let draw = [];
  let frame = 0;
  let timer = 0;
  const tick = () => {
    frame++;
    for (const paint of draw) paint();
  };
  return {
    element,
    /** @param {Clip[]} clips @param {boolean} reducedMotion */
    update(clips, reducedMotion) {
      clearInterval(timer);
      draw = [];
      list.replaceChildren(...clips.map((clip) => {
        const canvas = h("canvas", { width: clip.side, height: clip.side });
        const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
        const image = context.createImageData(clip.side, clip.side);
        const paint = () => {
          const at = reducedMotion ? Math.floor(clip.frames.length / 2) : Math.min(clip.frames.length - 1, frame % (clip.frames.length + REST));
          image.data.set(clip.frames[at]);
          context.putImageData(image, 0, 0);
        };
        draw.push(paint);
        return h("button", { type: "button", class: "clip", title: `Let the network describe this clip; it shows: ${clip.caption}`, "aria-label": `A clip: ${clip.caption}`, on: { click: () => emit({ type: "clip-chosen", row: clip.row, caption: clip.caption }) } }, canvas);
      }));
      tick();
      if (!reducedMotion && clips.length) timer = window.setInterval(tick, 1000 / RATE);
    },
    destroy: () => clearInterval(timer),
  };
}
