/** A network and how it reads a probe, in words. Pure. */

import { isOfUnits } from "./selectors.js";
import { percent, spoken, visible } from "../lib/format.js";
import { short } from "../lib/training-figures.js";

/** @typedef {import("./train-types.js").Run} Run */
/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */

/** So many of its guesses are said: where none stands out, one alone would not show it. */
const GUESSES = 2;

/**
 * Why there is nothing to see yet.
 * @param {Run} run
 */
export const waitingWords = ({ state, probes }) => (state === "queued" ? "Waiting for its turn: other runs are ahead of it." : probes.length === 0 ? "Asking for the probe…" : "Reading the probe…");

/**
 * How good the network of an update is on data that it never saw, as last measured until then.
 * @param {Run} run
 * @param {number | null} update
 */
export function scoreWords({ evaluations, measure }, update) {
  const measured = evaluations.filter((evaluation) => evaluation.update <= (update ?? Infinity)).at(-1);
  return measured && measure ? `${measure.name} ${short(measured.score)}` : "";
}

/**
 * What the network reads at a step and what it makes of it: what it expects next, or what it gives out.
 * @param {Trace} trace
 * @param {number} step
 * @param {boolean} nextInput whether a prediction is of the token that follows
 */
export function readingWords({ input, predictions, outputs }, step, nextInput) {
  const guesses = predictions?.[step]?.slice(0, GUESSES).map(({ label, probability }) => `“${visible(label)}” ${percent(probability)}`);
  if (guesses?.length) return `${input.kind === "tokens" ? `after “${visible(input.labels[step] ?? "")}” it` : "it"} ${nextInput ? "expects" : "says"} ${guesses.join(", ")}`;
  if (!outputs) return "";
  return `it gives out ${Array.from(outputs.data.subarray(step * outputs.columns, step * outputs.columns + GUESSES), short).join(", ")}`;
}

/**
 * The chosen step in words, for who cannot see the picture.
 * @param {LayerTrace} layer
 * @param {Trace} trace
 * @param {number} step
 * @param {number} unit
 * @param {boolean} nextInput whether a prediction is of the token that follows
 */
export function sayStep(layer, trace, step, unit, nextInput) {
  const read = trace.input.kind === "tokens" ? ` reads “${spoken(trace.input.labels[step] ?? "")}”` : "";
  const values = Object.entries(layer.quantities).filter(([name]) => isOfUnits(layer, name)).map(([name, { data, columns }]) => `${name.replaceAll("_", " ")} ${short(data[step * columns + unit])}`);
  const [best] = trace.predictions?.[step] ?? [];
  return `Step ${step + 1} of ${trace.steps}${read}, unit ${unit}: ${values.join(", ")}.${best ? ` It ${nextInput ? "expects" : "says"} “${spoken(best.label)}” with ${Math.round(best.probability * 100)} %.` : ""}`;
}
