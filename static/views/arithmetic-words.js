/** What the arithmetic of a number says in words and equations. Pure. */

import { ACTIVATIONS } from "../lib/cell-form.js";
import { doneText } from "../lib/interventions.js";
import { formatNumber, formatSigned } from "../lib/numerals.js";

/** @typedef {import("../lib/terms.js").Sum} Sum */
/** @typedef {import("../lib/terms.js").ListedTerm} ListedTerm */

/** What each source of terms is called, for people. @type {Record<string, string>} */
const SOURCES = { input: "input", hidden: "hidden", bias: "bias", peephole: "peephole", kept: "kept", written: "written", "read out": "read out", coupled: "coupled gate" };

/** @param {string} source */
export const sourceName = (source) => SOURCES[source] ?? source;

/**
 * The number out of its sum: f = σ(1.325) = 0.790, or c = 0.712 where the sum is the number itself.
 * @param {string} symbol
 * @param {Sum} sum
 */
export function resultLine(symbol, { activation, preActivation, value: final, interventions }) {
  const value = interventions[0]?.before ?? final;
  if (activation === "linear") return `${symbol} = ${formatNumber(value)}`;
  const open = ACTIVATIONS[activation]?.open ?? `${activation}(`;
  return `${symbol} = ${open}${formatNumber(preActivation)}) = ${formatNumber(value)}`;
}

/**
 * What was done to the number after it was computed; empty where nothing was.
 * @param {Sum} sum
 */
export const interventionLine = ({ interventions }) => interventions.map((one) => `Then ${doneText(one)} by an intervention: ${formatNumber(one.after)}.`).join(" ");

/**
 * How exact the sum is: products and sum are formed in float64, the network computes in its own precision.
 * @param {Sum} sum
 * @param {string} dtype of the network
 */
export function roundingLine({ rounding }, dtype) {
  if (rounding === null) return `The products are added in float64; the network computed in ${dtype}.`;
  if (rounding === 0) return "The sum gives the number in the trace to the last bit.";
  return `The network, computing in ${dtype}, has a number that differs from this float64 sum by ${formatSigned(rounding, 2)}.`;
}

/**
 * A term's product as it is formed: value × weight, and × the gate that stands between.
 * @param {ListedTerm} term
 */
export function productText({ source, value, weight, factor }) {
  if (source === "bias" && factor === 1) return "";
  const factors = [source === "bias" ? weight : value, ...(source === "bias" ? [] : [weight]), ...(factor === 1 ? [] : [factor])];
  return factors.map((each, index) => (index > 0 && each < 0 ? `(${formatNumber(each, 3)})` : formatNumber(each, 3))).join(" × ");
}

/**
 * Where a term leads, said to whoever is about to follow it.
 * @param {ListedTerm} term
 */
export function leadText({ to }) {
  if (to === null) return "";
  if (to === "input") return "show this step's input";
  return `go to ${to.quantity.replaceAll("_", " ")} ${to.row === null ? `of unit ${to.unit}` : `[${to.row}]`} at step ${to.step + 1}`;
}

/** @param {number} product */
export const signed = (product) => formatSigned(product, 3);
