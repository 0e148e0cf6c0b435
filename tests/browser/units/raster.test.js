/** Matrices to pixels: the right cell at the right place, nothing lost when several share one. */

import { fillColumns } from "/static/lib/column-fill.js";
import { colourTable, gradient } from "/static/lib/colour.js";
import { paint, stepsPerColumn, unitsPerRow } from "/static/lib/raster.js";
import { carriedMovement, extents, largestMagnitude, magnitudeWithout, means, sorted, variances } from "/static/lib/stats.js";
import { check, equal } from "./check.js";

/** A table whose colour is its own index. */
const INDEX = Uint32Array.from({ length: 256 }, (_, index) => index);

/** @param {number[][]} rows steps */
const matrix = (rows) => ({ data: Float32Array.from(rows.flat()), rows: rows.length, columns: rows[0].length });

/**
 * @param {import("/static/types.js").Matrix} source
 * @param {Partial<import("/static/lib/raster.js").Block>} block
 * @param {{order?: number[], centre?: number[], range?: [number, number]}} [options]
 */
function painted(source, block, { order, centre, range = [0, 1] } = {}) {
  const whole = { firstStep: 0, columns: source.rows, stepsPerColumn: 1, rows: source.columns, unitsPerRow: 1, ...block };
  const pixels = new Uint32Array(whole.rows * whole.columns);
  paint(pixels, source, whole, order ?? null, centre ?? null, INDEX, range);
  return Array.from(pixels);
}

export function test_units_run_down_and_steps_across() {
  equal(painted(matrix([[0, 0.2], [0.4, 0.6], [0.8, 1]]), {}), [0, 102, 204, 51, 153, 255]);
}

export function test_rows_follow_the_order() {
  equal(painted(matrix([[0, 0.2], [0.4, 0.6]]), {}, { order: [1, 0] }), [51, 153, 0, 102]);
}

export function test_values_beyond_the_range_take_its_ends() {
  equal(painted(matrix([[-3], [0], [3]]), {}, { range: [-1, 1] }), [0, 128, 255]);
}

export function test_a_spike_survives_sharing_a_pixel_with_its_sign() {
  const source = matrix(Array.from({ length: 64 }, (_, step) => [step === 37 ? -0.9 : 0.1]));
  const pixels = painted(source, { columns: 4, stepsPerColumn: 16 }, { range: [-1, 1] });
  check(pixels[2] < 20 && pixels[0] > 128, `the negative spike is in the third column: ${pixels}`);
}

export function test_a_dip_of_a_gate_survives_beside_open_ones() {
  const source = matrix(Array.from({ length: 32 }, (_, step) => [step === 5 ? 0.4 : 0.95]));
  equal(painted(source, { columns: 1, stepsPerColumn: 32 }, { centre: Array.from(means(source)) }), [102]);
}

export function test_units_share_rows_without_loss() {
  const pixels = painted(matrix([[0, 0.1, 0.8, 0.2, 0.3]]), { rows: 3, unitsPerRow: 2 });
  equal(pixels, [26, 204, 77]);
}

export function test_a_last_column_may_be_short() {
  equal(painted(matrix([[0.2], [0.4], [1]]), { columns: 2, stepsPerColumn: 2 }), [102, 255]);
}

export function test_columns_are_never_narrower_than_a_pixel() {
  equal([stepsPerColumn(100, 400), stepsPerColumn(400, 400), stepsPerColumn(401, 400), stepsPerColumn(20000, 1000)], [1, 1, 2, 32]);
  equal([unitsPerRow(128, 128), unitsPerRow(128, 64), unitsPerRow(129, 128), unitsPerRow(16, 64)], [1, 2, 2, 1]);
}

/** @param {number} packed */
function lightness(packed) {
  const [r, g, b] = [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255].map((value) => ((value / 255) <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function test_gates_grow_lighter_steadily() {
  const shades = Array.from(colourTable("sequential", "light"), lightness);
  check(shades.every((shade, index) => index === 0 || shade >= shades[index - 1] - 1e-4), "lightness never falls");
  check(shades[255] > 0.7 && shades[0] < 0.03, "from dark to light");
}

export function test_signed_values_leave_the_middle_steadily_on_both_sides() {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    const sign = theme === "light" ? -1 : 1;
    const shades = Array.from(colourTable("diverging", theme), lightness);
    for (let index = 129; index < 256; index++) check(sign * (shades[index] - shades[index - 1]) >= -1e-4, `${theme}: upwards at ${index}`);
    for (let index = 126; index >= 0; index--) check(sign * (shades[index] - shades[index + 1]) >= -1e-4, `${theme}: downwards at ${index}`);
  }
}

export function test_the_legend_shows_the_map() {
  check(gradient("sequential", "dark").startsWith("linear-gradient(90deg, rgb(0 34 78)"), "cividis begins dark blue");
}

export function test_figures_over_steps() {
  const source = matrix([[1, 0], [3, 0], [5, -6]]);
  equal(means(source), [3, -2]);
  equal(variances(source), [8 / 3, 8]);
  equal(carriedMovement(matrix([[1, 1], [1, -1], [-1, 1], [-1, -1]])), [1 / 3, -1]);
  equal(magnitudeWithout(matrix([[1, -2, 3, -90]]), 0.3), 3);
  equal(largestMagnitude(source), 6);
  equal(sorted([1, 5, 5, 9]), [3, 1, 2, 0]);
  equal(extents(source), { minimum: [1, -6], maximum: [5, 0] });
  equal(sorted([Infinity, 5, 1, 5, Infinity], true), [2, 1, 3, 0, 4]);
  equal(sorted([Infinity, 5, 1, 5, Infinity]), [0, 4, 1, 3, 2]);
}

export function test_columns_are_filled_as_a_canvas_fills_rectangles() {
  const [width, height, density] = [40, 30, 2];
  const own = new ImageData(width, height * density);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(width, height * density).getContext("2d"));
  context.scale(1, density);
  /** @type {{colour: [number, number, number], opacity: number, only: ((x: number) => boolean) | null}[]} */
  const layers = [
    { colour: [200, 30, 90], opacity: 0.5, only: null },
    { colour: [10, 240, 20], opacity: 0.6, only: (x) => x % 3 > 0 },
    { colour: [0, 0, 0], opacity: 1, only: (x) => x % 2 > 0 },
  ];
  layers.forEach(({ colour, opacity, only }, layer) => {
    const top = Float32Array.from({ length: width }, (_, x) => 10 + 7.3 * Math.sin(x + layer));
    const bottom = top.map((y, x) => y + ((x * 3.7 + layer * 5) % 16) - 1);
    fillColumns(own, density, { top, bottom }, { colour, opacity, only });
    context.fillStyle = `rgb(${colour.join(" ")})`;
    context.globalAlpha = opacity;
    for (let x = 0; x < width; x++) if (bottom[x] > top[x] && (!only || only(x))) context.fillRect(x, top[x], 1, bottom[x] - top[x]);
  });
  const theirs = context.getImageData(0, 0, width, height * density);
  let filled = 0;
  // Through what shines, colours are rounded as often as they are laid over one another: what is seen counts, colour times opacity.
  for (let byte = 0; byte < own.data.length; byte += 4) {
    const [a, b] = [own, theirs].map(({ data }) => [0, 1, 2].map((channel) => (data[byte + channel] * data[byte + 3]) / 255).concat(data[byte + 3]));
    a.forEach((value, channel) => check(Math.abs(value - b[channel]) <= 4, `pixel ${byte / 4}: ${a} is not ${b}`));
    if (own.data[byte + 3] > 0) filled += 1;
  }
  check(filled > 400, `${filled} pixels are not empty`);
}
