/** Pointer places over the stack as steps and units: the one place where pixels become events. */

import { attachGestures } from "../../lib/gestures.js";
import { timeScale } from "../../lib/scale.js";
import { gutterOf } from "../shown.js";
import { rowOrderOf } from "../rows.js";
import { isOfUnits, layerOf, windowOf } from "../selectors.js";

/** @typedef {{quantity: string, box: DOMRect, rows: number}} Heatmap its place on the screen and its rows */

/** The panel that is no quantity of the cell: the ledger of all units. */
const ORIGINS = "origins";

/**
 * @param {import("../store.js").Store} store
 * @param {HTMLElement} content the stack
 * @param {HTMLElement} viewport what scrolls it
 */
export function attachTimeline(store, content, viewport) {
  const scale = () => timeScale(windowOf(store.get()), store.get().surroundings.width, gutterOf(store.get()));

  /** @param {number} x */
  const stepAt = (x) => Math.max(0, Math.min((store.get().shown?.trace.steps ?? 1) - 1, Math.floor(scale().step(x))));

  /** How many rows the heatmap of a quantity of the cell shows. @param {string} quantity */
  const rowsOf = (quantity) => {
    const layer = layerOf(store.get());
    if (!layer?.quantities[quantity]) return 0;
    return (isOfUnits(layer, quantity) ? rowOrderOf(store.get())?.length : null) ?? layer.quantities[quantity].columns;
  };

  /** A heatmap of numbers that can be intervened in. @param {PointerEvent} event @returns {Heatmap | null} */
  const heatmapAt = (event) => {
    const plot = event.target instanceof Element ? event.target.closest(".plot") : null;
    const quantity = /** @type {HTMLElement | null} */ (plot?.parentElement ?? null)?.dataset.quantity;
    const rows = rowsOf(quantity ?? "");
    return plot && quantity && rows ? { quantity, box: plot.getBoundingClientRect(), rows } : null;
  };

  /** @type {Heatmap | null} what is being dragged over */
  let pulled = null;

  /** The row of a heatmap that lies at a height of the screen; beyond its ends, the one there. @param {Pick<Heatmap, "box" | "rows">} over @param {number} y */
  const rowAt = ({ box, rows }, y) => Math.max(0, Math.min(rows - 1, Math.floor(((y - box.top) / box.height) * rows)));

  /**
   * The unit and quantity under the pointer, where it is over a heatmap.
   * @param {PointerEvent} event
   */
  const cellAt = (event) => {
    const state = store.get();
    const plot = event.target instanceof Element ? event.target.closest(".plot") : null;
    const layer = layerOf(state);
    if (!plot || !layer) return { unit: null, quantity: null, row: null };
    const quantity = /** @type {HTMLElement} */ (plot.parentElement).dataset.quantity ?? null;
    const box = plot.getBoundingClientRect();
    const own = quantity === ORIGINS || (quantity !== null && isOfUnits(layer, quantity));
    const rows = quantity === ORIGINS ? rowOrderOf(state)?.length ?? layer.hiddenSize : rowsOf(quantity ?? "");
    const place = rowAt({ box, rows }, event.clientY);
    if (!own) return { unit: null, quantity, row: place };
    const order = rowOrderOf(state);
    return { unit: order ? (order[place] ?? null) : place, quantity, row: null };
  };

  /** The carry track tells what is under the pointer itself. @param {Event} event */
  const ownsPointer = (event) => event.target instanceof Element && event.target.closest("#carry") !== null;

  attachGestures(content, {
    inside: (x, event) => store.get().shown !== null && x >= gutterOf(store.get()) && event.target instanceof Element && event.target.closest("#toolbar, #changes, .panel-head, button, a, label") === null,
    point(x, event) {
      if (ownsPointer(event)) return;
      const top = content.getBoundingClientRect().top;
      const below = Math.min(innerHeight, viewport.getBoundingClientRect().bottom) - event.clientY;
      const { unit, quantity } = cellAt(event);
      const hover = { step: stepAt(x), unit, quantity, y: event.clientY - top, below };
      store.dispatch({ type: "hovered", hover });
    },
    leave: () => store.dispatch({ type: "hovered", hover: null }),
    choose(x, event) {
      if (ownsPointer(event)) return;
      store.dispatch({ type: "step-chosen", step: stepAt(x) });
      const { unit, quantity, row } = cellAt(event);
      if (unit !== null) store.dispatch({ type: "unit-chosen", unit });
      if (quantity !== null) store.dispatch({ type: "quantity-chosen", quantity, row });
    },
    selects(event) {
      pulled = store.get().intervening.tool || event.shiftKey || event.altKey ? heatmapAt(event) : null;
      return pulled !== null;
    },
    select(from, event) {
      if (!pulled) return;
      const left = content.getBoundingClientRect().left;
      const [steps, rows] = [[from.x, event.clientX].map((x) => stepAt(x - left)), [from.y, event.clientY].map((y) => rowAt(/** @type {Heatmap} */ (pulled), y))];
      store.dispatch({ type: "rubber-drawn", rubber: { quantity: pulled.quantity, from: Math.min(...steps), to: Math.max(...steps), top: Math.min(...rows), bottom: Math.max(...rows) } });
    },
    selected: (event) => store.dispatch({ type: "rubber-released", at: { x: event.clientX, y: event.clientY } }),
    dropped: () => store.dispatch({ type: "rubber-dropped" }),
    pan: (pixels) => store.dispatch({ type: "window-panned", by: pixels / scale().stepWidth }),
    // Where there is nothing to zoom out of, and on the way back up, the wheel scrolls a stack that is taller than its place.
    wheelZooms: ({ deltaX, deltaY }) => store.get().view.window !== null || Math.abs(deltaX) > Math.abs(deltaY) || (deltaY < 0 && viewport.scrollTop <= 0),
    zoom: (factor, x) => store.dispatch({ type: "window-zoomed", factor, at: scale().step(x) }),
  });
}
