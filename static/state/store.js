/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Event} Event */

/**
 * Holds the one immutable state. An event becomes the next state through the pure transitions; listeners hear of every change.
 * @param {State} state
 * @param {(state: State, event: Event) => State} transition
 */
export function createStore(state, transition) {
  /** @type {Set<(state: State, event: Event, before: State) => void>} */
  const listeners = new Set();
  /** @type {import("./types.js").Transitions[]} */
  const adopted = [];
  return {
    get: () => state,

    /** @param {Event} event */
    dispatch(event) {
      const before = state;
      state = adopted.reduce((next, transitions) => transitions[event.type]?.(next, event) ?? next, transition(before, event));
      for (const listener of listeners) listener(state, event, before);
    },

    /**
     * Gives a place that has just been fetched its slice of the state and its own transitions.
     * @param {string} name
     * @param {any} slice
     * @param {import("./types.js").Transitions} transitions
     */
    adopt(name, slice, transitions) {
      state = { ...state, slices: { ...state.slices, [name]: slice } };
      adopted.push(transitions);
    },

    /**
     * @param {(state: State, event: Event, before: State) => void} listener
     * @returns {() => void} stops listening
     */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */
