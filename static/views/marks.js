/** Outlines over a heatmap: what was intervened in, and what is being dragged over. A part of a heatmap. */

import { s, setAttributes } from "../lib/svg.js";
import { outline } from "../lib/marks.js";

/** @typedef {import("../lib/marks.js").Mark} Mark */

/**
 * @returns {{element: SVGSVGElement, update: (marks: Mark[], rubber: Mark | null, picture: import("./heatmap.js").Picture) => void}}
 */
export function marksView() {
  const halo = s("path", { class: "mark-halo", d: "" });
  const line = s("path", { class: "mark-line", d: "" });
  const pulled = s("path", { class: "mark-rubber", d: "" });
  const element = s("svg", { class: "marks", "aria-hidden": "true" }, halo, line, pulled);
  return {
    element,
    update(marks, rubber, { window, plotWidth, height, matrix, order }) {
      const plot = { width: plotWidth, height, units: order ? order.length : matrix.columns };
      element.toggleAttribute("hidden", marks.length === 0 && rubber === null);
      const d = outline(marks, window, plot);
      for (const each of [halo, line]) setAttributes(each, { d });
      setAttributes(pulled, { d: rubber ? outline([rubber], window, plot) : "" });
    },
  };
}
