/**
 * Equations as elements, with places for numbers that can be filled again and again.
 *
 * @module
 */

import { h, setText } from "../lib/dom.js";
import { formatExact, formatNumber } from "../lib/numerals.js";

/** @typedef {import("./cell-stages.js").Equation} Equation */
/** @typedef {import("./cell-stages.js").Piece} Piece */
/** @typedef {import("./cell-values.js").CellValues} CellValues */

/** What stands where a number is not known: never a guess. */
const UNKNOWN = "…";

/**
 * @param {Equation} equation
 * @returns {{element: HTMLElement, fill: (values: CellValues) => void}}
 */
export function equationView(equation) {
  /** @type {((values: CellValues) => void)[]} */
  const fills = [];
  const part = (/** @type {Piece[]} */ pieces) => h("span", { class: "equation-part" }, ...pieces.map((piece) => pieceNode(piece, fills)));
  const group = (/** @type {Piece[][]} */ parts) => h("span", { class: "equation-group" }, ...parts.map(part));
  const element = h("div", { class: "equation", role: "math" }, group(equation.formula), group(equation.filled));
  return {
    element,
    fill(values) {
      for (const fill of fills) fill(values);
      element.setAttribute("aria-label", equation.spoken(/** @type {Record<string, number>} */ (values)));
    },
  };
}

/**
 * @param {Piece} piece
 * @param {((values: CellValues) => void)[]} fills receives what fills the piece's number
 * @returns {string | HTMLElement}
 */
function pieceNode(piece, fills) {
  if (typeof piece === "string") return piece;
  if ("symbol" in piece) return symbolNode(piece);
  const { value: key, after = false, result = false } = piece;
  const node = h(result ? "strong" : "span", { class: `equation-value value-of-${key}`, data: { value: key } });
  fills.push((values) => {
    const value = values[key];
    setText(node, value === null ? UNKNOWN : after && value < 0 ? `(${formatNumber(value)})` : formatNumber(value));
    node.title = value === null ? "" : formatExact(value);
  });
  return node;
}

/**
 * A variable with its subscript.
 *
 * @param {{symbol: string, below?: string}} variable
 */
export function symbolNode({ symbol, below }) {
  return h("span", { class: "equation-symbol" }, h("i", {}, symbol), below ? h("sub", {}, below) : null);
}
