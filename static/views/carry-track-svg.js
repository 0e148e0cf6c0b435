/**
 * Paints the near view of the carry track: path data -> SVG. A dozen elements a lane, however many steps there are.
 *
 * @module
 */

import { s } from "../lib/svg.js";
import { ADDED, columnWidth, FORGOTTEN, xOf } from "./carry-track-layout.js";
import { laneCurves } from "./carry-track-curves.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */

/**
 * Paths that change along each column: [part of the column, colour, opacity]. The slice that peels off starts in the band's own colour, and is
 * drawn hollow, as what is lost, where what is written is solid.
 *
 * @type {{path: string, stops: [number, string, number][]}[]}
 */
const FADES = [
  { path: "peel", stops: [[0, "state", 0.42], [0.1, "forgotten", 0.34], [0.2, "forgotten", 0.28], [FORGOTTEN, "forgotten", 0]] },
  { path: "peelEdge", stops: [[0, "state", 1], [0.1, "forgotten", 1], [0.22, "forgotten", 0.8], [FORGOTTEN, "forgotten", 0]] },
  { path: "joinPositive", stops: [[0, "positive", 0.9], [ADDED, "positive", 0.9], [1, "positive", 0]] },
  { path: "joinNegative", stops: [[0, "negative", 0.9], [ADDED, "negative", 0.9], [1, "negative", 0]] },
  { path: "cancelPositive", stops: [[0, "positive", 0.9], [0.5, "positive", 0.85], [ADDED, "positive", 0]] },
  { path: "cancelNegative", stops: [[0, "negative", 0.9], [0.5, "negative", 0.85], [ADDED, "negative", 0]] },
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
function gradient(id, { path, stops }, time) {
  const start = xOf(time, 0, 0);
  const end = start + (time.backward ? -1 : 1) * columnWidth(time);
  return s(
    "linearGradient",
    { id: `${id}-${path}`, gradientUnits: "userSpaceOnUse", spreadMethod: "repeat", x1: start, x2: end, y1: 0, y2: 0 },
    ...stops.map(([offset, colour, opacity]) => s("stop", { offset, "stop-opacity": opacity, class: `carry-stop-${colour}` })),
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
  const fading = FADES.map(({ path }) => {
    const d = paths[/** @type {keyof typeof paths} */ (path)];
    const paint = `url(#${id}-${path})`;
    return path === "peelEdge" ? s("path", { d, class: "carry-peel-edge", stroke: paint }) : s("path", { d, fill: paint });
  });
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
