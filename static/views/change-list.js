/** Where two traces differ most, as a list of places to go to. */

import { h, setText, shallowEqual } from "../lib/dom.js";
import { number, words } from "../lib/format.js";
import { formatShortSigned } from "../lib/numerals.js";

/**
 * `layer` is null for what the network gives out, `unit` for what is not of units; `row` is which number of the quantity it is.
 * @typedef {{layer: number | null, quantity: string, symbol: string, layerName: string, when: string, unit: number | null, row: number, column: number, difference: number, here: number, baseline: number}} ListedChange
 */

/**
 * @typedef {object} ChangeListProps
 * @property {ListedChange[]} changes the largest first
 * @property {number} chosen index of the one that the cursor is at, -1 for none
 * @property {boolean} all whether there is one for each quantity, or one for each unit
 */

/**
 * Emits {type: "place-visited", layer, quantity, unit, column}.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<ChangeListProps>}
 */
export function create(root, emit) {
  const none = h("p", { class: "hint", text: "No number differs." });
  const list = h("ol", { class: "change-list" });
  root.append(h("h2", { text: "Largest differences" }), none, list);

  /** @type {ChangeListProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      if (props.changes !== shown?.changes) {
        const most = Math.abs(props.changes[0]?.difference ?? 1);
        list.replaceChildren(...props.changes.map((change) => h("li", {}, button(change, most, props.all, emit))));
        none.hidden = props.changes.length > 0;
      }
      [...list.children].forEach((item, index) => {
        const face = /** @type {HTMLElement} */ (item.firstElementChild);
        if (index === props.chosen) face.setAttribute("aria-current", "true");
        else face.removeAttribute("aria-current");
      });
      shown = props;
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {ListedChange} change
 * @param {number} most
 * @param {boolean} all whether there are several quantities
 * @param {import("../types.js").Emit} emit
 */
function button({ layer, quantity, symbol, layerName, when, unit, row, column, difference, here, baseline }, most, all, emit) {
  const bar = h("i", { class: difference < 0 ? "is-negative" : "" });
  bar.style.setProperty("--share", String(Math.abs(difference) / most));
  const where = layer === null ? `output ${row}` : `${all && layerName ? `${layerName}, ` : ""}${unit === null ? "row" : "unit"} ${row}`;
  const amount = h("span", { class: "change-amount" });
  setText(amount, formatShortSigned(difference));
  return h("button", { type: "button", class: "change", data: { quantity }, title: `${words(quantity)}: A ${number(here)}, B ${number(baseline)}`, "aria-label": `${words(quantity)}, ${where}, ${when}: ${formatShortSigned(difference)}`, on: { click: () => emit(layer === null ? { type: "step-chosen", step: column } : { type: "place-visited", layer, quantity, unit, column }) } },
    h("span", { class: "change-where" }, symbol ? h("i", { text: symbol }) : null, ` ${where} `, h("small", { text: when })),
    h("span", { class: "sum-bar" }, bar), amount);
}
