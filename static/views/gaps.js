/** Where a sequence has no step in a column of the shared time axis: hatched over what is drawn there. */

import { h, shallowEqual } from "../lib/dom.js";
import { timeScale } from "../lib/scale.js";

/**
 * @typedef {object} GapsProps
 * @property {ArrayLike<number>} places the step in each column, -1 for none
 * @property {import("../types.js").TimeWindow} window
 * @property {number} width
 * @property {number} gutter
 */

/**
 * The stretches of columns without a step that the window shows, as places in pixels. Pure.
 * @param {GapsProps} props
 * @returns {{x: number, width: number}[]}
 */
export function gapSpans({ places, window, width, gutter }) {
  const { x } = timeScale(window, width, gutter);
  const spans = [];
  for (let column = Math.max(0, Math.floor(window.from)); column < Math.min(places.length, Math.ceil(window.to)); column++) {
    if (places[column] >= 0) continue;
    let end = column;
    while (end < places.length && places[end] < 0) end++;
    const left = Math.max(gutter, x(column));
    spans.push({ x: left, width: Math.min(width, x(end)) - left });
    column = end;
  }
  return spans;
}

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<GapsProps>}
 */
export function create(root) {
  /** @type {GapsProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      root.replaceChildren(...gapSpans(props).map(({ x, width }) => {
        const mark = h("i", { class: "gap" });
        mark.style.transform = `translateX(${x}px)`;
        mark.style.width = `${width}px`;
        return mark;
      }));
    },
    destroy: () => root.replaceChildren(),
  };
}
