/** The Gradients view: how a gradient goes back through time, for cells side by side on sliders or for a network, on one time axis. */

import { h, keyed, setText } from "../lib/dom.js";
import { visible } from "../lib/format.js";
import { attachGestures } from "../lib/gestures.js";
import { shortcutFor } from "../lib/keys.js";
import { timeScale } from "../lib/scale.js";
import { SHAPES } from "../lib/sketch-input.js";
import { attachGradients } from "../state/effects/gradients.js";
import { atGradients, gradientsFields } from "../state/gradients-address.js";
import * as propsOf from "../state/gradients-props.js";
import { KIND_NAMES } from "../state/gradients-questions.js";
import { FIRST, gradientsOf, gradientsTransitions, LIMITS, SENSITIVITIES, stepsOf, UNITS } from "../state/gradients-slice.js";
import * as announcer from "../views/announcer.js";
import * as cursor from "../views/cursor.js";
import * as forecast from "../views/forecast.js";
import * as controls from "../views/gradient-controls.js";
import * as summary from "../views/gradient-summary.js";
import * as table from "../views/gradient-table.js";
import * as heatmap from "../views/heatmap.js";
import * as logChart from "../views/log-chart.js";
import * as ribbon from "../views/ribbon.js";
import { sliderField } from "../views/slider-field.js";

/** @typedef {import("../state/types.js").State} State */
/** @typedef {import("../types.js").Emit} Emit */

/** Below this width everything stands in one column, in CSS pixels; the style sheets use the same number. */
const NARROW = 860;

/** @type {import("../state/types.js").Place} */
export const place = {
  styles: ["/static/css/gradients.css"],
  initial: FIRST,
  transitions: gradientsTransitions,
  moves: ["gradients-of-chosen"],
  at: atGradients,
  fields: gradientsFields,
  attach(store, api) {
    attachGradients(store, api);
    addEventListener("keydown", (press) => {
      const event = store.get().place === "gradients" && shortcutFor(press);
      if (!event || !(`gradients-${event.type}` in gradientsTransitions)) return;
      press.preventDefault();
      store.dispatch({ ...event, type: `gradients-${event.type}` });
    });
  },
  create(root, emit) {
    /** @type {State | null} */
    let shown = null;
    const slot = (/** @type {string} */ name) => h("div", { class: name });
    const [side, head, ribbonRow, inputRow, groups, layer, numbers, live] = ["gradients-side", "gradients-head", "ribbon", "forecast-row", "gradient-groups", "cursor-layer", "gradients-table", "visually-hidden"].map(slot);
    const chartRows = [slot("chart-row"), slot("chart-row")];
    layer.setAttribute("aria-hidden", "true");
    live.setAttribute("aria-live", "polite");
    const stack = h("section", { class: "gradients-stack", "aria-label": "Gradients along time" }, ribbonRow, inputRow, ...chartRows, groups, layer);
    const stepField = sliderField({ name: "Cursor", min: 1, max: 2, step: 1 }, (step) => emit({ type: "gradients-step-chosen", step: step - 1 }));
    root.append(side, h("div", { class: "gradients-main" }, head, stack, h("div", { class: "gradients-foot" }, stepField.element, numbers), live));
    side.setAttribute("role", "group");
    side.setAttribute("aria-label", "What is looked at");

    const views = {
      controls: controls.create(side, emit, { sliders: LIMITS, units: UNITS, sensitivities: SENSITIVITIES, shapes: SHAPES, kinds: KIND_NAMES }, innerWidth >= NARROW),
      summary: summary.create(head),
      ribbon: ribbon.create(ribbonRow, { zoomable: true }),
      input: forecast.create(inputRow),
      charts: chartRows.map((row) => logChart.create(row)),
      cursor: cursor.create(layer),
      table: table.create(numbers),
      announcer: announcer.create(live),
    };
    const panels = panelsView(groups, emit);
    const undo = followPointer(stack, emit, () => shown);
    const observer = new ResizeObserver(() => emit({ type: "gradients-measured", room: { width: stack.clientWidth, rem: parseFloat(getComputedStyle(document.documentElement).fontSize), compact: innerWidth < NARROW, density: devicePixelRatio || 1 } }));
    observer.observe(stack);

    return {
      update(state) {
        shown = state;
        views.controls.update(propsOf.controlsProps(state));
        views.summary.update(propsOf.summaryProps(state));
        if (gradientsOf(state).room.width === 0) return;
        views.ribbon.update(propsOf.ribbonProps(state));
        views.input.update(propsOf.inputProps(state));
        propsOf.chartProps(state).forEach((props, index) => views.charts[index].update(props));
        panels.update(propsOf.panelGroups(state));
        views.cursor.update(propsOf.cursorProps(state));
        views.table.update(propsOf.tableProps(state));
        const { step, steps, label } = propsOf.stepFieldProps(state);
        stepField.update(step + 1, `${step + 1} of ${steps}${label === "" ? "" : ` (${visible(label)})`}`, steps);
        views.announcer.update({ text: propsOf.announcement(state), quiet: false });
      },
      destroy() {
        undo();
        observer.disconnect();
        for (const view of [...Object.values(views).flat(), panels]) view.destroy();
      },
    };
  },
};

/**
 * A heading and heatmaps for each network that is looked at.
 * @param {HTMLElement} root
 * @param {Emit} emit
 */
function panelsView(root, emit) {
  /** @type {Map<string, HTMLElement>} */
  const groups = new Map();
  /** @type {Map<string, HTMLElement>} */
  const panels = new Map();
  /** @type {Map<HTMLElement, import("../types.js").View<import("../views/heatmap.js").HeatmapProps>>} */
  const views = new Map();

  /** @param {string} panel */
  const make = (panel) => {
    const element = h("section", { class: "panel" });
    views.set(element, heatmap.create(element, ({ type }) => emit({ type: `gradients-${type}`, panel })));
    return element;
  };
  return {
    /** @param {ReturnType<typeof propsOf.panelGroups>} all */
    update(all) {
      keyed(root, groups, all, ({ key }) => key, () => h("div", { class: "gradient-group" }, h("h3", { class: "group-name" }), h("div", { class: "panels" })));
      for (const { key, name, hue, panels: list } of all) {
        const [heading, inside] = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (groups.get(key)).children]);
        setText(heading, name);
        heading.dataset.hue = hue;
        const own = new Map([...panels].filter(([panel]) => panel.startsWith(`${key} `)));
        keyed(inside, own, list, ({ panel }) => panel, ({ panel }) => make(panel));
        for (const [panel, element] of own) panels.set(panel, element);
        for (const { panel, ...props } of list) views.get(/** @type {HTMLElement} */ (own.get(panel)))?.update(props);
      }
      for (const [panel, element] of panels) {
        if (element.isConnected) continue;
        views.get(element)?.destroy();
        views.delete(element);
        panels.delete(panel);
      }
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * Pointer places over the stack as steps.
 * @param {HTMLElement} stack
 * @param {Emit} emit
 * @param {() => State | null} get
 * @returns {() => void} undoes it
 */
function followPointer(stack, emit, get) {
  const scale = () => {
    const state = /** @type {State} */ (get());
    const { window, width, gutter } = propsOf.cursorProps(state);
    return timeScale(window, width, gutter);
  };
  /** @param {number} x */
  const stepAt = (x) => Math.max(0, Math.min(stepsOf(gradientsOf(/** @type {State} */ (get()))) - 1, Math.floor(scale().step(x))));
  return attachGestures(stack, {
    inside: (x, event) => get() !== null && x >= propsOf.gutterOf(/** @type {State} */ (get())) && event.target instanceof Element && event.target.closest("button, .group-name, .panel-head, .chart-head") === null,
    point: (x) => emit({ type: "gradients-hovered", step: stepAt(x) }),
    leave: () => emit({ type: "gradients-hovered", step: null }),
    choose: (x) => emit({ type: "gradients-step-chosen", step: stepAt(x) }),
    pan: (pixels) => emit({ type: "gradients-window-panned", by: pixels / scale().stepWidth }),
    // Where nothing is zoomed the wheel scrolls the view, which is longer than the screen.
    wheelZooms: ({ ctrlKey, deltaX, deltaY }) => ctrlKey || Math.abs(deltaX) > Math.abs(deltaY),
    zoom: (factor, x) => emit({ type: "gradients-window-zoomed", factor, at: scale().step(x) }),
  });
}
