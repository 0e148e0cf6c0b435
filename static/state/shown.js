/** What of the shown trace several views are told: the labels of its steps, the room beside it, its quantities as its layer computes them. */

import { applied, formOf } from "../lib/cell-form.js";
import { GUTTER } from "../lib/layout.js";
import { memo } from "../lib/memo.js";
import { layerOf } from "./selectors.js";

/** @typedef {import("./types.js").State} State */

/** @type {never[]} */
const NONE = [];

/** @param {State} state */
export const gutterOf = (state) => Math.round((state.surroundings.compact ? GUTTER.narrow : GUTTER.wide) * state.surroundings.rem);

/** @param {State} state */
export const labelsOf = (state) => state.shown?.trace.input.labels ?? NONE;

/** @param {State} state @param {number} step */
export const labelOf = (state, step) => (state.shown?.trace.input.kind === "tokens" ? (labelsOf(state)[step] ?? "") : valuesText(state, step));

/** @param {State} state @param {number} step */
function valuesText({ shown }, step) {
  const values = shown?.trace.input.values;
  if (!values || step >= values.rows) return "";
  return Array.from(values.data.subarray(step * values.columns, step * values.columns + Math.min(3, values.columns)), (value) => String(Number(value.toPrecision(5))).replace("-", "−")).join(",\u00a0") + (values.columns > 3 ? ",\u00a0…" : "");
}

const quantityTable = memo((/** @type {State["quantities"]} */ quantities, /** @type {import("../lib/cell-form.js").CellForm} */ form) =>
  quantities.filter(({ cells }) => cells.includes(form.cell)).map((quantity) => ({ ...quantity, formula: formulaOf(quantity, form), range: rangeOf(quantity, form) })));

/** @param {Pick<State, "quantities">} state @param {import("../types.js").LayerTrace} layer @returns {import("../types.js").Quantity[]} of its cell, as this layer computes them */
export const quantitiesIn = (state, layer) => quantityTable(state.quantities, formOf(layer));

/** @param {State} state @returns {import("../types.js").Quantity[]} of the cell that is shown, as this layer computes them */
export const quantitiesOf = (state) => quantityTable(state.quantities, formOf(layerOf(state) ?? { cell: "lstm" }));

/**
 * Where a quantity's values lie: an activation without bounds leaves it without them.
 * @param {import("../types.js").Quantity} quantity
 * @param {import("../lib/cell-form.js").CellForm} form
 */
function rangeOf({ name, range }, { cell, gates, activation, output, coupled, projected }) {
  if (range === null) return null;
  if (name === "forget_gate" && coupled) return gates.range;
  if (name.endsWith("_gate")) return gates.range;
  if (name === "candidate") return activation.range;
  return name === "hidden_state" && cell === "lstm" && (projected || gates.range === null) ? null : name === "hidden_state" && cell === "lstm" ? output.range : range;
}

/**
 * A quantity's formula as this layer computes it.
 * @param {import("../types.js").Quantity} quantity
 * @param {import("../lib/cell-form.js").CellForm} form
 */
export function formulaOf({ name, formula }, form) {
  const { gates, activation, output, peepholes, coupled, projected, resetAfter, cell } = form;
  if (name === "forget_gate" && coupled) return "f = 1 - i";
  if (name === "hidden_state" && cell === "lstm") return projected ? `h = P (o ∘ ${applied(output, "c")})` : `h = o ∘ ${applied(output, "c")}`;
  if (name === "hidden_state" && cell === "rnn") return `h = ${activation.open}W x + U h₋₁ + b)`;
  if (name === "candidate" && cell === "gru") return resetAfter ? `n = ${activation.open}W_n x + b_n + r ∘ (U_n h₋₁ + b_hn))` : `n = ${activation.open}W_n x + U_n (r ∘ h₋₁) + b_n)`;
  const looks = peepholes && name.endsWith("_gate") ? formula.replace("h₋₁ +", `h₋₁ + p ∘ ${name === "output_gate" ? "c" : "c₋₁"} +`) : formula;
  return looks.replace("σ(", gates.open).replace("tanh(", activation.open);
}
