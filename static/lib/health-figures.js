/** Charts of a layer's health, as Plotly draws them. Pure: look come in, figures go out. */

import { words } from "./format.js";
import { unitQuantities } from "./health-table.js";

/** @typedef {import("./health-types.js").LayerHealth} LayerHealth */
/** @typedef {import("./health-types.js").QuantityHealth} QuantityHealth */

/**
 * `hues` are by quantity; `ink` writes, `line` is for grids; `scale` is how much larger than usual the page is.
 * @typedef {{hues: Record<string, string>, ink: string, line: string, low: string, middle: string, high: string, scale: number}} Look
 * @typedef {{data: any[], layout: any, height: number, text: string}} Figure `text` says what it shows
 */

/** Heights in CSS pixels, on a page of the usual size. */
const ROW = 150;
const CHART = 250;

/** Half-lives are counted between these numbers of steps; beyond the last one there is only never. */
const EDGES = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384];
/** @type {Record<number, string>} as short as a bar is wide */
const SHORT = { 0.25: "¼", 0.5: "½", 1024: "1k", 4096: "4k", 16384: "16k" };
/** @param {number} edge */
const edgeText = (edge) => SHORT[edge] ?? String(edge);

/** So many units are named where a bar is pointed at. */
const NAMED = 12;

/** @param {Look} look */
const axis = ({ line }) => ({ gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true, fixedrange: true });

/** @param {Look} look @param {Record<string, any>} more */
const layoutOf = (look, more) => ({ margin: { t: 8, r: 12, b: 34, l: 44 }, showlegend: false, dragmode: false, bargap: 0.08, hoverlabel: { align: "left" }, ...more, font: { color: look.ink, size: 12 * look.scale } });

/**
 * How often every quantity has which value, all units and steps together: one small chart each.
 * @param {LayerHealth} layer
 * @param {Look} look
 * @param {number} across how many stand side by side
 * @returns {Figure}
 */
export function histograms({ quantities: all }, look, across) {
  const columns = Math.min(across, all.length);
  const rows = Math.ceil(all.length / columns);
  const height = (rows * ROW + 20) * look.scale;
  /** @type {Record<string, any>} */
  const axes = {};
  /** @type {any[]} */
  const titles = [];
  const gap = { x: 0.06, y: (56 * look.scale) / height };
  const wide = (1 - gap.x * (columns - 1)) / columns;
  const tall = (1 - gap.y * (rows - 1)) / rows;
  const data = all.map(({ quantity, histogram }, index) => {
    const id = index === 0 ? "" : String(index + 1);
    const left = (index % columns) * (wide + gap.x);
    const top = 1 - Math.floor(index / columns) * (tall + gap.y);
    axes[`xaxis${id}`] = { ...axis(look), domain: [left, left + wide], anchor: `y${id}`, range: [histogram.low, histogram.high], nticks: 5 };
    axes[`yaxis${id}`] = { ...axis(look), domain: [Math.max(0, top - tall), top], anchor: `x${id}`, tickformat: ".0%", nticks: 4, rangemode: "tozero" };
    titles.push({ text: words(quantity), x: left + wide / 2, y: top, xref: "paper", yref: "paper", xanchor: "center", yanchor: "bottom", showarrow: false, font: { color: look.hues[quantity] ?? look.ink, size: 13 * look.scale } });
    const width = (histogram.high - histogram.low) / histogram.counts.length;
    const total = histogram.counts.reduce((sum, count) => sum + count, 0);
    return {
      type: "bar", name: words(quantity), xaxis: `x${id}`, yaxis: `y${id}`, width, marker: { color: look.hues[quantity] ?? look.ink },
      x: histogram.counts.map((_, bin) => histogram.low + (bin + 0.5) * width), y: histogram.counts.map((count) => count / total),
      customdata: histogram.counts.map((count, bin) => [histogram.low + bin * width, histogram.low + (bin + 1) * width, count]),
      hovertemplate: "%{customdata[0]:.3g} to %{customdata[1]:.3g}: %{y:.1%} (%{customdata[2]:,})<extra></extra>",
    };
  });
  return { data, layout: layoutOf(look, { ...axes, annotations: titles, margin: { t: 26, r: 8, b: 28, l: 40 } }), height: height + 40 * look.scale, text: "How often each quantity has which value, over all units and steps." };
}

/**
 * What share of each bounded quantity's values is saturated: one bar each.
 * @param {LayerHealth} layer
 * @param {boolean} projected
 * @param {Look} look
 * @returns {Figure | null} null where nothing has bounds
 */
export function saturation(layer, projected, look) {
  const bounded = unitQuantities(layer, projected).filter(({ low, high }) => low && high).reverse();
  if (bounded.length === 0) return null;
  const names = bounded.map(({ quantity }) => words(quantity));
  const low = bounded.map((one) => meanOf(one.low ?? []));
  const high = bounded.map((one) => meanOf(one.high ?? []));
  /** @param {string} name @param {number[]} x @param {string} color */
  const part = (name, x, color) => ({ type: "bar", orientation: "h", name, y: names, x, marker: { color }, hovertemplate: `%{y}: %{x:.1%} ${name}<extra></extra>` });
  return {
    data: [part("saturated low", low, look.low), part("in between", low.map((share, index) => 1 - share - high[index]), look.middle), part("saturated high", high, look.high)],
    layout: layoutOf(look, { barmode: "stack", showlegend: true, legend: { orientation: "h", y: -0.25, traceorder: "normal" }, margin: { t: 8, r: 24, b: 56, l: 44 }, xaxis: { ...axis(look), range: [0, 1], tickvals: [0, 0.25, 0.5, 0.75, 1], tickformat: ".0%" }, yaxis: axis(look) }),
    height: (92 + bounded.length * 34) * look.scale,
    text: bounded.map(({ quantity }, index) => `${words(quantity)}: ${whole(low[index])} low, ${whole(high[index])} high`).reverse().join("; "),
  };
}

/**
 * How many units forget half of what they hold within how many steps.
 * @param {LayerHealth} layer
 * @param {Look} look
 * @returns {Figure | null} null for a cell without a gate that keeps
 */
export function halfLives(layer, look) {
  const lives = layer.half_life?.map((steps) => steps ?? Infinity);
  if (!lives) return null;
  const bins = binned(lives);
  return {
    data: [{
      type: "bar", x: bins.map(({ text }) => text), y: bins.map(({ units }) => units.length), marker: { color: look.hues[layer.cell === "lstm" ? "forget_gate" : "update_gate"] ?? look.ink },
      customdata: bins.map(({ units }) => `${units.slice(0, NAMED).join(", ")}${units.length > NAMED ? ", …" : ""}`), hovertemplate: "%{x}: %{y} units<br>%{customdata}<extra></extra>",
    }],
    layout: layoutOf(look, { xaxis: { ...axis(look), type: "category", tickangle: 0, tickfont: { size: 11 * look.scale }, title: { text: "steps until half is forgotten" } }, yaxis: { ...axis(look), title: { text: "units" }, rangemode: "tozero" }, margin: { t: 8, r: 12, b: 52, l: 48 } }),
    height: CHART * look.scale,
    text: bins.filter(({ units }) => units.length > 0).map(({ text, units }) => `${text}: ${units.length}`).join("; "),
  };
}

/**
 * How open every gate of every unit is on average: a point for each unit.
 * @param {LayerHealth} layer
 * @param {boolean} projected
 * @param {Look} look
 * @returns {Figure | null} null for a cell without gates
 */
export function openness(layer, projected, look) {
  const gates = unitQuantities(layer, projected).filter(({ quantity, low }) => quantity.endsWith("_gate") && low);
  if (gates.length === 0) return null;
  return {
    data: gates.map(({ quantity, mean }) => ({
      type: "box", name: words(quantity), y: mean, boxpoints: "all", jitter: 0.6, pointpos: 0, marker: { color: look.hues[quantity], size: 4 * look.scale, opacity: 0.6 }, line: { width: 1 }, fillcolor: "rgba(0,0,0,0)",
      customdata: mean.map((_, unit) => unit), hoveron: "points", hovertemplate: "unit %{customdata}: %{y:.3f}<extra></extra>",
    })),
    layout: layoutOf(look, { xaxis: { ...axis(look), type: "category" }, yaxis: { ...axis(look), range: [-0.02, 1.02], title: { text: "mean openness" } }, margin: { t: 8, r: 12, b: 34, l: 52 } }),
    height: CHART * look.scale,
    text: gates.map(({ quantity, mean }) => `${words(quantity)}: ${meanOf(mean).toFixed(2)}`).join("; "),
  };
}

/** @param {number[]} lives @returns {{text: string, units: number[]}[]} from the first bin with a unit to the last */
function binned(lives) {
  const names = ["0", `<${edgeText(EDGES[0])}`, ...EDGES.map((edge, index) => (index + 1 < EDGES.length ? `${edgeText(edge)}–${edgeText(EDGES[index + 1])}` : `>${edgeText(edge)}`)), "never"];
  const bins = names.map((text) => ({ text, units: /** @type {number[]} */ ([]) }));
  lives.forEach((steps, unit) => bins[steps === 0 ? 0 : steps === Infinity ? bins.length - 1 : 1 + EDGES.filter((edge) => edge <= steps).length].units.push(unit));
  const finite = bins.slice(0, -1);
  const filled = finite.map(({ units }) => units.length > 0);
  const kept = finite.slice(filled.indexOf(true) < 0 ? finite.length : filled.indexOf(true), filled.lastIndexOf(true) + 1);
  const never = bins[bins.length - 1];
  return never.units.length ? [...kept, never] : kept;
}

/** @param {number[]} values */
const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** @param {number} share */
const whole = (share) => `${Math.round(share * 100)}%`;
