/** A network in words: its kind of cells, its layers one by one, what it reads and says. A part of views. */

import { grouped } from "../lib/format.js";

/**
 * @typedef {{layer: number, direction: "forward" | "backward", cell: string, input_size: number, hidden_size: number, projection_size?: number | null,
 *   reset_after?: boolean | null, coupled?: boolean | null, peepholes?: boolean | null, activation?: string | null, recurrent_activation?: string | null,
 *   output_activation?: string | null}} LayerInfo
 * @typedef {{id: string, name: string, title?: string, description?: string, origin: string, dtype: string, parameters: number, layers: LayerInfo[],
 *   input: {kind: "tokens" | "values", size: number, labels?: string[] | null},
 *   readout: {kind: string, size: number, labels?: string[] | null, predicts?: string | null} | null, notes: string[],
 *   format?: string, file_name?: string | null, created?: string | null, digest?: string, card?: any, detailed?: boolean, choices?: any[]}} Model
 */

/** @type {Record<string, string>} */
const CELLS = { lstm: "LSTM", gru: "GRU", rnn: "Simple RNN" };

/** @type {Record<string, string>} */
export const ORIGINS = { bundled: "Bundled", uploaded: "Uploaded", trained: "Trained" };

/** @param {string} cell */
export const cellName = (cell) => CELLS[cell] ?? cell;

/** @param {Model} model */
export const titleOf = (model) => model.title || model.name;

/** @param {number} count @param {string} noun */
export const counted = (count, noun) => `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

/**
 * Kind and sizes of the cells in one line: "LSTM 128", "GRU 48 + 24, both directions".
 * @param {Model} model
 */
export function cellsLine({ layers }) {
  const kinds = [...new Set(layers.map(({ cell }) => cellName(cell)))].join(" and ");
  const backward = layers.filter(({ direction }) => direction === "backward").length;
  const first = layers.filter(({ layer }, index) => layers.findIndex((other) => other.layer === layer) === index);
  const sizes = first.map(({ hidden_size }) => hidden_size);
  const equal = sizes.every((size) => size === sizes[0]);
  const size = sizes.length === 1 ? counted(sizes[0], "unit") : equal && sizes.length > 1 ? `${sizes.length} × ${counted(sizes[0], "unit")}` : `${sizes.join(" + ")} units`;
  const directions = backward === 0 ? "" : backward === layers.length ? ", backward" : ", both directions";
  return `${kinds} · ${size}${directions}`;
}

/** @param {Model} model */
export const weightsLine = (model) => `${counted(model.parameters, "parameter")} · ${model.dtype}`;

/**
 * What a layer reads.
 * @param {Model} model
 * @param {LayerInfo} layer
 */
export const readsOf = (model, { layer, input_size }) => (layer > 0 ? counted(input_size, "number") : model.input.kind === "tokens" ? `embedding of ${counted(input_size, "number")}` : counted(input_size, "number"));

/**
 * What differs from the textbook's cell, and what does not but could.
 * @param {LayerInfo} layer
 */
export function variantOf({ cell, reset_after, coupled, peepholes, activation, recurrent_activation, output_activation }) {
  const parts = [];
  if (cell === "gru" && reset_after !== null && reset_after !== undefined) parts.push(`reset ${reset_after ? "after" : "before"} the product`);
  if (peepholes) parts.push("peepholes");
  if (coupled) parts.push("forget gate = 1 − input gate");
  if (cell === "rnn") parts.push(activation ?? "tanh");
  else if (activation && activation !== "tanh") parts.push(`candidate ${activation}`);
  if (recurrent_activation && recurrent_activation !== "sigmoid") parts.push(`gates ${recurrent_activation}`);
  if (output_activation && output_activation !== "tanh") parts.push(`output ${output_activation}`);
  return parts.join(", ");
}

/** @param {Model} model */
export function inputWords({ input, layers, detailed }) {
  if (input.kind === "values") return `${counted(input.size, "number")} a step`;
  const embedding = `${counted(input.size, "token")}, each as ${counted(layers[0]?.input_size ?? 0, "number")}`;
  return detailed && !input.labels ? `${embedding}; without a vocabulary, tokens are shown as their ids` : embedding;
}

/** @param {Model} model */
export function readoutWords({ readout }) {
  if (!readout) return "none: the hidden state is what comes out";
  const kind = readout.kind === "softmax" ? `probabilities of ${counted(readout.size, "label")} (softmax)` : `${counted(readout.size, "number")} (linear)`;
  return readout.predicts === "next_input" ? `${kind}, about the next step's input` : kind;
}
