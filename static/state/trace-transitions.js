/** Answers of the server. One that is no longer wanted changes nothing. */

import { seenTrace } from "./altered.js";
import { cellForm } from "../lib/cell-form.js";
import { notesText } from "../lib/format.js";
import { carriedMovement, sorted } from "../lib/stats.js";
import { GUTTER, readableSteps } from "../lib/layout.js";
import { clampWindow, revealStep } from "../lib/scale.js";
import { awaitsNetwork } from "./selectors.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */

/**
 * The quantity that carries the layer's memory: the cell state where there is one.
 * @param {LayerTrace} layer
 */
export const memoryOf = (layer) => ("cell_state" in layer.quantities ? "cell_state" : "hidden_state");

/**
 * The unit to look at first: the one whose memory moves most and still carries over from step to step. It is judged as the output
 * sees it, through the tanh; else it would be one that only counts up.
 * @param {LayerTrace} layer
 */
export function liveliestUnit(layer) {
  const memory = layer.quantities[memoryOf(layer)];
  return sorted(carriedMovement({ ...memory, data: memory.data.map(Math.tanh) }))[0];
}

/**
 * @param {import("../types.js").TimeWindow | null} window
 * @param {number} steps
 * @param {number | null} follow a step that is to stay in sight
 */
function keptWindow(window, steps, follow) {
  if (!window || window.to - window.from >= steps) return null;
  const kept = clampWindow(window, steps);
  return follow === null ? kept : revealStep(kept, steps, follow);
}

/**
 * Where no part of the sequence was chosen: all of it; on a narrow screen as much of a text as can be read, and the chosen step in it.
 * A sequence that has grown while somebody types changes only where it has just outgrown the screen: else all of it was asked for.
 * @param {State} state
 * @param {import("../types.js").Trace} trace
 * @param {number} step
 * @returns {import("../types.js").TimeWindow | null}
 */
function firstWindow({ surroundings, shown, arrival }, { steps, input }, step) {
  const { compact, width, rem } = surroundings;
  const most = readableSteps(width - GUTTER.narrow * rem);
  if (!compact || width === 0 || input.kind !== "tokens" || steps <= most) return null;
  if (arrival === null && shown !== null && shown.trace.steps > most) return null;
  return clampWindow({ from: step + 1 - most, to: step + 1 }, steps);
}

/**
 * The trace, each layer knowing how it computes.
 * @param {import("../types.js").Trace} trace
 * @param {State} state
 * @returns {import("../types.js").Trace}
 */
export function withForms(trace, { models }) {
  const infos = models.find(({ id }) => id === trace.model)?.layers ?? [];
  const infoOf = (/** @type {LayerTrace} */ { layer, direction }) => infos.find((info) => info.layer === layer && info.direction === direction);
  return { ...trace, layers: trace.layers.map((layer) => ({ ...layer, form: cellForm(layer.cell, infoOf(layer)) })) };
}

/**
 * What is left of the interventions' outcome when another trace is shown: the list always, what they made of another sequence never.
 * @param {import("./intervening-types.js").Intervening} intervening
 * @param {import("../types.js").Trace} trace
 */
const keptFor = (intervening, { id }) => (intervening.altered === null || intervening.altered.of === id ? intervening : { ...intervening, altered: null, moved: null, rubber: null, removed: [] });

/**
 * Nothing is on its way any more. Where there is a picture of the network, it is what is looked at from now on.
 * @param {State} state
 * @returns {State}
 */
const withoutAnswer = (state) => ({ ...state, wanted: null, tracing: false, stale: state.shown !== null, arrival: awaitsNetwork(state) ? state.arrival : null });

/** @type {import("./types.js").Transitions} */
export const traceTransitions = {
  "trace-arrived"(state, { wanted, trace: given }) {
    if (wanted !== state.wanted) return state;
    const trace = withForms(given, state);
    const { shown, view, arrival } = state;
    const { selection, window } = arrival ?? { selection: state.selection, window: view.window };
    const index = Math.min(selection.layer, trace.layers.length - 1);
    const layer = trace.layers[index];
    const end = layer.direction === "forward" ? trace.steps - 1 : 0;
    const followsTheEnd = arrival === null && shown !== null && layer.direction === "forward" && selection.step === shown.trace.steps - 1;
    const step = followsTheEnd || !Number.isFinite(selection.step) ? end : Math.min(selection.step, trace.steps - 1);
    const unit = Math.min(selection.unit ?? liveliestUnit(layer), layer.hiddenSize - 1);
    return {
      ...state,
      shown: { wanted, trace },
      arrival: null,
      tracing: false,
      stale: false,
      hover: null,
      preActivations: state.preActivations?.trace === trace.id ? state.preActivations : null,
      intervening: keptFor(state.intervening, trace),
      selection: { ...selection, layer: index, step, unit, pins: selection.pins.filter((/** @type {number | "mean"} */ pin) => pin === "mean" || pin < layer.hiddenSize) },
      view: { ...view, window: keptWindow(window, trace.steps, followsTheEnd ? step : null) ?? firstWindow(state, trace, step) },
      message: trace.notes.length && state.message?.tone !== "error" ? { tone: "note", text: notesText(trace.notes) } : state.message,
    };
  },

  "trace-failed": (state, { wanted, text, again }) =>
    wanted === state.wanted ? { ...withoutAnswer(state), message: { tone: "error", text, again } } : state,

  "trace-cancelled": (state) =>
    state.tracing ? { ...withoutAnswer(state), message: { tone: "note", text: "Cancelled: the picture is of an earlier input.", again: true } } : state,

  "pre-activations-arrived": (state, { trace, layers }) => (seenTrace(state)?.id === trace ? { ...state, preActivations: { trace, layers } } : state),
};
