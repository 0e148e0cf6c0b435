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
  return {
    get: () => state,

    /** @param {Event} event */
    dispatch(event) {
      const before = state;
      state = transition(before, event);
      for (const listener of listeners) listener(state, event, before);
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
