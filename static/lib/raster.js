/** Matrices to pixels. Where several cells share a pixel, the one that stands out most is shown, so that no spike is lost. */

/** @typedef {import("../types.js").Matrix} Matrix */

/**
 * @typedef {object} Block
 * @property {number} firstStep the first step of the leftmost column
 * @property {number} columns pixels across
 * @property {number} stepsPerColumn
 * @property {number} rows pixels down
 * @property {number} unitsPerRow
 */

/**
 * How many units share one row of pixels when a panel is `height` device pixels tall.
 * @param {number} units
 * @param {number} height
 */
export function unitsPerRow(units, height) {
  return Math.max(1, Math.ceil(units / Math.max(1, height)));
}

/**
 * The power of two of steps that share a column, so that a window of `span` steps needs at most `width` columns.
 * @param {number} span
 * @param {number} width
 */
export function stepsPerColumn(span, width) {
  return 2 ** Math.max(0, Math.ceil(Math.log2(span / Math.max(1, width))));
}

/** A pixel that shows what lies under it. */
const NOTHING = 0;

/**
 * Paints one block. Signed values stand out by their magnitude, sign kept; a gate by its distance from the unit's mean. Where there is no
 * number, nothing is painted.
 * @param {Uint32Array} pixels rows x columns, written in place
 * @param {Matrix} matrix rows are steps, columns are units
 * @param {Block} block
 * @param {ArrayLike<number> | null} order the unit shown at each place from the top, of which there may be fewer than units, or null for all in their own order
 * @param {ArrayLike<number> | null} centre by unit, what a value stands out from; null is zero
 * @param {Uint32Array} table 256 colours
 * @param {[number, number]} range the values of the first and the last colour
 */
export function paint(pixels, matrix, block, order, centre, table, range) {
  const { data, columns: units, rows: steps } = matrix;
  const { columns, rows, firstStep } = block;
  const places = order ? order.length : units;
  const scale = 255 / (range[1] - range[0]);
  const single = block.stepsPerColumn === 1 && block.unitsPerRow === 1;
  for (let row = 0; row < rows; row++) {
    const place = row * block.unitsPerRow;
    const lastPlace = Math.min(place + block.unitsPerRow, places);
    for (let column = 0; column < columns; column++) {
      const step = firstStep + column * block.stepsPerColumn;
      let value;
      if (single) value = data[step * units + (order ? order[place] : place)];
      else value = standout(data, units, step, Math.min(step + block.stepsPerColumn, steps), place, lastPlace, order, centre);
      const index = ((value - range[0]) * scale + 0.5) | 0;
      pixels[row * columns + column] = value !== value ? NOTHING : table[index < 0 ? 0 : index > 255 ? 255 : index];
    }
  }
}

/**
 * @param {ArrayLike<number>} data
 * @param {number} units
 * @param {number} fromStep
 * @param {number} toStep
 * @param {number} fromPlace
 * @param {number} toPlace
 * @param {ArrayLike<number> | null} order
 * @param {ArrayLike<number> | null} centre
 */
function standout(data, units, fromStep, toStep, fromPlace, toPlace, order, centre) {
  let best = NaN;
  let largest = -1;
  for (let step = fromStep; step < toStep; step++) {
    for (let place = fromPlace; place < toPlace; place++) {
      const unit = order ? order[place] : place;
      const value = data[step * units + unit];
      const distance = Math.abs(value - (centre ? centre[unit] : 0));
      if (distance > largest) {
        largest = distance;
        best = value;
      }
    }
  }
  return best;
}
