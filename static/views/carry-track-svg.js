/**
 * Paints the near view of the carry track: path data -> SVG. A lane is cut into pieces of a dozen elements, as the browser paints a tile of the screen from
 * all elements that reach into it, whole.
 *
 * @module
 */

import { setText } from "../lib/dom.js";
import { s, setAttributes } from "../lib/svg.js";
import { ADDED, columnWidth, FORGOTTEN, visibleSteps, xOf } from "./carry-track-layout.js";
import { laneCurves } from "./carry-track-curves.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */
/** @typedef {import("./carry-track-curves.js").LanePaths} LanePaths */

/** How wide a piece of a lane is, in pixels. */
const PIECE = 256;

/** Places that are closer than this, in pixels, differ by rounding. */
const ROUNDED = 0.5;

/** How many times as many pieces as are in sight are kept at most. */
const KEPT = 4;

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
 * What draws the curves: `draw` those of a window, `reach` more of them when others come into sight, and `cut` hides the numbers that an edge of the
 * window goes through: without its sign a number is another one. Elements are made once a piece of a lane and filled again.
 *
 * @param {SVGSVGElement} root
 * @param {string} id unique in the page, for the gradients
 */
export function curvePainter(root, id) {
  const gradients = FADES.map((fade) => gradient(id, fade));
  /** @type {LaneNodes[]} */
  let nodes = [];
  /** @type {{lanes: CarryTerms[], frames: LaneFrame[], time: TimeFrame}} what is drawn; x begins at the window it was drawn for */
  let drawn = { lanes: [], frames: [], time: { from: 0, to: 1, width: 1, backward: false, steps: 1 } };
  root.replaceChildren(s("defs", {}, ...gradients));

  /** @param {number} lane @param {number} at which piece */
  const fill = (lane, at) => {
    const { lanes, frames, time } = drawn;
    const { element, pieces, spare } = nodes[lane];
    const piece = spare.pop() ?? pieceNodes(id, lanes[lane]);
    pieces.set(at, piece);
    fillPiece(piece, lanes[lane], frames[lane], time, stepsOf(time, at));
    if (piece.element.parentNode !== element) element.append(piece.element);
  };

  /**
   * @param {import("../types.js").TimeWindow} window
   * @param {boolean} [ahead] whether to draw a little of what is likely to come into sight next, where there is nothing else to draw
   */
  const reach = (window, ahead = false) => {
    const { time } = drawn;
    const [first, last] = piecesOf(time, window);
    let filled = 0;
    nodes.forEach(({ pieces, spare }, lane) => {
      if (pieces.size > KEPT * (last - first + 1)) {
        for (const [at, piece] of pieces) {
          if (at >= first - 1 && at <= last + 1) continue;
          pieces.delete(at);
          spare.push(piece);
        }
      }
      for (let at = first; at <= last; at++) {
        if (pieces.has(at)) continue;
        fill(lane, at);
        filled += 1;
      }
      for (const { element } of spare.splice(0)) element.remove();
    });
    if (!ahead || filled) return;
    const [before, after] = piecesOf(time, { from: 0, to: time.steps });
    const next = [last + 1, first - 1].filter((at) => at >= before && at <= after).find((at) => nodes.some(({ pieces }) => !pieces.has(at)));
    if (next !== undefined) fill(nodes.findIndex(({ pieces }) => !pieces.has(next)), next);
  };

  /**
   * @param {CarryTerms[]} lanes
   * @param {LaneFrame[]} frames
   * @param {TimeFrame} time
   * @param {number} height in pixels
   */
  const draw = (lanes, frames, time, height) => {
    setAttributes(root, { width: time.width, height });
    // One gradient serves every column: it repeats with the column's width.
    const start = xOf(time, 0, 0);
    const end = start + (time.backward ? -1 : 1) * columnWidth(time);
    for (const each of gradients) setAttributes(each, { x1: start, x2: end });
    if (nodes.length !== lanes.length || nodes.some(({ split, readout }, index) => split !== (lanes[index].split !== null) || readout !== (lanes[index].readout !== null))) {
      for (const { element } of nodes) element.remove();
      nodes = lanes.map((terms) => ({ element: s("g"), split: terms.split !== null, readout: terms.readout !== null, pieces: new Map(), spare: [] }));
      root.append(...nodes.map(({ element }) => element));
    }
    for (const { pieces, spare } of nodes) {
      spare.push(...pieces.values());
      pieces.clear();
    }
    drawn = { lanes, frames, time };
    reach(time);
  };

  /** @param {import("../types.js").TimeWindow} window */
  const cut = ({ from, to }) => {
    const [left, right] = [from, to].map((edge) => (edge - drawn.time.from) * columnWidth(drawn.time));
    for (const { pieces } of nodes) {
      for (const { numbers } of pieces.values()) {
        for (const { element, x, half } of numbers) element.classList.toggle("is-cut", x - half < left - ROUNDED || x + half > right + ROUNDED);
      }
    }
  };
  return { draw, reach, cut };
}

/** How many steps a piece has, and which is the first one's first. @param {TimeFrame} time */
const grid = (time) => ({ count: Math.ceil(PIECE / columnWidth(time)), start: visibleSteps(time)[0] });

/**
 * The first and last piece of which something is inside a window.
 *
 * @param {TimeFrame} time of the drawing
 * @param {import("../types.js").TimeWindow} window
 * @returns {[first: number, last: number]}
 */
function piecesOf(time, window) {
  const { count, start } = grid(time);
  const [first, last] = visibleSteps({ ...time, ...window }).map((step) => Math.floor((step - start) / count));
  return [first, last];
}

/**
 * @param {TimeFrame} time of the drawing
 * @param {number} piece
 * @returns {[first: number, last: number]}
 */
function stepsOf(time, piece) {
  const { count, start } = grid(time);
  return [Math.max(0, start + piece * count), Math.min(time.steps - 1, start + (piece + 1) * count - 1)];
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
 * @typedef {{element: SVGGElement, split: boolean, readout: boolean, pieces: Map<number, PieceNodes>, spare: PieceNodes[]}} LaneNodes
 * `pieces` by their number, counted from the drawing's first
 *
 * The elements of one piece of a lane: `paths` by the name of their data, a line at zero of each scale, and as many numbers as have been needed.
 *
 * @typedef {{element: SVGGElement, paths: [keyof LanePaths, SVGPathElement][], zeros: SVGLineElement[], numbers: {element: SVGTextElement, x: number, half: number}[]}} PieceNodes
 */

/**
 * @param {string} id
 * @param {CarryTerms} terms
 * @returns {PieceNodes}
 */
function pieceNodes(id, { split, readout }) {
  /** @type {PieceNodes["paths"]} */
  const paths = [];
  const path = (/** @type {keyof LanePaths} */ name, /** @type {Record<string, string>} */ attributes) => {
    const element = s("path", attributes);
    paths.push([name, element]);
    return element;
  };
  const zeros = [s("line", { class: "carry-zero" })];
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
    zeros.push(s("line", { class: "carry-zero" }));
    element.append(zeros[1], path("hiddenArea", { class: "carry-hidden-area" }), path("shown", { class: "carry-shown" }), path("offered", { class: "carry-offered" }));
    element.append(path("tap", { class: "carry-tap" }), path("ghostHidden", { class: "carry-ghost" }), path("hidden", { class: "carry-hidden" }));
  }
  return { element, paths, zeros, numbers: [] };
}

/**
 * @param {PieceNodes} nodes
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 * @param {[first: number, last: number]} range
 */
function fillPiece({ element, paths, zeros, numbers }, terms, frame, time, range) {
  const curves = laneCurves(terms, frame, time, range);
  for (const [name, path] of paths) setAttributes(path, { d: curves.paths[name] });
  const [x1, x2] = [range[0], range[1] + 1].map((step) => Math.round((step - time.from) * columnWidth(time)));
  [frame.area, frame.readout].forEach((scale, index) => scale && setAttributes(zeros[index], { x1, x2, y1: scale.zero, y2: scale.zero }));
  curves.numbers.forEach(({ x, y, half, text, kind }, index) => {
    const number = numbers[index]?.element ?? s("text");
    numbers[index] = { element: number, x, half };
    setAttributes(number, { class: `carry-number carry-number-${kind}`, x, y });
    setText(number, text);
    if (number.parentNode !== element) element.append(number);
  });
  for (const { element: spare } of numbers.splice(curves.numbers.length)) spare.remove();
}
