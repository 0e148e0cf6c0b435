/** The Train place: choose, watch networks learn side by side, and go to any step of a probe at any update. */

import { h, keyed, setHidden, setText } from "../lib/dom.js";
import { grouped } from "../lib/format.js";
import { timeScale } from "../lib/scale.js";
import { attachTrain } from "../state/effects/train.js";
import { attachTrainKeys } from "../state/effects/train-keys.js";
import { axisProps, curvesProps, formProps, paneProps, runListProps } from "../state/train-props.js";
import { atTrain, chosenRuns, NOTHING_TRAINED, trainFields, trainOf, trainTransitions } from "../state/train-transitions.js";
import { createCarryTrack } from "../views/carry-track.js";
import * as cursor from "../views/cursor.js";
import * as curves from "../views/curves.js";
import * as forecast from "../views/forecast.js";
import * as heatmap from "../views/heatmap.js";
import * as ribbon from "../views/ribbon.js";
import * as runList from "../views/run-list.js";
import * as trainForm from "../views/train-form.js";
import * as trainingAxis from "../views/training-axis.js";

/** @typedef {import("../state/types.js").State} State */

/** @type {import("../state/types.js").Place} */
export const place = {
  styles: ["/static/css/train.css"],
  initial: NOTHING_TRAINED,
  transitions: trainTransitions,
  moves: ["train-started"],
  at: atTrain,
  fields: trainFields,
  create,
  attach(store, api) {
    attachTrain(store, api);
    attachTrainKeys(store);
  },
};

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<State>}
 */
function create(root, emit) {
  const formRoot = h("section", { "aria-label": "What to train" });
  const listRoot = h("section", { class: "runs", "aria-label": "Runs" });
  const curvesRoot = h("section", { class: "curves", "aria-label": "Curves" });
  const axisRoot = h("section", { class: "training-axis", "aria-label": "Place in the training" });
  const panesRoot = h("div", { class: "panes" });
  const empty = h("p", { class: "train-empty", text: "Here one sees networks learn: loss, gradients, and the gates of a probe sequence after every so many updates. Choose a task and press Train; LSTM, GRU and simple RNN then learn the same data side by side." });
  root.append(h("h1", { class: "visually-hidden", text: "Train" }), h("div", { class: "train-side" }, formRoot, listRoot), h("div", { class: "train-main" }, empty, curvesRoot, axisRoot, panesRoot));
  const views = { form: trainForm.create(formRoot, emit), list: runList.create(listRoot, emit), curves: curves.create(curvesRoot, emit), axis: trainingAxis.create(axisRoot, emit) };

  /** @type {Map<string, HTMLElement>} */
  const frames = new Map();
  /** @type {Map<string, ReturnType<typeof createPane>>} */
  const panes = new Map();
  /** @type {State | null} */
  let last = null;

  /** @param {State} state */
  const update = (state) => {
    const sent = last !== null && trainOf(last).form.sending && !trainOf(state).form.sending;
    last = state;
    views.form.update(formProps(state));
    views.list.update(runListProps(state));
    if (sent && trainOf(state).form.refused === null) listRoot.scrollIntoView({ block: "nearest" });
    views.curves.update(curvesProps(state));
    views.axis.update(axisProps(state));
    const runs = chosenRuns(trainOf(state));
    setHidden(empty, runs.length > 0);
    setHidden(curvesRoot, runs.length === 0);
    keyed(panesRoot, frames, runs, ({ id }) => id, ({ id }) => {
      const pane = createPane(emit);
      panes.set(id, pane);
      return pane.element;
    });
    for (const [id, pane] of panes) {
      if (frames.has(id)) continue;
      pane.destroy();
      panes.delete(id);
    }
    const { rem, compact, density } = state.surroundings;
    const room = { width: panesRoot.clientWidth, rem, compact, density };
    runs.forEach(({ id }, index) => panes.get(id)?.update(paneProps(state, index, room)));
  };

  const observer = new ResizeObserver(() => last && last.place === "train" && update(last));
  observer.observe(panesRoot);

  return {
    update,
    destroy() {
      observer.disconnect();
      for (const view of [...Object.values(views), ...panes.values()]) view.destroy();
      root.replaceChildren();
    },
  };
}

/**
 * One network and how it reads the probe.
 * @param {import("../types.js").Emit} emit
 */
function createPane(emit) {
  const title = h("h3");
  const at = h("span", { class: "pane-place" });
  const reading = h("span", { class: "pane-reading" });
  const words = h("p", { class: "hint" });
  const said = h("p", { class: "visually-hidden", role: "status" });
  const roots = { ribbon: h("div", { class: "ribbon" }), forecast: h("div", { class: "forecast-row", hidden: true }), carry: h("div", { class: "carry-row" }), panels: h("div", { class: "panels" }), cursor: h("div", { class: "cursor-layer", "aria-hidden": "true" }) };
  const content = h("div", { class: "timeline-content" }, roots.ribbon, roots.forecast, roots.carry, roots.panels, roots.cursor);
  const element = h("section", { class: "pane" }, h("header", { class: "pane-head" }, h("span", { class: "run-dot", "aria-hidden": "true" }), title, at, reading), words, content, said);
  /** @param {import("../types.js").ViewEvent} event */
  const chosen = (event) => {
    if (event.type !== "select") return;
    emit({ type: "train-step-chosen", step: event.step });
  };
  const views = { ribbon: ribbon.create(roots.ribbon), forecast: forecast.create(roots.forecast), carry: createCarryTrack(roots.carry, chosen), cursor: cursor.create(roots.cursor) };
  /** @type {Map<string, HTMLElement>} */
  const panelRoots = new Map();
  /** @type {Map<HTMLElement, import("../types.js").View<import("../views/heatmap.js").HeatmapProps>>} */
  const panels = new Map();
  /** @type {ReturnType<typeof paneProps> | null} */
  let shown = null;

  content.addEventListener("click", (event) => {
    if (!shown?.trace || !(event.target instanceof Element) || roots.carry.contains(event.target)) return;
    const { window, width, gutter } = shown.ribbon;
    const x = event.clientX - content.getBoundingClientRect().left;
    if (x < gutter) return;
    emit({ type: "train-step-chosen", step: Math.max(0, Math.min(shown.trace.steps - 1, Math.floor(timeScale(window, width, gutter).step(x)))) });
    const plot = event.target.closest(".plot");
    const panel = plot && shown.panels.find(({ name }) => plot.parentElement?.dataset.quantity === name);
    if (!plot || !panel || panel.place === null) return;
    const box = plot.getBoundingClientRect();
    const units = panel.picture.matrix.columns;
    emit({ type: "train-unit-chosen", unit: Math.max(0, Math.min(units - 1, Math.floor(((event.clientY - box.top) / box.height) * units))) });
  });

  return {
    element,
    /** @param {ReturnType<typeof paneProps>} props */
    update(props) {
      shown = props;
      const { head } = props;
      element.dataset.run = String(head.index);
      setText(title, head.title);
      setText(at, head.update === null ? "" : head.update === 0 ? "before training" : `after update ${grouped(head.update)}${head.steps ? ` of ${grouped(head.steps)}` : ""}${head.score && `, ${head.score}`}`);
      setText(reading, head.reading);
      element.classList.toggle("is-stale", head.stale);
      setText(words, head.error ?? head.waiting ?? "");
      setHidden(words, !(head.error ?? head.waiting));
      words.classList.toggle("form-error", head.error !== null);
      setHidden(content, !props.trace);
      if (!props.trace) return;
      setText(said, head.said);
      views.ribbon.update(props.ribbon);
      setHidden(roots.forecast, props.forecast === null);
      if (props.forecast) views.forecast.update(props.forecast);
      views.carry.update(props.carry);
      keyed(roots.panels, panelRoots, props.panels, ({ name }) => name, () => {
        const panel = h("section", { class: "panel" });
        panels.set(panel, heatmap.create(panel, () => undefined));
        return panel;
      });
      for (const [panel, view] of panels) {
        if (panel.isConnected) continue;
        view.destroy();
        panels.delete(panel);
      }
      for (const panel of props.panels) panels.get(/** @type {HTMLElement} */ (panelRoots.get(panel.name)))?.update(panel);
      views.cursor.update(props.cursor);
    },
    destroy() {
      for (const view of [...Object.values(views), ...panels.values()]) view.destroy();
      element.remove();
    },
  };
}
