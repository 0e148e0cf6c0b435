import { formatAddress, parseAddress } from "../address.js";

/** @typedef {import("../types.js").State} State */

/** How long the address bar waits for things to settle, in milliseconds: browsers limit how often it may be written. */
const SETTLE = 250;

/** Another place, network, example or number is another place: the browser's way back leads from it to what was there before. */
const MOVES = ["model-chosen", "example-chosen", "model-explored", "place-chosen", "details-opened", "walked"];

/**
 * Keeps the address bar at the view, and the view at the address bar.
 * @param {import("../store.js").Store} store
 * @param {{fieldsOf: (state: State) => Record<string, string>, isMove: (event: import("../types.js").Event) => boolean}} places
 */
export function attachAddress(store, { fieldsOf, isMove }) {
  /** @param {State} state */
  const hashOf = (state) => formatAddress(state, fieldsOf(state)).hash;
  let timer = 0;
  let moved = false;
  store.subscribe((state, event, before) => {
    if ((MOVES.includes(event.type) || isMove(event)) && (before.shown || before.place !== "explore") && state !== before && !moved) {
      moved = true;
      history.replaceState(null, "", hashOf(before));
    }
    if (event.type === "hovered" || state.view.playing || !(state.shown || state.place !== "explore")) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const hash = hashOf(store.get());
      if (hash !== location.hash) history[moved ? "pushState" : "replaceState"](null, "", hash);
      moved = false;
    }, SETTLE);
  });
  addEventListener("hashchange", () => {
    // A place on the page, such as the skip link's, is no view.
    if (!location.hash.includes("=")) return;
    clearTimeout(timer);
    moved = false;
    store.dispatch({ type: "address-read", address: parseAddress(location.hash) });
  });
}
