/** Norms along the time axis, on a logarithmic scale: one line each, with its name and its value at the cursor beside it. */

import { h, setText, shallowEqual } from "../lib/dom.js";
import { formatShort } from "../lib/numerals.js";
import { s } from "../lib/svg.js";
import { logLines } from "./log-chart-layout.js";

/**
 * @typedef {object} LogLine
 * @property {string} key
 * @property {string} name
 * @property {string} hue whose colour it has, as in the style sheet
 * @property {boolean} dashed
 * @property {ArrayLike<number>} values by step
 * @property {string} [label] written at its end
 */

/**
 * @typedef {object} LogChartProps
 * @property {string} title
 * @property {string} description what its numbers are
 * @property {LogLine[]} lines
 * @property {number | null} focus the step where they begin
 * @property {number} step the cursor's
 * @property {import("../types.js").TimeWindow} window
 * @property {number} width of the stack
 * @property {number} gutter
 * @property {number} height
 */

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<LogChartProps>}
 */
export function create(root) {
  const title = h("h3");
  const list = h("ul", { class: "chart-lines" });
  const svg = s("svg", { class: "log-chart", role: "img" });
  root.append(h("div", { class: "chart-head" }, title, list), svg);

  /** @type {LogChartProps | null} */
  let shown = null;
  /** @type {Map<string, HTMLElement>} */
  const values = new Map();

  /** @param {LogLine[]} lines */
  const legend = (lines) => {
    values.clear();
    list.replaceChildren(...lines.map(({ key, name, hue, dashed }) => {
      const value = h("span", { class: "chart-value" });
      values.set(key, value);
      return h("li", { class: dashed ? "is-dashed" : "", data: { hue } }, h("span", { class: "chart-name", text: name }), value);
    }));
  };

  /** @param {LogChartProps} props */
  const paint = ({ lines, focus, window, width, gutter, height, title: words }) => {
    const plotWidth = Math.max(1, width - gutter);
    const layout = logLines(lines, window, plotWidth, height);
    svg.setAttribute("width", String(width));
    svg.setAttribute("height", String(height));
    svg.setAttribute("aria-label", `${words}, on a logarithmic scale; the numbers are in the table below.`);
    const plot = s("svg", { x: gutter, width: plotWidth, height });
    plot.append(s("rect", { class: "chart-ground", width: plotWidth, height }));
    for (const { y } of layout?.decades ?? []) plot.append(s("line", { class: "chart-grid", x2: plotWidth, y1: y, y2: y }));
    if (focus !== null) {
      const x = ((focus + 0.5 - window.from) / (window.to - window.from)) * plotWidth;
      plot.append(s("line", { class: "chart-focus", x1: x, x2: x, y2: height }));
    }
    layout?.paths.forEach(({ d }, index) => {
      const { hue, dashed } = lines[index];
      const path = s("path", { class: `chart-line${dashed ? " is-dashed" : ""}`, d });
      path.dataset.hue = hue;
      plot.append(path);
    });
    for (const { key, text, x, y } of layout?.labels ?? []) {
      const label = s("text", { class: "chart-label", x, y }, new Text(text));
      label.dataset.hue = lines.find((line) => line.key === key)?.hue ?? "";
      plot.append(label);
    }
    svg.replaceChildren(plot, ...(layout?.decades ?? []).map(({ y, text }) => s("text", { class: "chart-tick", x: gutter - 6, y: Math.min(height - 2, Math.max(9, y + 4)) }, new Text(text))));
  };

  return {
    update(props) {
      const before = shown;
      if (shallowEqual(before, props)) return;
      shown = props;
      if (props.title !== before?.title || props.description !== before.description) {
        setText(title, props.title);
        title.title = props.description;
      }
      if (props.lines !== before?.lines) legend(props.lines);
      if (before === null || !shallowEqual({ ...before, step: props.step }, props)) paint(props);
      for (const { key, values: numbers } of props.lines) {
        const value = numbers[props.step];
        setText(/** @type {HTMLElement} */ (values.get(key)), value > 0 ? formatShort(value) : "·");
      }
    },
    destroy: () => root.replaceChildren(),
  };
}
