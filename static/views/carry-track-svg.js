/**
 * Paints the near view of the carry track: path data -> SVG. A dozen elements a lane, however many steps there are.
 *
 * @module
 */

import { s } from "../lib/svg.js";
import { columnWidth, STAGE_ENDS, xOf } from "./carry-track-layout.js";
import { laneCurves } from "./carry-track-curves.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */

const [, FORGOTTEN, ADDED] = STAGE_ENDS;

/** Paths that fade along each column: name of the path -> gradient, as [part of the column, opacity] pairs. */
const FADES = [
  { path: "peel", colour: "forgotten", stops: [[0, 0.95], [0.1, 0.9], [FORGOTTEN, 0]] },
  { path: "joinPositive", colour: "positive", stops: [[0, 0.95], [ADDED, 0.95], [1, 0]] },
  { path: "joinNegative", colour: "negative", stops: [[0, 0.95], [ADDED, 0.95], [1, 0]] },
  { path: "cancelPositive", colour: "positive", stops: [[0, 0.95], [0.5, 0.9], [ADDED, 0]] },
  { path: "cancelNegative", colour: "negative", stops: [[0, 0.95], [0.5, 0.9], [ADDED, 0]] },
];

/**
 * @param {SVGSVGElement} root emptied and filled
 * @param {string} id unique in the page, for the gradients
 * @param {CarryTerms[]} lanes
 * @param {LaneFrame[]} frames
 * @param {TimeFrame} time
 */
export function paintCurves(root, id, lanes, frames, time) {
  root.replaceChildren(s("defs", {}, ...FADES.map((fade) => gradient(id, fade, time))), ...lanes.map((terms, index) => lane(id, terms, frames[index], time)));
}

/**
 * One gradient serves every column: it repeats with the column's width.
 *
 * @param {string} id
 * @param {typeof FADES[number]} fade
 * @param {TimeFrame} time
 */
function gradient(id, { path, colour, stops }, time) {
  const start = xOf(time, 0, 0);
  const end = start + (time.backward ? -1 : 1) * columnWidth(time);
  return s(
    "linearGradient",
    { id: `${id}-${path}`, gradientUnits: "userSpaceOnUse", spreadMethod: "repeat", x1: start, x2: end, y1: 0, y2: 0 },
    ...stops.map(([offset, opacity]) => s("stop", { offset, "stop-opacity": opacity, class: `carry-stop-${colour}` })),
  );
}

/**
 * @param {string} id
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 */
function lane(id, terms, frame, time) {
  const { paths, numbers } = laneCurves(terms, frame, time);
  const area = (/** @type {string} */ name, /** @type {string} */ d) => s("path", { class: `carry-${name}`, d });
  const fading = FADES.map(({ path }) => s("path", { d: paths[/** @type {keyof typeof paths} */ (path)], fill: `url(#${id}-${path})` }));
  const rule = (/** @type {number} */ y) => s("line", { class: "carry-zero", x1: 0, x2: time.width, y1: y, y2: y });
  /** @type {SVGElement[]} */
  const children = [
    ...(terms.split ? [area("band", paths.band), ...fading, area("edge", paths.edge)] : [area("hidden-area", paths.band), area("hidden", paths.edge)]),
    rule(frame.area.zero),
  ];
  if (frame.readout) {
    children.push(rule(frame.readout.zero), area("hidden-area", paths.hiddenArea), area("shown", paths.shown), area("offered", paths.offered));
    children.push(area("tap", paths.tap), area("hidden", paths.hidden));
  }
  for (const { x, y, text, kind } of numbers) children.push(s("text", { class: `carry-number carry-number-${kind}`, x, y }, new Text(text)));
  return s("g", {}, ...children);
}
