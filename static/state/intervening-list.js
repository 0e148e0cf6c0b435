/** The part of the state that is about interventions, as it begins. */

/** @typedef {import("./intervening-types.js").Intervening} Intervening */

/** @type {Intervening} */
export const NO_INTERVENTIONS = { list: [], next: 1, seen: "intervened", tool: false, rubber: null, editing: null, removed: [], altered: null, refusal: null, moved: null };

/** @type {Intervening["seen"][]} */
export const SEEN = ["original", "intervened", "difference"];

/**
 * Interventions as they come from elsewhere, each with a key.
 * @param {(import("../types.js").Intervention & {on: boolean})[]} list
 * @param {Intervening["seen"]} [seen]
 * @returns {Intervening}
 */
export const begunWith = (list, seen = "intervened") => ({ ...NO_INTERVENTIONS, list: list.map((one, index) => ({ ...one, key: index + 1 })), next: list.length + 1, seen });
