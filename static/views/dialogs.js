/** Help, the network's card, and one panel as a Plotly figure: each in a dialog that Escape closes. */

import { h, setText, shallowEqual } from "../lib/dom.js";
import { words } from "../lib/format.js";
import { SHORTCUTS } from "../lib/keys.js";
import { onPaper, PLOTLY } from "../lib/plotly-look.js";
import { icon } from "../lib/svg.js";
import { modelCard } from "./model-card.js";

/**
 * @typedef {object} DialogProps
 * @property {{name: "help" | "model" | "figure", quantity?: string, figure?: any, error?: string} | null} dialog
 * @property {any} model
 * @property {import("../types.js").Quantity[]} quantities
 * @property {"light" | "dark"} theme
 * @property {string} told what was just done from within a dialog
 */

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<DialogProps>}
 */
export function create(root, emit) {
  const title = h("h2", { id: "dialog-title" });
  const body = h("div", { class: "dialog-body" });
  const told = h("p", { class: "dialog-told", role: "status" });
  const dialog = h("dialog", { "aria-labelledby": "dialog-title", on: { close: () => emit({ type: "dialog-closed" }), click: (/** @type {MouseEvent} */ event) => event.target === dialog && dialog.close() } },
    h("div", { class: "dialog-frame" }, h("header", {}, title, h("button", { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => dialog.close() } }, icon("close"))), body, told));
  root.append(dialog);

  /** @type {DialogProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      setText(told, props.dialog ? props.told : "");
      if (props.dialog === before?.dialog) return;
      if (!props.dialog) return dialog.close();
      dialog.dataset.name = props.dialog.name;
      title.textContent = props.dialog.name === "help" ? "Keys and reading help" : props.dialog.name === "model" ? (props.model?.title ?? props.model?.name ?? "") : words(props.dialog.quantity ?? "");
      if (!dialog.open) dialog.showModal();
      if (props.dialog.name === "help") body.replaceChildren(...help(props.quantities));
      else if (props.dialog.name === "model") body.replaceChildren(...(props.model ? modelCard(props.model, emit) : []));
      else figure(body, props.dialog, props.theme);
      body.scrollTop = 0;
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {import("../types.js").Quantity[]} quantities of the cell that is shown */
function help(quantities) {
  return [
    h("section", {}, h("h3", { text: "Reading the picture" }),
      h("p", { text: "Time runs from left to right, one column a step. Each panel is one quantity, each row of it one unit. Gates run from 0, dark, to 1, bright; signed values run from blue through neutral to orange. What lies ahead of the cursor is dimmed: it has not happened yet." }),
      h("p", { text: "Click a cell to choose its unit and step; the carry track and the cell on the right are about that unit. The wheel or two fingers zoom, dragging moves along; with Shift held, or “Intervene” on, it selects what to clamp, scale or shift. Where several cells share a pixel, the one that stands out most is shown: the largest magnitude, and for gates the farthest from the unit's mean." }),
      h("p", { text: "“Rows by” orders the units by a figure of theirs: how open a gate is, how far it is saturated, how long memory lasts. “Show” leaves only some of them. A share low is that of steps below 0.1, or of signed values below −0.9; a share high that of steps above 0.9." })),
    h("section", {}, h("h3", { text: "What the panels show" }),
      h("dl", { class: "glossary" }, ...quantities.flatMap(({ name, symbol, formula, description }) => [h("dt", { data: { quantity: name } }, h("i", { text: symbol }), ` ${words(name)}`), h("dd", {}, h("code", { text: formula }), description)]))),
    h("section", {}, h("h3", { text: "Keys" }), h("dl", { class: "keys" }, ...SHORTCUTS.flatMap(({ shown, does }) => [h("dt", {}, h("kbd", { text: shown })), h("dd", { text: does })]))),
    h("section", {}, h("p", {}, "The same numbers come as JSON: see the ", h("a", { href: "/docs", text: "REST API" }), ".")),
  ];
}

/**
 * @param {HTMLElement} body
 * @param {NonNullable<DialogProps["dialog"]>} dialog
 * @param {"light" | "dark"} theme
 */
function figure(body, { figure, error }, theme) {
  if (error) return body.replaceChildren(h("p", { class: "dialog-error", role: "alert", text: error }));
  if (!figure) return body.replaceChildren(h("p", { class: "dialog-wait", text: "Drawing the figure…" }));
  const place = h("div", { class: "plotly-place" });
  body.replaceChildren(place);
  const layout = { ...onPaper(figure.layout, theme), margin: { t: 36, r: 20, b: 56, l: 64 } };
  void /** @type {any} */ (globalThis).Plotly.newPlot(place, figure.data, layout, PLOTLY);
}
