/** Between the carry track and the panels: which unit, how the rows are ordered, what part of the time is shown. */

import { h, shallowEqual } from "../lib/dom.js";
import { icon } from "../lib/svg.js";
import { rowTools } from "./row-tools.js";

/**
 * @typedef {object} OwnProps
 * @property {number} unit
 * @property {number} units
 * @property {(number | "mean")[]} pins
 * @property {boolean} tall
 * @property {boolean} ledger whether the layer has a memory ledger
 * @property {boolean} origins whether the carry track is split by who wrote it
 * @property {boolean} allOrigins whether the origins of all units are shown
 * @property {boolean} intervening whether dragging over a heatmap selects what to change
 * @property {boolean} ablated whether the chosen unit is
 * @property {boolean} zoomed whether only a part of the steps is visible
 * @typedef {OwnProps & import("./row-tools.js").RowTools} ToolbarProps
 */

const NO_LEDGER = "A simple RNN computes its whole state anew at every step: nothing is kept that could be told apart by who wrote it.";

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<ToolbarProps>}
 */
export function create(root, emit) {
  const unit = h("input", { type: "number", id: "unit", min: 0, inputmode: "numeric", on: { change: () => {
    const wanted = Math.round(Number(unit.value));
    if (shown && unit.value !== "" && wanted >= 0 && wanted < shown.units) emit({ type: "unit-chosen", unit: wanted });
    else unit.value = String(shown?.unit ?? 0);
  } } });
  const pin = h("button", { type: "button", class: "tool", on: { click: () => emit({ type: "pin-toggled" }) } }, icon("pin"), h("span", { text: "Pin" }));
  const mean = h("button", { type: "button", class: "tool", title: "Show the mean over the units in the carry track (M)", on: { click: () => emit({ type: "pin-toggled", unit: "mean" }) } }, h("span", { text: "Mean" }));
  /** @param {string} type @param {string} text @param {string} [name] in full */
  const ledger = (type, text, name = text) => h("button", { type: "button", class: "tool", "aria-label": name, on: { click: () => emit({ type }) } }, h("span", { text }));
  const origins = ledger("origins-toggled", "Origins");
  const allOrigins = ledger("units-toggled", "of all units", "Origins of all units");
  const intervene = h("button", { type: "button", class: "tool", title: "Drag over a heatmap to clamp, scale or shift what lies there (I); or hold Shift", on: { click: () => emit({ type: "intervening-toggled" }) } }, icon("sliders"), h("span", { text: "Intervene" }));
  const ablate = h("button", { type: "button", class: "tool", on: { click: () => emit({ type: "unit-ablated" }) } }, h("span", { text: "Ablate" }));
  const pins = h("span", { class: "pins" });
  const rows = rowTools(emit);
  const tall = h("button", { type: "button", class: "tool", title: "Taller panels", on: { click: () => emit({ type: "height-toggled" }) } }, h("span", { text: "Taller" }));
  /** @param {string} picture @param {string} words @param {import("../types.js").ViewEvent} event */
  const zoom = (picture, words, event) => h("button", { type: "button", class: "icon-button small", "aria-label": words, title: words, on: { click: () => emit(event) } }, icon(picture));
  const fit = zoom("fit", "Show the whole sequence (0)", { type: "window-fitted" });
  root.append(
    h("span", { class: "tool-group" }, h("label", { for: "unit", text: "Unit" }), unit, pin, mean, pins),
    h("span", { class: "tool-group" }, origins, allOrigins),
    h("span", { class: "tool-group" }, intervene, ablate),
    h("span", { class: "tool-line" }, rows.element,
      h("span", { class: "tool-group end" }, tall, zoom("minus", "Zoom out (−)", { type: "window-zoomed", factor: 1 / 1.5 }), zoom("plus", "Zoom in (+)", { type: "window-zoomed", factor: 1.5 }), fit)),
  );

  /** @type {ToolbarProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      if (props.units !== before?.units) unit.max = String(props.units - 1);
      if (document.activeElement !== unit || props.unit !== before?.unit) unit.value = String(props.unit);
      const pinned = props.pins.includes(props.unit);
      pin.setAttribute("aria-pressed", String(pinned));
      pin.title = `${pinned ? "Let this unit go from" : "Keep this unit in"} the carry track (P)`;
      mean.setAttribute("aria-pressed", String(props.pins.includes("mean")));
      if (props.pins !== before?.pins) {
        pins.replaceChildren(...props.pins.filter((lane) => lane !== "mean").map((lane) => h("button", { type: "button", class: "chip", title: `Let unit ${lane} go from the carry track`, "aria-label": `Unpin unit ${lane}`, on: { click: () => emit({ type: "pin-toggled", unit: lane }) } }, String(lane), icon("close"))));
      }
      rows.update(props, before);
      origins.disabled = allOrigins.disabled = !props.ledger;
      origins.setAttribute("aria-pressed", String(props.origins && props.ledger));
      allOrigins.setAttribute("aria-pressed", String(props.allOrigins && props.ledger));
      origins.title = props.ledger ? "Split the carry track by who wrote what this unit remembers (O)" : NO_LEDGER;
      allOrigins.title = props.ledger ? "A heatmap of who wrote what all units hold at this step" : NO_LEDGER;
      intervene.setAttribute("aria-pressed", String(props.intervening));
      ablate.setAttribute("aria-pressed", String(props.ablated));
      ablate.title = props.ablated ? `Give unit ${props.unit} back` : `Run without unit ${props.unit}: nothing of it is read out at any step`;
      tall.setAttribute("aria-pressed", String(props.tall));
      fit.disabled = !props.zoomed;
    },
    destroy: () => root.replaceChildren(),
  };
}
