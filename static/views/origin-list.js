/** Below the carry track: what the chosen unit holds now, as a sum of its origins, each in its band's colour. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { spoken, visible } from "../lib/format.js";
import { formatExact, formatShort, formatShortSigned } from "../lib/numerals.js";

/**
 * @typedef {object} OriginListProps
 * @property {import("../lib/origins.js").Holding | null} holding null hides the list
 * @property {number} unit
 * @property {string} symbol of what is held
 * @property {string[]} labels
 * @property {boolean} numeric the labels are numbers: steps are named by their count alone
 * @property {boolean} backward the layer reads from the end
 */

/**
 * Emits {type: "step-chosen", step}.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<OriginListProps>}
 */
export function create(root, emit) {
  const total = h("p", { class: "origins-total" });
  const list = h("ol", { class: "origins-list", on: { click: (/** @type {Event} */ event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (button) emit({ type: "step-chosen", step: Number(button.dataset.step) });
  } } });
  root.append(total, list);
  /** @type {OriginListProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      const { holding, unit, symbol } = props;
      setHidden(root, holding === null);
      if (!holding) return;
      setText(total, `Unit ${unit} after step ${holding.step + 1}: ${symbol} = ${formatShort(holding.total)} =`);
      total.title = formatExact(holding.total);
      list.setAttribute("aria-label", `Who wrote what unit ${unit} holds after step ${holding.step + 1}`);
      list.replaceChildren(...holding.named.map((origin) => entry(origin, props)), ...rest(holding));
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {{row: number | null, slot: number, left: number}} origin
 * @param {OriginListProps} props
 */
function entry({ row, slot, left }, { labels, numeric }) {
  const swatch = h("span", { class: "origin-swatch", "aria-hidden": "true", data: { slot: String(slot) } });
  const amount = h("span", { class: "origin-amount", text: formatShortSigned(left), title: formatExact(left) });
  if (row === null) return h("li", { data: { left: String(left) } }, h("span", { class: "origin" }, swatch, "initial state ", amount));
  const label = numeric ? null : h("kbd", { text: visible(labels[row] ?? "") });
  const name = `${formatShortSigned(left)} was written at step ${row + 1}${numeric ? "" : `, ${spoken(labels[row] ?? "")}`}: go there`;
  return h("li", { data: { left: String(left) } }, h("button", { type: "button", class: "origin", "aria-label": name, data: { step: String(row) } }, swatch, label, `step ${row + 1} `, amount));
}

/** @param {import("../lib/origins.js").Holding} holding */
function rest({ others, counted }) {
  if (counted === 0) return [];
  const amount = h("span", { class: "origin-amount", text: formatShortSigned(others), title: formatExact(others) });
  return [h("li", { data: { left: String(others) } }, h("span", { class: "origin" }, h("span", { class: "origin-swatch", "aria-hidden": "true", data: { slot: "rest" } }), `${counted} other${counted === 1 ? "" : "s"} `, amount))];
}
