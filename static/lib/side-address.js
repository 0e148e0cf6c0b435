/** One side of a comparison as a field of an address, and back: a network, what it reads, and what is done to it on the way. Pure. */

import { formatInterventions, parseInterventions } from "./interventions.js";

/** @typedef {import("./input.js").Input} Input */

/** One that is not `on` is remembered, and not done. @typedef {import("../types.js").Intervention & {on: boolean}} SideIntervention */

/**
 * `example` is the name of one of the network's own inputs, and stands in place of `input`.
 * @typedef {{model: string, example?: string | null, input?: Input | null, interventions?: SideIntervention[]}} SideAddress
 */

/** A longer input does not fit into an address that mail and chat programs leave whole; each side gets half of what Explore may take. */
const LONGEST = 3000;

/**
 * A side as JSON in one line: `{"model":"brackets","text":"(a)","interventions":"forget_gate*set*0*u5"}`, with `tokens`, `values` or `example` in place of
 * `text`, and interventions as in Explore's own address.
 * @param {SideAddress} side
 * @returns {{text: string, complete: boolean}} `complete` is false when the input was too long to go in
 */
export function formatSide({ model, example, input, interventions = [] }) {
  const read = example ? { example } : (input ?? {});
  const complete = JSON.stringify(read).length <= LONGEST;
  return { text: JSON.stringify({ model, ...(complete ? read : {}), ...(interventions.length ? { interventions: formatInterventions(interventions) } : {}) }), complete };
}

/**
 * Reads what can be understood and passes over the rest: an address comes from anywhere.
 * @param {string | undefined} text
 * @returns {SideAddress | null} null where there is no network
 */
export function parseSide(text) {
  /** @type {any} */
  let said;
  try {
    said = JSON.parse(text ?? "");
  } catch {
    return null;
  }
  if (typeof said?.model !== "string") return null;
  const interventions = typeof said.interventions === "string" ? parseInterventions(said.interventions) : [];
  return { model: said.model, example: typeof said.example === "string" ? said.example : null, input: inputOf(said), interventions };
}

/**
 * Where two sides are compared. Without `b` it is chosen there: A without its interventions where it has any, else A with one step changed.
 * @param {SideAddress} a
 * @param {SideAddress | null} [b]
 */
export const comparisonHash = (a, b = null) => `#${new URLSearchParams({ view: "compare", a: formatSide(a).text, ...(b && { b: formatSide(b).text }) })}`;

/** @param {any} value an id, or −1 for what is unknown */
const isToken = (value) => Number.isSafeInteger(value) && value >= -1;

/** @param {any} said @returns {Input | null} */
function inputOf({ text, tokens, values }) {
  if (typeof text === "string") return { text };
  if (Array.isArray(tokens) && tokens.length && tokens.every(isToken)) return { tokens };
  const rows = Array.isArray(values) && values.length > 0 && values.every((row) => Array.isArray(row) && row.length > 0 && row.every(Number.isFinite));
  return rows ? { values } : null;
}
