/** Says the chosen step to a screen reader, once things have settled. */

import { setText } from "../lib/dom.js";

/** In milliseconds: whoever holds an arrow key down wants to hear where they end up. */
const SETTLE = 400;

/**
 * @param {HTMLElement} root a live region
 * @returns {import("../types.js").View<{text: string, quiet: boolean}>}
 */
export function create(root) {
  let timer = 0;
  let last = "";
  return {
    update({ text, quiet }) {
      if (quiet || text === last) return;
      last = text;
      clearTimeout(timer);
      timer = window.setTimeout(() => setText(root, text), SETTLE);
    },
    destroy: () => clearTimeout(timer),
  };
}
