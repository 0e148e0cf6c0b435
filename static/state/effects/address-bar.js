import { formatAddress, parseAddress } from "../address.js";

/** How long the address bar waits for things to settle, in milliseconds: browsers limit how often it may be written. */
const SETTLE = 250;

/** Another view, network, example or number is another place: the browser's way back leads from it to what was there before. */
const PLACES = ["model-chosen", "example-chosen", "model-explored", "place-chosen", "details-opened", "walked"];

/**
 * Keeps the address bar at the view, and the view at the address bar.
 * @param {import("../store.js").Store} store
 */
export function attachAddress(store) {
  let timer = 0;
  let moved = false;
  store.subscribe((state, event, before) => {
    if (PLACES.includes(event.type) && (before.shown || before.place === "models") && state !== before && !moved) {
      moved = true;
      history.replaceState(null, "", formatAddress(before).hash);
    }
    if (event.type === "hovered" || state.view.playing || !(state.shown || state.place === "models")) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const { hash } = formatAddress(store.get());
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
