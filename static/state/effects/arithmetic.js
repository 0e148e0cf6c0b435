/** Asks the server for the sum behind the number that is looked at, once the cursor rests; and tells the store that it does. */

import { seenTrace } from "../altered.js";
import { layerOf, placeOf } from "../selectors.js";
import { keyOf } from "../sum-key.js";
import { sentence } from "./sentence.js";
import { withTrace } from "./with-trace.js";

/** @typedef {import("../types.js").State} State */

/** How long a step or a number must have been chosen before anything is asked or drawn for it, in milliseconds. */
const REST = 70;

/** @param {State} state @returns {string | null} null while no arithmetic is shown */
function wantedKey(state) {
  const place = placeOf(state);
  const trace = seenTrace(state);
  return trace && place && state.place === "explore" && state.view.aside === "arithmetic" ? keyOf(trace, place) : null;
}

/**
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachArithmetic(store, api) {
  let asking = new AbortController();
  let asked = /** @type {string | null} */ (null);
  let resting = 0;
  let waiting = 0;

  /** @param {string} key */
  const ask = async (key) => {
    const state = store.get();
    const place = placeOf(state);
    const layer = layerOf(state);
    if (!place || !layer) return;
    const { signal } = (asking = new AbortController());
    try {
      const sum = await withTrace(api, state, (trace) => api.fetchArithmetic(trace, layer, { quantity: place.quantity, unit: place.row ?? place.unit, step: place.step }, signal), signal);
      store.dispatch({ type: "arithmetic-arrived", key, sum });
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "arithmetic-failed", key, text: sentence(error) });
    }
  };

  store.subscribe((state, _event, before) => {
    if (state.selection.step !== before.selection.step || state.shown !== before.shown) {
      clearTimeout(resting);
      resting = setTimeout(() => store.dispatch({ type: "rested" }), REST);
    }
    const key = wantedKey(state);
    if (key === asked) return;
    asked = key;
    asking.abort();
    clearTimeout(waiting);
    if (key !== null && state.inside.sum?.key !== key) waiting = setTimeout(() => void ask(key), REST);
  });
}
