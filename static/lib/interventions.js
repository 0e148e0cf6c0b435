/** Interventions: what they do, in words; whether they fit a trace; how they stand in an address. Pure. */

import { words } from "./format.js";
import { formatIntervals, runsOf } from "./intervals.js";
import { formatNumber } from "./numerals.js";

/** @typedef {import("../types.js").Intervention} Intervention */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */

/** An address with more of them was not written by this page. */
const MOST = 100;
/** Units that an address may name of one intervention. */
const MOST_UNITS = 10_000;

/** @type {Intervention["operation"][]} */
export const OPERATIONS = ["set", "scale", "add"];

/** A value as somebody chose it, without digits that nobody did. @param {number} value */
const chosen = (value) => (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6) ? formatNumber(value, 3) : String(Number(value.toPrecision(6))).replace("-", "−"));

/** What is done, said of the quantity. @type {Record<Intervention["operation"], (value: number) => string>} */
const DONE = { set: (value) => `set to ${chosen(value)}`, scale: (value) => `scaled by ${chosen(value)}`, add: (value) => `shifted by ${value > 0 ? "+" : ""}${chosen(value)}` };

/** @type {Record<Intervention["operation"], (value: number) => string>} */
const SIGNS = { set: (value) => `= ${chosen(value)}`, scale: (value) => `× ${chosen(value)}`, add: (value) => (value < 0 ? `− ${chosen(-value)}` : `+ ${chosen(value)}`) };

/** @param {Pick<Intervention, "operation" | "value">} intervention */
export const doneText = ({ operation, value }) => DONE[operation](value);

/** As short as can be: "= 0", "× 0.5", "− 1". @param {Pick<Intervention, "operation" | "value">} intervention */
export const signText = ({ operation, value }) => SIGNS[operation](value);

/** Units count from 0, as everywhere. @param {number[] | null} units */
export const unitsText = (units) => (units === null ? "all units" : `unit${units.length === 1 ? "" : "s"} ${formatIntervals(units, 4)}`);

/** Steps count from 1 for people. @param {[number, number] | null} steps */
export const stepsText = (steps) => (steps === null ? "all steps" : steps[1] - steps[0] === 1 ? `step ${steps[0] + 1}` : `steps ${steps[0] + 1}–${steps[1]}`);

/** @param {Pick<Intervention, "layer" | "direction">} place @param {{layer: number, direction: string}[]} layers there are */
export function layerText({ layer, direction }, layers) {
  if (layers.length < 2) return "";
  return layers.some((other) => other.layer === layer && other.direction !== direction) || direction !== "forward" ? `layer ${layer + 1} ${direction}` : `layer ${layer + 1}`;
}

/**
 * A whole intervention in words: "forget gate of unit 37 at step 13 set to 0".
 * @param {Intervention} intervention
 * @param {{layer: number, direction: string}[]} layers there are
 */
export function describe(intervention, layers) {
  const where = layerText(intervention, layers);
  return `${words(intervention.quantity)} of ${unitsText(intervention.units)}${where ? ` in ${where}` : ""} at ${stepsText(intervention.steps)} ${doneText(intervention)}`;
}

/** @type {Record<LayerTrace["cell"], string>} */
const CELLS = { lstm: "An LSTM", gru: "A GRU", rnn: "A simple recurrent" };

/**
 * Why an intervention cannot be done in a trace; null where it can.
 * @param {Intervention} intervention
 * @param {{steps: number, layers: Pick<LayerTrace, "layer" | "direction" | "cell" | "quantities">[]}} trace
 * @returns {string | null}
 */
export function misfit({ layer, direction, quantity, units, steps }, trace) {
  const place = trace.layers.find((other) => other.layer === layer && other.direction === direction);
  if (!place) return `This network has no layer ${layer + 1}${direction === "backward" ? " that reads backward" : ""}.`;
  const matrix = place.quantities[quantity];
  if (!matrix) return `${CELLS[place.cell]} layer has no ${words(quantity)}.`;
  const beyond = units?.find((unit) => unit >= matrix.columns);
  if (beyond !== undefined) return `This layer has units 0 to ${matrix.columns - 1}, not ${beyond}.`;
  if (steps !== null && steps[1] > trace.steps) return `This sequence ends at step ${trace.steps}.`;
  return null;
}

/**
 * The fields that a request has of an intervention.
 * @param {Intervention} intervention
 * @returns {Intervention}
 */
export const requested = ({ layer, direction, quantity, units, steps, operation, value }) => ({ layer, direction, quantity, units, steps, operation, value });

/** @param {Intervention} a @param {Intervention} b */
export const sameIntervention = (a, b) => JSON.stringify(requested(a)) === JSON.stringify(requested(b));

/**
 * Whether two lists do the same to the same numbers, with other values at most: as while a slider moves.
 * @param {Intervention[]} a
 * @param {Intervention[]} b
 */
export const onlyValuesDiffer = (a, b) => a.length === b.length && a.every((one, index) => sameIntervention({ ...one, value: 0 }, { ...b[index], value: 0 }));

/**
 * Those that are done to one number, in order.
 * @template {Intervention} Kind
 * @param {Kind[]} interventions
 * @param {{layer: number, direction: string}} layer
 * @param {{quantity: string, unit: number, step: number}} place
 */
export const doneTo = (interventions, { layer, direction }, { quantity, unit, step }) =>
  interventions.filter((one) => one.layer === layer && one.direction === direction && one.quantity === quantity && (one.units === null || one.units.includes(unit)) && (one.steps === null || (one.steps[0] <= step && step < one.steps[1])));

/**
 * Where a slider for the value begins and ends.
 * @param {Intervention["operation"]} operation
 * @param {[number, number] | null} range of the quantity, null where it has no bounds
 * @param {number} magnitude the largest of the quantity in the trace
 * @returns {{min: number, max: number, step: number}}
 */
export function valueRange(operation, range, magnitude) {
  if (operation === "scale") return { min: 0, max: 2, step: 0.01 };
  const end = range ? Math.max(Math.abs(range[0]), Math.abs(range[1])) : roundUp(magnitude);
  const min = operation === "set" && range && range[0] >= 0 ? range[0] : -end;
  return { min, max: end, step: end / 100 };
}

/** The next of 1, 2, 5 times a power of ten. @param {number} value */
function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10);
}

/** What a value begins with: it changes nothing yet, except that a clamp closes a gate or clears a state. @param {Intervention["operation"]} operation */
export const firstValue = (operation) => (operation === "scale" ? 1 : 0);

/**
 * Interventions as an address has them: `forget_gate*set*0*u37*s12`, apart by spaces; units and steps count from 0, ranges include their ends, and
 * what stands for all is left out. Only signs that an address leaves as they are.
 * @param {(Intervention & {on: boolean})[]} list
 */
export const formatInterventions = (list) =>
  list
    .map(({ layer, direction, quantity, units, steps, operation, value, on }) =>
      [
        quantity,
        operation,
        String(value).replace("e+", "e"),
        ...(units ? [`u${runsOf(units).map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(".")}`] : []),
        ...(steps ? [`s${steps[1] - steps[0] === 1 ? steps[0] : `${steps[0]}-${steps[1] - 1}`}`] : []),
        ...(layer > 0 || direction === "backward" ? [`l${layer}${direction === "backward" ? "b" : ""}`] : []),
        ...(on ? [] : ["off"]),
      ].join("*"))
    .join(" ");

/**
 * Reads what can be understood and passes over the rest.
 * @param {string} text
 * @returns {(Intervention & {on: boolean})[]}
 */
export const parseInterventions = (text) => text.split(" ").slice(0, MOST).map(parseOne).filter((one) => one !== null);

/**
 * @param {string} text
 * @returns {(Intervention & {on: boolean}) | null}
 */
function parseOne(text) {
  const [quantity, done, number, ...rest] = text.split("*");
  const operation = OPERATIONS.find((name) => name === done);
  const value = number === undefined || number.trim() === "" ? NaN : Number(number);
  if (!/^[a-z_]{1,40}$/.test(quantity) || !operation || !Number.isFinite(value)) return null;
  /** @type {Intervention & {on: boolean}} */
  const found = { layer: 0, direction: "forward", quantity, units: null, steps: null, operation, value, on: true };
  for (const part of rest) {
    if (part === "off") found.on = false;
    else if (/^l\d{1,3}b?$/.test(part)) [found.layer, found.direction] = [parseInt(part.slice(1)), part.endsWith("b") ? "backward" : "forward"];
    else if (/^s\d{1,9}(-\d{1,9})?$/.test(part)) {
      const [from, to] = part.slice(1).split("-").map(Number);
      found.steps = [from, (to ?? from) + 1];
    } else if (/^u\d{1,9}(-\d{1,9})?(\.\d{1,9}(-\d{1,9})?)*$/.test(part)) {
      const units = unitsOf(part.slice(1));
      if (units === null) return null;
      found.units = units;
    } else return null;
  }
  return found.steps && found.steps[1] <= found.steps[0] ? null : found;
}

/** @param {string} text "3.5-8" */
function unitsOf(text) {
  /** @type {Set<number>} */
  const units = new Set();
  for (const part of text.split(".")) {
    const [from, to = from] = part.split("-").map(Number);
    if (to < from || to - from >= MOST_UNITS || units.size >= MOST_UNITS) return null;
    for (let unit = from; unit <= to; unit++) units.add(unit);
  }
  return [...units].sort((a, b) => a - b);
}
