/** The picture of a comparison: both sequences, both carry tracks, and the heatmaps of both and of their difference over one time axis. */

import { ALONE } from "../lib/alignment.js";
import { attachGestures } from "../lib/gestures.js";
import { h, keyed, setHidden } from "../lib/dom.js";
import { timeScale } from "../lib/scale.js";
import { compareCarryProps, compareForecastProps, comparePanelProps, compareRibbonProps, compareWindow, stepsOf } from "../state/compare-props.js";
import { hoverValues, stepWords } from "../state/compare-reading.js";
import { compareOf } from "../state/compare-sides.js";
import { alignmentOf, rowsOf } from "../state/comparison.js";
import { isOfUnits } from "../state/selectors.js";
import { gutterOf } from "../state/shown.js";
import * as carryTrack from "../views/carry-track.js";
import * as cursor from "../views/cursor.js";
import * as forecast from "../views/forecast.js";
import * as gaps from "../views/gaps.js";
import * as heatmap from "../views/heatmap.js";
import * as ribbon from "../views/ribbon.js";

/** @typedef {import("../state/types.js").State} State */
/** @typedef {import("../state/compare-types.js").SideName} SideName */

/** @type {SideName[]} */
const SIDES = ["a", "b"];

/**
 * @param {HTMLElement} root what scrolls
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<State>}
 */
export function createStage(root, emit) {
  const sides = { a: oneSide("a", emit), b: oneSide("b", emit) };
  const panels = h("div", { class: "panels" });
  const over = h("div", { class: "cursor-layer", "aria-hidden": "true" });
  const ribbons = h("div", { class: "compare-ribbons" }, sides.a.ribbonRow, sides.b.ribbonRow);
  const content = h("div", { class: "compare-content" },
    ribbons,
    sides.a.forecastRow, sides.b.forecastRow, sides.a.trackRow, sides.b.trackRow, panels, over);
  root.append(content);
  const pointer = cursor.create(over);

  /** @type {Map<string, HTMLElement>} */
  const panelRoots = new Map();
  /** @type {Map<HTMLElement, import("../types.js").View<import("../views/heatmap.js").HeatmapProps>>} */
  const panelViews = new Map();
  /** @type {State | null} */
  let shown = null;

  /** @param {State} state */
  const updatePanels = (state) => {
    const all = comparePanelProps(state);
    keyed(panels, panelRoots, all, ({ key }) => key, ({ key }) => {
      const element = h("section", { class: "panel", data: { part: key.split(":")[1] } });
      panelViews.set(element, heatmap.create(element, emit));
      return element;
    });
    for (const [element, view] of panelViews) {
      if (element.isConnected) continue;
      view.destroy();
      panelViews.delete(element);
    }
    for (const { key, ...props } of all) panelViews.get(/** @type {HTMLElement} */ (panelRoots.get(key)))?.update(props);
  };

  const scale = () => timeScale(compareWindow(/** @type {State} */ (shown)), content.clientWidth, gutterOf(/** @type {State} */ (shown)));

  /** @param {number} x */
  const columnAt = (x) => Math.max(0, Math.min((alignmentOf(compareOf(/** @type {State} */ (shown)))?.columns ?? 1) - 1, Math.floor(scale().step(x))));

  /** The unit and quantity under the pointer, where it is over a heatmap. @param {PointerEvent} event */
  const cellAt = (event) => {
    const plot = event.target instanceof Element ? event.target.closest(".plot") : null;
    const layer = shown && compareOf(shown).pair?.a.trace.layers[compareOf(shown).layer];
    const quantity = /** @type {HTMLElement | undefined} */ (plot?.parentElement)?.dataset.quantity ?? null;
    if (!plot || !shown || !layer || quantity === null || !isOfUnits(layer, quantity)) return { unit: null, quantity };
    const box = plot.getBoundingClientRect();
    const place = Math.max(0, Math.min(layer.hiddenSize - 1, Math.floor(((event.clientY - box.top) / box.height) * layer.hiddenSize)));
    return { unit: rowsOf(compareOf(shown))?.[place] ?? place, quantity };
  };

  /** The carry track tells what is under the pointer itself. @param {Event} event */
  const ownsPointer = (event) => event.target instanceof Element && event.target.closest(".carry-stage") !== null;

  const undo = attachGestures(content, {
    inside: (x, event) => shown !== null && compareOf(shown).pair !== null && x >= gutterOf(shown) && event.target instanceof Element && event.target.closest(".panel-head, .carry-legend, button, a") === null,
    point(x, event) {
      if (ownsPointer(event)) return;
      const below = Math.min(innerHeight, root.getBoundingClientRect().bottom) - event.clientY;
      emit({ type: "hovered", hover: { step: columnAt(x), ...cellAt(event), y: event.clientY - content.getBoundingClientRect().top, below } });
    },
    leave: () => emit({ type: "hovered", hover: null }),
    choose(x, event) {
      if (ownsPointer(event)) return;
      emit({ type: "step-chosen", step: columnAt(x) });
      const { unit } = cellAt(event);
      if (unit !== null) emit({ type: "unit-chosen", unit });
    },
    pan: (pixels) => emit({ type: "window-panned", by: pixels / scale().stepWidth }),
    wheelZooms: ({ deltaX, deltaY }) => (shown !== null && compareOf(shown).window !== null) || Math.abs(deltaX) > Math.abs(deltaY) || (deltaY < 0 && root.scrollTop <= 0),
    zoom: (factor, x) => emit({ type: "window-zoomed", factor, at: scale().step(x) }),
  });

  const measure = () => emit({ type: "room-measured", width: content.clientWidth, free: Math.max(0, Math.floor(root.clientHeight - (panels.getBoundingClientRect().top - content.getBoundingClientRect().top))) });
  const observer = new ResizeObserver(measure);
  for (const element of [root, ...content.children]) if (element !== panels && element !== over) observer.observe(element);

  return {
    update(state) {
      shown = state;
      const compare = compareOf(state);
      const alignment = alignmentOf(compare);
      root.classList.toggle("is-empty", !compare.pair);
      if (!compare.pair || !alignment || compare.room.width === 0) return;
      const traces = { a: compare.pair.a.trace, b: compare.pair.b.trace };
      ribbons.classList.toggle("is-plain", alignment.marks.every((mark) => mark !== ALONE));
      for (const name of SIDES) sides[name].update(state, traces, alignment);
      updatePanels(state);
      pointer.update(cursorProps(state));
    },
    destroy() {
      undo();
      observer.disconnect();
      root.replaceChildren();
    },
  };
}

/** @param {State} state @returns {import("../views/cursor.js").CursorProps} */
function cursorProps(state) {
  const { column, hover, room } = compareOf(state);
  const title = hover ? `${stepWords(compareOf(state), "a", hover.step)} · ${stepWords(compareOf(state), "b", hover.step)}${hover.unit === null ? "" : ` · unit ${hover.unit}`}` : "";
  return { step: column ?? 0, window: compareWindow(state), width: room.width, gutter: gutterOf(state), rem: state.surroundings.rem, hover, held: null, label: "", title, values: hoverValues(state), predictions: null };
}

/**
 * The rows of one side.
 * @param {SideName} name
 * @param {import("../types.js").Emit} emit
 */
function oneSide(name, emit) {
  const badge = () => h("span", { class: "badge row-badge", "aria-hidden": "true", text: name.toUpperCase() });
  const strip = h("div", { class: "ribbon" });
  const ribbonRow = h("div", { class: "compare-row", data: { part: name } }, strip, badge());
  const curve = h("div", { class: "forecast-row", hidden: true });
  const forecastRow = h("div", { class: "compare-row", data: { part: name } }, curve, badge());
  const track = h("div", { class: "carry-row" });
  const hatch = h("div", { class: "gaps", "aria-hidden": "true" });
  const trackRow = h("div", { class: "compare-row compare-track", data: { part: name } }, track, hatch);
  const views = { ribbon: ribbon.create(strip, { zoomable: true }), forecast: forecast.create(curve), track: carryTrack.createCarryTrack(track, emit), gaps: gaps.create(hatch) };
  return {
    ribbonRow,
    forecastRow,
    trackRow,
    /** @param {State} state @param {Record<SideName, import("../types.js").Trace>} traces @param {import("../lib/alignment.js").Alignment} alignment */
    update(state, traces, alignment) {
      views.ribbon.update(compareRibbonProps(state, name, traces, alignment));
      const curves = compareForecastProps(state, name, traces, alignment);
      views.forecast.update(curves);
      setHidden(forecastRow, curves.values === null && curves.outputs === null);
      views.track.update(compareCarryProps(state, name, traces, alignment));
      views.gaps.update({ places: stepsOf(alignment, name), window: curves.window, width: curves.width, gutter: curves.gutter });
    },
  };
}
