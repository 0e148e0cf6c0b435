/** One trace less another of equal shape, worked out in the page: it has both. Pure. */

/** @typedef {import("../types.js").Matrix} Matrix */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../types.js").Intervention} Intervention */

/**
 * Where two arrays differ most: `difference` is `here - baseline`. `layer` is an index into the trace's layers, null for what the network gives out.
 * @typedef {{layer: number | null, quantity: string, unit: number, step: number, difference: number, here: number, baseline: number}} Change
 */

/** The share of units that may reach beyond the ends of the colours, so that one that runs away does not bleach all others; among few, none may. */
const OUTLYING = 0.02;
const RUNAWAY = 3;
const FEW_UNITS = 8;

/** Two matrices are subtracted once, for as long as both of them are there. @type {WeakMap<Matrix, WeakMap<Matrix, Matrix>>} */
const known = new WeakMap();

/**
 * `here - baseline`, in the precision of `here`; the same object for the same two.
 * @param {Matrix} here
 * @param {Matrix} baseline of the same shape
 * @returns {Matrix}
 */
export function less(here, baseline) {
  let others = known.get(here);
  if (!others) known.set(here, (others = new WeakMap()));
  let found = others.get(baseline);
  if (!found) {
    const data = here.data.slice();
    for (let index = 0; index < data.length; index++) data[index] -= baseline.data[index];
    others.set(baseline, (found = { ...here, data }));
  }
  return found;
}

/**
 * Whether one can be taken from the other: as many steps through the same layers.
 * @param {Pick<Trace, "steps" | "layers">} here
 * @param {Pick<Trace, "steps" | "layers">} baseline
 */
export function sameShape(here, baseline) {
  const shape = (/** @type {Pick<Trace, "steps" | "layers">} */ { steps, layers }) =>
    JSON.stringify([steps, layers.map(({ layer, direction, cell, quantities }) => [layer, direction, cell, Object.entries(quantities).map(([name, { columns }]) => [name, columns])])]);
  return shape(here) === shape(baseline);
}

/**
 * The layer whose numbers are the changes.
 * @param {LayerTrace} here
 * @param {LayerTrace} baseline
 * @returns {LayerTrace}
 */
export const layerLess = (here, baseline) => ({ ...here, quantities: Object.fromEntries(Object.entries(here.quantities).map(([name, matrix]) => [name, less(matrix, baseline.quantities[name])])) });

/**
 * The place of the largest magnitude.
 * @param {Matrix} matrix
 * @returns {{step: number, unit: number, value: number}}
 */
export function largestIn({ data, columns }) {
  let [at, most] = [0, -1];
  for (let index = 0; index < data.length; index++) if (Math.abs(data[index]) > most) [at, most] = [index, Math.abs(data[index])];
  return { step: Math.floor(at / columns), unit: at % columns, value: data[at] };
}

/**
 * Where two matrices differ most, apart from the numbers that interventions were done to. NaN in either is no change.
 * @param {Matrix} here
 * @param {Matrix} baseline
 * @param {Intervention[]} done
 * @returns {{step: number, unit: number, any: boolean}} `any` is false where they were done to every number
 */
function largestBetween(here, baseline, done) {
  const { rows, columns } = here;
  const skipped = new Uint8Array(columns);
  let largest = -1;
  let [step, unit] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const now = done.filter(({ steps }) => steps === null || (steps[0] <= row && row < steps[1]));
    skipped.fill(now.some(({ units }) => units === null) ? 1 : 0);
    for (const { units } of now) for (const each of units ?? []) skipped[each] = 1;
    for (let column = 0, at = row * columns; column < columns; column++, at++) {
      const size = Math.abs(here.data[at] - baseline.data[at]);
      if (size > largest && skipped[column] === 0) [largest, step, unit] = [size, row, column];
    }
  }
  return { step, unit, any: largest >= 0 };
}

/**
 * The units that changed most, each where it changed most; the largest change first. A unit that differs at many steps is one place, so that it
 * does not hide the others.
 * @param {Matrix} here
 * @param {Matrix} baseline of the same shape; NaN in either is no change
 * @param {number} count at most so many
 * @returns {Omit<Change, "layer" | "quantity">[]}
 */
export function changedUnits(here, baseline, count) {
  const { data, rows, columns } = less(here, baseline);
  const found = [];
  for (let unit = 0; unit < columns; unit++) {
    let [step, most] = [0, 0];
    for (let row = 0; row < rows; row++) if (Math.abs(data[row * columns + unit]) > most) [step, most] = [row, Math.abs(data[row * columns + unit])];
    const at = step * columns + unit;
    if (most > 0) found.push({ unit, step, difference: data[at], here: here.data[at], baseline: baseline.data[at] });
  }
  return found.sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference)).slice(0, count);
}

/**
 * The largest change of every quantity of every layer, and of the outputs where both have any; the largest first.
 * @param {Pick<Trace, "layers" | "outputs">} here
 * @param {Pick<Trace, "layers" | "outputs">} baseline of the same shape
 * @param {Intervention[]} [interventions] numbers that these were done to do not count: what matters is what followed
 * @returns {Change[]}
 */
export function largestChanges(here, baseline, interventions = []) {
  /** @param {number | null} layer @param {string} quantity @param {Matrix} matrix @param {Matrix} other @returns {Change} */
  const change = (layer, quantity, matrix, other) => {
    const place = layer === null ? null : here.layers[layer];
    const own = interventions.filter((one) => one.layer === place?.layer && one.direction === place.direction && one.quantity === quantity);
    const { step, unit, any } = largestBetween(matrix, other, own);
    const at = step * matrix.columns + unit;
    const gap = matrix.data[at] - other.data[at];
    const difference = !any ? 0 : matrix.data instanceof Float32Array ? Math.fround(gap) : gap;
    return { layer, quantity, unit, step, difference, here: matrix.data[at], baseline: other.data[at] };
  };
  const found = here.layers.flatMap(({ quantities }, layer) => Object.entries(quantities).map(([name, matrix]) => change(layer, name, matrix, baseline.layers[layer].quantities[name])));
  if (here.outputs && baseline.outputs && here.outputs.columns === baseline.outputs.columns) found.push(change(null, "output", here.outputs, baseline.outputs));
  return found.sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
}

/**
 * A range about zero, as far as the values of most units reach; `clipped` says that some lie beyond it.
 * @param {Matrix} matrix
 * @returns {{range: [number, number], clipped: boolean}}
 */
export function symmetricRange({ data, rows, columns }) {
  const largest = new Float64Array(columns);
  for (let row = 0; row < rows; row++) for (let unit = 0; unit < columns; unit++) if (Math.abs(data[row * columns + unit]) > largest[unit]) largest[unit] = Math.abs(data[row * columns + unit]);
  largest.sort();
  const most = largest[columns - 1];
  const usual = largest[Math.max(0, Math.ceil(columns * (1 - OUTLYING)) - 1)];
  const clipped = columns > FEW_UNITS && usual > 0 && most > usual * RUNAWAY;
  const end = (clipped ? usual : most) || 1;
  return { range: [-end, end], clipped };
}
