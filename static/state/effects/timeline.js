/** Pointer places over the stack as steps and units: the one place where pixels become events. */

import { attachGestures } from "../../lib/gestures.js";
import { timeScale } from "../../lib/scale.js";
import { gutterOf } from "../props.js";
import { isOfUnits, layerOf, rowOrderOf, windowOf } from "../selectors.js";

/**
 * @param {import("../store.js").Store} store
 * @param {HTMLElement} content the stack
 * @param {HTMLElement} viewport what scrolls it
 */
export function attachTimeline(store, content, viewport) {
  const scale = () => timeScale(windowOf(store.get()), store.get().surroundings.width, gutterOf(store.get()));

  /** @param {number} x */
  const stepAt = (x) => Math.max(0, Math.min((store.get().shown?.trace.steps ?? 1) - 1, Math.floor(scale().step(x))));

  /**
   * The unit and quantity under the pointer, where it is over a heatmap.
   * @param {PointerEvent} event
   */
  const cellAt = (event) => {
    const state = store.get();
    const plot = event.target instanceof Element ? event.target.closest(".plot") : null;
    const layer = layerOf(state);
    if (!plot || !layer) return { unit: null, quantity: null };
    const quantity = /** @type {HTMLElement} */ (plot.parentElement).dataset.quantity ?? null;
    if (quantity === null || !isOfUnits(layer, quantity)) return { unit: null, quantity };
    const box = plot.getBoundingClientRect();
    const place = Math.max(0, Math.min(layer.hiddenSize - 1, Math.floor(((event.clientY - box.top) / box.height) * layer.hiddenSize)));
    return { unit: rowOrderOf(state)?.[place] ?? place, quantity };
  };

  /** The carry track tells what is under the pointer itself. @param {Event} event */
  const ownsPointer = (event) => event.target instanceof Element && event.target.closest("#carry") !== null;

  attachGestures(content, {
    inside: (x, event) => store.get().shown !== null && x >= gutterOf(store.get()) && event.target instanceof Element && event.target.closest("#toolbar, .panel-head, button, a") === null,
    point(x, event) {
      if (ownsPointer(event)) return;
      const top = content.getBoundingClientRect().top;
      const below = Math.min(innerHeight, viewport.getBoundingClientRect().bottom) - event.clientY;
      const hover = { step: stepAt(x), ...cellAt(event), y: event.clientY - top, below };
      store.dispatch({ type: "hovered", hover });
    },
    leave: () => store.dispatch({ type: "hovered", hover: null }),
    choose(x, event) {
      if (ownsPointer(event)) return;
      store.dispatch({ type: "step-chosen", step: stepAt(x) });
      const { unit } = cellAt(event);
      if (unit !== null) store.dispatch({ type: "unit-chosen", unit });
    },
    pan: (pixels) => store.dispatch({ type: "window-panned", by: pixels / scale().stepWidth }),
    // Where there is nothing to zoom out of, and on the way back up, the wheel scrolls a stack that is taller than its place.
    wheelZooms: ({ deltaX, deltaY }) => store.get().view.window !== null || Math.abs(deltaX) > Math.abs(deltaY) || (deltaY < 0 && viewport.scrollTop <= 0),
    zoom: (factor, x) => store.dispatch({ type: "window-zoomed", factor, at: scale().step(x) }),
  });
}
