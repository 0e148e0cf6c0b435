/** The tabs of the right side: the cell, the arithmetic of one number, all numbers, or the interventions. */

import { h } from "../lib/dom.js";

/** @typedef {{chosen: string}} TabsProps */

const TABS = [
  { id: "cell", text: "Cell", panel: "inspector" },
  { id: "arithmetic", text: "Arithmetic", panel: "arithmetic" },
  { id: "numbers", text: "Numbers", panel: "numbers" },
  { id: "interventions", text: "Intervene", panel: "interventions" },
];

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<TabsProps>}
 */
export function create(root, emit) {
  /** @param {KeyboardEvent} event @param {number} index */
  const move = (event, index) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault();
    const next = (index + (event.key === "ArrowRight" ? 1 : TABS.length - 1)) % TABS.length;
    emit({ type: "aside-chosen", aside: TABS[next].id });
    tabs[next].focus();
  };
  const tabs = TABS.map(({ id, text, panel }, index) =>
    h("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": panel, on: { click: () => emit({ type: "aside-chosen", aside: id }), keydown: (/** @type {KeyboardEvent} */ event) => move(event, index) } }, text));
  root.setAttribute("role", "tablist");
  root.setAttribute("aria-label", "What the side shows");
  root.append(...tabs);
  return {
    update({ chosen }) {
      tabs.forEach((tab, index) => {
        const selected = TABS[index].id === chosen;
        tab.setAttribute("aria-selected", String(selected));
        tab.tabIndex = selected ? 0 : -1;
      });
    },
    destroy: () => root.replaceChildren(),
  };
}
