/** Paints the bands of the origins: outlines -> canvas. */

import { visible } from "../lib/format.js";
import { paintPicture } from "../lib/picture.js";
import { bandOutlines, nameIn } from "./origins-layout.js";

/** @typedef {import("./origins-layout.js").Band} Band */

/** Colours of the bands by slot, the initial state's first; then the rest's, the words' and the net line's. */
const SLOTS = 9;

/**
 * @typedef {{slots: string[], rest: string, text: string, net: string, font: string}} OriginColours
 */

/**
 * The theme's colours as a context understands them. Asking makes the browser settle all styles, so it is not done while drawing.
 * @param {HTMLCanvasElement} canvas
 * @returns {OriginColours}
 */
export function originColours(canvas) {
  const of = (/** @type {string} */ token) => {
    canvas.style.color = `var(${token})`;
    return getComputedStyle(canvas).color;
  };
  return { slots: Array.from({ length: SLOTS }, (_, slot) => of(`--origin-${slot}`)), rest: of("--origin-rest"), text: of("--origin-name"), net: of("--text"), font: getComputedStyle(document.documentElement).getPropertyValue("--mono") };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {OriginColours} colours
 * @param {import("../lib/origins.js").Bands} bands
 * @param {import("./carry-track-layout.js").LaneFrame} frame
 * @param {import("./carry-track-layout.js").TimeFrame} time
 * @param {{near: boolean, height: number, labels: string[], numeric: boolean}} how
 */
export function paintOrigins(canvas, colours, bands, frame, time, { near, height, labels, numeric }) {
  paintPicture(canvas, time.width, height, (context) => {
    const { bands: outlines, net } = bandOutlines(bands, frame, time, near);
    for (const band of outlines) {
      context.fillStyle = band.slot === "rest" ? colours.rest : colours.slots[band.slot];
      fill(context, band);
    }
    context.beginPath();
    net.x.forEach((x, index) => context.lineTo(x, net.y[index]));
    context.lineWidth = near ? 1.75 : 0.75;
    context.lineJoin = "round";
    context.strokeStyle = colours.net;
    context.stroke();
    context.font = `600 ${0.6875 * frame.rem}px ${colours.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = colours.text;
    for (const band of outlines) {
      if (band.slot === "rest") continue;
      const name = band.row === null ? "initial" : numeric ? String(band.row + 1) : visible(labels[band.row] ?? "");
      const place = nameIn(band, context.measureText(name).width + 0.5 * frame.rem, frame.rem);
      if (place) context.fillText(name, place.x, place.y);
    }
  });
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {Band} band */
function fill(context, { x, inner, outer }) {
  context.beginPath();
  x.forEach((at, index) => (index === 0 ? context.moveTo(at, outer[0]) : context.lineTo(at, outer[index])));
  for (let index = x.length - 1; index >= 0; index--) context.lineTo(x[index], inner[index]);
  context.fill();
}
