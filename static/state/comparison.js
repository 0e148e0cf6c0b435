/** What follows from two traces and how they are aligned: worked out once for both, and again only when one of them is another. */

import { align } from "../lib/alignment.js";
import { along } from "../lib/aligned.js";
import { changedUnits, largestChanges, largestIn, less, sameShape } from "../lib/difference.js";
import { memo } from "../lib/memo.js";
import { sorted } from "../lib/stats.js";
import { isOfUnits } from "./selectors.js";
import { memoryOf } from "./trace-transitions.js";

/** @typedef {import("./compare-types.js").Compare} Compare */
/** @typedef {import("./compare-types.js").Pair} Pair */
/** @typedef {import("../lib/alignment.js").AlignMethod} AlignMethod */
/** @typedef {import("../lib/alignment.js").Alignment} Alignment */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("../types.js").Trace} Trace */

/** What an alignment depends on, and a layer along it. @typedef {Pick<Compare, "pair" | "align">} Aligned @typedef {Pick<Compare, "pair" | "align" | "layer">} Layered */

/** Places in the list of the largest differences. */
const LISTED = 10;

/**
 * Why two traces cannot be compared, as a sentence; null where they can.
 * @param {Trace} here
 * @param {Trace} there
 */
export function refusal(here, there) {
  if (here.input.kind !== there.input.kind) return `One side reads ${here.input.kind} and the other ${there.input.kind}: there is nothing to align them by.`;
  if (sameShape({ steps: 0, layers: here.layers }, { steps: 0, layers: there.layers })) return null;
  return `Two networks must have the same layers to be compared: ${shapeWords(here)}, not ${shapeWords(there)}.`;
}

/** @param {Trace} trace */
const shapeWords = ({ layers }) => layers.map(({ cell, hiddenSize, direction }) => `${cell.toUpperCase()} of ${hiddenSize}${direction === "backward" ? " (backward)" : ""}`).join(", ");

/** @param {Aligned} compare @returns {AlignMethod} */
export const methodOf = ({ align: chosen, pair }) => chosen ?? (pair?.a.trace.input.kind === "values" ? "index" : "edit");

const aligned = memo((/** @type {Trace} */ here, /** @type {Trace} */ there, /** @type {AlignMethod} */ method) => align(here, there, method));

/** @param {Aligned} compare @returns {Alignment | null} */
export const alignmentOf = (compare) => compare.pair && aligned(compare.pair.a.trace, compare.pair.b.trace, methodOf(compare));

/** @param {LayerTrace} layer @param {Int32Array} steps @returns {LayerTrace} */
const layerAlong = (layer, steps) => ({ ...layer, quantities: Object.fromEntries(Object.entries(layer.quantities).map(([name, matrix]) => [name, along(matrix, steps)])) });

/** Both traces along their alignment: layers and outputs with a row for each column. */
const bothAlong = memo((/** @type {Pair} */ { a, b }, /** @type {Alignment} */ { here, there }) => {
  /** @param {Trace} trace @param {Int32Array} steps */
  const one = (trace, steps) => ({ layers: trace.layers.map((layer) => layerAlong(layer, steps)), outputs: trace.outputs && along(trace.outputs, steps) });
  return { a: one(a.trace, here), b: one(b.trace, there) };
});

/** @param {Aligned} compare */
export function tracesAlong(compare) {
  const alignment = alignmentOf(compare);
  return compare.pair && alignment && bothAlong(compare.pair, alignment);
}

/**
 * The chosen layer of both along their alignment.
 * @param {Layered} compare
 * @returns {{a: LayerTrace, b: LayerTrace} | null}
 */
export const layersAlong = (compare) => chosenLayers(tracesAlong(compare), compare.layer);

const chosenLayers = memo((/** @type {ReturnType<typeof tracesAlong>} */ traces, /** @type {number} */ layer) => traces && { a: traces.a.layers[layer], b: traces.b.layers[layer] });

/**
 * The quantity that is shown: the chosen one where this layer has it, else the layer's memory.
 * @param {Compare} compare
 * @param {LayerTrace} layer
 */
export const quantityShown = ({ quantity }, layer) => (quantity !== null && quantity in layer.quantities ? quantity : memoryOf(layer));

/**
 * Where the memory of the chosen layer differs most.
 * @param {Compare} compare
 * @returns {{unit: number, column: number} | null}
 */
export function mostDifferent(compare) {
  const layers = layersAlong(compare);
  if (!layers) return null;
  const memory = memoryOf(layers.a);
  const quantity = isOfUnits(layers.a, memory) ? memory : Object.keys(layers.a.quantities)[0];
  const { step, unit } = largestIn(less(layers.a.quantities[quantity], layers.b.quantities[quantity]));
  return { unit, column: step };
}

/** @typedef {import("../lib/difference.js").Change} Change `step` is a column */

/**
 * Where the two differ most: the units of the chosen quantity, or with all quantities shown the largest of each.
 * @param {Compare} compare
 * @returns {Change[]}
 */
export function listedChanges(compare) {
  const traces = tracesAlong(compare);
  const layers = layersAlong(compare);
  return traces && layers ? changes(traces, layers, compare.layer, compare.all ? null : quantityShown(compare, layers.a)) : [];
}

const changes = memo((/** @type {NonNullable<ReturnType<typeof tracesAlong>>} */ { a, b }, /** @type {{a: LayerTrace, b: LayerTrace}} */ layers, /** @type {number} */ layer, /** @type {string | null} */ quantity) => {
  if (quantity === null) return largestChanges(a, b).filter(({ difference }) => difference !== 0).slice(0, LISTED * 2);
  return changedUnits(layers.a.quantities[quantity], layers.b.quantities[quantity], LISTED).map((change) => ({ layer, quantity, ...change }));
});

/**
 * The units by how much their memory differs, the most first; null is their own order.
 * @param {Compare} compare
 * @returns {Int32Array | null}
 */
export function rowsOf(compare) {
  const layers = compare.sorted ? layersAlong(compare) : null;
  if (!layers) return null;
  const shown = quantityShown(compare, layers.a);
  return sortedRows(layers, isOfUnits(layers.a, shown) ? shown : memoryOf(layers.a));
}

const sortedRows = memo((/** @type {{a: LayerTrace, b: LayerTrace}} */ { a, b }, /** @type {string} */ quantity) => {
  const { data, rows, columns } = less(a.quantities[quantity], b.quantities[quantity]);
  const reach = new Float64Array(columns);
  for (let row = 0; row < rows; row++) for (let unit = 0; unit < columns; unit++) if (Math.abs(data[row * columns + unit]) > reach[unit]) reach[unit] = Math.abs(data[row * columns + unit]);
  return sorted(reach);
});
