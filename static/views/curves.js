/** Curves along training, drawn by Plotly once it has arrived; a click chooses the update under it. */

import { h, keyed, setHidden, setText } from "../lib/dom.js";
import { escapeLabel } from "../lib/plotly-text.js";
import { legendOf, logTicks } from "../lib/training-figures.js";

/** @typedef {import("../lib/training-figures.js").Chart} Chart */
/** @typedef {{ready: boolean, charts: Chart[], update: number | null, theme: "light" | "dark", words: string}} CurvesProps */

/** Nothing that is drawn here leaves this machine. */
const CONFIG = { showSendToCloud: false, plotlyServerURL: "", displaylogo: false, displayModeBar: false, responsive: true };

/** Plotly draws no more often than this, in milliseconds. */
const REST = 250;

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<CurvesProps>}
 */
export function create(root, emit) {
  const words = h("p", { class: "visually-hidden" });
  const grid = h("div", { class: "chart-grid" });
  const legend = h("ul", { class: "chart-legend", "aria-hidden": "true" });
  const wait = h("p", { class: "hint", role: "status" });
  root.append(wait, legend, grid, words);
  /** @type {Map<string, HTMLElement>} */
  const frames = new Map();
  /** @type {CurvesProps | null} */
  let shown = null;
  let drawnAt = -Infinity;
  let timer = 0;

  const draw = () => {
    timer = 0;
    drawnAt = performance.now();
    if (!shown?.ready) return;
    const { charts, update, theme } = shown;
    const ink = inkOf(words);
    const names = legendOf(charts);
    if (legend.children.length !== names.length || names.some(({ name }, index) => legend.children[index].textContent !== name)) legend.replaceChildren(...names.map(legendEntry));
    keyed(grid, frames, charts, ({ key }) => key, ({ key }) => chartFrame(key));
    for (const chart of charts) {
      const frame = /** @type {HTMLElement} */ (frames.get(chart.key));
      setText(/** @type {HTMLElement} */ (frame.firstElementChild), chart.title);
      const place = /** @type {any} */ (frame.lastElementChild);
      const first = place.data === undefined;
      void /** @type {any} */ (globalThis).Plotly.react(place, chart.curves.map((curve) => line(curve, ink)), layout(chart, update, ink, theme), CONFIG).then(() => {
        if (first) place.on("plotly_click", (/** @type {any} */ event) => emit({ type: "train-update-chosen", update: Math.round(event.points[0].x) }));
      });
    }
  };

  return {
    update(props) {
      if (shown && props.charts === shown.charts && props.update === shown.update && props.theme === shown.theme && props.ready === shown.ready) return;
      shown = props;
      setText(words, props.words);
      setText(wait, !props.ready ? "The chart library is being loaded…" : props.charts.length ? "" : "The curves begin with the first update.");
      setHidden(wait, wait.textContent === "");
      timer ||= window.setTimeout(draw, Math.max(0, drawnAt + REST - performance.now()));
    },
    destroy() {
      clearTimeout(timer);
      for (const frame of frames.values()) /** @type {any} */ (globalThis).Plotly?.purge(frame.lastElementChild);
      root.replaceChildren();
    },
  };
}

/** @param {{name: string, colour: number | null}} entry */
const legendEntry = ({ name, colour }) => h("li", { data: { run: colour === null ? "" : String(colour) } }, name);

/** @param {string} key */
const chartFrame = (key) => h("figure", { class: "chart", data: { chart: key } }, h("figcaption"), h("div", { class: "chart-place", "aria-hidden": "true" }));

/** Colours from the style sheet, which knows the theme: an element that has one tells which it is. @param {HTMLElement} probe */
function inkOf(probe) {
  /** @param {string} name */
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  return { text: colour("--text"), grid: colour("--chart-grid"), cursor: colour("--chart-cursor"), runs: [0, 1, 2].map((index) => colour(`--run-${index}`)) };
}

/**
 * @param {import("../lib/training-figures.js").Curve} curve
 * @param {ReturnType<typeof inkOf>} ink
 */
const line = ({ name, colour, dashed, x, y }, ink) => ({
  type: "scatter",
  mode: x.length === 1 ? "markers" : "lines",
  name: escapeLabel(name),
  x,
  y,
  line: { color: colour === null ? ink.text : ink.runs[colour], width: dashed ? 1.2 : 1.8, dash: colour === null ? "dash" : dashed ? "dot" : "solid" },
  marker: { color: colour === null ? ink.text : ink.runs[colour] },
  hovertemplate: "update %{x}: %{y:.4g}<extra>%{fullData.name}</extra>",
});

/**
 * @param {Chart} chart
 * @param {number | null} update
 * @param {ReturnType<typeof inkOf>} ink
 * @param {"light" | "dark"} theme
 */
function layout({ log, key, curves }, update, ink, theme) {
  const axis = { gridcolor: ink.grid, zeroline: false, linecolor: ink.grid, tickfont: { size: 11 }, automargin: true };
  return {
    autosize: true,
    margin: { t: 6, r: 10, b: 34, l: 44 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: ink.text, size: 12 },
    xaxis: { ...axis, title: { text: "update", standoff: 4, font: { size: 11 } }, rangemode: "tozero" },
    yaxis: { ...axis, type: log ? "log" : "linear", tickformat: "~g", nticks: 6, ...(log && { dtick: logTicks(curves) }), hoverformat: ".4g" },
    showlegend: false,
    hovermode: "closest",
    uirevision: `${key} ${theme}`,
    shapes: update === null ? [] : [{ type: "line", x0: update, x1: update, yref: "paper", y0: 0, y1: 1, line: { color: ink.cursor, width: 1.2 } }],
  };
}
