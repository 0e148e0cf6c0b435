/** Which number of the trace a symbol of the cell's equations belongs to: clicking it shows that number's arithmetic. */

const LSTM = { f: "forget_gate", i: "input_gate", g: "candidate", o: "output_gate", c: "cell_state", kept: "cell_state", forgotten: "cell_state", written: "cell_state", tanh_c: "cell_state", h: "hidden_state", m: "cell_state" };
const GRU = { r: "reset_gate", z: "update_gate", fresh: "update_gate", n: "candidate", h: "hidden_state", kept: "hidden_state", forgotten: "hidden_state", written: "hidden_state" };

/** @type {Record<"lstm" | "gru" | "rnn", Record<string, string>>} */
const QUANTITIES = { lstm: LSTM, gru: GRU, rnn: { h: "hidden_state" } };

/**
 * The symbols of a cell's quantities themselves, of which something can be done to each.
 * @param {"lstm" | "gru" | "rnn"} cell
 * @param {string} quantity
 */
export const symbolOfQuantity = (cell, quantity) => Object.keys(QUANTITIES[cell]).find((symbol) => QUANTITIES[cell][symbol] === quantity);

/**
 * The quantity that a symbol stands for alone, not a part of one as `kept` is; null where it does not.
 * @param {"lstm" | "gru" | "rnn"} cell
 * @param {string} symbol
 */
export function quantityNamed(cell, symbol) {
  const quantity = QUANTITIES[cell][symbol];
  return quantity && symbolOfQuantity(cell, quantity) === symbol ? quantity : null;
}

/**
 * @param {"lstm" | "gru" | "rnn"} cell
 * @param {string} symbol as the equations name it: `_pre` before the activation, `_prev` of the step before
 * @returns {{quantity: string, before: boolean} | null}
 */
export function quantityOfValue(cell, symbol) {
  const quantity = QUANTITIES[cell][symbol.replace(/_(pre|prev)$/, "")];
  return quantity ? { quantity, before: symbol.endsWith("_prev") } : null;
}
