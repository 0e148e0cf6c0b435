/** Numbers along the time axis: what was read, and beside it what the network had forecast one step earlier. */

import { h, setHidden, shallowEqual } from "../lib/dom.js";
import { rangeEnd } from "../lib/format.js";
import { timeScale } from "../lib/scale.js";
import { s } from "../lib/svg.js";

/** @typedef {import("../types.js").Matrix} Matrix */

/**
 * @typedef {object} ForecastProps
 * @property {Matrix | null} values rows are steps
 * @property {Matrix | null} outputs rows are steps
 * @property {Matrix | null} others the outputs of the trace that this one is compared with
 * @property {boolean} intervened whether this one is with interventions, the other without
 * @property {boolean} nextInput whether the output at step t is a forecast of the input at t + 1
 * @property {import("../types.js").TimeWindow} window
 * @property {number} width
 * @property {number} gutter
 * @property {Matrix[]} [beside] numbers shown elsewhere that are to have the same scale
 * @property {string[] | null} [names] of the columns that are read
 */

const HEIGHT = 72;
const MARGIN = 6;

/** So many columns are told apart, by their dashes; of more, so many are drawn, all alike. */
const TOLD_APART = 3;
const DRAWN = 8;

/**
 * The polyline of one column, in pixels. Where many steps share a pixel, the lowest and the highest of them are both drawn.
 * @param {Matrix} matrix
 * @param {number} column
 * @param {number} shift in steps, +1 for a forecast of the next
 * @param {import("../types.js").TimeWindow} window
 * @param {(step: number) => number} x
 * @param {(value: number) => number} y
 * @param {number} pixels across
 */
export function linePath({ data, rows, columns }, column, shift, window, x, y, pixels) {
  const from = Math.max(0, Math.floor(window.from) - 1 - shift);
  const to = Math.min(rows, Math.ceil(window.to) + 1);
  const every = Math.max(1, Math.floor((to - from) / Math.max(1, pixels)));
  let path = "";
  let drawing = false;
  /** @param {number} step */
  const draw = (step) => {
    const value = data[step * columns + column];
    // Where there is no number the line ends, and begins anew behind it.
    if (!Number.isNaN(value)) path += `${drawing ? "L" : "M"}${x(step + shift + 0.5).toFixed(1)},${y(value).toFixed(1)}`;
    drawing = !Number.isNaN(value);
  };
  for (let start = from; start < to; start += every) {
    let low = start;
    let high = start;
    for (let step = start; step < Math.min(start + every, to); step++) {
      const value = data[step * columns + column];
      if (value < data[low * columns + column] || Number.isNaN(data[low * columns + column])) low = step;
      if (value > data[high * columns + column] || Number.isNaN(data[high * columns + column])) high = step;
    }
    for (const step of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) draw(step);
  }
  return path;
}

/**
 * The lowest and highest number of all matrices that are there.
 * @param {(Matrix | null)[]} matrices
 * @returns {[number, number]}
 */
export function extent(matrices) {
  let low = Infinity;
  let high = -Infinity;
  for (const matrix of matrices) {
    if (!matrix) continue;
    for (const value of matrix.data) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (!Number.isFinite(low)) return [0, 1];
  return low === high ? [low - 1, high + 1] : [low, high];
}

/** A piece of a line, for the legend. @param {string} kind @param {number} column */
const swatch = (kind, column) => s("svg", { class: "swatch", viewBox: "0 0 20 4", "aria-hidden": "true" }, s("path", { class: `line ${kind}`, "data-column": column, d: "M0,2H20" }));

/** What the other trace's outputs are called. @param {boolean} intervened */
const otherName = (intervened) => (intervened ? "original" : "intervened");

/** @param {Matrix} matrix whether its columns are told apart */
const isTold = ({ columns }) => columns > 1 && columns <= TOLD_APART;

/**
 * The legend: a name for each column of what is read where they can be told apart, and one for all of each other kind.
 * @param {ForecastProps} props
 * @returns {{kind: "truth" | "guess" | "other", text: string, column: number}[]} `column` has the dashes
 */
export function legendOf({ values, outputs, others, intervened, nextInput, names }) {
  /** @type {ReturnType<typeof legendOf>} */
  const keys = [];
  const add = (/** @type {"truth" | "guess" | "other"} */ kind, /** @type {string} */ text, column = 0) => keys.push({ kind, text, column });
  if (values && isTold(values)) for (let column = 0; column < values.columns; column++) add("truth", names?.[column] ?? `read ${column + 1}`, column);
  else if (values) add("truth", values.columns > DRAWN ? `read (${DRAWN} of ${values.columns})` : "read");
  if (outputs) add("guess", nextInput ? "forecast" : "output");
  if (others) add("other", otherName(intervened));
  return keys;
}

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<ForecastProps>}
 */
export function create(root) {
  const svg = s("svg", { class: "forecast", height: HEIGHT, role: "img" });
  const legend = h("div", { class: "forecast-legend" });
  root.append(legend, svg);
  /** @type {ForecastProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      setHidden(root, props.values === null && props.outputs === null);
      if (root.hidden) return;
      const { window, width, gutter, values, outputs, others, intervened, nextInput, beside = [] } = props;
      const [low, high] = extent([values, outputs, others, ...beside]);
      const scale = timeScale(window, width, gutter);
      /** @param {number} value */
      const y = (value) => HEIGHT - MARGIN - ((value - low) / (high - low)) * (HEIGHT - 2 * MARGIN);
      svg.setAttribute("width", String(width));
      svg.setAttribute("aria-label", `${values ? "The numbers read" : ""}${outputs ? (nextInput ? ", and the forecast of each made one step earlier" : ", and the network's output") : ""}${others ? `, and beside it the ${otherName(intervened)} one,` : ","} from ${rangeEnd(low)} to ${rangeEnd(high)}.`);
      const plot = s("svg", { x: gutter, width: Math.max(0, width - gutter), height: HEIGHT, viewBox: `${gutter} 0 ${Math.max(1, width - gutter)} ${HEIGHT}` });
      // Of outputs it is columns of what is read that have names; a forecast has the dashes of the column that it is about.
      const told = (/** @type {Matrix} */ matrix) => isTold(matrix) && (matrix === values || (nextInput && matrix.columns === values?.columns));
      /** @param {Matrix | null} matrix @param {string} name @param {number} shift */
      const lines = (matrix, name, shift) => {
        for (let column = 0; matrix && column < Math.min(matrix.columns, DRAWN); column++) {
          plot.append(s("path", { class: `line ${name}`, "data-column": told(matrix) ? column : 0, d: linePath(matrix, column, shift, window, scale.x, y, width - gutter) }));
        }
      };
      lines(values, "truth", 0);
      lines(others, "other", nextInput ? 1 : 0);
      lines(outputs, "guess", nextInput ? 1 : 0);
      svg.replaceChildren(
        s("text", { class: "end", x: gutter - 8, y: MARGIN + 8 }, document.createTextNode(rangeEnd(high))),
        s("text", { class: "end", x: gutter - 8, y: HEIGHT - MARGIN }, document.createTextNode(rangeEnd(low))),
        plot,
      );
      legend.replaceChildren(...legendOf(props).map(({ kind, text, column }) => h("span", { class: `key ${kind}`, title: text }, swatch(kind, column), h("span", { class: "key-name", text }))));
    },
    destroy: () => root.replaceChildren(),
  };
}
