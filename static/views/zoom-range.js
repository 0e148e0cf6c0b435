/** Which part of the time is shown, in words. A part of toolbars. */

import { h, setHidden, setText } from "../lib/dom.js";
import { paced } from "../lib/paced.js";

/**
 * @param {string} noun what is counted
 * @returns {{element: HTMLElement, update: (zoomed: import("../types.js").TimeWindow | null) => void}}
 */
export function zoomRange(noun) {
  const element = h("span", { class: "zoom-range", hidden: true });
  const update = paced((/** @type {import("../types.js").TimeWindow | null} */ zoomed) => {
    setHidden(element, zoomed === null);
    const last = String(Math.ceil(zoomed?.to ?? 0));
    setText(element, zoomed ? `${noun} ${Math.floor(zoomed.from) + 1} – ${last}` : "");
    // As wide as two of the larger number need.
    element.style.inlineSize = `${noun.length + 4 + 2 * last.length}ch`;
  });
  return { element, update };
}
