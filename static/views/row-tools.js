/** A part of the toolbar: by which figure the rows of the heatmaps are ordered, and which of them are shown. */

import { h, setHidden, setText } from "../lib/dom.js";
import { words } from "../lib/format.js";

/**
 * @typedef {object} RowTools
 * @property {{by: string, quantity: string, up: boolean}} order
 * @property {string[]} orders those that the layer has figures for
 * @property {string[]} quantities that the figure can be of
 * @property {{only: string, quantity: string | null, value: number}} rows which of them are shown; the value is one to compare with
 * @property {number} units of the layer
 * @property {ArrayLike<number> | null} listed those that have a row, from the top; null for all in their own order
 */

/** The figures, as the words before the quantity, and what they are. */
const ORDERS = [
  ["index", "unit number", "The units' own order"],
  ["mean", "mean of", "The mean over all steps: of a gate, how open it is"],
  ["variance", "variance of", "The variance over all steps"],
  ["span", "range of", "From the smallest value to the largest"],
  ["low", "share low of", "The share of steps below 0.1, or of signed values below −0.9: saturated low"],
  ["high", "share high of", "The share of steps above 0.9: saturated high"],
  ["half_life", "half-life of memory", "Steps until half of a memory is forgotten"],
  ["step", "value at this step of", "The value at the chosen step"],
];

const ROWS = [
  ["all", "all units"],
  ["least", "at least"],
  ["most", "at most"],
  ["dead", "dead units"],
  ["stuck", "stuck units"],
  ["closed", "gate always closed"],
  ["open", "gate always open"],
  ["saturated", "always saturated"],
  ["forgetful", "forgetful units"],
];

/** So many units are counted and named. */
const NAMED = 6;

/** @param {number[]} listed @param {number} units */
const countWords = (listed, units) => (listed.length === 0 ? `none of ${units} units` : `${listed.length} of ${units} units${listed.length <= NAMED ? `: ${listed.join(", ")}` : ""}`);

/** @param {string} only */
const hasThreshold = (only) => only === "least" || only === "most";

/**
 * @param {import("../types.js").Emit} emit
 * @returns {{element: HTMLElement, update: (props: RowTools, before: RowTools | null) => void}}
 */
export function rowTools(emit) {
  const by = h("select", { id: "order", on: { change: () => emit({ type: "order-chosen", order: { by: by.value } }) } }, ...ORDERS.map(([value, text, title]) => h("option", { value, text, title })));
  const quantity = h("select", { "aria-label": "Quantity the rows are ordered by", on: { change: () => emit({ type: "order-chosen", order: { quantity: quantity.value } }) } });
  const direction = h("button", { type: "button", class: "tool row-direction", on: { click: () => emit({ type: "order-chosen", order: { up: direction.dataset.up !== "true" } }) } });
  const only = h("select", { id: "rows", on: { change: () => {
    const [kind, of = null] = only.value.split("~");
    emit({ type: "rows-chosen", rows: { only: kind, quantity: of } });
  } } });
  const value = h("input", { type: "number", step: "any", "aria-label": "The value that is compared with", on: { change: () => {
    if (value.value !== "" && Number.isFinite(value.valueAsNumber)) emit({ type: "rows-chosen", rows: { value: value.valueAsNumber } });
  } } });
  const count = h("span", { class: "row-count", role: "status" });
  const element = h("span", { class: "tool-group order-group" },
    h("label", { for: "order", text: "Rows by" }), by, quantity, direction, h("label", { for: "rows", class: "rows-label", text: "show" }), only, value, count);

  return {
    element,
    update({ order, orders, quantities, rows, units, listed }, before) {
      if (orders !== before?.orders) for (const option of by.options) option.disabled = !orders.includes(option.value);
      if (quantities !== before?.quantities) quantity.replaceChildren(...quantities.map((name) => h("option", { value: name, text: words(name) })));
      by.value = order.by;
      quantity.value = order.quantity;
      setHidden(quantity, order.by === "index" || order.by === "half_life");
      setHidden(direction, order.by === "index");
      setText(direction, order.up ? "↑" : "↓");
      direction.dataset.up = String(order.up);
      direction.title = order.up ? "The smallest are at the top" : "The largest are at the top";
      direction.setAttribute("aria-label", `${direction.title}: turn round`);
      const chosen = rows.quantity ? `${rows.only}~${rows.quantity}` : rows.only;
      if (rows !== before?.rows || order.by !== before.order.by) {
        only.replaceChildren(...ROWS.map(([kind, text]) => h("option", { value: kind, text, disabled: hasThreshold(kind) && order.by === "index" })));
        const text = ROWS.find(([kind]) => kind === rows.only)?.[1];
        if (rows.quantity) only.append(h("option", { value: chosen, text: `${text}: ${words(rows.quantity)}` }));
        only.value = chosen;
      }
      setHidden(value, !hasThreshold(rows.only));
      if (document.activeElement !== value || rows.value !== before?.rows.value) value.value = String(rows.value);
      count.classList.toggle("is-none", listed?.length === 0);
      setText(count, rows.only === "all" || !listed ? "" : countWords(Array.from(listed), units));
    },
  };
}
