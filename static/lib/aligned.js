/** A trace along an alignment: column by column what it did there, and nothing where it has no step. Pure. */

/** @typedef {import("../types.js").Matrix} Matrix */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */

/** What gates are where nothing is read: what is remembered is kept, and nothing is written. */
const KEEPING = /** @type {Record<string, number>} */ ({ forget_gate: 1, update_gate: 1, input_gate: 0, reset_gate: 0, candidate: 0 });

/** The same matrix along the same columns is made once. @type {WeakMap<Matrix, WeakMap<Int32Array, Matrix>>} */
const known = new WeakMap();

/**
 * Whether every column has the step of its own number, so that nothing has to be moved.
 * @param {Int32Array} steps
 * @param {number} rows
 */
const isPlain = (steps, rows) => steps.length === rows && steps.every((step, column) => step === column);

/**
 * A (T, H) matrix as (columns, H), NaN where there is no step.
 * @param {Matrix} matrix
 * @param {Int32Array} steps by column, -1 for none
 * @returns {Matrix}
 */
export function along(matrix, steps) {
  let others = known.get(matrix);
  if (!others) known.set(matrix, (others = new WeakMap()));
  let found = others.get(steps);
  if (!found) others.set(steps, (found = isPlain(steps, matrix.rows) ? matrix : placed(matrix, steps)));
  return found;
}

/** @param {Matrix} matrix @param {Int32Array} steps @returns {Matrix} */
function placed({ data, columns }, steps) {
  const moved = /** @type {Matrix["data"]} */ (new /** @type {any} */ (data.constructor)(steps.length * columns).fill(NaN));
  steps.forEach((step, column) => step >= 0 && moved.set(data.subarray(step * columns, (step + 1) * columns), column * columns));
  return { data: moved, rows: steps.length, columns };
}

/**
 * The layer along an alignment as a picture of what is carried: where there is no step, what was remembered is carried on as it is.
 * @param {LayerTrace} layer
 * @param {Int32Array} steps by column, -1 for none
 * @returns {LayerTrace}
 */
export function carriedAlong(layer, steps) {
  const names = Object.keys(layer.quantities);
  if (isPlain(steps, layer.quantities[names[0]].rows)) return layer;
  const quantities = Object.fromEntries(names.map((name) => [name, bridged(placed(layer.quantities[name], steps), steps, KEEPING[name], layer.initialState[name], layer.direction)]));
  return { ...layer, quantities };
}

/**
 * @param {Matrix} matrix
 * @param {Int32Array} steps
 * @param {number | undefined} constant what stands where there is no step; else what stood there before in the order of reading
 * @param {ArrayLike<number> | undefined} initial
 * @param {"forward" | "backward"} direction
 */
function bridged(matrix, steps, constant, initial, direction) {
  const { data, columns } = matrix;
  const sign = direction === "backward" ? -1 : 1;
  for (let read = 0; read < steps.length; read++) {
    const column = sign > 0 ? read : steps.length - 1 - read;
    if (steps[column] >= 0) continue;
    const before = column - sign;
    for (let unit = 0; unit < columns; unit++) data[column * columns + unit] = constant ?? (read === 0 ? (initial?.[unit] ?? 0) : data[before * columns + unit]);
  }
  return matrix;
}
