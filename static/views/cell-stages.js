/**
 * What happens in each stage of a step: a sentence with its numbers, and its equations. One table, keyed by how the cell computes.
 *
 * In an equation a plain string is set upright as it is; `{symbol, below}` is a variable with its subscript; `{value}` the number of this unit
 * at this step, in parentheses after an operator when it is negative. An equation is its formula and the same filled in with numbers; both
 * come in parts, between which a line may break.
 *
 * @module
 */

import { formatNumber, formatPercent, formatSigned } from "../lib/numerals.js";

/** @typedef {import("./cell-values.js").CellValues} CellValues */
/** @typedef {string | {symbol: string, below?: string} | {value: string, after?: boolean, result?: boolean}} Piece */
/** @typedef {{name: string, formula: Piece[][], filled: Piece[][], spoken: (values: Known) => string}} Equation */
/** @typedef {{sentence: (values: Known) => string, equations: Equation[]}} StageWords */
/** @typedef {Record<string, number>} Known values that a sentence speaks of; never the ones that may be null */
/** @typedef {"lstm" | "gru-reset-after" | "gru-reset-before" | "rnn-tanh" | "rnn-relu"} CellForm */

/** A product is not broken over two lines. */
const TIMES = "\u00a0·\u00a0";

/** @type {Piece} */
const x = { symbol: "x", below: "t" };
/** @type {Piece} */
const hBefore = { symbol: "h", below: "t−1" };

const number = (/** @type {number} */ value) => formatNumber(value);

/**
 * A gate or candidate: name = activation(W x + U h + b) = activation(number) = number.
 *
 * @param {string} name
 * @param {string} symbol
 * @param {string} activation
 * @param {string} spoken
 * @returns {Equation}
 */
function activated(name, symbol, activation, spoken) {
  const weight = (/** @type {string} */ letter) => ({ symbol: letter, below: symbol });
  return withFormula(name, symbol, activation, spoken, [weight("W"), " ", x, " + ", weight("U"), " ", hBefore, " + ", weight("b")]);
}

/**
 * @param {string} name
 * @param {string} symbol
 * @param {string} activation
 * @param {string} spoken
 * @param {Piece[]} formula
 * @returns {Equation}
 */
function withFormula(name, symbol, activation, spoken, formula) {
  return {
    name,
    formula: [[{ symbol, below: "t" }], [`= ${activation}(`, ...formula, ")"]],
    filled: [
      [`= ${activation}(`, { value: `${symbol}_pre` }, ")"],
      ["= ", { value: symbol, result: true }],
    ],
    spoken: (values) => `${name}: ${spoken} gives ${number(values[symbol])}.`,
  };
}

/** @type {Equation} */
const LSTM_CARRY = {
  name: "cell state",
  formula: [[{ symbol: "c", below: "t" }], ["= ", { symbol: "f", below: "t" }, TIMES, { symbol: "c", below: "t−1" }, " + ", { symbol: "i", below: "t" }, TIMES, { symbol: "g", below: "t" }]],
  filled: [
    ["= ", { value: "f" }, TIMES, { value: "c_prev", after: true }, " + ", { value: "i" }, TIMES, { value: "g", after: true }],
    ["= ", { value: "kept" }, " + ", { value: "written", after: true }],
    ["= ", { value: "c", result: true }],
  ],
  spoken: (v) => `cell state: ${number(v.f)} times ${number(v.c_prev)} plus ${number(v.i)} times ${number(v.g)} is ${number(v.c)}.`,
};

/** @type {Equation} */
const LSTM_OUTPUT = {
  name: "hidden state",
  formula: [[{ symbol: "h", below: "t" }], ["= ", { symbol: "o", below: "t" }, `${TIMES}tanh(`, { symbol: "c", below: "t" }, ")"]],
  filled: [
    ["= ", { value: "o" }, `${TIMES}tanh(`, { value: "c" }, ")"],
    ["= ", { value: "o" }, TIMES, { value: "tanh_c", after: true }],
    ["= ", { value: "h", result: true }],
  ],
  spoken: (v) => `hidden state: ${number(v.o)} times the tanh of ${number(v.c)} is ${number(v.h)}.`,
};

/** @type {Equation} */
const GRU_BLEND = {
  name: "hidden state",
  formula: [[{ symbol: "h", below: "t" }], ["= (1 − ", { symbol: "z", below: "t" }, `)${TIMES}`, { symbol: "n", below: "t" }, " + ", { symbol: "z", below: "t" }, TIMES, hBefore]],
  filled: [
    ["= ", { value: "fresh" }, TIMES, { value: "n", after: true }, " + ", { value: "z" }, TIMES, { value: "h_prev", after: true }],
    ["= ", { value: "written" }, " + ", { value: "kept", after: true }],
    ["= ", { value: "h", result: true }],
  ],
  spoken: (v) => `hidden state: ${number(v.fresh)} times ${number(v.n)} plus ${number(v.z)} times ${number(v.h_prev)} is ${number(v.h)}.`,
};

/**
 * @param {Piece[]} formula inside the candidate's tanh
 * @returns {[StageWords, StageWords, StageWords]}
 */
function gru(formula) {
  return [
    {
      sentence: (v) => `Keeps ${formatPercent(v.z)} of the old state ${number(v.h_prev)}, and lets the candidate see ${formatPercent(v.r)} of it.`,
      equations: [activated("reset gate", "r", "σ", "sigmoid"), activated("update gate", "z", "σ", "sigmoid")],
    },
    { sentence: (v) => `Proposes ${number(v.n)} as the new state, from the input and what the reset gate lets through of the old state.`, equations: [withFormula("candidate", "n", "tanh", "tanh", formula)] },
    {
      sentence: (v) => `Blends ${formatPercent(v.z)} of the old ${number(v.h_prev)} with ${formatPercent(v.fresh)} of the proposed ${number(v.n)}: the state is now ${number(v.h)}.`,
      equations: [GRU_BLEND],
    },
  ];
}

/**
 * @param {string} activation
 * @param {Piece[]} opening
 * @returns {[StageWords, StageWords, StageWords]}
 */
function rnn(activation, opening) {
  /** @type {Piece[]} */
  const formula = [{ symbol: "W" }, " ", x, " + ", { symbol: "U" }, " ", hBefore, " + ", { symbol: "b" }];
  return [
    { sentence: (v) => `No gate keeps anything: the old state of this unit, ${number(v.h_prev)}, is only one of the things the new state is computed from.`, equations: [] },
    { sentence: () => "The input is weighed together with the old states of all units.", equations: [] },
    {
      sentence: (v) => `The whole state is computed anew: ${number(v.h)}.`,
      equations: [
        {
          name: "hidden state",
          formula: [[{ symbol: "h", below: "t" }], ["= ", ...opening, ...formula, ")"]],
          filled: [
            ["= ", ...opening, { value: "h_pre" }, ")"],
            ["= ", { value: "h", result: true }],
          ],
          spoken: (v) => `hidden state: ${activation} gives ${number(v.h)}.`,
        },
      ],
    },
  ];
}

/** @type {Record<CellForm, [StageWords, StageWords, StageWords]>} */
export const CELL_STAGES = {
  lstm: [
    {
      sentence: (v) => `Keeps ${formatPercent(v.f)} of the old cell state ${number(v.c_prev)}: ${number(v.kept)} stays, ${number(v.forgotten)} is forgotten.`,
      equations: [activated("forget gate", "f", "σ", "sigmoid")],
    },
    {
      sentence: (v) => `Adds ${formatPercent(v.i)} of the candidate ${number(v.g)}, that is ${formatSigned(v.written)}: the cell state is now ${number(v.c)}.`,
      equations: [activated("input gate", "i", "σ", "sigmoid"), activated("candidate", "g", "tanh", "tanh"), LSTM_CARRY],
    },
    {
      sentence: (v) => `Shows ${formatPercent(v.o)} of tanh(c) = ${number(v.tanh_c)}: the hidden state is now ${number(v.h)}.`,
      equations: [activated("output gate", "o", "σ", "sigmoid"), LSTM_OUTPUT],
    },
  ],
  "gru-reset-after": gru([
    { symbol: "W", below: "n" }, " ", x, " + ", { symbol: "b", below: "n" }, " + ", { symbol: "r", below: "t" }, " ∘ (", { symbol: "U", below: "n" }, " ", hBefore, " + ", { symbol: "b", below: "hn" }, ")",
  ]),
  "gru-reset-before": gru([
    { symbol: "W", below: "n" }, " ", x, " + ", { symbol: "U", below: "n" }, " (", { symbol: "r", below: "t" }, " ∘ ", hBefore, ") + ", { symbol: "b", below: "n" },
  ]),
  "rnn-tanh": rnn("tanh", ["tanh("]),
  "rnn-relu": rnn("the larger of zero and the sum", ["max(0, "]),
};

/**
 * How a layer computes, as a key of the tables.
 *
 * @param {"lstm" | "gru" | "rnn"} cell
 * @param {boolean | null} resetAfter
 * @param {"tanh" | "relu" | null} activation
 * @returns {CellForm}
 */
export function cellForm(cell, resetAfter, activation) {
  const forms = /** @type {const} */ ({
    lstm: "lstm",
    gru: resetAfter === false ? "gru-reset-before" : "gru-reset-after",
    rnn: activation === "relu" ? "rnn-relu" : "rnn-tanh",
  });
  return forms[cell];
}
