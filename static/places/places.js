/** Fetches the module of a place when it is first opened, so that Explore, which nearly everybody comes for, does not wait for it. */

import { h, setHidden } from "../lib/dom.js";
import { PLACE_NAMES } from "../state/place-names.js";

/** @typedef {import("../state/types.js").State} State */
/** @typedef {import("../state/types.js").Place} Place */
/** @typedef {import("../types.js").View<State>} StateView */

/**
 * @param {HTMLElement} root where the places stand, one of them at a time
 * @param {import("../state/store.js").Store} store
 * @param {typeof import("../api.js")} api
 */
export function createPlaces(root, store, api) {
  const frames = new Map(PLACE_NAMES.map((name) => [name, h("main", { class: `place ${name}`, id: name, tabindex: -1, hidden: true })]));
  root.append(...frames.values());
  /** @type {Map<string, {place: Place, view: StateView}>} */
  const arrived = new Map();
  /** @type {Set<string>} */
  const coming = new Set();
  /** @type {string | null} one that could not be had; it is asked for again when it is opened again */
  let missing = null;

  /** @param {string} name */
  async function fetchPlace(name) {
    coming.add(name);
    try {
      const { place } = /** @type {{place: Place}} */ (await import(`./${name}.js`));
      await Promise.all(place.styles.map(loadStyle));
      store.adopt(name, place.initial, place.transitions ?? {});
      place.attach?.(store, api);
      arrived.set(name, { place, view: place.create(/** @type {HTMLElement} */ (frames.get(name)), store.dispatch) });
      store.dispatch({ type: "place-arrived", place: name, at: place.at });
    } catch (error) {
      coming.delete(name);
      missing = name;
      console.warn(`The place ${name}: ${error}`);
      store.dispatch({ type: "told", toast: { tone: "error", text: "This view could not be loaded. Is Gatescope still running?" } });
    }
  }

  return {
    /** Shows the place that the state is at, or none where that is Explore. @param {State} state */
    update(state) {
      for (const [name, frame] of frames) setHidden(frame, name !== state.place);
      if (state.place !== missing) missing = null;
      if (state.place === "explore" || state.place === missing) return;
      const here = arrived.get(state.place);
      if (here && state.asked) store.dispatch({ type: "place-arrived", place: state.place, at: here.place.at });
      else if (here) here.view.update(state);
      else if (!coming.has(state.place)) void fetchPlace(state.place);
    },

    /** What the address says of the place that the state is at. @param {State} state @returns {Record<string, string>} */
    fieldsOf: (state) => arrived.get(state.place)?.place.fields(state) ?? state.asked ?? {},

    /** Whether this event leads somewhere that the browser's way back should lead back from. @param {import("../state/types.js").Event} event */
    isMove: (event) => [...arrived.values()].some(({ place }) => place.moves?.includes(event.type)),
  };
}

/**
 * @param {string} href
 * @returns {Promise<void>} once it is in force
 */
function loadStyle(href) {
  if (document.querySelector(`link[rel="stylesheet"][href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    document.head.append(h("link", { rel: "stylesheet", href, on: { load: () => resolve(), error: () => reject(new Error(`${href} did not arrive`)) } }));
  });
}
