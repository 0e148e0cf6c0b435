/** Interventions are made, changed, switched and taken back; what came of them arrives. */

import { keepingGate } from "../lib/ledger.js";
import { requested, sameIntervention } from "../lib/interventions.js";
import { alteredOf, isWanted, seenTrace, wantedAltered } from "./altered.js";
import { SEEN } from "./intervening-list.js";
import { stopped } from "./playing.js";
import { rowOrderOf } from "./rows.js";
import { atLayer, selectionTransitions } from "./selection-transitions.js";
import { isOfUnits, layerOf } from "./selectors.js";
import { withForms } from "./trace-transitions.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("../types.js").Intervention} Intervention */
/** @typedef {import("./intervening-types.js").Intervening} Intervening */
/** @typedef {import("./intervening-types.js").Listed} Listed */

/**
 * @param {State} state
 * @param {Partial<Intervening>} change
 * @returns {State}
 */
const withIntervening = (state, change) => ({ ...state, intervening: { ...state.intervening, ...change } });

/**
 * Another list. Once nothing is to be done, there is nothing left to compare with either.
 * @param {State} state
 * @param {Listed[]} list
 * @param {Partial<Intervening>} [change]
 * @returns {State}
 */
function withList(state, list, change = {}) {
  const next = withIntervening(state, { ...change, list });
  return wantedAltered(next) ? next : withIntervening(next, { altered: null, moved: null, refusal: null });
}

/**
 * One more, and what it does in sight.
 * @param {State} state
 * @param {Intervention} intervention
 * @param {{x: number, y: number} | null} [at] where it is to be edited at once
 * @returns {State}
 */
function withOne(state, intervention, at = null) {
  const { list, next, seen } = state.intervening;
  const editing = at && { key: next, fresh: true, at };
  return withList(stopped(state), [...list, { ...requested(intervention), key: next, on: true }], { next: next + 1, seen: seen === "original" ? "intervened" : seen, removed: [], editing, rubber: null });
}

/**
 * @param {State} state
 * @param {(one: Listed) => boolean} goes
 * @param {boolean} [undoable] whether it is told, with a way back
 * @returns {State}
 */
function without(state, goes, undoable = true) {
  const { list, editing } = state.intervening;
  const removed = list.map((one, at) => ({ at, one })).filter(({ one }) => goes(one));
  if (removed.length === 0) return state;
  return withList(state, list.filter((one) => !goes(one)), { removed: undoable ? removed : [], editing: editing && removed.some(({ one }) => one.key === editing.key) ? null : editing });
}

/**
 * The same intervention once more takes it back.
 * @param {State} state
 * @param {Intervention} intervention
 */
function toggled(state, intervention) {
  const known = state.intervening.list.find((one) => sameIntervention(one, intervention));
  if (!known) return withOne(state, intervention);
  return known.on ? without(state, (one) => one === known, false) : intervening["intervention-switched"](state, { key: known.key, on: true });
}

/** @param {State} state @returns {Pick<Intervention, "layer" | "direction"> | null} */
function placeOfLayer(state) {
  const layer = layerOf(state);
  return layer && { layer: layer.layer, direction: layer.direction };
}

/**
 * What a unit's ablation does: nothing of it is read out any more. With a projection no row of the hidden state is the unit's own, so its output gate closes.
 * @param {State} state
 * @returns {Intervention | null}
 */
export function ablationOf(state) {
  const layer = layerOf(state);
  const { unit } = state.selection;
  if (!layer || unit === null) return null;
  const quantity = isOfUnits(layer, "hidden_state") ? "hidden_state" : "output_gate";
  return { layer: layer.layer, direction: layer.direction, quantity, units: [unit], steps: null, operation: "set", value: 0 };
}

/**
 * The chosen unit forgets all that it held before the chosen step.
 * @param {State} state
 * @returns {Intervention | null} null where the cell has no gate that keeps
 */
export function forgettingOf(state) {
  const layer = layerOf(state);
  const quantity = layer && keepingGate(layer);
  const { unit, step } = state.selection;
  return quantity && unit !== null ? { layer: layer.layer, direction: layer.direction, quantity, units: [unit], steps: [step, step + 1], operation: "set", value: 0 } : null;
}

/** Whether an intervention is in the list and switched on. @param {State} state @param {Intervention | null} intervention */
export const isDone = ({ intervening: { list } }, intervention) => intervention !== null && list.some((one) => one.on && sameIntervention(one, intervention));

/** The units at the places from `top` to `bottom`. @param {State} state @param {import("./intervening-types.js").Rubber} rubber @returns {number[] | null} */
function unitsUnder(state, { quantity, top, bottom }) {
  const layer = layerOf(state);
  const order = layer && isOfUnits(layer, quantity) ? rowOrderOf(state) : null;
  const units = Array.from({ length: bottom - top + 1 }, (_, index) => (order ? order[top + index] : top + index)).sort((a, b) => a - b);
  return units.length === layer?.quantities[quantity].columns ? null : units;
}

/** @type {import("./types.js").Transitions} */
const intervening = {
  "intervention-added": (state, { intervention, at = null }) => withOne(state, intervention, at),

  "intervention-changed"(state, { key, change }) {
    const { list } = state.intervening;
    const known = list.find((one) => one.key === key);
    return !known || sameIntervention(known, { ...known, ...change }) ? state : withList(state, list.map((one) => (one === known ? { ...one, ...change, on: true } : one)));
  },

  "intervention-switched": (state, { key, on }) => withList(state, state.intervening.list.map((one) => (one.key === key ? { ...one, on } : one))),

  "intervention-removed": (state, { key }) => without(state, (one) => one.key === key),

  "interventions-cleared": (state) => without(state, () => true),

  "removal-undone"(state) {
    const list = [...state.intervening.list];
    for (const { at, one } of state.intervening.removed) list.splice(at, 0, one);
    return withList(state, list, { removed: [] });
  },

  "intervention-edited": (state, { key, at }) => withIntervening(state, { editing: { key, fresh: false, at } }),

  /** One that was only just begun goes again when it is not kept; what was changed about another stays. */
  "editing-ended"(state, { keep }) {
    const { editing } = state.intervening;
    if (!editing) return state;
    return withIntervening(!keep && editing.fresh ? without(state, ({ key }) => key === editing.key, false) : state, { editing: null });
  },

  "seen-chosen": (state, { seen }) => withIntervening(state, { seen }),

  "seen-turned": (state) => (alteredOf(state) ? withIntervening(state, { seen: SEEN[(SEEN.indexOf(state.intervening.seen) + 1) % SEEN.length] }) : state),

  "intervening-toggled": (state) => withIntervening(state, { tool: !state.intervening.tool, rubber: null }),

  "rubber-drawn": (state, { rubber }) => withIntervening({ ...state, hover: null }, { rubber }),

  "rubber-released"(state, { at }) {
    const { rubber } = state.intervening;
    const place = placeOfLayer(state);
    if (!rubber || !place) return state;
    const steps = rubber.from === 0 && rubber.to + 1 === state.shown?.trace.steps ? null : [rubber.from, rubber.to + 1];
    return withOne(state, { ...place, quantity: rubber.quantity, units: unitsUnder(state, rubber), steps: /** @type {[number, number] | null} */ (steps), operation: "set", value: 0 }, at);
  },

  "rubber-dropped": (state) => withIntervening(state, { rubber: null }),

  "unit-ablated"(state) {
    const one = ablationOf(state);
    return one ? toggled(state, one) : state;
  },

  "forget-asked"(state) {
    const one = forgettingOf(state);
    return one ? toggled(state, one) : state;
  },

  /** What one step wrote is taken out of what the unit holds at another one. */
  "origin-forgotten"(state, { step, left }) {
    const place = placeOfLayer(state);
    const layer = layerOf(state);
    const { unit } = state.selection;
    if (!place || !layer || unit === null) return state;
    const quantity = "cell_state" in layer.quantities ? "cell_state" : "hidden_state";
    return withOne(state, { ...place, quantity, units: [unit], steps: [step, step + 1], operation: "add", value: -left });
  },

  /** A number is held at what it is, to be moved from there. */
  "clamp-asked"(state, { quantity, at }) {
    const layer = layerOf(state);
    const { unit, step } = state.selection;
    if (!layer || unit === null || !isOfUnits(layer, quantity)) return state;
    const { data, columns } = layer.quantities[quantity];
    const value = Number(data[step * columns + unit].toPrecision(4));
    return withOne(state, { layer: layer.layer, direction: layer.direction, quantity, units: [unit], steps: [step, step + 1], operation: "set", value }, at);
  },

  "altered-arrived": (state, { of, key, interventions, trace }) =>
    isWanted(state, { of, key, interventions }) ? withIntervening({ ...state, hover: null }, { altered: { of, key, interventions, trace: withForms(trace, state) }, refusal: null }) : state,

  "altered-refused": (state, { key, text }) => (wantedAltered(state)?.key === key ? withIntervening(state, { refusal: { key, text } }) : state),

  "moved-arrived": (state, { of, steps }) => (alteredOf(state)?.trace.id === of ? withIntervening(state, { moved: { of, steps } }) : state),

  /** To where something changed most. */
  "change-followed"(state, { change: { layer, unit, step, quantity } }) {
    if (layer === null) return selectionTransitions["step-chosen"](state, { step });
    const there = layer === state.selection.layer ? state : atLayer(state, layer);
    const here = seenTrace(there)?.layers[layer];
    const own = here !== undefined && isOfUnits(here, quantity);
    const chosen = selectionTransitions["step-chosen"](there, { step });
    const next = own ? selectionTransitions["unit-chosen"](chosen, { unit }) : chosen;
    return { ...next, inside: { ...next.inside, quantity, row: own ? null : unit, all: false }, view: { ...next.view, folded: next.view.folded.filter((name) => name !== quantity) } };
  },
};

export { intervening as interveningTransitions };
