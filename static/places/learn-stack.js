/** The pictures of a lesson over one time axis: what is read, what is asked for, carry tracks, heatmaps, plots, and the cursor over them. */

import { h, keyed, setHidden, setText } from "../lib/dom.js";
import { attachGestures } from "../lib/gestures.js";
import { timeScale } from "../lib/scale.js";
import { createCarryTrack } from "../views/carry-track.js";
import * as cursor from "../views/cursor.js";
import * as heatmap from "../views/heatmap.js";
import * as plot from "../views/lesson-plot.js";
import * as ribbon from "../views/ribbon.js";

/** @typedef {import("../types.js").Emit} Emit */
/** @typedef {import("../types.js").View<any>} AnyView */
/** @typedef {NonNullable<ReturnType<typeof import("../state/learn-props.js").stackProps>>} StackProps */

/** Below this width of the window everything stands in one column; the style sheets use the same number. */
const NARROW = 860;

/** @type {Record<string, (root: HTMLElement, emit: Emit) => AnyView>} */
const MAKE = { carry: createCarryTrack, heatmap: heatmap.create, plot: (root) => plot.create(root) };

/** @type {Record<string, string>} */
const CLASSES = { carry: "carry-row", heatmap: "panel", plot: "plot-row" };

/**
 * Emits `lesson-measured`, `lesson-place` and `lesson-hovered`.
 * @param {HTMLElement} root
 * @param {Emit} emit
 * @returns {import("../types.js").View<StackProps>}
 */
export function createStack(root, emit) {
  const ribbons = h("div", { class: "lesson-ribbons" });
  const pictures = h("div", { class: "lesson-pictures" });
  const over = h("div", { class: "cursor-layer", "aria-hidden": "true" });
  root.append(ribbons, pictures, over);
  const cursorView = cursor.create(over);
  /** @type {Map<string, HTMLElement>} */
  const ribbonRoots = new Map();
  /** @type {Map<string, HTMLElement>} */
  const pictureRoots = new Map();
  /** @type {Map<HTMLElement, {view: AnyView, name: HTMLElement | null}>} */
  const views = new Map();
  /** @type {StackProps | null} */
  let shown = null;

  const measure = () =>
    emit({ type: "lesson-measured", room: { width: root.clientWidth, rem: parseFloat(getComputedStyle(document.documentElement).fontSize), compact: innerWidth < NARROW, density: devicePixelRatio || 1 } });
  const observer = new ResizeObserver(measure);
  observer.observe(root);

  /** What a carry track tells is a lesson's own. @param {number} network */
  const told = (network) => (/** @type {import("../types.js").ViewEvent} */ event) => {
    if (event.type === "select") emit({ type: "lesson-place", step: event.step, unit: network === 0 ? event.unit : null });
    if (event.type === "hover") emit({ type: "lesson-hovered", hover: event.step === null ? null : { step: event.step, unit: event.unit, quantity: null, y: null, below: 0 } });
  };

  /** @param {StackProps["pictures"][number]} one */
  const makePicture = ({ picture, network }) => {
    const inner = h("div", { class: CLASSES[picture.kind] });
    const name = picture.kind === "carry" ? h("p", { class: "network-name" }, network) : null;
    const element = h("div", { class: "lesson-picture" }, name, inner);
    views.set(element, { view: MAKE[picture.kind](inner, told("network" in picture ? picture.network : 0)), name });
    return element;
  };

  const scale = () => (shown ? timeScale(shown.cursor.window, shown.cursor.width, shown.cursor.gutter) : null);
  /** @param {number} x */
  const stepAt = (x) => Math.max(0, Math.min((shown?.steps ?? 1) - 1, Math.floor(scale()?.step(x) ?? 0)));

  /** The unit under the pointer, where it is over a heatmap. @param {PointerEvent} event */
  const unitAt = (event) => {
    const element = event.target instanceof Element ? event.target.closest(".plot") : null;
    const panel = shown?.pictures.find(({ picture, key }) => picture.kind === "heatmap" && pictureRoots.get(key)?.contains(element));
    if (!element || !panel) return null;
    const { matrix, order } = panel.props.picture;
    const box = element.getBoundingClientRect();
    const place = Math.max(0, Math.min(matrix.columns - 1, Math.floor(((event.clientY - box.top) / box.height) * matrix.columns)));
    return { unit: order?.[place] ?? place, quantity: panel.props.name };
  };

  const detach = attachGestures(root, {
    inside: (x, event) => shown !== null && x >= shown.cursor.gutter && event.target instanceof Element && event.target.closest(".plot-row, .carry-track, button, a, summary") === null,
    point(x, event) {
      const at = unitAt(event);
      emit({ type: "lesson-hovered", hover: { step: stepAt(x), unit: at?.unit ?? null, quantity: at?.quantity ?? null, y: at ? event.clientY - root.getBoundingClientRect().top : null, below: innerHeight - event.clientY } });
    },
    leave: () => emit({ type: "lesson-hovered", hover: null }),
    choose: (x, event) => emit({ type: "lesson-place", step: stepAt(x), unit: unitAt(event)?.unit ?? null }),
    pan: () => {},
    zoom: () => {},
    wheelZooms: () => false,
  });

  return {
    update(props) {
      shown = props;
      keyed(ribbons, ribbonRoots, props.ribbons, ({ name }) => name ?? "", () => {
        const element = h("div", { class: "ribbon" });
        views.set(element, { view: ribbon.create(element), name: null });
        return element;
      });
      keyed(pictures, pictureRoots, props.pictures, ({ key }) => key, makePicture);
      for (const [element, { view }] of views) {
        if (element.isConnected) continue;
        view.destroy();
        views.delete(element);
      }
      for (const one of props.ribbons) views.get(/** @type {HTMLElement} */ (ribbonRoots.get(one.name ?? "")))?.view.update(one);
      for (const one of props.pictures) {
        const known = views.get(/** @type {HTMLElement} */ (pictureRoots.get(one.key)));
        known?.view.update(one.props);
        if (!known?.name) continue;
        setText(known.name, one.network);
        setHidden(known.name, one.network === "");
      }
      cursorView.update(props.cursor);
    },
    destroy() {
      observer.disconnect();
      detach();
      for (const { view } of views.values()) view.destroy();
      cursorView.destroy();
      root.replaceChildren();
    },
  };
}
