/** The numbers themselves: every quantity of every unit at the chosen step, as a table. */

import { h, keyed, setText, shallowEqual } from "../lib/dom.js";
import { number, visible, words } from "../lib/format.js";

/**
 * @typedef {object} NumbersProps
 * @property {import("../types.js").LayerTrace} layer
 * @property {boolean} changes whether its numbers are changes
 * @property {string[]} symbols in the order of the layer's quantities
 * @property {ArrayLike<number> | null} order
 * @property {number} step
 * @property {string} label
 * @property {number} unit
 */

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<NumbersProps>}
 */
export function create(root, emit) {
  const caption = h("caption");
  const heads = h("tr");
  const body = h("tbody", { on: { click: (/** @type {Event} */ event) => {
    const row = event.target instanceof Element && event.target.closest("tr");
    if (row) emit({ type: "unit-chosen", unit: Number(row.dataset.unit) });
  } } });
  root.append(h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Numbers of this step" }, h("table", { class: "numbers" }, caption, h("thead", {}, heads), body)));

  /** @type {NumbersProps | null} */
  let shown = null;
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const { layer } = props;
      const names = Object.keys(layer.quantities);
      setText(caption, `Step ${props.step + 1}, “${visible(props.label)}”: ${props.changes ? "intervened less original, " : ""}${props.order && props.order.length < layer.hiddenSize ? `${props.order.length} of ${layer.hiddenSize}` : "all"} units`);
      if (names.join() !== (shown ? Object.keys(shown.layer.quantities).join() : "") || props.symbols !== shown?.symbols) {
        heads.replaceChildren(h("th", { scope: "col", text: "unit" }), ...names.map((name, index) => h("th", { scope: "col", title: words(name), data: { quantity: name } }, h("abbr", { title: words(name), text: props.symbols[index] }))));
        rows.clear();
        body.replaceChildren();
      }
      const units = props.order ? Array.from(props.order) : Array.from({ length: layer.hiddenSize }, (_, unit) => unit);
      if (layer !== shown?.layer || props.order !== shown.order) {
        keyed(body, rows, units, String, (unit) => h("tr", { data: { unit: String(unit) } }, h("th", { scope: "row", text: String(unit) }), ...names.map(() => h("td"))));
      }
      units.forEach((unit) => {
        const row = rows.get(String(unit));
        names.forEach((name, index) => {
          const matrix = layer.quantities[name];
          const value = matrix.data[props.step * matrix.columns + unit];
          if (row) setText(row.children[index + 1], (props.changes && value > 0 ? "+" : "") + number(value));
        });
      });
      if (props.unit !== shown?.unit || layer !== shown.layer) {
        rows.get(String(shown?.unit))?.classList.remove("is-chosen");
        rows.get(String(props.unit))?.classList.add("is-chosen");
      }
      shown = props;
    },
    destroy: () => root.replaceChildren(),
  };
}
