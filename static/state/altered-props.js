/** What the pictures are told of interventions: where something was done, and what it changed. Objects keep their identity while what they are made of is the same. */

import { doneText, doneTo, signText } from "../lib/interventions.js";
import { marksOf } from "../lib/marks.js";
import { memo } from "../lib/memo.js";
import { formatNumber } from "../lib/numerals.js";
import { symbolOfQuantity } from "../lib/value-quantities.js";
import { alteredOf, otherLayer, wantedAltered } from "./altered.js";
import { foretells, shownModelOf } from "./input-transitions.js";
import { isOfUnits } from "./selectors.js";
import { labelOf, quantitiesOf } from "./shown.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */

/** @type {never[]} */
const NONE = [];

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
  const { shown, selection } = state;
  const altered = alteredOf(state);
  const outputs = altered?.trace.outputs && shown?.trace.outputs ? outputsAt(altered.trace.outputs, shown.trace.outputs, selection.step, shownModelOf(state)?.readout?.labels ?? null) : null;
  const known = state.intervening.moved?.of === altered?.trace.id;
  return {
    open: altered !== null && (outputs !== null || altered.trace.predictions !== null),
    step: selection.step,
    label: shown?.trace.input.kind === "tokens" ? labelOf(state, selection.step) : null,
    nextInput: foretells(shownModelOf(state)),
    moved: movedSteps(state)?.[selection.step] ?? null,
    waiting: !known,
    outputs,
  };
}

/** @type {Record<string, never>} */
const NO_NOTES = {};

const notesOf = memo((/** @type {LayerTrace} */ layer, /** @type {LayerTrace | null} */ before, /** @type {number} */ unit, /** @type {number} */ step) =>
  Object.fromEntries(
    Object.entries(layer.quantities).flatMap(([quantity, { data, columns }]) => {
      const symbol = symbolOfQuantity(layer.cell, quantity);
      const at = step * columns + unit;
      const value = before?.quantities[quantity].data[at];
      // What rounds to the same is not another number to whoever reads it.
      const was = value === undefined || formatNumber(value) === formatNumber(data[at]) ? null : formatNumber(value);
      const done = doneTo(layer.interventions ?? NONE, layer, { quantity, unit, step });
      if (!symbol || !isOfUnits(layer, quantity) || (done.length === 0 && was === null)) return [];
      return [[symbol, { text: [...done.map(doneText), ...(was === null ? [] : [`was ${was}`])].join(", "), done: done.length > 0 }]];
    }),
  ));

/**
 * What was done to the numbers of the chosen unit and step, and what they were without, by their symbols in the cell's equations.
 * @param {State} state
 * @param {LayerTrace} layer
 * @returns {Record<string, import("../views/equations.js").Note>}
 */
export function notesAt(state, layer) {
  const { intervening: { seen }, selection } = state;
  return seen === "original" || !alteredOf(state) ? NO_NOTES : notesOf(layer, otherLayer(state), selection.unit ?? 0, selection.step);
}
