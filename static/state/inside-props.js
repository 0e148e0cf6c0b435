/** What the views of the inside of a step are told. Objects keep their identity while what they are made of is the same. */

import { visible, words } from "../lib/format.js";
import { accountOf, hasLedger, keepingGate, ledgerAt, ledgerOfUnits, rowAt } from "../lib/ledger.js";
import { memo } from "../lib/memo.js";
import { holdingOf, lastingOrigins, originBands, presentOrigins } from "../lib/origins.js";
import { listedTerms } from "../lib/terms.js";
import { otherTrace, seenTrace } from "./altered.js";
import { forgettingOf, isDone } from "./intervening-transitions.js";
import { layerOf, placeOf, themeOf, windowOf } from "./selectors.js";
import { gutterOf, labelOf, labelsOf, quantitiesOf } from "./shown.js";
import { keyOf } from "./sum-key.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./inside-types.js").Place} Place */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */

const account = memo(accountOf);
const lasting = memo(lastingOrigins);
const present = memo(presentOrigins);
const bands = memo(originBands);
const heldAt = memo((/** @type {import("../lib/ledger.js").Account} */ of, /** @type {number} */ step) => ledgerAt(of, rowAt(of, step)));
const holding = memo(holdingOf);
const ledgerOfAll = memo(ledgerOfUnits);

/** The step the cursor rests at: while it hurries on, what is drawn for one step waits. @param {State} state */
const restedStep = ({ inside, selection, shown }) => Math.min(inside.restedStep ?? selection.step, (shown?.trace.steps ?? 1) - 1);

/**
 * The chosen unit's ledger as of the step the cursor rests at, where it is to be shown.
 * @param {State} state
 */
function ledgerShown(state) {
  const layer = layerOf(state);
  const of = state.inside.origins && layer ? account(layer, state.selection.unit ?? 0) : null;
  return of && { of, held: heldAt(of, restedStep(state)) };
}

/**
 * The bands that the carry track splits into; null where it does not.
 * @param {State} state
 */
export function bandsOf(state) {
  const shown = ledgerShown(state);
  return shown && bands(shown.of, lasting(shown.of), present(lasting(shown.of), shown.held));
}

/**
 * What the chosen unit holds, by who wrote it.
 * @param {State} state
 */
export function holdingShown(state) {
  const shown = ledgerShown(state);
  const split = bandsOf(state);
  return shown && split && holding(split, shown.held, restedStep(state));
}

/**
 * What is left of every step's writing in every unit, where that is to be shown.
 * @param {State} state
 * @param {LayerTrace} layer
 */
export const unitsLedger = (state, layer) => (state.inside.units && hasLedger(layer) ? ledgerOfAll(layer, restedStep(state)) : null);

/** @param {LayerTrace | null} layer */
const memorySymbol = (layer) => (layer?.cell === "lstm" ? "c" : "h");

/** @param {State} state */
export const holdingsProps = (state) => ({
  holding: holdingShown(state),
  unit: state.selection.unit ?? 0,
  symbol: memorySymbol(layerOf(state)),
  labels: labelsOf(state),
  window: windowOf(state),
  width: state.surroundings.width,
  gutter: gutterOf(state),
  theme: themeOf(state),
  density: state.surroundings.density,
  compact: state.surroundings.compact,
});

/** @param {State} state */
export const originListProps = (state) => ({
  holding: holdingShown(state),
  unit: state.selection.unit ?? 0,
  symbol: memorySymbol(layerOf(state)),
  labels: labelsOf(state),
  numeric: state.shown?.trace.input.kind === "values",
  backward: layerOf(state)?.direction === "backward",
  gate: words(keepingGate(layerOf(state) ?? { cell: "lstm" }) ?? ""),
  forgotten: isDone(state, forgettingOf(state)),
});

/**
 * What of a unit's memory came from the hovered step, for the words beside the pointer: of the unit that is pointed at, as far as that is drawn.
 * @param {State} state
 */
export function heldFromHovered(state) {
  const { hover, selection } = state;
  const layer = layerOf(state);
  if (!hover || !layer) return null;
  const all = hover.quantity === "origins" ? unitsLedger(state, layer) : null;
  if (all && hover.unit !== null) return told(hover.unit, restedStep(state), all.data[hover.step * all.columns + hover.unit]);
  const held = hover.unit === null || hover.unit === selection.unit ? holdingShown(state) : null;
  return held && told(selection.unit ?? 0, held.step, held.left[hover.step]);
}

const told = memo((/** @type {number} */ unit, /** @type {number} */ step, /** @type {number} */ value) => ({ unit, step, value }));

const terms = memo(listedTerms);

const chips = memo((/** @type {LayerTrace} */ layer, /** @type {import("../types.js").Quantity[]} */ table) =>
  Object.keys(layer.quantities).map((name) => ({ name, symbol: table.find((row) => row.name === name)?.symbol ?? name })));

/** @param {State} state @param {Place} place */
function placeName(state, place) {
  const layers = state.shown?.trace.layers ?? [];
  const info = layers[place.layer];
  const where = layers.length > 1 ? `, layer ${info.layer + 1}${layers.some((other) => other !== info && other.layer === info.layer) ? ` ${info.direction}` : ""}` : "";
  return `${words(place.quantity)} ${place.row === null ? `of unit ${place.unit}` : `[${place.row}]`} at step ${place.step + 1}${where}`;
}

/**
 * What a number was without the interventions; null where there are none, or nothing is different.
 * @param {State} state
 * @param {Place} place
 */
function numberBefore(state, { layer, quantity, unit, row, step }) {
  const here = seenTrace(state)?.layers[layer]?.quantities[quantity];
  const before = state.intervening.seen === "original" ? null : otherTrace(state)?.layers[layer]?.quantities[quantity];
  if (!here || !before) return null;
  const at = step * here.columns + (row ?? unit);
  return before.data[at] === here.data[at] ? null : before.data[at];
}

/**
 * @param {State} state
 * @param {LayerTrace} layer
 */
export function arithmeticProps(state, layer) {
  const { inside } = state;
  const place = placeOf(state);
  const trace = seenTrace(state);
  if (!place || !trace) return null;
  const key = keyOf(trace, place);
  const sum = inside.sum?.key === key ? inside.sum.sum : null;
  const last = inside.trail.at(-1);
  const table = quantitiesOf(state);
  return {
    quantities: chips(layer, table),
    quantity: place.quantity,
    title: placeName(state, place),
    label: visible(labelOf(state, place.step)),
    formula: table.find(({ name }) => name === place.quantity)?.formula ?? "",
    symbol: table.find(({ name }) => name === place.quantity)?.symbol ?? place.quantity,
    cell: layer.cell,
    sum,
    listed: sum && terms(sum, trace, place.layer, place.quantity, place.unit, place.step),
    waiting: sum === null && inside.failure?.key !== key,
    failure: inside.failure?.key === key ? inside.failure.text : null,
    find: inside.find,
    // Whoever watches it play follows the largest ones.
    all: inside.all && !state.view.playing,
    before: numberBefore(state, place),
    back: last ? placeName(state, last) : null,
    dtype: trace.dtype,
  };
}
