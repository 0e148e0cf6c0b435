/** The two traces of one input, with the interventions and without: what is to be asked for, which of them is seen, and which is the other. */

import { misfit, onlyValuesDiffer, requested } from "../lib/interventions.js";
import { memo } from "../lib/memo.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("./intervening-types.js").Listed} Listed */
/** @typedef {import("./intervening-types.js").Altered} Altered */

/** What is to be asked for of a trace; null where nothing is to be done. Its key tells it from every other. */
export const wantedOf = memo((/** @type {Listed[]} */ list, /** @type {Trace} */ trace) => {
  const interventions = list.filter((one) => one.on && misfit(one, trace) === null).map(requested);
  return interventions.length ? { of: trace.id, interventions, key: `${trace.id} ${JSON.stringify(interventions)}` } : null;
});

/**
 * Whether an answer is wanted: the one that is asked for, or one on the way there, as while a slider moves.
 * @param {State} state
 * @param {{of: string, key: string, interventions: import("../types.js").Intervention[]}} answer
 */
export function isWanted(state, { of, key, interventions }) {
  const wanted = wantedAltered(state);
  return wanted !== null && (wanted.key === key || (state.shown?.trace.id === of && onlyValuesDiffer(wanted.interventions, interventions)));
}

/** What is to be asked for of the shown trace. @param {State} state */
export const wantedAltered = ({ shown, intervening }) => (shown ? wantedOf(intervening.list, shown.trace) : null);

/**
 * What the interventions made of the shown trace; that of an earlier choice of them until the next one is there.
 * @param {State} state
 * @returns {Altered | null}
 */
export function alteredOf({ shown, intervening }) {
  const { altered } = intervening;
  return altered && altered.of === shown?.trace.id ? altered : null;
}

/**
 * The trace whose numbers are told.
 * @param {State} state
 * @returns {Trace | null}
 */
export const seenTrace = (state) => (state.intervening.seen === "original" ? null : alteredOf(state)?.trace) ?? state.shown?.trace ?? null;

/**
 * The other one of the two, which it is compared with; null where there is only one.
 * @param {State} state
 * @returns {Trace | null}
 */
export function otherTrace(state) {
  const altered = alteredOf(state);
  if (!altered || !state.shown) return null;
  return state.intervening.seen === "original" ? altered.trace : state.shown.trace;
}

/** @param {State} state @returns {LayerTrace | null} */
export const otherLayer = (state) => otherTrace(state)?.layers[state.selection.layer] ?? null;

/** Whether changes are seen instead of numbers. @param {State} state */
export const seesDifference = (state) => state.intervening.seen === "difference" && alteredOf(state) !== null;

/**
 * What the server is to make the seen trace of.
 * @param {State} state with a trace
 * @returns {{model: string, input: import("../lib/input.js").Input, interventions?: import("../types.js").Intervention[]}}
 */
export function seenWanted(state) {
  const { model, input } = /** @type {NonNullable<State["shown"]>} */ (state.shown).wanted;
  const altered = state.intervening.seen === "original" ? null : alteredOf(state);
  return { model, input, ...(altered && { interventions: altered.interventions }) };
}
