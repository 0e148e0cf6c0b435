/**
 * What the carry track says in words, by cell.
 *
 * @module
 */

import { applied, formOf } from "../lib/cell-form.js";
import { formatNumber, formatSigned } from "../lib/numerals.js";

/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */

/**
 * `key` names the swatch; `term` is the equation's part, `text` what one sees.
 *
 * @typedef {{key: string, term: string, text: string}} LegendEntry
 * `offered` and `hidden` name what is tapped off and what is shown of it.
 * @typedef {{state: string, symbol: string, headline: string, legend: LegendEntry[], offered?: string, hidden?: string}} CarryWords
 */

/** @type {Record<LayerTrace["cell"], CarryWords>} */
const CARRY_WORDS = {
  lstm: {
    state: "cell state",
    symbol: "c",
    headline: "The band is the cell state, carried from step to step; its height is its value.",
    legend: [
      { key: "state", term: "c", text: "carried along" },
      { key: "forgotten", term: "(1 − f) · c₋₁", text: "forgotten: peels off" },
      { key: "written", term: "i · g", text: "written: joins from below, positive or negative" },
      { key: "offered", term: "tanh(c)", text: "tapped off" },
      { key: "hidden", term: "h = o · tanh(c)", text: "what the output gate shows of it" },
    ],
  },
  gru: {
    state: "hidden state",
    symbol: "h",
    headline: "The band is the hidden state, which in a GRU is memory and output in one; its height is its value.",
    legend: [
      { key: "state", term: "h", text: "carried along" },
      { key: "forgotten", term: "(1 − z) · h₋₁", text: "forgotten: peels off" },
      { key: "written", term: "(1 − z) · n", text: "written: joins from below, positive or negative" },
    ],
  },
  rnn: {
    state: "hidden state",
    symbol: "h",
    headline: "A simple RNN has no carry track: each step computes the whole state anew, and nothing is carried over by adding.",
    legend: [{ key: "hidden", term: "h", text: "the state after each step" }],
  },
};

/**
 * The words for a layer as it computes: what is tapped off need not be a tanh, and with a projection it is not yet the hidden state.
 *
 * @param {LayerTrace} layer
 * @returns {CarryWords}
 */
export function carryWords(layer) {
  const words = CARRY_WORDS[layer.cell];
  const { output, projected } = formOf(layer);
  const legend = words.legend.map((entry) => {
    if (entry.key === "offered") return { ...entry, term: applied(output, "c") };
    if (entry.key !== "hidden" || layer.cell !== "lstm") return entry;
    const term = `${projected ? "m" : "h"} = o · ${applied(output, "c")}`;
    return { ...entry, term, text: projected ? "what the output gate shows of it to the projection" : entry.text };
  });
  return { ...words, legend, offered: applied(output, "c"), hidden: projected ? "m" : "h" };
}

/**
 * The words while the band is split by who wrote it.
 *
 * @param {LayerTrace} layer
 * @returns {Pick<CarryWords, "headline" | "legend">}
 */
export function originWords(layer) {
  const { state, symbol, legend } = carryWords(layer);
  return {
    headline: `Each colour is what one step wrote, from there to where it is forgotten: positive above zero, negative below. Together they are the ${state}.`,
    legend: [{ key: "net", term: symbol, text: "what they add up to" }, { key: "rest", term: "", text: "all other steps" }, ...legend.filter(({ key }) => key === "offered" || key === "hidden")],
  };
}

/**
 * @param {number | "mean"} unit
 * @param {string} [title] whose unit it is
 */
export function laneName(unit, title) {
  const name = unit === "mean" ? "mean" : `unit ${unit}`;
  return title ? `${title} · ${name}` : name;
}

/**
 * Which step a column is, as people count.
 *
 * @param {number} step the column
 * @param {number} steps in all
 * @param {ArrayLike<number>} [places] the step in each column, -1 for none
 */
export function stepName(step, steps, places) {
  if (!places) return `Step ${step + 1} of ${steps}`;
  return places[step] < 0 ? "No step here" : `Step ${places[step] + 1} of ${Array.from(places).filter((place) => place >= 0).length}`;
}

/**
 * The numbers of one step of one lane, as label and value, in the order in which they arise.
 *
 * @param {LayerTrace} layer
 * @param {CarryTerms} terms
 * @param {number} step
 * @returns {{key: string, label: string, value: number, signed: boolean}[]}
 */
export function stepNumbers(layer, { previous, state, split, readout }, step) {
  const { symbol, offered, hidden } = carryWords(layer);
  const rows = [{ key: "before", label: `${symbol} before`, value: previous[step], signed: false }];
  if (split) {
    rows.push({ key: "forgotten", label: "forgotten", value: split.forgotten[step], signed: false });
    rows.push({ key: "kept", label: "kept", value: split.kept[step], signed: false });
    rows.push({ key: split.written[step] < 0 ? "negative" : "positive", label: "written", value: split.written[step], signed: true });
  }
  rows.push({ key: split ? "state" : "hidden", label: `${symbol} after`, value: state[step], signed: false });
  if (readout) {
    rows.push({ key: "offered", label: offered ?? "", value: readout.squashed[step], signed: false });
    rows.push({ key: "hidden", label: hidden ?? "h", value: readout.hidden[step], signed: false });
  }
  return rows;
}

/**
 * One step of one lane as a sentence.
 *
 * @param {LayerTrace} layer
 * @param {CarryTerms} terms
 * @param {number | "mean"} unit
 * @param {number} step
 * @param {{title?: string, places?: ArrayLike<number>}} [whose] whose unit it is, and which steps the columns are
 */
export function stepSentence(layer, terms, unit, step, { title, places } = {}) {
  const { state } = CARRY_WORDS[layer.cell];
  const shown = formOf(layer).projected ? "output before the projection" : "hidden state";
  const { split, readout } = terms;
  const when = stepName(step, terms.state.length, places).toLowerCase();
  const parts = [`${title ? `${title}: ` : ""}${unit === "mean" ? "Mean over all units" : `Unit ${unit}`}, ${when}:`];
  if (split) {
    parts.push(`of the ${state} ${formatNumber(terms.previous[step])}, ${formatNumber(split.kept[step])} is kept and ${formatNumber(split.forgotten[step])} forgotten;`);
    parts.push(`${formatSigned(split.written[step])} is written;`);
  }
  parts.push(`the ${state} is now ${formatNumber(terms.state[step])}${readout ? `, and the ${shown} ${formatNumber(readout.hidden[step])}` : ""}.`);
  return parts.join(" ");
}
