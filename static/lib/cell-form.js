/** How a layer computes: its cell's variant and its activations. What speaks of equations asks here. Pure. */

/**
 * An activation: `text` names it, `open` begins its brackets in an equation, `spoken` says it, `meaning` defines the ones
 * that few know by name. `range` is where its values lie, null where they are unbounded.
 * @typedef {{text: string, open: string, spoken: string, meaning: string | null, range: [number, number] | null, apply: (x: number) => number}} Activation
 */

/** @param {number} x */
const clip = (x) => Math.max(0, Math.min(1, x));

/** @type {Record<string, Activation>} */
export const ACTIVATIONS = {
  sigmoid: { text: "σ", open: "σ(", spoken: "sigmoid", meaning: null, range: [0, 1], apply: (x) => 1 / (1 + Math.exp(-x)) },
  tanh: { text: "tanh", open: "tanh(", spoken: "tanh", meaning: null, range: [-1, 1], apply: Math.tanh },
  relu: { text: "relu", open: "max(0, ", spoken: "the larger of zero and the sum", meaning: null, range: null, apply: (x) => Math.max(0, x) },
  linear: { text: "1", open: "(", spoken: "the sum itself", meaning: null, range: null, apply: (x) => x },
  hard_sigmoid: { text: "hσ", open: "hσ(", spoken: "hard sigmoid", meaning: "hσ(x) = x / 6 + 1/2, cut off at 0 and 1", range: [0, 1], apply: (x) => clip(x / 6 + 0.5) },
  hard_sigmoid_02: { text: "hσ", open: "hσ(", spoken: "hard sigmoid", meaning: "hσ(x) = 0.2 x + 0.5, cut off at 0 and 1", range: [0, 1], apply: (x) => clip(0.2 * x + 0.5) },
  softsign: { text: "softsign", open: "softsign(", spoken: "softsign", meaning: "softsign(x) = x / (1 + |x|)", range: [-1, 1], apply: (x) => x / (1 + Math.abs(x)) },
  softplus: { text: "softplus", open: "softplus(", spoken: "softplus", meaning: "softplus(x) = log(1 + exp x)", range: null, apply: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) },
  elu: { text: "elu", open: "elu(", spoken: "elu", meaning: "elu(x) = x above 0, exp(x) − 1 below", range: null, apply: (x) => (x > 0 ? x : Math.expm1(x)) },
};

/**
 * @typedef {object} CellForm
 * @property {"lstm" | "gru" | "rnn"} cell
 * @property {boolean} resetAfter GRU: the reset gate stands after the recurrent product
 * @property {boolean} coupled LSTM: the forget gate is 1 minus the input gate
 * @property {boolean} peepholes LSTM: the gates look at the cell state
 * @property {boolean} projected LSTM: the hidden state is a projection of what the units give
 * @property {Activation} activation of the candidate, or of a simple RNN's state
 * @property {Activation} gates
 * @property {Activation} output LSTM: of the cell state as it is read out
 */

/** @type {Map<string, CellForm>} equal forms are the same object */
const known = new Map();

/**
 * An activation that this page does not know by name is called by its name; nothing can be computed with it.
 * @param {string | null | undefined} name
 * @param {string} usual
 * @returns {Activation}
 */
function activationOf(name, usual) {
  const wanted = name ?? usual;
  return (ACTIVATIONS[wanted] ??= { text: wanted, open: `${wanted}(`, spoken: wanted, meaning: null, range: null, apply: () => NaN });
}

/**
 * @param {"lstm" | "gru" | "rnn"} cell
 * @param {{projection_size?: number | null, reset_after?: boolean | null, coupled?: boolean | null, peepholes?: boolean | null,
 *   activation?: string | null, recurrent_activation?: string | null, output_activation?: string | null}} [info] as `GET /models` describes the layer
 * @returns {CellForm}
 */
export function cellForm(cell, info = {}) {
  const key = JSON.stringify([cell, info.reset_after !== false, info.coupled === true, info.peepholes === true, Boolean(info.projection_size), info.activation, info.recurrent_activation, info.output_activation]);
  let form = known.get(key);
  if (!form) {
    form = {
      cell,
      resetAfter: info.reset_after !== false,
      coupled: info.coupled === true,
      peepholes: info.peepholes === true,
      projected: Boolean(info.projection_size),
      activation: activationOf(info.activation, "tanh"),
      gates: activationOf(info.recurrent_activation, "sigmoid"),
      output: activationOf(info.output_activation, "tanh"),
    };
    known.set(key, form);
  }
  return form;
}

/**
 * How a traced layer computes; as textbooks have it where nothing was said.
 * @param {{cell: "lstm" | "gru" | "rnn", form?: CellForm}} layer
 */
export const formOf = (layer) => layer.form ?? cellForm(layer.cell);

/**
 * An activation of a variable, as text: tanh(c), max(0, c), or c alone.
 * @param {Activation} activation
 * @param {string} variable
 */
export const applied = ({ open }, variable) => (open === "(" ? variable : `${open}${variable})`);
