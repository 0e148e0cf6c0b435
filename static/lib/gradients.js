/** Gradients through time as they come off the wire. */

import { decodeMatrix } from "./array.js";

/** @typedef {import("../types.js").Matrix} Matrix */

/**
 * What is differentiated. `step` null is the one that the layer read last, of a loss the mean over all; `unit` null is the sum over all units.
 * @typedef {{kind: "hidden_state" | "cell_state" | "loss", step: number | null, unit: number | null}} Target
 */

/**
 * One direction of one layer. Rows of matrices are steps; `norms` are of each step's derivatives; at `focus` begin the carry path and the norms of Jacobians.
 * @typedef {{layer: number, direction: "forward" | "backward", cell: "lstm" | "gru" | "rnn", hiddenSize: number, hidden: Matrix, cellState: Matrix | null, input: Matrix,
 *   norms: {hidden: number[], cellState: number[] | null, input: number[]}, focus: number, carry: Matrix | null, jacobian: number[] | null, jacobianCell: number[] | null}} LayerGradients
 * @typedef {{kind: "tokens" | "values", tokens: number[] | null, labels: string[], values: Matrix | null, unknown: number[]}} Sequence
 * @typedef {{trace: string, steps: number, value: number, sequence: Sequence, layers: LayerGradients[]}} Gradients
 */

/**
 * @param {any} answer of `POST /gradients`, with arrays in base64
 * @returns {Gradients}
 */
export const decodeGradients = ({ trace, steps, value, input, layers }) => ({ trace, steps, value, sequence: { ...input, values: input.values && rowsOf(input.values) }, layers: layers.map(layerOf) });

/** @param {number[][]} rows @returns {Matrix} */
const rowsOf = (rows) => ({ data: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0]?.length ?? 0 });

/** @param {any} layer @returns {LayerGradients} */
const layerOf = (layer) => ({
  layer: layer.layer,
  direction: layer.direction,
  cell: layer.cell,
  hiddenSize: layer.hidden_size,
  hidden: decodeMatrix(layer.d_hidden_state),
  cellState: layer.d_cell_state && decodeMatrix(layer.d_cell_state),
  input: decodeMatrix(layer.d_input),
  norms: { hidden: layer.d_hidden_state_norm, cellState: layer.d_cell_state_norm, input: layer.d_input_norm },
  focus: layer.focus,
  carry: layer.carry_path && decodeMatrix(layer.carry_path),
  jacobian: layer.jacobian_norm,
  jacobianCell: layer.jacobian_cell_norm,
});
