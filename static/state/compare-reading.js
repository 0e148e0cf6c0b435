/** A comparison in words and numbers: what is compared, where it differs most, and what stands at the chosen column. */

import { number, spoken, visible, words } from "../lib/format.js";
import { layerText } from "../lib/interventions.js";
import { memo } from "../lib/memo.js";
import { BADGES, modelOfTrace, stepsOf } from "./compare-props.js";
import { compareOf, sideOf } from "./compare-sides.js";
import { alignmentOf, layersAlong, listedChanges, methodOf, tracesAlong } from "./comparison.js";
import { foretells } from "./input-transitions.js";
import { isOfUnits } from "./selectors.js";
import { quantitiesIn } from "./shown.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./compare-types.js").Compare} Compare */
/** @typedef {import("./compare-types.js").SideName} SideName */
/** @typedef {import("../types.js").Trace} Trace */

/** @typedef {{quantity: string, symbol: string, text: string, a: number | null, b: number | null}} NumberRow */

/** @type {never[]} */
const NONE = [];

const plural = (/** @type {number} */ count, /** @type {string} */ noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/**
 * What is compared with what, in a sentence.
 * @param {State} state
 */
export function headline(state) {
  const compare = compareOf(state);
  const alignment = alignmentOf(compare);
  if (!compare.pair || !alignment) return "";
  const { a, b } = compare.pair;
  const [doneA, doneB] = [a.wanted.interventions.length, b.wanted.interventions.length];
  const networks = a.trace.model === b.trace.model ? "One network" : "Two networks of one shape";
  const inputs = alignment.distance === 0 ? "one input" : `two inputs; ${alignment.distance} of ${plural(alignment.columns, "step")} differ${alignment.distance === 1 ? "s" : ""}`;
  const changed = [doneA && `${plural(doneA, "intervention")} in A`, doneB && `${plural(doneB, "intervention")} in B`].filter(Boolean).join(", ");
  if (a.trace.id === b.trace.id) return "A and B are one and the same: change one of them.";
  return `${networks}, ${inputs}${changed ? `; ${changed}` : ""}.`;
}

/** Where a comparison by edit distance was asked for and would have taken too long. @param {State} state */
export function alignmentNote(state) {
  const compare = compareOf(state);
  const alignment = alignmentOf(compare);
  return alignment && alignment.method !== methodOf(compare) ? "These sequences are too long to be aligned by edit distance; they are aligned by index." : "";
}

/** @param {State} state */
export function changeListProps(state) {
  const compare = compareOf(state);
  const alignment = alignmentOf(compare);
  const changes = compare.pair && alignment ? listed(state.quantities, listedChanges(compare), compare.pair.a.trace, alignment) : NONE;
  const { unit, column } = compare;
  return { changes, chosen: changes.findIndex((change) => change.unit === unit && change.column === column), all: compare.all };
}

const listed = memo((/** @type {State["quantities"]} */ table, /** @type {ReturnType<typeof listedChanges>} */ changes, /** @type {Trace} */ trace, /** @type {import("../lib/alignment.js").Alignment} */ alignment) =>
  changes.map(({ layer, quantity, unit, step, difference, here, baseline }) => ({
    layer,
    quantity,
    unit: layer !== null && isOfUnits(trace.layers[layer], quantity) ? unit : null,
    row: unit,
    column: step,
    symbol: table.find(({ name }) => name === quantity)?.symbol ?? "",
    layerName: layer === null ? "" : layerText(trace.layers[layer], trace.layers),
    when: whenWords(alignment.here[step], alignment.there[step]),
    difference,
    here,
    baseline,
  })));

/** @param {number} here @param {number} there */
const whenWords = (here, there) => (here === there ? `step ${here + 1}` : `step ${here + 1} of A, ${there + 1} of B`);

/**
 * What one side reads at a column, in words.
 * @param {Pick<Compare, "pair" | "align">} compare
 * @param {SideName} name
 * @param {number} column
 * @param {(label: string) => string} say
 */
export function stepWords(compare, name, column, say = visible) {
  const alignment = alignmentOf(compare);
  if (!compare.pair || !alignment) return "";
  const { trace } = compare.pair[name];
  const step = stepsOf(alignment, name)[column];
  if (step === undefined || step < 0) return `${name.toUpperCase()}: no step`;
  const { values, labels } = trace.input;
  const read = values ? Array.from(values.data.subarray(step * values.columns, step * values.columns + Math.min(3, values.columns)), (value) => number(value)).join(", ") : say(labels[step] ?? "");
  return `${name.toUpperCase()}: step ${step + 1}, ${read}`;
}

/** @param {number} value */
const known = (value) => (Number.isNaN(value) ? null : value);

/** What a reading depends on: the same object while nothing but the pointer moves. @typedef {Pick<Compare, "pair" | "align" | "layer" | "unit" | "column" | "moved">} Place */

const placeOf = memo((/** @type {Compare["pair"]} */ pair, /** @type {Compare["align"]} */ align, /** @type {number} */ layer, /** @type {number | null} */ unit, /** @type {number | null} */ column, /** @type {Compare["moved"]} */ moved) => ({ pair, align, layer, unit, column, moved }));

/**
 * The numbers at the chosen column: every quantity of the chosen unit, outputs of a linear readout, and the outputs whose probability differs.
 * @param {State} state
 */
export function readingProps(state) {
  const { pair, align, layer, unit, column, moved } = compareOf(state);
  /** @param {SideName} side */
  const nextInput = (side) => foretells(modelOfTrace(state, pair?.[side].trace));
  return readingAt(state.quantities, nextInput("a"), nextInput("b"), placeOf(pair, align, layer, unit, column, moved));
}

const readingAt = memo((/** @type {State["quantities"]} */ quantities, /** @type {boolean} */ nextInA, /** @type {boolean} */ nextInB, /** @type {Place} */ place) => {
  const layers = layersAlong(place);
  const { unit, column } = place;
  if (!layers || unit === null || column === null) return null;
  const at = column * layers.a.hiddenSize + unit;
  const table = quantitiesIn({ quantities }, layers.a);
  const rows = Object.keys(layers.a.quantities).filter((name) => isOfUnits(layers.a, name)).map((name) => /** @type {NumberRow} */ ({
    quantity: name,
    symbol: table.find((quantity) => quantity.name === name)?.symbol ?? name,
    text: words(name),
    a: known(layers.a.quantities[name].data[at]),
    b: known(layers.b.quantities[name].data[at]),
  }));
  return { unit, steps: [stepWords(place, "a", column), stepWords(place, "b", column)], rows, outputs: outputRows(place, column), moved: movedAt(place, column), expected: { a: expectedBy(place, "a", column), b: expectedBy(place, "b", column) }, nextInput: { a: nextInA, b: nextInB } };
});

/** @param {Place} compare @param {number} column @returns {NumberRow[]} */
function outputRows(compare, column) {
  const traces = tracesAlong(compare);
  const [a, b] = [traces?.a.outputs, traces?.b.outputs];
  if (!a || !b || a.columns !== b.columns) return NONE;
  return Array.from({ length: Math.min(8, a.columns) }, (_, output) => ({ quantity: "output", symbol: "y", text: a.columns > 1 ? `output ${output}` : "output", a: known(a.data[column * a.columns + output]), b: known(b.data[column * b.columns + output]) }));
}

/** The outputs whose probability differs most, null while they are on their way or where there are none. @param {Place} compare @param {number} column */
function movedAt(compare, column) {
  const { pair, moved } = compare;
  const step = alignmentOf(compare)?.here[column] ?? -1;
  return (moved && moved.pair === pair && moved.rows.get(step)) || null;
}

/** @param {Place} compare @param {SideName} name @param {number} column */
function expectedBy(compare, name, column) {
  const alignment = alignmentOf(compare);
  const step = alignment ? stepsOf(alignment, name)[column] : -1;
  return (step >= 0 && compare.pair?.[name].trace.predictions?.[step]) || null;
}

/** What the pointer is over: the numbers of both, and how they differ. @param {State} state */
export function hoverValues(state) {
  const { hover, quantity } = compareOf(state);
  const layers = layersAlong(compareOf(state));
  const name = hover?.quantity ?? quantity;
  if (!hover || !layers || hover.unit === null || name === null || !isOfUnits(layers.a, name)) return NONE;
  const [a, b] = [layers.a, layers.b].map((layer) => layer.quantities[name].data[hover.step * layer.hiddenSize + /** @type {number} */ (hover.unit)]);
  return [["a", a], ["b", b], ["difference", a - b]].flatMap(([part, value]) => (Number.isNaN(value) ? [] : [{ name, symbol: BADGES[/** @type {"a"} */ (part)], value: /** @type {number} */ (value), before: null }]));
}

/** The chosen column in a sentence or three, for whoever cannot see it. @param {State} state */
export function compareAnnouncement(state) {
  const reading = readingProps(state);
  const { column, playing } = compareOf(state);
  if (!reading || column === null || playing) return "";
  const numbers = reading.rows.map(({ text, a, b }) => (a === null || b === null ? `${text} ${a === null ? "only in B" : "only in A"} ${number(/** @type {number} */ (a ?? b))}` : `${text} ${number(a)} and ${number(b)}`));
  return `${stepWords(compareOf(state), "a", column, spoken)}. ${stepWords(compareOf(state), "b", column, spoken)}. Unit ${reading.unit}, A and B: ${numbers.join(", ")}.`;
}

/** For a side whose picture is of something else by now. @param {State} state */
export const isStale = (state) => sideOf(state, "a").stale || sideOf(state, "b").stale;
