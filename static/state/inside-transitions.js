/** The inside of a step: which number's arithmetic is shown, where a walk along its terms leads, and whether memory is split by origin. */

import { revealStep } from "../lib/scale.js";
import { atLayer, selectionTransitions } from "./selection-transitions.js";
import { layerOf, placeOf } from "./selectors.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./inside-types.js").Inside} Inside */
/** @typedef {import("./inside-types.js").Place} Place */

/** @type {Inside} */
export const NOTHING_INSIDE = { quantity: null, row: null, find: "", all: false, trail: [], origins: false, units: false, restedStep: null, sum: null, failure: null };

/** A walk longer than this forgets where it began. */
const LONGEST_TRAIL = 50;

/**
 * @param {State} state
 * @param {Partial<Inside>} change
 * @returns {State}
 */
const withInside = (state, change) => ({ ...state, inside: { ...state.inside, ...change } });

/**
 * Shows a number and its arithmetic.
 * @param {State} state
 * @param {Place} place
 * @returns {State}
 */
function atPlace(state, { layer, unit, step, quantity, row }) {
  if (!state.shown?.trace.layers[layer]) return state;
  const there = layer === state.selection.layer ? state : atLayer(state, layer);
  const chosen = selectionTransitions["unit-chosen"](selectionTransitions["step-chosen"](there, { step }), { unit });
  return withInside({ ...chosen, view: { ...chosen.view, aside: "arithmetic" } }, { quantity, row, find: "", all: false });
}

/** @type {import("./types.js").Transitions} */
export const insideTransitions = {
  "quantity-chosen": (state, { quantity, row = null }) => (quantity in (layerOf(state)?.quantities ?? {}) ? withInside(state, { quantity, row, all: false }) : state),

  walked(state, { to }) {
    const from = placeOf(state);
    return from ? withInside(atPlace(state, to), { trail: [...state.inside.trail.slice(1 - LONGEST_TRAIL), from] }) : state;
  },

  /** A value of the equations, of this step or of the one read before; before the first one there is only the initial state, which is no sum. */
  "arithmetic-asked"(state, { quantity, before }) {
    const layer = layerOf(state);
    const from = placeOf(state);
    if (!layer || !from || !(quantity in layer.quantities)) return state;
    const step = before ? from.step + (layer.direction === "backward" ? 1 : -1) : from.step;
    if (step < 0 || step >= (state.shown?.trace.steps ?? 0)) return { ...state, toast: { tone: "note", text: "Before the first step there is the initial state, which nothing was added up for." } };
    const to = { ...from, step, quantity, row: null };
    return before ? insideTransitions.walked(state, { to }) : atPlace(state, to);
  },

  /** The input of the chosen step, brought into sight and pointed at. */
  "step-looked-up"(state) {
    const { selection: { step }, view, shown } = state;
    const window = view.window && revealStep(view.window, shown?.trace.steps ?? 1, step);
    return { ...state, view: { ...view, window }, hover: { step, unit: null, quantity: null, y: 0, below: Infinity } };
  },

  "walked-back"(state) {
    const last = state.inside.trail.at(-1);
    return last ? withInside(atPlace(state, last), { trail: state.inside.trail.slice(0, -1) }) : state;
  },

  "terms-searched": (state, { text }) => withInside(state, { find: text }),

  "terms-unfolded": (state) => withInside(state, { all: true }),

  "arithmetic-arrived": (state, { key, sum }) => withInside(state, { sum: { key, sum }, failure: null }),

  "arithmetic-failed": (state, { key, text }) => withInside(state, { failure: { key, text } }),

  "origins-toggled": (state) => withInside(state, { origins: !state.inside.origins }),

  "units-toggled": (state) => withInside(state, { units: !state.inside.units }),

  rested: (state) => (state.inside.restedStep === state.selection.step ? state : withInside(state, { restedStep: state.selection.step })),
};
