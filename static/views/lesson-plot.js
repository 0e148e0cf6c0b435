/** A plot of a lesson: curves over one axis, marks on them, and in words what they say. */

import { h, setText, shallowEqual } from "../lib/dom.js";
import { s } from "../lib/svg.js";
import { plotLayout } from "./lesson-plot-layout.js";

/** @typedef {import("../lessons/types.js").Picture} Picture */
/**
 * `step`, where there is one, is marked by the cursor over all pictures and not here.
 * @typedef {{picture: Extract<Picture, {kind: "plot"}>, drawn: ReturnType<Extract<Picture, {kind: "plot"}>["draw"]>, width: number, gutter: number, rem: number}} PlotProps
 */

/** Radius of a mark in CSS pixels. */
const RADIUS = 5;

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<PlotProps>}
 */
export function create(root) {
  const svg = s("svg", { class: "lesson-plot", role: "img" });
  const legend = h("ul", { class: "curve-legend" });
  const words = h("p", { class: "curve-words", role: "status" });
  root.append(svg, legend, words);
  /** @type {PlotProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      const { picture, drawn, width, gutter, rem } = props;
      const { curves, marks = [] } = drawn;
      const layout = plotLayout(picture, curves, marks, { width, gutter, rem });
      svg.setAttribute("width", String(layout.width));
      svg.setAttribute("height", String(layout.height));
      svg.setAttribute("aria-label", drawn.words);
      const text = (/** @type {string} */ name, /** @type {Record<string, number | string>} */ at, /** @type {string} */ value) => s("text", { class: name, ...at }, new Text(value));
      svg.replaceChildren(
        ...layout.yTicks.flatMap(({ position, text: value }) => [s("line", { class: "curve-grid", x1: layout.left, x2: layout.width, y1: position, y2: position }), text("curve-tick is-y", { x: layout.left - 6, y: position, dy: "0.35em" }, value)]),
        ...layout.xTicks.map(({ position, text: value }) => text("curve-tick", { x: Math.min(position, layout.width - 0.5 * rem), y: layout.bottom + 1.1 * rem }, value)),
        text("curve-name", { x: layout.width, y: layout.height - 0.1 * rem, "text-anchor": "end" }, picture.x),
        ...layout.curves.map(({ path, curve }) => s("path", { class: curve.dashed ? "curve-line is-dashed" : "curve-line", d: path, "data-quantity": curve.quantity })),
        ...layout.marks.map(({ x, y, mark }) => s("circle", { class: "curve-mark", cx: x, cy: y, r: RADIUS, "data-quantity": mark.quantity })),
      );
      legend.replaceChildren(h("li", { class: "curve-axis" }, picture.y), ...curves.map((curve) => entry("curve-swatch", curve)), ...layout.marks.map(({ mark }) => entry("curve-swatch is-mark", mark)));
      setText(words, drawn.words);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {string} name @param {{name: string, quantity: string, dashed?: boolean}} of */
const entry = (name, of) => h("li", {}, h("span", { class: of.dashed ? `${name} is-dashed` : name, data: { quantity: of.quantity }, "aria-hidden": "true" }), of.name);
