/**
 * What happens in each stage of a step: a sentence with its numbers, and its equations, as the layer really computes them.
 *
 * In an equation a plain string is set upright as it is; `{symbol, below}` is a variable with its subscript; `{value}` the number of this unit
 * at this step, in parentheses after an operator when it is negative. An equation is its formula and the same filled in with numbers; both
 * come in parts, between which a line may break.
 *
 * @module
 */

import { applied } from "../lib/cell-form.js";
import { formatNumber, formatPercent, formatSigned } from "../lib/numerals.js";

/** @typedef {import("../lib/cell-form.js").CellForm} CellForm */
/** @typedef {import("../lib/cell-form.js").Activation} Activation */
/** @typedef {string | {symbol: string, below?: string} | {value: string, after?: boolean, result?: boolean}} Piece */
/** @typedef {{name: string, formula: Piece[][], filled: Piece[][], spoken: (values: Known) => string}} Equation */
/** @typedef {{sentence: (values: Known) => string, equations: Equation[]}} StageWords */
/** @typedef {Record<string, number>} Known values that a sentence speaks of; never the ones that may be null */
/** @typedef {[StageWords, StageWords, StageWords]} Stages */

/** A product is not broken over two lines. */
const TIMES = "\u00a0·\u00a0";

/** @type {Piece} */
const x = { symbol: "x", below: "t" };
/** @type {Piece} */
const hBefore = { symbol: "h", below: "t−1" };
/** @type {Piece} */
const cBefore = { symbol: "c", below: "t−1" };
/** @type {Piece} */
const cNow = { symbol: "c", below: "t" };

const number = (/** @type {number} */ value) => formatNumber(value);

/**
 * A gate or candidate: name = activation(W x + U h + b) = activation(number) = number.
 *
 * @param {string} name
 * @param {string} symbol
 * @param {Activation} activation
 * @param {Piece | null} [peephole] the cell state that it looks at besides
 * @returns {Equation}
 */
function activated(name, symbol, activation, peephole = null) {
  const weight = (/** @type {string} */ letter) => ({ symbol: letter, below: symbol });
  const looks = peephole ? [" + ", weight("p"), " ∘ ", peephole] : [];
  return withFormula(name, symbol, activation, [weight("W"), " ", x, " + ", weight("U"), " ", hBefore, ...looks, " + ", weight("b")]);
}

/**
 * @param {string} name
 * @param {string} symbol
 * @param {Activation} activation
 * @param {Piece[]} sum inside the activation
 * @returns {Equation}
 */
function withFormula(name, symbol, activation, sum) {
  const plain = activation.open === "(";
  const open = plain ? "= " : `= ${activation.open}`;
  const close = plain ? "" : ")";
  return {
    name,
    formula: [[{ symbol, below: "t" }], [open, ...sum, close]],
    filled: [...(plain ? [] : [[open, { value: `${symbol}_pre` }, close]]), ["= ", { value: symbol, result: true }]],
    spoken: (values) => `${name}: ${activation.spoken} gives ${number(values[symbol])}.`,
  };
}

/** @type {Equation} */
const COUPLED_FORGET = {
  name: "forget gate",
  formula: [[{ symbol: "f", below: "t" }], ["= 1 − ", { symbol: "i", below: "t" }]],
  filled: [["= 1 − ", { value: "i" }], ["= ", { value: "f", result: true }]],
  spoken: (v) => `forget gate: 1 minus the input gate ${number(v.i)} is ${number(v.f)}.`,
};

/** @type {Equation} */
const LSTM_CARRY = {
  name: "cell state",
  formula: [[cNow], ["= ", { symbol: "f", below: "t" }, TIMES, cBefore, " + ", { symbol: "i", below: "t" }, TIMES, { symbol: "g", below: "t" }]],
  filled: [
    ["= ", { value: "f" }, TIMES, { value: "c_prev", after: true }, " + ", { value: "i" }, TIMES, { value: "g", after: true }],
    ["= ", { value: "kept" }, " + ", { value: "written", after: true }],
    ["= ", { value: "c", result: true }],
  ],
  spoken: (v) => `cell state: ${number(v.f)} times ${number(v.c_prev)} plus ${number(v.i)} times ${number(v.g)} is ${number(v.c)}.`,
};

/**
 * What a unit shows of its cell state: its hidden state, or, with a projection, what the projection mixes.
 *
 * @param {CellForm} form
 * @returns {Equation}
 */
function readOut({ output, projected }) {
  const symbol = projected ? "m" : "h";
  const name = projected ? "output before the projection" : "hidden state";
  const plain = output.open === "(";
  return {
    name,
    formula: [[{ symbol, below: "t" }], plain ? ["= ", { symbol: "o", below: "t" }, TIMES, cNow] : ["= ", { symbol: "o", below: "t" }, `${TIMES}${output.open}`, cNow, ")"]],
    filled: [
      ...(plain ? [] : [["= ", { value: "o" }, `${TIMES}${output.open}`, { value: "c" }, ")"]]),
      ["= ", { value: "o" }, TIMES, { value: "tanh_c", after: true }],
      ["= ", { value: symbol, result: true }],
    ],
    spoken: (v) => `${name}: ${number(v.o)} times ${applied({ ...output, open: plain ? "(" : `${output.text} of ` }, number(v.c)).replace(")", "")} is ${number(v[symbol])}.`,
  };
}

/** @type {Equation} */
const PROJECTION = {
  name: "hidden state",
  formula: [[{ symbol: "h", below: "t" }], ["= ", { symbol: "P" }, " ", { symbol: "m", below: "t" }, ", mixed from all units"]],
  filled: [],
  spoken: () => "hidden state: a projection mixes it from all units, so this unit has none of its own.",
};

/**
 * @param {CellForm} form
 * @returns {Stages}
 */
function lstm(form) {
  const { gates, activation, output, coupled, peepholes, projected } = form;
  const shown = applied(output, "c");
  return [
    {
      sentence: (v) => `Keeps ${formatPercent(v.f)} of the old cell state ${number(v.c_prev)}: ${number(v.kept)} stays, ${number(v.forgotten)} is forgotten.`,
      equations: [coupled ? COUPLED_FORGET : activated("forget gate", "f", gates, peepholes ? cBefore : null)],
    },
    {
      sentence: (v) => `Adds ${formatPercent(v.i)} of the candidate ${number(v.g)}, that is ${formatSigned(v.written)}: the cell state is now ${number(v.c)}.`,
      equations: [activated("input gate", "i", gates, peepholes ? cBefore : null), activated("candidate", "g", activation), LSTM_CARRY],
    },
    {
      sentence: (v) => `Shows ${formatPercent(v.o)} of ${shown} = ${number(v.tanh_c)}: ${projected ? "it gives" : "the hidden state is now"} ${number(v[projected ? "m" : "h"])}${projected ? " to the projection" : ""}.`,
      equations: [activated("output gate", "o", gates, peepholes ? cNow : null), readOut(form), ...(projected ? [PROJECTION] : [])],
    },
  ];
}

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

/** The sum inside a GRU's candidate, with the reset gate after the recurrent product or before it. @type {Record<"after" | "before", Piece[]>} */
const RESET = {
  after: [{ symbol: "W", below: "n" }, " ", x, " + ", { symbol: "b", below: "n" }, " + ", { symbol: "r", below: "t" }, " ∘ (", { symbol: "U", below: "n" }, " ", hBefore, " + ", { symbol: "b", below: "hn" }, ")"],
  before: [{ symbol: "W", below: "n" }, " ", x, " + ", { symbol: "U", below: "n" }, " (", { symbol: "r", below: "t" }, " ∘ ", hBefore, ") + ", { symbol: "b", below: "n" }],
};

/**
 * @param {CellForm} form
 * @returns {Stages}
 */
function gru({ gates, activation, resetAfter }) {
  return [
    {
      sentence: (v) => `Keeps ${formatPercent(v.z)} of the old state ${number(v.h_prev)}, and lets the candidate see ${formatPercent(v.r)} of it.`,
      equations: [activated("reset gate", "r", gates), activated("update gate", "z", gates)],
    },
    {
      sentence: (v) => `Proposes ${number(v.n)} as the new state, from the input and what the reset gate lets through of the old state.`,
      equations: [withFormula("candidate", "n", activation, RESET[resetAfter ? "after" : "before"])],
    },
    {
      sentence: (v) => `Blends ${formatPercent(v.z)} of the old ${number(v.h_prev)} with ${formatPercent(v.fresh)} of the proposed ${number(v.n)}: the state is now ${number(v.h)}.`,
      equations: [GRU_BLEND],
    },
  ];
}

/**
 * @param {CellForm} form
 * @returns {Stages}
 */
function rnn({ activation }) {
  /** @type {Piece[]} */
  const sum = [{ symbol: "W" }, " ", x, " + ", { symbol: "U" }, " ", hBefore, " + ", { symbol: "b" }];
  return [
    { sentence: (v) => `No gate keeps anything: the old state of this unit, ${number(v.h_prev)}, is only one of the things the new state is computed from.`, equations: [] },
    { sentence: () => "The input is weighed together with the old states of all units.", equations: [] },
    { sentence: (v) => `The whole state is computed anew: ${number(v.h)}.`, equations: [withFormula("hidden state", "h", activation, sum)] },
  ];
}

const STAGES = { lstm, gru, rnn };

/**
 * The three stages of a step of a layer that computes in this way.
 *
 * @param {CellForm} form
 * @returns {Stages}
 */
export const cellStages = (form) => STAGES[form.cell](form);
