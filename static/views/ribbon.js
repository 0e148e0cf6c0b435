/** The token ribbon: the sequence along the time axis, under each token what the network expects next. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { ribbonLayout } from "./ribbon-layout.js";

/**
 * @typedef {object} RibbonProps
 * @property {string[]} labels
 * @property {number} steps of the whole sequence
 * @property {boolean} numeric numbers are drawn as a curve elsewhere; here only the axis
 * @property {number[]} unknown
 * @property {import("../types.js").Prediction[][] | null} predictions
 * @property {number[] | null} tokens
 * @property {boolean} nextInput
 * @property {import("../types.js").TimeWindow} window
 * @property {number} width
 * @property {number} gutter
 * @property {number} step
 */

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<RibbonProps>}
 */
export function create(root) {
  const axis = h("div", { class: "axis", "aria-hidden": "true" });
  const tokens = h("div", { class: "tokens" });
  const shades = h("canvas", { class: "shades" });
  const nextName = h("span", { class: "ribbon-name next-name", text: "expects next" });
  const thumb = h("div", { class: "window-thumb" });
  const bar = h("div", { class: "window-bar", "aria-hidden": "true" }, thumb);
  root.append(bar, h("span", { class: "ribbon-name axis-name", text: "step" }), h("span", { class: "ribbon-name", text: "token" }), nextName, axis, shades, tokens);

  /** @type {Omit<RibbonProps, "step"> | null} */
  let shown = null;
  /** @type {Map<number, HTMLElement>} */
  const byStep = new Map();
  /** @type {HTMLElement[]} */
  const pool = [];
  let chosen = -1;

  /** @param {Omit<RibbonProps, "step">} props */
  const paint = (props) => {
    const layout = ribbonLayout({ ...props, predictions: props.numeric ? null : props.predictions });
    const letters = layout.legible && !props.numeric;
    root.classList.toggle("is-numeric", props.numeric);
    root.classList.toggle("is-dense", !layout.legible);
    root.classList.toggle("has-predictions", props.predictions !== null && !props.numeric);
    const { stepWidth } = layout;
    root.classList.toggle("is-small", stepWidth < 13);
    root.classList.toggle("is-tiny", stepWidth < 9);
    axis.replaceChildren(...layout.ticks.map(({ step, x }) => at(h("span", { text: String(step + 1) }), x)));
    const { from, to } = props.window;
    setHidden(bar, to - from >= props.steps);
    bar.style.left = `${props.gutter}px`;
    thumb.style.width = `${((to - from) / props.steps) * 100}%`;
    thumb.style.marginLeft = `${(from / props.steps) * 100}%`;
    byStep.clear();
    (letters ? layout.cells : []).forEach((cell, index) => {
      const element = (pool[index] ??= h("span", { class: "token" }, h("span", { class: "letter" }), h("span", { class: "guess" })));
      byStep.set(cell.step, element);
      element.dataset.step = String(cell.step);
      element.style.width = `${cell.width}px`;
      at(element, cell.x);
      element.classList.toggle("is-unknown", cell.unknown);
      element.classList.toggle("is-hit", cell.hit);
      element.classList.remove("is-chosen");
      setText(element.children[0], cell.text);
      setText(element.children[1], cell.guess ?? "");
      element.style.setProperty("--shade", cell.shade.toFixed(3));
      if (element.parentNode !== tokens) tokens.append(element);
    });
    while (tokens.children.length > byStep.size) tokens.lastElementChild?.remove();
    paintShades(shades, props, !letters && !props.numeric);
    chosen = -1;
  };

  return {
    update({ step, ...props }) {
      if (!shallowEqual(shown, props)) {
        shown = props;
        paint(props);
      }
      if (step === chosen) return;
      byStep.get(chosen)?.classList.remove("is-chosen");
      byStep.get(step)?.classList.add("is-chosen");
      chosen = step;
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {HTMLElement} element
 * @param {number} x
 */
function at(element, x) {
  element.style.transform = `translateX(${x}px)`;
  return element;
}

/**
 * Where letters do not fit: how sure the network is at each step, as bars. Of the steps that share a pixel the surest is drawn.
 * @param {HTMLCanvasElement} canvas
 * @param {Omit<RibbonProps, "step">} props
 * @param {boolean} wanted
 */
function paintShades(canvas, { predictions, window, width, gutter }, wanted) {
  canvas.hidden = !wanted || !predictions;
  if (canvas.hidden || !predictions) return;
  const density = globalThis.devicePixelRatio || 1;
  const columns = Math.max(1, Math.round((width - gutter) * density));
  const rows = Math.round(22 * density);
  canvas.width = columns;
  canvas.height = rows;
  canvas.style.left = `${gutter}px`;
  canvas.style.width = `${width - gutter}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = getComputedStyle(canvas).color;
  const perColumn = (window.to - window.from) / columns;
  for (let column = 0; column < columns; column++) {
    const from = Math.floor(window.from + column * perColumn);
    const to = Math.max(from + 1, Math.floor(window.from + (column + 1) * perColumn));
    let best = 0;
    for (let step = from; step < to && step < predictions.length; step++) best = Math.max(best, predictions[step]?.[0]?.probability ?? 0);
    context.fillRect(column, rows - best * rows, 1, best * rows);
  }
}
