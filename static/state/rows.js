/** Which units the heatmaps show, from the top: ordered by a figure of theirs, and only those that are wanted. */

import { boundsOf, flagsOf, halfLivesOf, saturationOf } from "../lib/health.js";
import { ACCOUNTS, hasLedger } from "../lib/ledger.js";
import { memo } from "../lib/memo.js";
import { extents, means, sorted, variances } from "../lib/stats.js";
import { isOfUnits, layerOf } from "./selectors.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").OrderKey} OrderKey */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */

/** @type {OrderKey[]} */
export const ORDER_KEYS = ["index", "mean", "variance", "span", "low", "high", "half_life", "step"];

/** @type {import("./types.js").Order} */
export const OWN_ORDER = { by: "index", quantity: null, up: false };

/** @type {import("./types.js").Rows} */
export const ALL_ROWS = { only: "all", quantity: null, value: 0 };

/**
 * Figures of which every unit has one, by the key of an order.
 * @type {Record<Exclude<OrderKey, "index">, (layer: LayerTrace, quantity: string, step: number) => ArrayLike<number>>}
 */
const FIGURES = {
  mean: (layer, quantity) => means(layer.quantities[quantity]),
  variance: (layer, quantity) => variances(layer.quantities[quantity]),
  span(layer, quantity) {
    const { minimum, maximum } = extents(layer.quantities[quantity]);
    return maximum.map((most, unit) => most - minimum[unit]);
  },
  low: (layer, quantity) => saturationOf(layer, quantity)?.low ?? [],
  high: (layer, quantity) => saturationOf(layer, quantity)?.high ?? [],
  half_life: (layer) => halfLivesOf(layer) ?? [],
  step({ quantities }, quantity, step) {
    const { data, columns } = quantities[quantity];
    return data.subarray(step * columns, (step + 1) * columns);
  },
};

const figure = memo((/** @type {LayerTrace} */ layer, /** @type {keyof typeof FIGURES} */ by, /** @type {string} */ quantity, /** @type {number} */ step) => FIGURES[by](layer, quantity, step));

/** @type {WeakMap<LayerTrace, {all: string[], bounded: string[]}>} */
const known = new WeakMap();

/**
 * The quantities of a layer that a figure can be of.
 * @param {LayerTrace} layer
 * @param {OrderKey} by
 */
export function quantitiesFor(layer, by) {
  let names = known.get(layer);
  if (!names) {
    const all = Object.keys(layer.quantities).filter((name) => isOfUnits(layer, name));
    known.set(layer, (names = { all, bounded: all.filter((name) => boundsOf(layer, name)) }));
  }
  return by === "low" || by === "high" ? names.bounded : names.all;
}

/** @param {LayerTrace} layer @param {OrderKey} by */
export const canOrder = (layer, by) => (by === "half_life" ? hasLedger(layer) : by === "index" || quantitiesFor(layer, by).length > 0);

/**
 * How the rows of a layer are ordered: by the units' own numbers where it has no such figure.
 * @param {State} state
 * @param {LayerTrace} layer
 * @returns {OrderKey}
 */
export const orderKeyOf = ({ view: { order } }, layer) => (canOrder(layer, order.by) ? order.by : "index");

/**
 * The quantity that rows are ordered by: the chosen one, or the cell's memory, or the gate that keeps it.
 * @param {State} state
 * @returns {string}
 */
export function orderQuantityOf(state) {
  const layer = layerOf(state);
  const { by, quantity } = state.view.order;
  if (!layer) return quantity ?? "hidden_state";
  const names = quantitiesFor(layer, by);
  const account = ACCOUNTS[layer.cell];
  return [quantity, account?.state, account?.keep, "hidden_state"].find((name) => name && names.includes(name)) ?? names[0] ?? "hidden_state";
}

/** @param {State} state @param {LayerTrace} layer */
function figureOf(state, layer) {
  const by = orderKeyOf(state, layer);
  if (by === "index") return null;
  const step = by === "step" ? Math.min(state.view.heldStep ?? state.selection.step, (state.shown?.trace.steps ?? 1) - 1) : 0;
  return figure(layer, by, orderQuantityOf(state), step);
}

/**
 * Which rows are wanted in the layer that is shown: all of them where it has nothing that could be asked for.
 * @param {State} state
 * @param {LayerTrace} layer
 */
export function rowsOf(state, layer) {
  const { rows } = state.view;
  const threshold = rows.only === "least" || rows.only === "most";
  const fits = threshold ? orderKeyOf(state, layer) !== "index" : rows.quantity === null || rows.quantity in layer.quantities;
  return fits ? rows : ALL_ROWS;
}

const ordered = memo((/** @type {ArrayLike<number>} */ figures, /** @type {boolean} */ up) => sorted(figures, up));

const filtered = memo(
  /**
   * @param {Int32Array | null} order
   * @param {ArrayLike<number> | null} figures
   * @param {import("./types.js").Rows} rows
   * @param {LayerTrace} layer
   */
  (order, figures, { only, quantity, value }, layer) => {
    const all = order ?? Int32Array.from({ length: layer.hiddenSize }, (_, unit) => unit);
    if (only === "least") return all.filter((unit) => figures !== null && figures[unit] >= value);
    if (only === "most") return all.filter((unit) => figures !== null && figures[unit] <= value);
    const found = new Set(flagsOf(layer).filter((flag) => flag.kind === only && (quantity === null || flag.quantity === quantity)).flatMap(({ units }) => units));
    return all.filter((unit) => found.has(unit));
  },
);

/**
 * The unit at each place from the top, the same for all panels, and shorter than the layer where only some are wanted; null is all units in their own order.
 * @param {State} state
 * @returns {Int32Array | null}
 */
export function rowOrderOf(state) {
  const layer = layerOf(state);
  if (!layer) return null;
  const figures = figureOf(state, layer);
  const order = figures && ordered(figures, state.view.order.up);
  const rows = rowsOf(state, layer);
  return rows.only === "all" ? order : filtered(order, figures, rows, layer);
}
