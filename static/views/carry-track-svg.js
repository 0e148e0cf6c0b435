/**
 * Paints the near view of the carry track: path data -> SVG. A dozen elements a lane, however many steps there are.
 *
 * @module
 */

import { setText } from "../lib/dom.js";
import { s } from "../lib/svg.js";
import { ADDED, columnWidth, FORGOTTEN, xOf } from "./carry-track-layout.js";
import { laneCurves } from "./carry-track-curves.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */
/** @typedef {import("./carry-track-curves.js").LanePaths} LanePaths */

/**
 * Paths that change along each column: [part of the column, colour, opacity]. The slice that peels off starts in the band's own colour, and is
 * drawn hollow, as what is lost, where what is written is solid.
 *
 * @type {{path: keyof LanePaths, stops: [number, string, number][]}[]}
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
 * What draws the curves. Elements are made once a lane and filled again for every window.
 *
 * @param {SVGSVGElement} root
 * @param {string} id unique in the page, for the gradients
 */
export function curvePainter(root, id) {
  const gradients = FADES.map((fade) => gradient(id, fade));
  /** @type {LaneNodes[]} */
  let nodes = [];
  root.replaceChildren(s("defs", {}, ...gradients));
  /**
   * @param {CarryTerms[]} lanes
   * @param {LaneFrame[]} frames
   * @param {TimeFrame} time
   * @param {number} height in pixels
   */
  return (lanes, frames, time, height) => {
    set(root, { width: time.width, height });
    // One gradient serves every column: it repeats with the column's width.
    const start = xOf(time, 0, 0);
    const end = start + (time.backward ? -1 : 1) * columnWidth(time);
    for (const each of gradients) set(each, { x1: start, x2: end });
    if (nodes.length !== lanes.length || nodes.some(({ split, readout }, index) => split !== (lanes[index].split !== null) || readout !== (lanes[index].readout !== null))) {
      for (const { element } of nodes) element.remove();
      nodes = lanes.map((terms) => laneNodes(id, terms));
      root.append(...nodes.map(({ element }) => element));
    }
    nodes.forEach((lane, index) => fillLane(lane, lanes[index], frames[index], time));
  };
}

/**
 * @param {SVGElement} element
 * @param {Record<string, string | number>} attributes
 */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/**
 * @param {string} id
 * @param {typeof FADES[number]} fade
 */
function gradient(id, { path, stops }) {
  return s(
    "linearGradient",
    { id: `${id}-${path}`, gradientUnits: "userSpaceOnUse", spreadMethod: "repeat", y1: 0, y2: 0 },
    ...stops.map(([offset, colour, opacity]) => s("stop", { offset, "stop-opacity": opacity, class: `carry-stop-${colour}` })),
  );
}

/**
 * The elements of one lane: `paths` by the name of their data, a line at zero of each scale, and as many numbers as have been needed.
 *
 * @typedef {{element: SVGGElement, split: boolean, readout: boolean, paths: [keyof LanePaths, SVGPathElement][], zeros: SVGLineElement[],
 *   numbers: SVGTextElement[]}} LaneNodes
 */

/**
 * @param {string} id
 * @param {CarryTerms} terms
 * @returns {LaneNodes}
 */
function laneNodes(id, { split, readout }) {
  /** @type {LaneNodes["paths"]} */
  const paths = [];
  const path = (/** @type {keyof LanePaths} */ name, /** @type {Record<string, string>} */ attributes) => {
    const element = s("path", attributes);
    paths.push([name, element]);
    return element;
  };
  const zeros = [s("line", { class: "carry-zero", x1: 0 })];
  const element = s("g");
  if (split) {
    element.append(path("band", { class: "carry-band" }));
    for (const { path: name } of FADES) {
      const paint = `url(#${id}-${name})`;
      element.append(path(name, name === "peelEdge" ? { class: "carry-peel-edge", stroke: paint } : { fill: paint }));
    }
    element.append(path("ghost", { class: "carry-ghost" }), path("edge", { class: "carry-edge" }));
  } else {
    element.append(path("band", { class: "carry-hidden-area" }), path("ghost", { class: "carry-ghost" }), path("edge", { class: "carry-hidden" }));
  }
  element.append(zeros[0]);
  if (readout) {
    zeros.push(s("line", { class: "carry-zero", x1: 0 }));
    element.append(zeros[1], path("hiddenArea", { class: "carry-hidden-area" }), path("shown", { class: "carry-shown" }), path("offered", { class: "carry-offered" }));
    element.append(path("tap", { class: "carry-tap" }), path("ghostHidden", { class: "carry-ghost" }), path("hidden", { class: "carry-hidden" }));
  }
  return { element, split: split !== null, readout: readout !== null, paths, zeros, numbers: [] };
}

/**
 * @param {LaneNodes} nodes
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 */
function fillLane({ element, paths, zeros, numbers }, terms, frame, time) {
  const curves = laneCurves(terms, frame, time);
  for (const [name, path] of paths) set(path, { d: curves.paths[name] });
  [frame.area, frame.readout].forEach((scale, index) => scale && set(zeros[index], { x2: time.width, y1: scale.zero, y2: scale.zero }));
  curves.numbers.forEach(({ x, y, text, kind }, index) => {
    const number = (numbers[index] ??= s("text"));
    set(number, { class: `carry-number carry-number-${kind}`, x, y });
    setText(number, text);
    if (number.parentNode !== element) element.append(number);
  });
  for (const spare of numbers.slice(curves.numbers.length)) spare.remove();
}
