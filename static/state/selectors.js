/** Data derived from the state, computed again only when what it depends on has changed. */

import { formOf } from "../lib/cell-form.js";
import { symmetricRange } from "../lib/difference.js";
import { seenTrace } from "./altered.js";
import { memo } from "../lib/memo.js";
import { largestMagnitude, least, magnitudeWithout, means } from "../lib/stats.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("../types.js").Matrix} Matrix */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("../types.js").Quantity} Quantity */

/** The share of an unbounded quantity that may lie beyond the ends of its colours, so that a unit that runs away does not bleach all others. */
const OUTLYING = 0.02;

/** Up to this much beyond the usual, and among few units always, the ends of the colours are simply the largest magnitude. */
const RUNAWAY = 3;
const FEW_UNITS = 8;

/** @type {WeakMap<Matrix, {magnitude: number, usual: number, lowest: number, means: Float64Array}>} */
const figures = new WeakMap();

/** @param {Matrix} matrix */
function figuresOf(matrix) {
  let known = figures.get(matrix);
  if (!known) figures.set(matrix, (known = { magnitude: largestMagnitude(matrix), usual: magnitudeWithout(matrix, OUTLYING), lowest: least(matrix), means: means(matrix) }));
  return known;
}

/**
 * Whether the picture, if there is one, is of another network than the chosen one: that one's is on its way, or could not be had.
 * @param {State} state
 */
export const awaitsNetwork = ({ modelId, shown }) => shown?.wanted.model !== modelId;

/**
 * What is looked at in the chosen network, or will be once its picture is there.
 * @param {State} state
 */
export const meantSelection = (state) => (awaitsNetwork(state) && state.arrival ? state.arrival.selection : state.selection);

/**
 * The layer whose numbers are told.
 * @param {State} state
 * @returns {LayerTrace | null}
 */
export const layerOf = (state) => seenTrace(state)?.layers[state.selection.layer] ?? null;

/**
 * The time window in steps; the whole sequence when none is chosen.
 * @type {(window: import("../types.js").TimeWindow | null, steps: number) => import("../types.js").TimeWindow}
 */
const wholeOr = memo((window, steps) => window ?? { from: 0, to: steps });

/** @param {State} state */
export const windowOf = (state) => wholeOr(state.view.window, Math.max(1, state.shown?.trace.steps ?? 1));

/**
 * Whether a quantity has one value for each unit. A projected hidden state has not: its rows are mixed from all units.
 * @param {LayerTrace} layer
 * @param {string} quantity
 */
export const isOfUnits = (layer, quantity) => layer.quantities[quantity]?.columns === layer.hiddenSize && !(quantity === "hidden_state" && formOf(layer).projected);

/**
 * How a quantity is coloured: gates from 0 to 1, signed values symmetrically about zero as far as they reach. Values that pass the usual
 * range, as those of an activation without bounds do, widen it.
 * @param {Quantity | undefined} quantity
 * @param {Matrix} matrix
 * `clipped` says that some values lie beyond the range.
 * @returns {{kind: "sequential" | "diverging", range: [number, number], clipped: boolean, centre: Float64Array | null}}
 */
export function colouringOf(quantity, matrix) {
  const known = figuresOf(matrix);
  const { magnitude, usual, lowest } = known;
  const within = quantity?.range != null && magnitude <= Math.abs(quantity.range[1]) * (1 + 1e-6);
  const clipped = !within && matrix.columns > FEW_UNITS && usual > 0 && magnitude > usual * RUNAWAY;
  const reach = clipped ? usual : magnitude;
  if (quantity?.range && quantity.range[0] >= 0 && lowest >= 0) {
    return { kind: "sequential", range: within ? quantity.range : [0, Math.max(reach, quantity.range[1])], clipped, centre: known.means };
  }
  const end = Math.max(reach, quantity?.range ? Math.abs(quantity.range[1]) : 0) || 1;
  return { kind: "diverging", range: [-end, end], clipped, centre: null };
}

/**
 * How signed amounts without a range of their own are coloured, as what is left in the ledger of all units, or a difference: as far as most units
 * reach. Most of a ledger is forgotten, and must not set the scale.
 * @type {(matrix: Matrix) => ReturnType<typeof colouringOf>}
 */
export const signedColouring = (matrix) => ({ kind: "diverging", ...symmetricRange(matrix), centre: null });

/**
 * @param {State} state
 * @returns {"light" | "dark"}
 */
export const themeOf = ({ view, surroundings }) => (view.theme === "system" ? (surroundings.dark ? "dark" : "light") : view.theme);

const lanes = memo(
  /**
   * @param {number} unit
   * @param {(number | "mean")[]} pins
   * @returns {(number | "mean")[]}
   */
  (unit, pins) => [unit, ...pins.filter((pin) => pin !== unit)],
);

/**
 * The units of the carry track, the chosen one first.
 * @param {State} state
 */
export const lanesOf = (state) => lanes(state.selection.unit ?? 0, state.selection.pins);

/**
 * The number whose arithmetic is shown: the chosen quantity, or the cell's memory, of the chosen unit and step.
 * @param {State} state
 * @returns {import("../lib/terms.js").Place | null}
 */
export function placeOf(state) {
  const layer = layerOf(state);
  if (!layer) return null;
  const { selection, inside } = state;
  const quantity = inside.quantity !== null && inside.quantity in layer.quantities ? inside.quantity : "cell_state" in layer.quantities ? "cell_state" : "hidden_state";
  const row = isOfUnits(layer, quantity) ? null : Math.min(inside.row ?? 0, layer.quantities[quantity].columns - 1);
  return { layer: selection.layer, unit: selection.unit ?? 0, step: selection.step, quantity, row };
}
