/**
 * Equations as elements, with places for numbers that can be filled again and again.
 *
 * @module
 */

import { h, setHidden, setText } from "../lib/dom.js";
import { formatExact, formatNumber } from "../lib/numerals.js";

/** @typedef {import("./cell-stages.js").Equation} Equation */
/** @typedef {import("./cell-stages.js").Piece} Piece */
/** @typedef {import("./cell-values.js").CellValues} CellValues */

/**
 * What was done to a number after its equation gave it, and what it was without: `done` says that the equation's last equals sign does not hold.
 * @typedef {{text: string, done: boolean}} Note
 */

/** What stands where a number is not known: never a guess. */
const UNKNOWN = "…";

/**
 * @param {Equation} equation
 * @returns {{element: HTMLElement, result: string | null, fill: (values: CellValues, notes?: Record<string, Note>) => void}} `result` is the symbol of what it gives
 */
export function equationView(equation) {
  /** @type {((values: CellValues) => void)[]} */
  const fills = [];
  const equals = new Text("= ");
  const part = (/** @type {Piece[]} */ pieces) => h("span", { class: "equation-part" }, ...pieces.map((piece, index) => (index === 0 && piece === "= " && pieces.some(isResult) ? equals : pieceNode(piece, fills))));
  const group = (/** @type {Piece[][]} */ parts) => h("span", { class: "equation-group" }, ...parts.map(part));
  const note = h("span", { class: "equation-note", hidden: true });
  const math = h("div", { role: "math" }, group(equation.formula), group(equation.filled), note);
  const found = equation.filled.flat().find(isResult);
  const result = typeof found === "object" && "value" in found ? found.value : null;
  return {
    element: h("div", { class: "equation" }, math),
    result,
    fill(values, notes = {}) {
      for (const fill of fills) fill(values);
      const said = result === null ? undefined : notes[result];
      equals.data = said?.done ? "→ " : "= ";
      setText(note, said?.text ?? "");
      setHidden(note, !said);
      math.setAttribute("aria-label", equation.spoken(/** @type {Record<string, number>} */ (values)) + (said ? ` ${said.text}.` : ""));
    },
  };
}

/** @param {Piece} piece */
const isResult = (piece) => typeof piece === "object" && "result" in piece && piece.result === true;

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
