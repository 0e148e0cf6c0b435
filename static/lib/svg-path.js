/**
 * Pieces of SVG path data.
 *
 * @module
 */

/**
 * A coordinate to a hundredth of a pixel: short paths parse faster, and nobody sees the rest.
 *
 * @param {number} value
 */
export function coordinate(value) {
  return Math.round(value * 100) / 100;
}

/**
 * "x,y"
 *
 * @param {number} x
 * @param {number} y
 */
export function point(x, y) {
  return `${coordinate(x)},${coordinate(y)}`;
}

/**
 * From (x0, y0), where the pen stands, to (x1, y1): an S that leaves and arrives horizontally.
 *
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
export function ease(x0, y0, x1, y1) {
  const middle = (x0 + x1) / 2;
  return `C${point(middle, y0)} ${point(middle, y1)} ${point(x1, y1)}`;
}

/**
 * From (x0, y0), where the pen stands, to (x1, y1): a quarter turn that leaves vertically and arrives horizontally.
 *
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
export function turn(x0, y0, x1, y1) {
  return `C${point(x0, y0 + (y1 - y0) * 0.8)} ${point(x0 + (x1 - x0) * 0.3, y1)} ${point(x1, y1)}`;
}

/**
 * The way back along `turn(x0, y0, x1, y1)`: the pen stands at (x1, y1) and ends at (x0, y0).
 *
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
export function turnBack(x0, y0, x1, y1) {
  return `C${point(x0 + (x1 - x0) * 0.3, y1)} ${point(x0, y0 + (y1 - y0) * 0.8)} ${point(x0, y0)}`;
}
