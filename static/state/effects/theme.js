import { remember } from "../../lib/remember.js";
import { themeOf } from "../selectors.js";

/**
 * Shows the theme and remembers it.
 * @param {import("../store.js").Store} store
 */
export function attachTheme(store) {
  store.subscribe((state, _event, before) => {
    if (state.view.theme !== before.view.theme) remember("theme", state.view.theme);
    if (themeOf(state) !== themeOf(before)) document.documentElement.dataset.theme = themeOf(state);
  });
}
