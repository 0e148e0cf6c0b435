import { formatAddress, parseAddress } from "../address.js";

/** How long the address bar waits for things to settle, in milliseconds: browsers limit how often it may be written. */
const SETTLE = 250;

/**
 * Keeps the address bar at the view, and the view at the address bar.
 * @param {import("../store.js").Store} store
 */
export function attachAddress(store) {
  let timer = 0;
  store.subscribe((state, event) => {
    if (event.type === "hovered" || state.view.playing || !state.shown) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const { hash } = formatAddress(store.get());
      if (hash !== location.hash) history.replaceState(null, "", hash);
    }, SETTLE);
  });
  addEventListener("hashchange", () => {
    // A place on the page, such as the skip link's, is no view.
    if (!location.hash.includes("=")) return;
    clearTimeout(timer);
    store.dispatch({ type: "address-read", address: parseAddress(location.hash) });
  });
}
