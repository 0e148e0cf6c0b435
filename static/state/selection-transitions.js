/** Which layer, unit and step the page is about, and how playing moves it. */

import { revealStep } from "../lib/scale.js";
import { stopped } from "./playing.js";
import { rowOrderOf } from "./rows.js";
import { awaitsNetwork } from "./selectors.js";
import { memoryOf } from "./trace-transitions.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Stage} Stage */

/**
 * @param {State} state
 * @returns {import("../types.js").LayerTrace | null}
 */
const layerOf = (state) => state.shown?.trace.layers[state.selection.layer] ?? null;

/**
 * +1 when the chosen layer reads from the first step to the last, -1 when the other way.
 * @param {State} state
 */
const readingSign = (state) => (layerOf(state)?.direction === "backward" ? -1 : 1);

/**
 * Moves to a step and keeps it in sight.
 * @param {State} state
 * @param {number} step
 * @param {Stage} stage
 * @returns {State}
 */
function at(state, step, stage) {
  const steps = state.shown?.trace.steps ?? 0;
  const place = Math.max(0, Math.min(steps - 1, step));
  const window = state.view.window && revealStep(state.view.window, steps, place);
  if (place === state.selection.step && stage === state.selection.stage) return state;
  return { ...state, selection: { ...state.selection, step: place, stage }, view: window === state.view.window ? state.view : { ...state.view, window } };
}

/**
 * One step on in reading order, or one stage of it. At the end it stays.
 * @param {State} state
 * @returns {State}
 */
function advance(state) {
  const { step, stage } = state.selection;
  if (state.view.stages && stage < 3) return at(state, step, /** @type {Stage} */ (stage + 1));
  const next = step + readingSign(state);
  if (next < 0 || next >= (state.shown?.trace.steps ?? 0)) return at(state, step, 3);
  return at(state, next, state.view.stages ? 1 : 3);
}

/**
 * @param {State} state
 * @returns {State}
 */
function retreat(state) {
  const { step, stage } = state.selection;
  const next = step - readingSign(state);
  const first = next < 0 || next >= (state.shown?.trace.steps ?? 0);
  if (state.view.stages && stage > (first ? 0 : 1)) return at(state, step, /** @type {Stage} */ (stage - 1));
  return first ? state : at(state, next, 3);
}

/** @param {State} state */
const atEnd = (state) => state.selection.stage === 3 && state.selection.step === (readingSign(state) > 0 ? (state.shown?.trace.steps ?? 1) - 1 : 0);

/**
 * Looks at another layer of the picture, from its own end if the last one was.
 * @param {State} state
 * @param {number} index
 * @returns {State}
 */
export function atLayer(state, index) {
  const layer = state.shown?.trace.layers[index];
  if (!layer) return state;
  const ended = atEnd(state);
  const unit = Math.min(state.selection.unit ?? 0, layer.hiddenSize - 1);
  const next = { ...state, selection: { ...state.selection, layer: index, unit, pins: state.selection.pins.filter((pin) => pin === "mean" || pin < layer.hiddenSize) } };
  const order = state.view.order.quantity && !(state.view.order.quantity in layer.quantities) ? { ...state.view.order, quantity: memoryOf(layer) } : state.view.order;
  const reordered = { ...next, view: { ...next.view, order, enlarged: null } };
  return ended ? at(reordered, layer.direction === "backward" ? 0 : Infinity, 3) : reordered;
}

/**
 * What is to be looked at once the answer that is wanted is there, changed.
 * @param {State} state
 * @param {Partial<import("./types.js").Selection>} change
 * @returns {State}
 */
export function meaning(state, change) {
  const { selection, window } = state.arrival ?? { selection: state.selection, window: null };
  return { ...state, arrival: { selection: { ...selection, ...change }, window } };
}

/**
 * What is chosen in a picture while another of the same network is on its way is meant for that one, too.
 * @param {import("./types.js").Transitions} transitions
 * @returns {import("./types.js").Transitions}
 */
const meantForBoth = (transitions) =>
  Object.fromEntries(
    Object.entries(transitions).map(([type, move]) => [
      type,
      (state, event) => {
        const next = move(state, event);
        const { layer, unit, pins } = next.selection;
        return next.selection === state.selection || next.arrival === null || awaitsNetwork(next) ? next : meaning(next, { layer, unit, pins });
      },
    ]),
  );

/** @type {import("./types.js").Transitions} */
export const selectionTransitions = meantForBoth({
  "layer-chosen": (state, { index }) => (awaitsNetwork(state) ? meaning(state, { layer: index, unit: null, pins: [] }) : atLayer(state, index)),

  "unit-chosen": (state, { unit }) => (unit < (layerOf(state)?.hiddenSize ?? 0) ? { ...state, selection: { ...state.selection, unit } } : state),

  "unit-moved"(state, { by }) {
    const layer = layerOf(state);
    if (!layer || state.selection.unit === null) return state;
    const order = rowOrderOf(state);
    if (order?.length === 0) return state;
    const place = order ? order.indexOf(state.selection.unit) : state.selection.unit;
    // A unit that is not among the rows is left for the first of them, or the last.
    const from = place < 0 && by < 0 ? (order?.length ?? 0) : place;
    const next = Math.max(0, Math.min((order?.length ?? layer.hiddenSize) - 1, from + by));
    return { ...state, selection: { ...state.selection, unit: order ? order[next] : next } };
  },

  "pin-toggled"(state, { unit }) {
    const pin = unit ?? state.selection.unit;
    if (pin === null || !layerOf(state)) return state;
    const { pins } = state.selection;
    return { ...state, selection: { ...state.selection, pins: pins.includes(pin) ? pins.filter((known) => known !== pin) : [...pins, pin] } };
  },

  "step-chosen": (state, { step }) => (state.shown ? at(state, step, 3) : state),

  /** The arrow keys and the buttons go by place on the screen; in a backward layer "later" is one step back in reading. */
  stepped: (state, { by }) => (state.shown ? stopped(by * readingSign(state) > 0 ? advance(state) : retreat(state)) : state),

  jumped: (state, { by }) => (state.shown ? stopped(at(state, state.selection.step + by, 3)) : state),

  "play-toggled"(state) {
    if (!state.shown) return state;
    if (state.view.playing) return stopped(state);
    const start = atEnd(state) ? at(state, readingSign(state) > 0 ? 0 : Infinity, state.view.stages ? 0 : 3) : state;
    return { ...start, hover: null, view: { ...start.view, playing: true, heldStep: state.selection.step } };
  },

  "time-passed"(state, { moves }) {
    let next = state;
    for (let move = 0; move < moves && next.view.playing; move++) {
      next = advance(next);
      if (atEnd(next)) next = stopped(next);
    }
    return next;
  },

  "speed-chosen": (state, { speed }) => ({ ...state, view: { ...state.view, speed } }),

  "stages-toggled": (state) => ({ ...state, selection: { ...state.selection, stage: 3 }, view: { ...state.view, stages: !state.view.stages } }),

  /** The carry track tells by itself what was pointed at. */
  select: (state, { step, unit }) => (state.shown ? at(unit === null ? state : { ...state, selection: { ...state.selection, unit } }, step, 3) : state),

  hover: (state, { step, unit }) => (step === null && state.hover === null ? state : { ...state, hover: step === null ? null : { step, unit, quantity: null, y: null, below: 0 } }),

  hovered: (state, { hover }) => (state.hover === null && hover === null ? state : { ...state, hover }),
});
