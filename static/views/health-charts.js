/** The charts of a layer's health, which Plotly draws. A part of the Health place. */

import { h, setHidden, setText } from "../lib/dom.js";
import { halfLives, histograms, openness, saturation } from "../lib/health-figures.js";
import { onPaper, PLOTLY } from "../lib/plotly-look.js";

/** @typedef {import("../lib/health-types.js").LayerHealth} LayerHealth */
/** @typedef {import("../lib/health-figures.js").Figure} Figure */
/** @typedef {{layer: LayerHealth, projected: boolean, charts: "coming" | "there" | "failed", theme: "light" | "dark"}} ChartProps */

/** One small chart is at least this wide, in CSS pixels, and no more stand side by side. */
const NARROWEST = 210;
const MOST_ACROSS = 6;

/** The size of letters that pages have, in CSS pixels. */
const USUAL = 16;

/** Where nothing hovers the buttons would always lie over the chart. */
const BUTTONS = { displayModeBar: matchMedia("(hover: hover)").matches ? /** @type {const} */ ("hover") : false, modeBarButtonsToRemove: ["select2d", "lasso2d"] };

const FAILED = "The charts could not be drawn: their library did not arrive. The table has the numbers.";

/**
 * @param {import("../types.js").Emit} emit
 * @returns {{element: HTMLElement, update: (props: ChartProps) => void, destroy: () => void}}
 */
export function healthCharts(emit) {
  const note = h("p", { class: "hint", role: "status" });
  const frames = [
    frame("Values of each quantity", "is-wide", emit),
    frame("How open the gates are", "", emit),
    frame("Share saturated", "", emit),
    frame("Half-life of memory", "", emit),
  ];
  const probe = h("span", { class: "hue-probe", "aria-hidden": "true" });
  const element = h("section", { class: "health-charts", "aria-label": "Charts" }, note, ...frames.map((one) => one.element), probe);

  /** @type {ChartProps | null} */
  let shown = null;
  let across = 0;

  function draw() {
    if (!shown) return;
    const { layer, projected, charts, theme } = shown;
    setText(note, charts === "there" ? "" : charts === "failed" ? FAILED : "The chart library is being loaded…");
    const there = charts === "there";
    const look = lookOf(layer, probe);
    const figures = [histograms(layer, look, across), openness(layer, projected, look), saturation(layer, projected, look), halfLives(layer, look)];
    frames.forEach((one, index) => one.draw(there ? figures[index] : null, theme));
  }

  const watching = new ResizeObserver(([{ contentRect }]) => {
    const fit = Math.max(1, Math.min(MOST_ACROSS, Math.floor(contentRect.width / NARROWEST)));
    if (contentRect.width === 0 || fit === across) return;
    across = fit;
    draw();
  });
  watching.observe(element);

  return {
    element,
    update(props) {
      const before = shown;
      shown = props;
      if (across === 0 || (before && before.layer === props.layer && before.charts === props.charts && before.theme === props.theme && before.projected === props.projected)) return;
      draw();
    },
    destroy() {
      watching.disconnect();
      for (const one of frames) one.destroy();
    },
  };
}

/**
 * @param {string} title
 * @param {string} kind
 * @param {import("../types.js").Emit} emit
 */
function frame(title, kind, emit) {
  const place = h("div", { class: "chart", role: "img" });
  const element = h("figure", { class: `health-chart ${kind}` }, h("figcaption", { text: title }), place);
  const plotly = () => /** @type {any} */ (globalThis).Plotly;
  let drawn = false;
  return {
    element,
    /** @param {Figure | null} figure @param {"light" | "dark"} theme */
    draw(figure, theme) {
      setHidden(element, figure === null);
      if (!figure) return;
      place.setAttribute("aria-label", `${title}. ${figure.text}`);
      place.style.height = `${figure.height}px`;
      void plotly().react(place, figure.data, onPaper(figure.layout, theme), { ...PLOTLY, ...BUTTONS });
      if (!drawn) /** @type {any} */ (place).on("plotly_click", (/** @type {any} */ { points }) => {
        const unit = points[0]?.customdata;
        if (Number.isInteger(unit)) emit({ type: "unit-explored", unit });
      });
      drawn = true;
    },
    destroy: () => drawn && plotly().purge(place),
  };
}

/**
 * The page's own colours and size, as far as a chart needs them: style sheets have them, and Plotly wants them spelled out.
 * @param {LayerHealth} layer
 * @param {HTMLElement} probe an element on the page
 * @returns {import("../lib/health-figures.js").Look}
 */
function lookOf({ quantities }, probe) {
  /** @param {string} name */
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const hues = Object.fromEntries(quantities.map(({ quantity }) => {
    probe.dataset.quantity = quantity;
    return [quantity, colour("--hue")];
  }));
  return { hues, ink: colour("--text"), line: colour("--line"), low: colour("--negative"), middle: colour("--line-strong"), high: colour("--positive"), scale: parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL };
}
