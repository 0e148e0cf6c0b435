/** The three stages of a step, and when each quantity of a cell is revealed. One table; nothing else asks which cell it is. */

/** @typedef {import("../types.js").Stage} Stage */

/** @type {Record<string, {names: [string, string, string], reveals: Record<string, Stage>}>} */
const CELLS = {
  lstm: {
    names: ["Forget unnecessary information", "Add new information", "Compute the output"],
    reveals: { forget_gate: 1, input_gate: 2, candidate: 2, cell_state: 2, output_gate: 3, hidden_state: 3 },
  },
  gru: {
    names: ["Decide what to keep", "Propose new information", "Blend old and new"],
    reveals: { reset_gate: 1, update_gate: 1, candidate: 2, hidden_state: 3 },
  },
  rnn: {
    names: ["Read the old state", "Read the input", "Compute the new state"],
    reveals: { hidden_state: 3 },
  },
};

/**
 * The stage of a step at which a quantity is known.
 * @param {string} cell
 * @param {string} quantity
 * @returns {Stage}
 */
export const stageOf = (cell, quantity) => CELLS[cell]?.reveals[quantity] ?? 3;

/**
 * @param {string} cell
 * @param {Stage} stage
 */
export const stageName = (cell, stage) => (stage === 0 ? "Before the step" : (CELLS[cell] ?? CELLS.rnn).names[stage - 1]);
