/** The token ribbon: the sequence along the time axis, under each token what the network expects next. */

import { h, keyed, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { emptyPicture, showPicture } from "../lib/picture.js";
import { movement } from "../lib/moving.js";
import { isSameWidth, movedDrawing } from "../lib/scale.js";
import { HALF_NUMBER, ribbonLayout } from "./ribbon-layout.js";
import { place, tokenRow } from "./ribbon-tokens.js";
import { zoomRange } from "./zoom-range.js";

/**
 * @typedef {object} RibbonProps
 * @property {string[]} labels
 * @property {number} [words] letters of the longest label, where labels are words that can stand upright; else 0
 * @property {string} [name] of the labels, where they are no tokens
 * @property {number} steps of the whole sequence
 * @property {boolean} numeric numbers are drawn as a curve elsewhere; here only the axis
 * @property {number[]} unknown
 * @property {import("../types.js").Prediction[][] | null} predictions
 * @property {import("../types.js").Prediction[][] | null} others of the trace that this one is compared with
 * @property {import("../types.js").Moved[][] | null} moved instead of what is expected: what became more or less likely
 * @property {number[] | null} tokens
 * @property {boolean} nextInput
 * @property {number | null} [continued] the step from which on the network read what it had said itself
 * @property {import("../types.js").TimeWindow} window
 * @property {number} width
 * @property {number} gutter
 * @property {"light" | "dark"} theme
 * @property {import("./ribbon-layout.js").Mark[]} [marks] what a comparison says of each column
 * @property {ArrayLike<number>} [places] the step in each column, -1 for none; without them, the column's own number
 * @property {number} step
 */

/** In pixels. */
const NARROWEST_THUMB = 4;

/**
 * @param {HTMLElement} root
 * @param {{ranged?: boolean, zoomable?: boolean}} [options] whether it says in words which part of the steps is shown, and whether one can zoom in
 * @returns {import("../types.js").View<RibbonProps>}
 */
export function create(root, { ranged = false, zoomable = false } = {}) {
  const axis = h("div", { class: "strip" });
  const tokens = tokenRow();
  const shades = h("canvas", { class: "shades" });
  const nextName = h("span", { class: "ribbon-name next-name", text: "expects next" });
  const labelName = h("span", { class: "ribbon-name" });
  const axisName = h("span", { class: "ribbon-name axis-name", text: "step" });
  const range = ranged ? zoomRange("steps") : null;
  const hint = h("span", { class: "ribbon-hint" });
  const thumb = h("div", { class: "window-thumb" });
  const bar = h("div", { class: "window-bar", "aria-hidden": "true" }, thumb);
  const strip = h("div", { class: "strip" }, shades, tokens.element);
  root.append(bar, axisName, ...(range ? [range.element] : []), labelName, nextName,
    h("div", { class: "axis", "aria-hidden": "true" }, axis), h("div", { class: "tokens-clip" }, strip), hint);

  /** @type {Omit<RibbonProps, "step"> | null} */
  let shown = null;
  /** @type {import("../lib/scale.js").Drawing | null} what is drawn, which may be more than the window, and stretched while it moves */
  let drawn = null;
  const moves = movement(() => shown && show(shown, shown, null));
  /** @type {{step: number, x: number}[]} */
  let ticks = [];
  /** @type {ShadeColours} */
  let colours = { chance: "", more: "", less: "" };
  /** @type {Map<string, HTMLElement>} */
  const numbers = new Map();
  /** Whether letters are drawn, and whether there would be room for some that are not. */
  let lettered = false;
  let owed = false;
  /** The step at which x is 0: as long as steps are as wide, what is drawn stays where it is. */
  let origin = 0;
  let chosen = -1;

  /**
   * @param {Omit<RibbonProps, "step">} props with the drawn window
   * @param {number} width of that, in CSS pixels
   * @param {number} x where it begins
   * @param {boolean} zooms whether steps become wider or narrower
   */
  const paint = (props, width, x, zooms) => {
    const layout = ribbonLayout({ ...props, width, gutter: 0 });
    // Hundreds of letters take longer than a frame, and nobody reads them in passing: they come when zooming ends.
    lettered = layout.legible && (lettered || !zooms);
    owed = layout.legible && !lettered;
    // Numbers are drawn as curves elsewhere; what a network says of them is said here.
    const letters = lettered && (!props.numeric || props.predictions !== null);
    root.classList.toggle("is-numeric", props.numeric && props.predictions === null);
    root.classList.toggle("is-spoken", props.numeric && props.predictions !== null);
    root.classList.toggle("has-words", (props.words ?? 0) > 0);
    root.classList.toggle("is-upright", layout.upright);
    root.classList.toggle("has-predictions", props.predictions !== null);
    root.classList.toggle("has-changes", props.moved !== null);
    root.classList.toggle("is-blank", !layout.legible && !zoomable);
    setHidden(hint, !zoomable || layout.legible || props.numeric);
    setText(nextName, props.moved ? "more, less likely" : props.nextInput ? "expects next" : "says");
    nextName.title = props.moved ? "Whose probability changed most; struck through where it became less likely" : "";
    const { stepWidth } = layout;
    root.classList.toggle("is-small", stepWidth < 13);
    root.classList.toggle("is-tiny", stepWidth < 9);
    ticks = layout.ticks.map(({ step, x: inside }) => ({ step, x: x + inside }));
    keyed(axis, numbers, ticks, ({ step }) => String(step), ({ step }) => h("span", { text: String(step + 1) }));
    for (const tick of ticks) place(/** @type {HTMLElement} */ (numbers.get(String(tick.step))), tick.x);
    const cells = letters ? layout.cells.map((cell) => (props.numeric ? { ...cell, text: "" } : cell)) : [];
    tokens.update(cells, { x, stepWidth, own: (step) => props.continued != null && step >= props.continued, compared: props.marks !== undefined });
    paintShades(shades, { ...props, width }, colours, !letters && !props.numeric);
    place(shades, x);
  };

  /**
   * @param {Omit<RibbonProps, "step">} props
   * @param {Omit<RibbonProps, "step"> | null} before
   * @param {import("../lib/scale.js").Drawing | null} known what is drawn, where only the window is another one
   */
  const show = (props, before, known) => {
    const { window, width, gutter, steps, theme, name = "token" } = props;
    setText(labelName, name);
    setText(hint, `zoom in to read each ${name}`);
    if (theme !== before?.theme) colours = coloursOf(shades);
    const perStep = (width - gutter) / (window.to - window.from);
    const { zooms, zoomed } = moves.next(perStep, known);
    const due = zoomed || (owed && !zooms);
    drawn = movedDrawing(window, perStep, due ? null : known, steps);
    if (drawn !== known) {
      if (!known || !isSameWidth(drawn.perStep, known.perStep)) origin = drawn.from;
      paint({ ...props, window: drawn }, (drawn.to - drawn.from) * drawn.perStep, (drawn.from - origin) * drawn.perStep, zooms);
    }
    if (gutter !== before?.gutter) root.style.setProperty("--gutter", `${gutter}px`);
    const stretch = perStep / drawn.perStep;
    for (const moved of [axis, strip]) moved.style.transform = `translateX(${(origin - window.from) * perStep}px) scaleX(${stretch})`;
    // A number stands out over the edge by half of itself, or it is not there: half a number is another number.
    const [left, right] = [(window.from - origin) * drawn.perStep, (window.to - origin) * drawn.perStep];
    // It keeps its place, so that nothing has to be laid out.
    for (const { step, x } of ticks) numbers.get(String(step))?.classList.toggle("is-cut", x < left || x > right - HALF_NUMBER);
    const whole = window.to - window.from >= steps;
    setHidden(bar, whole);
    setHidden(axisName, range !== null && !whole);
    range?.update(whole ? null : window);
    const share = Math.max((window.to - window.from) / steps, NARROWEST_THUMB / (width - gutter));
    const start = 100 * Math.min(window.from / steps, 1 - share);
    // Cut out of the whole bar, which is laid out once.
    thumb.style.clipPath = `inset(0 ${100 - start - 100 * share}% 0 ${start}% round 2px)`;
  };

  return {
    update({ step, ...props }) {
      if (!shallowEqual(shown, props)) {
        const before = shown;
        shown = props;
        show(props, before, before && shallowEqual({ ...before, window: props.window }, props) ? drawn : null);
      }
      if (step === chosen) return;
      tokens.choose(step);
      chosen = step;
    },
    destroy() {
      moves.end();
      root.replaceChildren();
    },
  };
}

/** @typedef {{chance: string, more: string, less: string}} ShadeColours */

/** @param {HTMLElement} element @returns {ShadeColours} */
function coloursOf(element) {
  const style = getComputedStyle(element);
  return { chance: style.color, more: style.borderTopColor, less: style.borderBottomColor };
}

/**
 * Where letters do not fit: how sure the network is at each step, as bars, or how much its surest change is, up for more likely and down for less. Of
 * the steps that share a pixel the largest is drawn.
 * @param {HTMLCanvasElement} canvas
 * @param {Omit<RibbonProps, "step">} props
 * @param {ShadeColours} colours
 * @param {boolean} wanted
 */
function paintShades(canvas, { predictions, moved, window, width }, colours, wanted) {
  canvas.hidden = !wanted || !predictions;
  if (canvas.hidden || !predictions) return;
  const density = globalThis.devicePixelRatio || 1;
  const columns = Math.max(1, Math.round(width * density));
  const rows = Math.round(22 * density);
  const { picture, context } = emptyPicture(columns, rows);
  context.putImageData(bars({ predictions, moved, window }, columns, rows), 0, 0);
  // Thousands of bars as one picture, coloured in one go, are much quicker than as rectangles.
  context.globalCompositeOperation = "source-atop";
  const middle = moved ? rows / 2 : rows;
  context.fillStyle = moved ? colours.more : colours.chance;
  context.fillRect(0, 0, columns, middle);
  context.fillStyle = colours.less;
  context.fillRect(0, middle, columns, rows - middle);
  showPicture(canvas, picture);
  canvas.style.width = `${width}px`;
}

/**
 * The bars of `paintShades`, opaque where they are.
 * @param {Pick<RibbonProps, "predictions" | "moved" | "window">} props
 * @param {number} columns in device pixels, as are rows
 * @param {number} rows
 */
function bars({ predictions, moved, window }, columns, rows) {
  const image = new ImageData(columns, rows);
  const perColumn = (window.to - window.from) / columns;
  for (let column = 0; column < columns; column++) {
    const from = Math.floor(window.from + column * perColumn);
    const to = Math.max(from + 1, Math.floor(window.from + (column + 1) * perColumn));
    let best = 0;
    for (let step = from; step < to && step < (predictions?.length ?? 0); step++) {
      const amount = moved ? (moved[step]?.[0]?.difference ?? 0) : (predictions?.[step]?.[0]?.probability ?? 0);
      if (Math.abs(amount) > Math.abs(best)) best = amount;
    }
    const foot = moved ? rows / 2 : rows;
    const end = foot - best * foot;
    const [top, bottom] = best > 0 ? [end, foot] : [foot, end];
    for (let row = Math.floor(top); row < bottom; row++) {
      const covered = Math.min(row + 1, bottom) - Math.max(row, top);
      image.data[4 * (row * columns + column) + 3] = Math.round(255 * covered);
    }
  }
  return image;
}
