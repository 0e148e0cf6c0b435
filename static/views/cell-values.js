/**
 * Every number of one unit at one step that a cell's equations speak of, by its symbol. One row a cell.
 *
 * @module
 */

import { formOf } from "../lib/cell-form.js";
import { previousRow } from "./carry-terms.js";

/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("../types.js").Matrix} Matrix */

/** Values by symbol; null where a number is not known (yet). Symbols ending in `_pre` stand before the activation. @typedef {Record<string, number | null>} CellValues */

/**
 * `now` and `before` read a state of this unit; of a projected hidden state no unit has one of its own.
 * @typedef {{now: (quantity: string) => number, before: (state: string) => number, pre: (quantity: string) => number | null, form: import("../lib/cell-form.js").CellForm}} Reader
 * @type {Record<LayerTrace["cell"], (read: Reader) => CellValues>}
 */
const VALUES = {
  lstm({ now, before, pre, form }) {
    const [f, i, g, o] = [now("forget_gate"), now("input_gate"), now("candidate"), now("output_gate")];
    const [c, c_prev] = [now("cell_state"), before("cell_state")];
    const shown = form.output.apply(c);
    return {
      f, i, g, o, c, c_prev,
      m: o * shown,
      h: form.projected ? null : now("hidden_state"), h_prev: form.projected ? null : before("hidden_state"),
      kept: f * c_prev, forgotten: (1 - f) * c_prev, written: i * g, tanh_c: shown,
      f_pre: pre("forget_gate"), i_pre: pre("input_gate"), g_pre: pre("candidate"), o_pre: pre("output_gate"),
    };
  },
  gru({ now, before, pre }) {
    const [r, z, n] = [now("reset_gate"), now("update_gate"), now("candidate")];
    const [h, h_prev] = [now("hidden_state"), before("hidden_state")];
    return {
      r, z, n, h, h_prev,
      fresh: 1 - z, kept: z * h_prev, forgotten: (1 - z) * h_prev, written: (1 - z) * n,
      r_pre: pre("reset_gate"), z_pre: pre("update_gate"), n_pre: pre("candidate"),
    };
  },
  rnn({ now, before, pre }) {
    return { h: now("hidden_state"), h_prev: before("hidden_state"), h_pre: pre("hidden_state") };
  },
};

/**
 * @param {LayerTrace} layer
 * @param {Record<string, Matrix> | null} preActivations
 * @param {number} unit
 * @param {number} step
 * @returns {CellValues}
 */
export function cellValues(layer, preActivations, unit, step) {
  const at = (/** @type {Matrix} */ matrix, /** @type {number} */ row) => matrix.data[row * matrix.columns + unit];
  return VALUES[layer.cell]({
    form: formOf(layer),
    now: (quantity) => at(layer.quantities[quantity], step),
    before: (state) => {
      const row = previousRow(layer, step, layer.quantities[state].rows);
      return row === null ? layer.initialState[state][unit] : at(layer.quantities[state], row);
    },
    pre: (quantity) => {
      const matrix = preActivations?.[quantity];
      return matrix ? at(matrix, step) : null;
    },
  });
}
