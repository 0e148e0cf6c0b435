/** The numbers behind the picture, for whoever would rather read them: one row a step. Filled when it is opened. */

import { h, shallowEqual } from "../lib/dom.js";
import { visible } from "../lib/format.js";
import { formatNumber } from "../lib/numerals.js";

/**
 * @typedef {object} GradientTableProps
 * @property {{name: string, values: ArrayLike<number>}[]} columns
 * @property {number} steps
 * @property {string[]} labels of the steps, where they are tokens
 * @property {number} step the cursor's
 */

/** More rows than this would take longer to lay out than anybody reads. */
const MOST = 1000;

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<GradientTableProps>}
 */
export function create(root) {
  const caption = h("caption");
  const head = h("tr");
  const body = h("tbody");
  const details = h("details", { class: "gradient-numbers", on: { toggle: () => shown && fill(shown) } },
    h("summary", { text: "The numbers as a table" }),
    h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Norms by step" }, h("table", { class: "numbers" }, caption, h("thead", {}, head), body)));
  root.append(details);
  /** @type {GradientTableProps | null} */
  let shown = null;
  /** @type {GradientTableProps["columns"] | null} */
  let filled = null;

  /** @param {GradientTableProps} props */
  const fill = ({ columns, steps, labels, step }) => {
    if (!details.open) return;
    if (columns !== filled) {
      filled = columns;
      caption.textContent = `Euclidean norms of derivatives, and norms of Jacobians, by step${steps > MOST ? `; the last ${MOST} steps` : ""}.`;
      head.replaceChildren(...["step", ...columns.map(({ name }) => name)].map((text) => h("th", { scope: "col", text })));
      const first = Math.max(0, steps - MOST);
      body.replaceChildren(...Array.from({ length: steps - first }, (_, index) => rowOf(first + index, columns, labels)));
    }
    for (const row of body.children) row.classList.toggle("is-chosen", /** @type {HTMLElement} */ (row).dataset.step === String(step));
  };

  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      fill(props);
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {number} step
 * @param {GradientTableProps["columns"]} columns
 * @param {string[]} labels
 */
function rowOf(step, columns, labels) {
  const label = labels[step] === undefined ? "" : ` ${visible(labels[step])}`;
  return h("tr", { data: { step: String(step) } }, h("th", { scope: "row", text: `${step + 1}${label}` }), ...columns.map(({ values }) => h("td", { text: formatNumber(values[step], 3) })));
}
