/** Below the carry track: what the chosen unit holds now, as a sum of its origins, each in its band's colour. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { spoken, visible } from "../lib/format.js";
import { formatExact, formatShort, formatShortSigned } from "../lib/numerals.js";
import { icon } from "../lib/svg.js";

/**
 * @typedef {object} OriginListProps
 * @property {import("../lib/origins.js").Holding | null} holding null hides the list
 * @property {number} unit
 * @property {string} symbol of what is held
 * @property {string[]} labels
 * @property {boolean} numeric the labels are numbers: steps are named by their count alone
 * @property {boolean} backward the layer reads from the end
 * @property {string} gate the one that keeps
 * @property {boolean} forgotten whether it was told to forget all at this step
 */

/**
 * Emits {type: "step-chosen", step}; {type: "forget-asked"} for all that is held, {type: "origin-forgotten", step, left} for one origin.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<OriginListProps>}
 */
export function create(root, emit) {
  const total = h("p", { class: "origins-total" });
  const list = h("ol", { class: "origins-list", on: { click: (/** @type {Event} */ event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (!button) return;
    const { forget, step } = button.dataset;
    if (forget !== undefined && shown?.holding) emit({ type: "origin-forgotten", step: shown.holding.step, left: Number(forget) });
    else emit({ type: "step-chosen", step: Number(step) });
  } } });
  const forget = h("button", { type: "button", class: "tool forget", on: { click: () => emit({ type: "forget-asked" }) } }, icon("forget"), h("span", { text: "Forget this" }));
  root.append(total, list, forget);
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
      forget.title = `What if unit ${unit} forgot all of it here? Sets its ${props.gate} to 0 at step ${holding.step + 1}`;
      forget.setAttribute("aria-pressed", String(props.forgotten));
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
  const told = row === null ? "the initial state" : `what step ${row + 1} wrote`;
  const forget = left === 0 ? null : h("button", { type: "button", class: "icon-button small", title: `Forget only this: takes ${told} out of what the unit holds now`, "aria-label": `Forget ${told}`, data: { forget: String(left) } }, icon("forget"));
  if (row === null) return h("li", { data: { left: String(left) } }, h("span", { class: "origin" }, swatch, "initial state ", amount), forget);
  const label = numeric ? null : h("kbd", { text: visible(labels[row] ?? "") });
  const name = `${formatShortSigned(left)} was written at step ${row + 1}${numeric ? "" : `, ${spoken(labels[row] ?? "")}`}: go there`;
  return h("li", { data: { left: String(left) } }, h("button", { type: "button", class: "origin", "aria-label": name, data: { step: String(row) } }, swatch, label, `step ${row + 1} `, amount), forget);
}

/** @param {import("../lib/origins.js").Holding} holding */
function rest({ others, counted }) {
  if (counted === 0) return [];
  const amount = h("span", { class: "origin-amount", text: formatShortSigned(others), title: formatExact(others) });
  return [h("li", { data: { left: String(others) } }, h("span", { class: "origin" }, h("span", { class: "origin-swatch", "aria-hidden": "true", data: { slot: "rest" } }), `${counted} other${counted === 1 ? "" : "s"} `, amount))];
}
