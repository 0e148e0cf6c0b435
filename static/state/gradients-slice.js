/** What the Gradients view is at, and how its events change that. */

import { clampWindow, panWindow, revealStep, zoomed } from "../lib/scale.js";
import { draftOf, modelOf } from "./input-transitions.js";
import { sliceOf, withSlice } from "./slices.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./gradients-types.js").GradientsSlice} GradientsSlice */
/** @typedef {import("./gradients-types.js").Sketches} Sketches */

const NAME = "gradients";

/** @type {Sketches} */
export const FIRST_SKETCHES = { cells: ["lstm", "gru", "rnn"], forgetBias: 3, weightScale: 1, length: 40, units: 32, seed: 0, activation: "tanh", shape: "noise" };

/** @type {import("./gradients-types.js").Target} */
export const FIRST_TARGET = { kind: "hidden_state", step: null, unit: null };

/** @type {GradientsSlice} */
export const FIRST = {
  of: "sketches",
  sketches: FIRST_SKETCHES,
  network: { model: null, example: null, text: null, given: null, layer: 0 },
  target: FIRST_TARGET,
  sensitivity: 0,
  folded: [],
  enlarged: null,
  step: null,
  hover: null,
  window: null,
  room: { width: 0, rem: 16, compact: false, density: 1 },
  answer: null,
  waiting: false,
};

/** What sliders can be set to; the address is held to it too. */
export const LIMITS = {
  forgetBias: { min: -4, max: 8, step: 0.25 },
  weightScale: { min: 0.1, max: 6, step: 0.1 },
  length: { min: 2, max: 200, step: 1 },
};

/** How many units a sketch can have here. */
export const UNITS = [4, 8, 16, 32, 64, 128];

/** Settings at which the gradient does what the name says. @type {Record<string, Partial<Sketches>>} */
export const PRESETS = {
  vanish: { forgetBias: 0, weightScale: 1, activation: "tanh" },
  survive: { forgetBias: 3, weightScale: 1, activation: "tanh" },
  explode: { forgetBias: 2, weightScale: 4, activation: "tanh" },
};

/** Powers of ten by which faint gradients can be made visible. */
export const SENSITIVITIES = [0, 1, 2, 3, 4, 6, 9];

/** @param {State} state @returns {GradientsSlice} */
export const gradientsOf = (state) => sliceOf(state, NAME);

/** @param {State} state @param {Partial<GradientsSlice>} change */
export const withGradients = (state, change) => withSlice(state, NAME, change);

/** The answer that steps and windows are about: the first there is. @param {GradientsSlice} slice */
export const shownOf = ({ answer }) => answer?.subjects.find(({ found }) => found)?.found ?? null;

/** How many steps are shown. @param {GradientsSlice} slice */
export const stepsOf = (slice) => shownOf(slice)?.steps ?? 1;

/** Where the cursor stands: at the step that was chosen, or where the way back begins. @param {GradientsSlice} slice */
export function cursorOf(slice) {
  const subject = slice.answer?.subjects.find(({ found }) => found);
  return Math.min(slice.step ?? subject?.found?.layers[subject.layer]?.focus ?? 0, stepsOf(slice) - 1);
}

/** The cursor at a step, which is brought into sight. @param {State} state @param {number} step */
function at(state, step) {
  const slice = gradientsOf(state);
  return withGradients(state, { step, window: slice.window && revealStep(slice.window, stepsOf(slice), step) });
}

/** @type {import("./types.js").Transitions[string]} */
function moved(state, { by }) {
  const slice = gradientsOf(state);
  return at(state, Math.max(0, Math.min(stepsOf(slice) - 1, cursorOf(slice) + by)));
}

/**
 * A window and a cursor that lie beyond a sequence's end, as after its length was changed, come back to it.
 * @param {GradientsSlice} slice
 * @returns {Partial<GradientsSlice>}
 */
function withinSteps(slice) {
  const steps = stepsOf(slice);
  const window = slice.window && slice.window.from < steps ? clampWindow(slice.window, steps) : null;
  return { window, step: slice.step !== null && slice.step >= steps ? null : slice.step, hover: null };
}

/**
 * What is differentiated once the network, its layer or its sequence is another one.
 * @param {import("./gradients-types.js").Target} target
 * @param {Partial<import("./gradients-types.js").Chosen>} change
 * @returns {import("./gradients-types.js").Target}
 */
function targetAfter(target, change) {
  if ("model" in change) return FIRST_TARGET;
  return "layer" in change ? { ...target, unit: null } : { ...target, step: null };
}

/** @type {import("./types.js").Transitions} */
export const gradientsTransitions = {
  "gradients-of-chosen": (state, { of }) => withGradients(state, { of, target: FIRST_TARGET, step: null, window: null, hover: null }),

  "gradients-sketches-changed": (state, { change }) => {
    const slice = gradientsOf(state);
    const sketches = { ...slice.sketches, ...change };
    const { target } = slice;
    const unit = target.unit !== null && target.unit >= sketches.units ? null : target.unit;
    const step = target.step !== null && target.step >= sketches.length - 1 ? null : target.step;
    return withGradients(state, { sketches, target: { ...target, unit, step } });
  },

  "gradients-preset-chosen": (state, { preset }) => withGradients(state, { sketches: { ...gradientsOf(state).sketches, ...PRESETS[preset] } }),

  "gradients-network-changed": (state, { change }) => {
    const slice = gradientsOf(state);
    const another = { ...("model" in change ? FIRST.network : slice.network), ...("layer" in change ? {} : { given: null }), ...change };
    return withGradients(state, { network: another, target: targetAfter(slice.target, change), step: null, window: null });
  },

  "gradients-target-changed": (state, { change }) => withGradients(state, { target: { ...gradientsOf(state).target, ...change }, step: null }),

  "gradients-asked": (state) => withGradients(state, { waiting: true }),

  "gradients-arrived": (state, { questions, subjects, waiting }) => {
    const slice = { ...gradientsOf(state), answer: { questions, subjects }, waiting };
    return withGradients(state, { answer: slice.answer, waiting, ...withinSteps(slice) });
  },

  "gradients-sensitivity-chosen": (state, { sensitivity }) => withGradients(state, { sensitivity }),

  "gradients-panel-folded": (state, { panel }) => {
    const { folded } = gradientsOf(state);
    return withGradients(state, { folded: folded.includes(panel) ? folded.filter((name) => name !== panel) : [...folded, panel] });
  },

  "gradients-panel-enlarged": (state, { panel }) => withGradients(state, { enlarged: gradientsOf(state).enlarged === panel ? null : panel }),

  "gradients-hovered": (state, { step }) => (gradientsOf(state).hover === step ? state : withGradients(state, { hover: step })),

  "gradients-step-chosen": (state, { step }) => at(state, step),

  "gradients-window-panned": (state, { by, share }) => {
    const slice = gradientsOf(state);
    if (!slice.window) return state;
    return withGradients(state, { window: panWindow(slice.window, stepsOf(slice), by ?? share * (slice.window.to - slice.window.from)) });
  },

  "gradients-window-zoomed": (state, { factor, at }) => {
    const slice = gradientsOf(state);
    return withGradients(state, { window: zoomed(slice.window, stepsOf(slice), factor, at, cursorOf(slice)) });
  },

  "gradients-window-fitted": (state) => withGradients(state, { window: null }),

  "gradients-stepped": moved,

  "gradients-jumped": moved,

  "gradients-explore-taken": (state) => {
    const { text, file, example } = draftOf(state);
    const { layer, unit, step } = state.selection;
    const network = { model: state.modelId, example, text: example !== null || file ? null : text, given: example === null ? (file?.input ?? null) : null, layer };
    // A projected hidden state has fewer units than the cell.
    const projected = modelOf(state)?.layers[layer]?.projection_size ?? Infinity;
    const kind = unit !== null && unit >= projected ? "cell_state" : "hidden_state";
    return withGradients(state, { network, target: { kind, step: Number.isFinite(step) ? step : null, unit }, step: null, window: null });
  },

  "gradients-measured": (state, { room }) => withGradients(state, { room }),
};
