/** The memory ledger as a table: what is left, in the chosen unit at the chosen step, of what each step wrote. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { visible } from "../lib/format.js";
import { formatExact, formatShort, formatShortSigned } from "../lib/numerals.js";

/** @typedef {import("./origin-list.js").OriginListProps} LedgerTableProps */

/** Of a longer sequence only the largest have a row, and the others one together. */
const MOST_ROWS = 400;

/**
 * Emits {type: "step-chosen", step}.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<LedgerTableProps>}
 */
export function create(root, emit) {
  const caption = h("caption");
  const body = h("tbody", { on: { click: (/** @type {Event} */ event) => {
    const row = event.target instanceof Element && event.target.closest("tr");
    if (row && row.dataset.step) emit({ type: "step-chosen", step: Number(row.dataset.step) });
  } } });
  const sum = h("td");
  const symbolCell = h("th", { scope: "row" });
  const head = h("tr", {}, ...["step", "input", "left now"].map((text) => h("th", { scope: "col", text })));
  const foot = h("tfoot", {}, h("tr", {}, symbolCell, h("td"), sum));
  root.append(h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Memory ledger" }, h("table", { class: "numbers ledger-table" }, caption, h("thead", {}, head), body, foot)));

  /** @type {LedgerTableProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      const { holding, unit, symbol, labels, numeric } = props;
      setHidden(root, holding === null);
      if (!holding) return;
      const { left, initial, total, step } = holding;
      setText(caption, `Unit ${unit} after step ${step + 1}: ${symbol} by the step that wrote it`);
      const written = Array.from(left.keys()).filter((row) => left[row] !== 0);
      const most = written.length > MOST_ROWS ? written.sort((a, b) => Math.abs(left[b]) - Math.abs(left[a])).slice(0, MOST_ROWS).sort((a, b) => a - b) : written;
      const said = new Set(most);
      const others = written.filter((row) => !said.has(row));
      body.replaceChildren(
        line("initial", "", initial),
        ...most.map((row) => line(String(row + 1), numeric ? "" : visible(labels[row] ?? ""), left[row], row)),
        ...(others.length ? [line(`${others.length} others`, "", others.reduce((amount, row) => amount + left[row], 0))] : []),
      );
      setText(symbolCell, symbol);
      setText(sum, formatShort(total));
      sum.title = formatExact(total);
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {string} name
 * @param {string} label
 * @param {number} left
 * @param {number} [step]
 */
function line(name, label, left, step) {
  return h("tr", { data: step === undefined ? {} : { step: String(step) } }, h("th", { scope: "row", text: name }), h("td", {}, label ? h("kbd", { text: label }) : null), h("td", { text: formatShortSigned(left), title: formatExact(left) }));
}
