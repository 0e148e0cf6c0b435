/** Over the picture of a comparison: which quantity and unit, how the two are aligned, what part of the time is shown. */

import { h, shallowEqual } from "../lib/dom.js";
import { words } from "../lib/format.js";
import { icon } from "../lib/svg.js";
import { zoomRange } from "./zoom-range.js";

/**
 * @typedef {object} CompareToolbarProps
 * @property {string[]} layers
 * @property {number} layer
 * @property {string[]} quantities
 * @property {string[]} symbols in the same order
 * @property {string | null} quantity null shows all
 * @property {number} unit
 * @property {number} units
 * @property {"index" | "edit"} method
 * @property {boolean} sorted
 * @property {{from: number, to: number} | null} zoomed
 * @property {boolean} ready
 */

const METHODS = [["edit", "edit distance"], ["index", "index"]];

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<CompareToolbarProps>}
 */
export function create(root, emit) {
  const layer = h("select", { "aria-label": "Layer and direction", on: { change: () => emit({ type: "layer-chosen", index: Number(layer.value) }) } });
  const quantities = h("span", { class: "quantity-choice", role: "group", "aria-label": "Quantity" });
  const unit = h("input", { type: "number", id: "compare-unit", min: 0, inputmode: "numeric", on: { change: () => {
    const wanted = Math.round(Number(unit.value));
    if (shown && unit.value !== "" && wanted >= 0 && wanted < shown.units) emit({ type: "unit-chosen", unit: wanted });
    else unit.value = String(shown?.unit ?? 0);
  } } });
  const method = h("select", { id: "compare-align", on: { change: () => emit({ type: "align-chosen", method: method.value }) } }, ...METHODS.map(([value, text]) => h("option", { value, text })));
  const sorted = h("button", { type: "button", class: "tool", title: "The units that differ most come first", on: { click: () => emit({ type: "rows-sorted" }) } }, "Most different first");
  const swap = h("button", { type: "button", class: "tool", title: "Let A and B change places", on: { click: () => emit({ type: "swapped" }) } }, "Swap A and B");
  const range = zoomRange("columns");
  /** @param {string} picture @param {string} text @param {import("../types.js").ViewEvent} event */
  const zoom = (picture, text, event) => h("button", { type: "button", class: "icon-button small", "aria-label": text, title: text, on: { click: () => emit(event) } }, icon(picture));
  const fit = zoom("fit", "Show all steps (0)", { type: "window-fitted" });
  root.append(
    h("span", { class: "tool-group" }, layer, quantities),
    h("span", { class: "tool-group" }, h("label", { for: "compare-unit", text: "Unit" }), unit, sorted),
    h("span", { class: "tool-group" }, h("label", { for: "compare-align", text: "Align by" }), method, swap),
    h("span", { class: "tool-group end" }, range.element, zoom("minus", "Zoom out (−)", { type: "window-zoomed", factor: 1 / 1.5 }), zoom("plus", "Zoom in (+)", { type: "window-zoomed", factor: 1.5 }), fit),
  );

  /** @type {CompareToolbarProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      if (props.layers !== before?.layers) layer.replaceChildren(...props.layers.map((text, value) => h("option", { value, text })));
      layer.hidden = props.layers.length < 2;
      layer.value = String(props.layer);
      if (props.symbols !== before?.symbols || props.quantities !== before.quantities) {
        quantities.replaceChildren(...props.quantities.map((name, index) => choice(h("i", { text: props.symbols[index] }), words(name), name)), choice("All", "All quantities", null));
      }
      for (const button of quantities.querySelectorAll("button")) button.setAttribute("aria-pressed", String((button.dataset.quantity ?? null) === props.quantity));
      if (props.units !== before?.units) unit.max = String(props.units - 1);
      if (document.activeElement !== unit || props.unit !== before?.unit) unit.value = String(props.unit);
      method.value = props.method;
      sorted.setAttribute("aria-pressed", String(props.sorted));
      if (props.zoomed !== before?.zoomed) range.update(props.zoomed);
      for (const control of root.querySelectorAll("button, select, input")) /** @type {HTMLButtonElement} */ (control).disabled = !props.ready;
      fit.disabled = props.zoomed === null;
    },
    destroy: () => root.replaceChildren(),
  };

  /** @param {Node | string} face @param {string} title @param {string | null} quantity */
  function choice(face, title, quantity) {
    return h("button", { type: "button", class: "tool", title, "aria-label": title, data: quantity === null ? {} : { quantity }, on: { click: () => emit({ type: "quantity-shown", quantity, all: quantity === null }) } }, face);
  }
}
