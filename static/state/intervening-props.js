/** What the views of interventions are told. Objects keep their identity while what they are made of is the same. */

import { largestChanges } from "../lib/difference.js";
import { words } from "../lib/format.js";
import { describe, layerText, misfit, signText } from "../lib/interventions.js";
import { memo } from "../lib/memo.js";
import { formatShort } from "../lib/numerals.js";
import { largestMagnitude } from "../lib/stats.js";
import { marksOf } from "../lib/marks.js";
import { alteredOf, wantedAltered } from "./altered.js";
import { shownModelOf } from "./input-transitions.js";
import { labelOf, quantitiesOf } from "./shown.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("./intervening-types.js").Altered} Altered */
/** @typedef {import("./intervening-types.js").Listed} Listed */
/** @typedef {import("../lib/difference.js").Change} Change */

/** @type {never[]} */
const NONE = [];

const entriesOf = memo((/** @type {Listed[]} */ list, /** @type {Trace | null} */ trace) =>
  list.map((one) => ({ key: one.key, one, text: sentenceCase(describe(one, trace?.layers ?? NONE)), fault: trace && misfit(one, trace) })));

/** @param {string} text */
const sentenceCase = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const largestOf = memo((/** @type {Altered} */ { trace, interventions }, /** @type {Trace} */ baseline) => largestChanges(trace, baseline, interventions)[0]);

/**
 * What changed most, of all that was not itself intervened in.
 * @param {State} state
 * @returns {Change | null}
 */
function largestChange(state) {
  const altered = alteredOf(state);
  return altered && state.shown ? largestOf(altered, state.shown.trace) : null;
}

/** @param {Change | null} change @param {Trace} trace */
function changeText(change, trace) {
  if (!change || change.difference === 0) return "Nothing else changed.";
  const { layer, quantity, unit, step, here, baseline } = change;
  const where = layer === null ? "" : layerText(trace.layers[layer], trace.layers);
  const what = layer === null ? (trace.outputs && trace.outputs.columns === 1 ? "output" : `output ${unit}`) : `${words(quantity)} of unit ${unit}${where ? ` in ${where}` : ""}`;
  return `Changed most: ${what} at step ${step + 1}, ${formatShort(baseline)} → ${formatShort(here)}`;
}

/** @param {State} state */
export function changesProps(state) {
  const { intervening, shown } = state;
  const { list, tool, seen, refusal } = intervening;
  const wanted = wantedAltered(state);
  const altered = alteredOf(state);
  const largest = largestChange(state);
  const refused = wanted !== null && refusal?.key === wanted.key ? refusal.text : null;
  const waiting = wanted !== null && refused === null && altered?.key !== wanted.key;
  const sentence = list.length === 0 ? "Drag over a heatmap to choose steps and units." : !wanted ? nothingDone(state) : !altered || !shown ? "Running with the interventions…" : changeText(largest, shown.trace);
  return { open: tool || list.length > 0, seen, ready: altered !== null, waiting, count: list.length, active: wanted?.interventions.length ?? 0, largest, sentence, refusal: refused };
}

/** @param {State} state */
const nothingDone = ({ intervening, shown }) => (intervening.list.some(({ on }) => on) && shown ? "None that is on fits this network and sequence." : "All interventions are off.");

/** The sliders' ends do not move with what they do: they are those of the trace without interventions. */
const boundsOf = (/** @type {LayerTrace} */ layer, /** @type {import("../types.js").Quantity[]} */ table) =>
  Object.fromEntries(Object.entries(layer.quantities).map(([name, matrix]) => [name, { units: matrix.columns, steps: matrix.rows, range: table.find((quantity) => quantity.name === name)?.range ?? null, magnitude: largestMagnitude(matrix) }]));

/** Of the chosen layer and of the one that is edited, which need not be the same. */
const boundsIn = (/** @type {LayerTrace} */ layer, /** @type {import("../types.js").Quantity[]} */ table) => {
  let known = bounds.get(layer);
  if (!known) bounds.set(layer, (known = memo(boundsOf)));
  return known(layer, table);
};
/** @type {WeakMap<LayerTrace, typeof boundsOf>} */
const bounds = new WeakMap();

const namesOf = memo((/** @type {LayerTrace} */ layer) => Object.keys(layer.quantities));
const placeOf = memo((/** @type {number} */ layer, /** @type {"forward" | "backward"} */ direction) => ({ layer, direction }));

/** @param {State} state @param {LayerTrace} layer */
export function interventionsProps(state, layer) {
  const { intervening, selection, shown } = state;
  const trace = shown?.trace ?? null;
  const wanted = wantedAltered(state);
  return {
    entries: entriesOf(intervening.list, trace),
    removed: intervening.removed.length,
    refusal: wanted && intervening.refusal?.key === wanted.key ? intervening.refusal.text : null,
    quantities: namesOf(layer),
    bounds: boundsIn(trace?.layers[selection.layer] ?? layer, quantitiesOf(state)),
    place: placeOf(layer.layer, layer.direction),
    where: layerText(layer, trace?.layers ?? NONE),
    unit: selection.unit ?? 0,
    step: selection.step,
  };
}

/** @type {import("../views/intervention-fields.js").Bounds} */
const NO_BOUNDS = { units: 1, steps: 1, range: null, magnitude: 1 };
const NOWHERE = { x: 0, y: 0 };

/** @param {State} state @returns {import("../views/intervention-editor.js").EditorProps} */
export function editorProps(state) {
  const { intervening: { editing, list }, shown } = state;
  const entry = editing && entriesOf(list, shown?.trace ?? null).find(({ key }) => key === editing.key);
  const one = entry?.one ?? null;
  const layer = one && (shown?.trace.layers.find((other) => other.layer === one.layer && other.direction === one.direction) ?? null);
  const table = quantitiesOf(state);
  return {
    one,
    fresh: editing?.fresh ?? false,
    at: editing?.at ?? NOWHERE,
    symbol: table.find(({ name }) => name === one?.quantity)?.symbol ?? "",
    name: one ? words(one.quantity) : "",
    where: one ? layerText(one, shown?.trace.layers ?? NONE) : "",
    bounds: (one && layer && layer.quantities[one.quantity] && boundsIn(layer, table)[one.quantity]) || NO_BOUNDS,
    fault: entry?.fault ?? null,
  };
}

/** @type {Map<string, (...inputs: any[]) => import("../lib/marks.js").Mark[]>} one memory a panel */
const outlines = new Map();

/**
 * What was intervened in, in one heatmap. What is switched off, or does not fit, marks nothing.
 * @param {State} state
 * @param {LayerTrace} layer
 * @param {string} name of the panel
 * @param {import("../types.js").Matrix} matrix
 * @param {ArrayLike<number> | null} places
 * @returns {import("../lib/marks.js").Mark[]}
 */
export function marksIn(state, layer, name, matrix, places) {
  const interventions = wantedAltered(state)?.interventions ?? NONE;
  if (!interventions.length) return NONE;
  let make = outlines.get(name);
  if (!make) {
    make = memo((/** @type {import("../types.js").Intervention[]} */ all, /** @type {number} */ number, /** @type {string} */ direction, /** @type {number} */ rows, /** @type {number} */ columns, /** @type {ArrayLike<number> | null} */ order) =>
      all.filter((one) => one.layer === number && one.direction === direction && one.quantity === name).flatMap((one) => marksOf(one, { rows, columns }, order)));
    outlines.set(name, make);
  }
  return make(interventions, layer.layer, layer.direction, matrix.rows, matrix.columns, places);
}

const rubberMark = memo((/** @type {import("./intervening-types.js").Rubber} */ { from, to, top, bottom }) => ({ from, to: to + 1, top, bottom: bottom + 1 }));

/** @param {State} state @param {string} name of the panel */
export const rubberIn = ({ intervening: { rubber } }, name) => (rubber?.quantity === name ? rubberMark(rubber) : null);

/** Which outputs became more or less likely at each step; null until that is known, and without a softmax readout. @param {State} state */
export function movedSteps(state) {
  const { moved } = state.intervening;
  return moved && moved.of === alteredOf(state)?.trace.id ? moved.steps : null;
}

const marksOfLanes = memo((/** @type {import("../types.js").Intervention[]} */ interventions, /** @type {number} */ number, /** @type {string} */ direction, /** @type {number} */ steps, /** @type {(number | "mean")[]} */ lanes, /** @type {import("../types.js").Quantity[]} */ table) =>
  interventions
    .filter((one) => one.layer === number && one.direction === direction)
    .flatMap((one) => lanes.flatMap((unit, lane) => (unit === "mean" || (one.units !== null && !one.units.includes(unit)) ? [] : [{ lane, from: one.steps?.[0] ?? 0, to: one.steps?.[1] ?? steps, text: `${table.find(({ name }) => name === one.quantity)?.symbol ?? one.quantity} ${signText(one)}` }]))));

/**
 * What was done to the units of the carry track's lanes.
 * @param {State} state
 * @param {LayerTrace} layer
 * @param {(number | "mean")[]} lanes
 * @returns {import("../types.js").CarryMark[]}
 */
export function carryMarks(state, layer, lanes) {
  const interventions = wantedAltered(state)?.interventions ?? NONE;
  return interventions.length ? marksOfLanes(interventions, layer.layer, layer.direction, state.shown?.trace.steps ?? 0, lanes, quantitiesOf(state)) : NONE;
}

/** Outputs that are listed side by side, at most. */
const MOST_OUTPUTS = 8;

const outputsAt = memo((/** @type {import("../types.js").Matrix} */ here, /** @type {import("../types.js").Matrix} */ baseline, /** @type {number} */ step, /** @type {string[] | null} */ labels) =>
  Array.from({ length: Math.min(here.columns, MOST_OUTPUTS) }, (_, index) => ({ name: here.columns === 1 ? "output" : (labels?.[index] ?? `output ${index}`), here: here.data[step * here.columns + index], baseline: baseline.data[step * here.columns + index] })));

/**
 * What is given out at the chosen step, with the interventions and without.
 * @param {State} state
 * @returns {import("../views/moved.js").MovedProps}
 */
export function movedProps(state) {
  const { shown, selection, view } = state;
  const altered = alteredOf(state);
  const outputs = altered?.trace.outputs && shown?.trace.outputs ? outputsAt(altered.trace.outputs, shown.trace.outputs, selection.step, shownModelOf(state)?.readout?.labels ?? null) : null;
  const known = state.intervening.moved?.of === altered?.trace.id;
  return {
    open: altered !== null && (outputs !== null || altered.trace.predictions !== null) && (view.aside === "cell" || view.aside === "interventions"),
    step: selection.step,
    label: shown?.trace.input.kind === "tokens" ? labelOf(state, selection.step) : null,
    nextInput: shownModelOf(state)?.readout?.predicts !== null,
    moved: movedSteps(state)?.[selection.step] ?? null,
    waiting: !known,
    outputs,
  };
}
