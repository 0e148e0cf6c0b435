/**
 * What a place beside Explore remembers: its own slice of the one state, there once its module has been fetched.
 *
 * @module
 */

/** @typedef {import("./types.js").State} State */

/**
 * @param {State} state
 * @param {string} name
 * @returns {any}
 */
export const sliceOf = (state, name) => state.slices[name];

/**
 * @param {State} state
 * @param {string} name
 * @param {Record<string, any>} change
 * @returns {State}
 */
export const withSlice = (state, name, change) => ({ ...state, slices: { ...state.slices, [name]: { ...state.slices[name], ...change } } });
