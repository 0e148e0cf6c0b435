/** The one cursor over the whole stack, the hover crosshair, and the words beside it. Only transforms move them. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { number, percent, visible } from "../lib/format.js";
import { formatShortSigned } from "../lib/numerals.js";
import { timeScale } from "../lib/scale.js";
import { slider } from "../lib/slide.js";

/**
 * @typedef {object} CursorProps
 * @property {number} step
 * @property {import("../types.js").TimeWindow} window
 * @property {number} width
 * @property {number} gutter
 * @property {number} rem in CSS pixels
 * @property {{step: number, unit: number | null, quantity: string | null, y: number | null, below: number} | null} hover no words where y is null; below is the room under it
 * @property {{unit: number, step: number, value: number} | null} held how much of what a unit holds after a step came from the hovered one
 * @property {string} label of the hovered step
 * @property {string} [title] what is hovered, where that is not simply a step
 * @property {{name: string, symbol: string, value: number, before: number | null}[]} values of the hovered unit and step; `before` without interventions, where there are any
 * @property {import("../types.js").Prediction[] | null} predictions after the hovered step
 */

/** How far the words stand from the pointer in CSS pixels, and how wide they are in rem; the style sheet uses the same number. */
const OFFSET = 14;
const TOOLTIP = 12.5;

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<CursorProps>}
 */
export function create(root) {
  const cursor = h("div", { class: "cursor" });
  const cross = h("div", { class: "cursor is-hover" });
  const [slideCursor, slideCross] = [slider(cursor), slider(cross)];
  const head = h("p", { class: "tooltip-head" });
  const body = h("dl");
  const tooltip = h("div", { class: "tooltip", hidden: true }, head, body);
  root.append(h("div", { class: "cursor-clip" }, cross, cursor), tooltip);
  const clip = /** @type {HTMLElement} */ (root.firstElementChild);

  /** @type {CursorProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      const scale = timeScale(props.window, props.width, props.gutter);
      if (props.gutter !== before?.gutter) clip.style.left = `${props.gutter}px`;
      widen(cursor, scale.stepWidth);
      slideCursor(scale.x(props.step) - props.gutter);
      setHidden(cross, props.hover === null);
      // The window may have moved on under a pointer that rests.
      const inSight = props.hover !== null && props.hover.step + 1 > props.window.from && props.hover.step < props.window.to;
      setHidden(tooltip, (props.hover?.y ?? null) === null || !inSight);
      if (!props.hover || !inSight) return;
      widen(cross, scale.stepWidth);
      slideCross(scale.x(props.hover.step) - props.gutter);
      if (props.hover.y === null) return;
      const right = scale.x(props.hover.step + 1) + OFFSET;
      const wide = TOOLTIP * props.rem;
      const x = right + wide > props.width ? scale.x(props.hover.step) - OFFSET - wide : right;
      setText(head, props.title ?? `step ${props.hover.step + 1} · ${visible(props.label)}${props.hover.unit === null ? "" : ` · unit ${props.hover.unit}`}`);
      body.replaceChildren(...heldRow(props), ...(props.hover.unit === null && props.predictions ? predictionRows(props.predictions) : valueRows(props)));
      const tall = tooltip.offsetHeight;
      const y = tall + OFFSET > props.hover.below ? props.hover.y - OFFSET - tall : props.hover.y + OFFSET;
      tooltip.style.transform = `translate(${Math.max(4, x)}px, ${y}px)`;
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * A cursor covers its step; where a step is thinner than two pixels it is still two pixels wide.
 * @param {HTMLElement} element
 * @param {number} stepWidth
 */
function widen(element, stepWidth) {
  const width = `${Math.max(2, stepWidth)}px`;
  if (element.style.width !== width) element.style.width = width;
}

/** @param {CursorProps} props */
function heldRow({ held }) {
  return held ? [h("div", { class: "held-row" }, h("dt", { text: `left in unit ${held.unit} at step ${held.step + 1}` }), h("dd", { text: formatShortSigned(held.value) }))] : [];
}

/** @param {import("../types.js").Prediction[]} predictions */
function predictionRows(predictions) {
  return predictions.map(({ label, probability }) => {
    const bar = h("span", { class: "chance" });
    bar.style.setProperty("--share", String(probability));
    return h("div", {}, h("dt", { class: "guess-label", text: visible(label) }), h("dd", {}, bar, percent(probability)));
  });
}

/** @param {CursorProps} props */
function valueRows({ values, hover }) {
  return values.map(({ name, symbol, value, before }) => h("div", { class: name === hover?.quantity ? "is-here" : "", data: { quantity: name } }, h("dt", {}, h("i", { text: symbol })), h("dd", { text: before === null || before === value ? number(value) : `${number(before)} → ${number(value)}` })));
}
