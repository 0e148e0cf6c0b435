import { continuingTransitions } from "./continuing.js";
import { inputTransitions } from "./input-transitions.js";
import { interveningTransitions } from "./intervening-transitions.js";
import { insideTransitions } from "./inside-transitions.js";
import { libraryTransitions } from "./library-transitions.js";
import { placeTransitions } from "./place-transitions.js";
import { selectionTransitions } from "./selection-transitions.js";
import { traceTransitions } from "./trace-transitions.js";
import { viewTransitions } from "./view-transitions.js";

/** @typedef {import("./types.js").State} State */

/** @type {import("./types.js").Transitions} */
const TRANSITIONS = { ...inputTransitions, ...traceTransitions, ...selectionTransitions, ...viewTransitions, ...insideTransitions, ...interveningTransitions, ...libraryTransitions, ...placeTransitions, ...continuingTransitions };

/**
 * (state, event) -> state. Pure. An event that only effects care about leaves the state as it is.
 * @param {State} state
 * @param {import("./types.js").Event} event
 * @returns {State}
 */
export function transition(state, event) {
  return TRANSITIONS[event.type]?.(state, event) ?? state;
}
