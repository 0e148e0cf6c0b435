/** What the views of interventions are told. Objects keep their identity while what they are made of is the same. */

import { largestChanges } from "../lib/difference.js";
import { words } from "../lib/format.js";
import { describe, layerText, misfit } from "../lib/interventions.js";
import { memo } from "../lib/memo.js";
import { formatNumber, formatShort } from "../lib/numerals.js";
import { largestMagnitude } from "../lib/stats.js";
import { alteredOf, wantedAltered } from "./altered.js";
import { quantitiesOf } from "./shown.js";

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

/** In units of the last place: steps that are intervened in are computed one by one, and round otherwise. */
const ROUNDED = 32;

/** Whether it is no more than rounding. @param {Change} change @param {Trace} trace */
function isRounding({ difference, here, baseline }, trace) {
  const precision = trace.dtype === "float32" ? 2 ** -23 : 2 ** -52;
  return Math.abs(difference) <= ROUNDED * precision * Math.max(1, Math.abs(here), Math.abs(baseline));
}

/** @param {Change | null} change @param {Trace} trace */
function changeText(change, trace) {
  if (!change || change.difference === 0) return "Nothing else changed.";
  if (isRounding(change, trace)) return `Nothing else changed, but for rounding of ${formatNumber(Math.abs(change.difference), 2)}.`;
  const { layer, quantity, unit, step, here, baseline } = change;
  const where = layer === null ? "" : layerText(trace.layers[layer], trace.layers);
  const what = layer === null ? (trace.outputs && trace.outputs.columns === 1 ? "output" : `output ${unit}`) : `${words(quantity)} of unit ${unit}${where ? ` in ${where}` : ""}`;
  return `Changed most: ${what} at step ${step + 1}, ${formatShort(baseline)} → ${formatShort(here)}`;
}

/** @param {State} state */
export function changesProps(state) {
  const { intervening, shown } = state;
  const { list, tool, seen, refusal, removed } = intervening;
  const wanted = wantedAltered(state);
  const altered = alteredOf(state);
  const largest = largestChange(state);
  const refused = wanted !== null && refusal?.key === wanted.key ? refusal.text : null;
  const waiting = wanted !== null && refused === null && altered?.key !== wanted.key;
  const sentence = list.length === 0 && removed.length ? "" : list.length === 0 ? "Drag over a heatmap to choose steps and units." : !wanted ? nothingDone(state) : !altered || !shown ? "Running with the interventions…" : changeText(largest, shown.trace);
  return { open: tool || list.length > 0 || removed.length > 0, removed: removed.length, seen, ready: altered !== null, waiting, count: list.length, active: wanted?.interventions.length ?? 0, largest, sentence, refusal: refused };
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
