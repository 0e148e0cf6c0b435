/** Networks of lessons as the core takes them, from numbers that are named as in the equations. Pure. */

/** @typedef {import("./types.js").Sketch} Sketch */
/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").Settings} Settings */

/** What a gate of a single unit adds up: the input, one weight a feature; its own hidden state; a bias. @typedef {{x?: number[], h?: number, b?: number}} Sum */

/** A bias at which a sigmoid is 1 to the last digit of a float64. */
export const OPEN = 40;

/** Precise enough for what a lesson multiplies a hundred times over. */
const DTYPE = "float64";

/**
 * @param {Sum[]} sums in the order of the cell's columns
 * @param {number} features
 */
const columns = (sums, features) => ({
  kernel: Array.from({ length: features }, (_, feature) => sums.map(({ x }) => x?.[feature] ?? 0)),
  recurrent_kernel: [sums.map(({ h }) => h ?? 0)],
  bias: sums.map(({ b }) => b ?? 0),
});

/**
 * An LSTM of one unit. A gate that is left out has no weights and no bias.
 * @param {{i?: Sum, f?: Sum, g?: Sum, o?: Sum}} gates
 * @param {number} [features] how many numbers it reads at each step
 * @returns {Sketch}
 */
export const lstmUnit = ({ i = {}, f = {}, g = {}, o = {} }, features = 1) => ({ cell: "lstm", dtype: DTYPE, parameters: columns([i, f, g, o], features) });

/**
 * A GRU of one unit. Without a recurrent bias, resetting before or after the product is the same.
 * @param {{r?: Sum, z?: Sum, n?: Sum}} gates
 * @param {number} [features]
 * @returns {Sketch}
 */
export const gruUnit = ({ r = {}, z = {}, n = {} }, features = 1) => ({ cell: "gru", dtype: DTYPE, parameters: { ...columns([r, z, n], features), recurrent_bias: [0, 0, 0] } });

/**
 * A simple RNN with tanh.
 * @param {number[][]} kernel a row a feature, a column a unit
 * @param {number[][]} recurrent a row is a unit that is read, a column one that reads
 * @param {number[]} bias
 * @returns {Sketch}
 */
export const simple = (kernel, recurrent, bias) => ({ cell: "rnn", dtype: DTYPE, parameters: { kernel, recurrent_kernel: recurrent, bias } });

/** The gates of an LSTM in the order of its columns. */
const GATES = /** @type {const} */ ([
  ["i", "input gate", "input_gate"],
  ["f", "forget gate", "forget_gate"],
  ["g", "candidate", "candidate"],
  ["o", "output gate", "output_gate"],
]);

/** What each gate adds up, and how far its numbers go. */
const PARTS = /** @type {const} */ ([
  ["w", "weight of the input"],
  ["u", "weight of its own hidden state"],
  ["b", "bias"],
]);

/**
 * All twelve numbers of an LSTM with one unit and one input, as controls: wi, ui, bi for the input gate, and so on.
 * @param {Settings} initial the ones that are not 0
 * @returns {Control[]}
 */
export const unitControls = (initial) =>
  GATES.flatMap(([gate, words, quantity]) =>
    PARTS.map(([part, meaning]) => ({ name: part + gate, symbol: `${part}_${gate}`, label: `${words}: ${meaning}`, lowest: -20, highest: 20, step: 0.5, initial: initial[part + gate] ?? 0, quantity })));

/**
 * The LSTM that these controls describe.
 * @param {Settings} s
 * @returns {Sketch}
 */
export const unitFrom = (s) => {
  const sum = (/** @type {string} */ gate) => ({ x: [s[`w${gate}`]], h: s[`u${gate}`], b: s[`b${gate}`] });
  return lstmUnit({ i: sum("i"), f: sum("f"), g: sum("g"), o: sum("o") });
};

/**
 * The settings that a lesson begins with.
 * @param {Control[]} controls
 * @returns {Settings}
 */
export const initialSettings = (controls) => Object.fromEntries(controls.map(({ name, initial }) => [name, initial]));
