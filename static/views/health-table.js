/** The table of all units of a layer: sorted by any figure, only some of them, each leading to Explore. A part of the Health place. */

import { h, setHidden, setText } from "../lib/dom.js";
import { words } from "../lib/format.js";

/** @typedef {import("../lib/health-table.js").Column} Column */

/**
 * @typedef {object} TableProps
 * @property {Column[]} columns
 * @property {number[]} rows units from the top
 * @property {number} units of the layer
 * @property {{by: string, up: boolean}} sort
 * @property {import("../lib/health-table.js").RowFilter} filter
 * @property {string[]} kinds of what units are found to be
 * @property {string[]} tables that can be shown
 * @property {string} table the shown one
 * @property {number} unit the chosen one in Explore
 */

/** Which key moves by how many rows. @type {Record<string, number>} */
const MOVES = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

/**
 * @param {import("../types.js").Emit} emit
 * @returns {{element: HTMLElement, update: (props: TableProps) => void}}
 */
export function healthTable(emit) {
  const table = h("select", { id: "health-table", on: { change: () => emit({ type: "health-table-chosen", table: table.value }) } });
  const only = h("select", { id: "health-only", on: { change: () => emit({ type: "health-filtered", filter: { only: only.value } }) } });
  const value = h("input", { type: "number", step: "any", "aria-label": "The value that is compared with", on: { change: () => {
    if (value.value !== "" && Number.isFinite(value.valueAsNumber)) emit({ type: "health-filtered", filter: { value: value.valueAsNumber } });
  } } });
  const count = h("span", { class: "row-count", role: "status" });
  const heads = h("tr");
  const body = h("tbody", { on: { click: clicked, keydown: pressed, focusin: focused } });
  const caption = h("caption", { class: "visually-hidden" });
  const element = h("section", { class: "health-units", id: "health-units", "aria-labelledby": "units-title" },
    h("div", { class: "health-tools" }, h("h3", { id: "units-title", text: "Units" }),
      h("span", { class: "tool-group" }, h("label", { for: "health-table", text: "Figures of" }), table),
      h("span", { class: "tool-group" }, h("label", { for: "health-only", text: "show" }), only, value, count)),
    h("div", { class: "table-scroll", role: "region", "aria-label": "Figures of units", tabindex: 0 }, h("table", { class: "numbers health-numbers" }, caption, h("thead", {}, heads), body)));

  /** @type {TableProps | null} */
  let shown = null;

  /** @param {Event} event */
  const buttonOf = (event) => (event.target instanceof Element ? event.target.closest("tr")?.querySelector("button") : null);
  /** @param {Event} event */
  function clicked(event) {
    const button = buttonOf(event);
    if (button) emit({ type: "unit-explored", unit: Number(button.dataset.unit) });
  }
  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const move = MOVES[event.key];
    const buttons = [...body.querySelectorAll("button")];
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    if (move === undefined || at < 0) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, at + move))].focus();
  }
  /** One row is in the way of the Tab key, the one that had it last. @param {FocusEvent} event */
  function focused(event) {
    for (const button of body.querySelectorAll('button[tabindex="0"]')) button.setAttribute("tabindex", "-1");
    buttonOf(event)?.setAttribute("tabindex", "0");
  }

  /** @param {TableProps} props */
  const head = ({ columns, sort }) => columns.map(({ key, text, title, quantity }) =>
    h("th", { scope: "col", title, data: quantity ? { quantity } : {}, "aria-sort": key === sort.by ? (sort.up ? "ascending" : "descending") : "none" },
      h("button", { type: "button", class: "sorter", data: { key }, on: { click: () => emit({ type: "health-sorted", by: key }) } }, text, h("span", { class: "sort-mark", "aria-hidden": "true", text: key === sort.by ? (sort.up ? "▲" : "▼") : "" }))));

  /** @param {number} unit @param {Column[]} columns @param {boolean} reachable @param {boolean} chosen */
  const row = (unit, columns, reachable, chosen) => h("tr", { class: chosen ? "is-chosen" : "" },
    h("th", { scope: "row" }, h("button", { type: "button", class: "unit-link", tabindex: reachable ? 0 : -1, "aria-label": `Unit ${unit}: show it in Explore`, data: { unit: String(unit) } }, String(unit))),
    ...columns.slice(1).map(({ key, show }) => h("td", { class: key === "found" ? "is-text" : "" , text: show(unit) })));

  return {
    element,
    update(props) {
      const before = shown;
      shown = props;
      if (props.tables !== before?.tables) table.replaceChildren(...props.tables.map((name) => h("option", { value: name, text: name === "overview" ? "all gates, in short" : `the ${words(name)}` })));
      table.value = props.table;
      if (props.columns !== before?.columns || props.sort !== before.sort) {
        const focus = heads.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.key : null;
        heads.replaceChildren(...head(props));
        if (focus) /** @type {HTMLElement | null} */ (heads.querySelector(`[data-key="${focus}"]`))?.focus();
      }
      filterTools(props);
      setText(caption, `Figures of ${props.rows.length} of ${props.units} units${props.table === "overview" ? "" : `: ${words(props.table)}`}. Enter shows a unit in Explore.`);
      if (props.columns !== before?.columns || props.rows !== before.rows || props.unit !== before.unit) {
        const reachable = props.rows.includes(props.unit) ? props.unit : props.rows[0];
        body.replaceChildren(...props.rows.map((unit) => row(unit, props.columns, unit === reachable, unit === props.unit)));
      }
    },
  };

  /** @param {TableProps} props */
  function filterTools({ columns, rows, units, sort, filter, kinds }) {
    const column = columns.find(({ key }) => key === sort.by) ?? columns[0];
    const options = [["all", "all units"], ["least", `where ${column.text} is at least`], ["most", `where ${column.text} is at most`], ...kinds.map((kind) => [kind, `what is ${kind}`])];
    if (!options.some(([kind]) => kind === filter.only)) options.push([filter.only, `what is ${filter.only}`]);
    only.replaceChildren(...options.map(([kind, text]) => h("option", { value: kind, text })));
    only.value = filter.only;
    setHidden(value, filter.only !== "least" && filter.only !== "most");
    if (document.activeElement !== value) value.value = String(filter.value);
    count.classList.toggle("is-none", rows.length === 0);
    setText(count, filter.only === "all" ? "" : `${rows.length || "none"} of ${units} units`);
  }
}
