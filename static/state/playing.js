/** @typedef {import("./types.js").State} State */

/**
 * The same state, not playing.
 * @param {State} state
 * @returns {State}
 */
export function stopped(state) {
  return state.view.playing ? { ...state, view: { ...state.view, playing: false, heldStep: null } } : state;
}
