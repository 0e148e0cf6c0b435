/** Figures over the steps of a matrix (rows are steps, columns are units). All pure. */

/** @typedef {import("../types.js").Matrix} Matrix */

/**
 * The mean of every unit over all steps.
 * @param {Matrix} matrix
 * @returns {Float64Array} one value a unit
 */
export function means({ data, rows, columns }) {
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) sums[column] += data[row * columns + column];
  return sums.map((sum) => sum / rows);
}

/**
 * The variance of every unit over all steps.
 * @param {Matrix} matrix
 * @returns {Float64Array} one value a unit
 */
export function variances(matrix) {
  const { data, rows, columns } = matrix;
  const mean = means(matrix);
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) sums[column] += (data[row * columns + column] - mean[column]) ** 2;
  }
  return sums.map((sum) => sum / rows);
}

/**
 * The smallest and the largest value of every unit.
 * @param {Matrix} matrix
 * @returns {{minimum: Float64Array, maximum: Float64Array}} one value a unit
 */
export function extents({ data, rows, columns }) {
  const minimum = new Float64Array(columns).fill(Infinity);
  const maximum = new Float64Array(columns).fill(-Infinity);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column];
      if (value < minimum[column]) minimum[column] = value;
      if (value > maximum[column]) maximum[column] = value;
    }
  }
  return { minimum, maximum };
}

/**
 * How much every unit both moves and keeps: the covariance of its values with those one step earlier.
 * @param {Matrix} matrix
 * @returns {Float64Array} one value a unit
 */
export function carriedMovement(matrix) {
  const { data, rows, columns } = matrix;
  const mean = means(matrix);
  const sums = new Float64Array(columns);
  for (let row = 1; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sums[column] += (data[row * columns + column] - mean[column]) * (data[(row - 1) * columns + column] - mean[column]);
    }
  }
  return sums.map((sum) => sum / Math.max(1, rows - 1));
}

/**
 * The largest magnitude in a matrix.
 * @param {Matrix} matrix
 */
export function largestMagnitude({ data }) {
  let largest = 0;
  for (let index = 0; index < data.length; index++) {
    const size = Math.abs(data[index]);
    if (size > largest) largest = size;
  }
  return largest;
}

/**
 * The smallest value in a matrix.
 * @param {Matrix} matrix
 */
export function least({ data }) {
  let smallest = Infinity;
  for (let index = 0; index < data.length; index++) if (data[index] < smallest) smallest = data[index];
  return smallest;
}

/**
 * The magnitude that all but the given share of a matrix stays below; a large matrix is judged by a sample of it.
 * @param {Matrix} matrix
 * @param {number} share such as 0.01
 */
export function magnitudeWithout({ data }, share) {
  const every = Math.max(1, Math.floor(data.length / 8192));
  const sizes = Float64Array.from({ length: Math.ceil(data.length / every) }, (_, index) => Math.abs(data[index * every])).sort();
  return sizes[Math.floor((sizes.length - 1) * (1 - share))] ?? 0;
}

/**
 * Units sorted by a key, the largest first, or the smallest; ties keep the units' own order.
 * @param {ArrayLike<number>} keys one a unit
 * @param {boolean} [up] whether the smallest come first
 * @returns {Int32Array} the unit at each place
 */
export function sorted(keys, up = false) {
  return Int32Array.from(Array.from({ length: keys.length }, (_, unit) => unit).sort((a, b) => (up ? keys[a] - keys[b] : keys[b] - keys[a]) || a - b));
}
