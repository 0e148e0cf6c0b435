/** The time axis: steps to pixels and back, zoom and pan, ticks, room for panels. */

import { panelHeight } from "/static/lib/layout.js";
import { clampWindow, movedDrawing, panWindow, revealStep, ticks, timeScale, zoomed, zoomWindow } from "/static/lib/scale.js";
import { niceTicks } from "/static/lib/nice-ticks.js";
import { ribbonLayout } from "/static/views/ribbon-layout.js";
import { extent, legendOf, linePath } from "/static/views/forecast.js";
import { check, equal } from "./check.js";

export function test_steps_and_pixels_are_inverse() {
  const scale = timeScale({ from: 3, to: 13 }, 520, 20);
  equal(scale.stepWidth, 50);
  equal([scale.x(3), scale.x(13)], [20, 520]);
  equal(scale.step(scale.x(7.25)), 7.25);
}

export function test_zooming_keeps_the_step_under_the_pointer() {
  const before = { from: 0, to: 100 };
  const after = zoomWindow(before, 100, 2, 30);
  equal(after, { from: 15, to: 65 });
  equal((30 - after.from) / (after.to - after.from), 0.3);
}

export function test_a_drawing_serves_the_windows_near_the_one_it_was_made_for() {
  const first = movedDrawing({ from: 40, to: 60 }, 10, null, 100);
  equal(first, { from: 40, to: 60, perStep: 10 });
  const moved = movedDrawing({ from: 41, to: 61 }, 10, first, 100);
  equal(moved, { from: 21, to: 81, perStep: 10 });
  check(movedDrawing({ from: 33, to: 53 }, 10, moved, 100) === moved, "moved within what is drawn");
  check(movedDrawing({ from: 40, to: 56 }, 12.5, moved, 100) === moved, "zoomed in a little");
  check(movedDrawing({ from: 38, to: 63 }, 8, moved, 100) === moved, "zoomed out a little");
  equal(movedDrawing({ from: 40, to: 50 }, 20, moved, 100), { from: 40, to: 50, perStep: 20 });
  equal(movedDrawing({ from: 30, to: 70 }, 5, moved, 100), { from: 6, to: 94, perStep: 5 });
  equal(movedDrawing({ from: 0, to: 20 }, 10, moved, 100), { from: 0, to: 40, perStep: 10 });
}

export function test_windows_stay_inside_the_sequence() {
  equal(clampWindow({ from: -5, to: 10 }, 100), { from: 0, to: 15 });
  equal(clampWindow({ from: 95, to: 110 }, 100), { from: 85, to: 100 });
  equal(clampWindow({ from: 5, to: 5.5 }, 100), { from: 5, to: 8 });
  equal(clampWindow({ from: 5, to: 50 }, 2), { from: 0, to: 2 });
  equal(zoomWindow({ from: 0, to: 100 }, 100, 0.1, 50), { from: 0, to: 100 });
  equal(panWindow({ from: 80, to: 90 }, 100, 50), { from: 90, to: 100 });
}

export function test_a_chosen_step_is_brought_into_sight_by_the_shortest_way() {
  const window = { from: 10, to: 20 };
  check(revealStep(window, 100, 15) === window, "a visible step moves nothing");
  equal(revealStep(window, 100, 20), { from: 11, to: 21 });
  equal(revealStep(window, 100, 4), { from: 4, to: 14 });
}

export function test_ticks_are_round_whole_and_inside() {
  equal(ticks(0, 10, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  equal(ticks(1, 45, 10), [5, 10, 15, 20, 25, 30, 35, 40]);
  equal(ticks(0, 3, 30), [0, 1, 2]);
}

export function test_panels_fill_their_room_with_rows_as_even_as_it_allows() {
  for (const units of [1, 7, 16, 100, 128, 129, 512, 1024]) {
    for (const free of [0, 300, 555, 1200]) {
      const target = Math.max(42, Math.min(192, free / 6 - 7));
      const height = panelHeight({ units, free, panels: 6, compact: false, tall: false, enlarged: false });
      check(height <= target && height >= Math.floor(target * 0.88), `${units} units get ${height} of ${target} pixels`);
    }
  }
  equal(panelHeight({ units: 16, free: 6 * 92, panels: 6, compact: false, tall: false, enlarged: false }), 80);
}

export function test_enlarging_makes_a_panel_taller() {
  const room = { units: 16, free: 400, panels: 6, compact: false, tall: false, enlarged: false };
  check(panelHeight({ ...room, enlarged: true }) >= 2 * panelHeight(room), "enlarged is at least twice as tall");
  check(panelHeight({ ...room, tall: true }) > panelHeight(room), "tall is taller");
}

export function test_a_panel_that_is_alone_takes_more_room() {
  equal(panelHeight({ units: 9, free: 900, panels: 1, compact: false, tall: false, enlarged: false }), 324);
}

const prediction = (/** @type {string} */ label, /** @type {number} */ token, probability = 0.5) => [{ label, token, probability }];

export function test_the_ribbon_marks_unknowns_and_hits() {
  const { cells, legible } = ribbonLayout({ labels: ["a", " ", "§"], unknown: [2], tokens: [0, 1, -1], predictions: [prediction(" ", 1), prediction("a", 0), prediction("b", 2)], nextInput: true, window: { from: 0, to: 3 }, width: 320, gutter: 20 });
  check(legible, "100 pixels hold a letter");
  equal(cells.map(({ text, unknown, hit, guess, x }) => [text, unknown, hit, guess, x]), [["a", false, true, "␣", 20], ["␣", false, false, "a", 120], ["§", true, false, "b", 220]]);
}

export function test_a_crowded_ribbon_shows_no_letters() {
  const labels = Array.from({ length: 500 }, () => "a");
  const layout = ribbonLayout({ labels, unknown: [], tokens: null, predictions: null, nextInput: false, window: { from: 0, to: 500 }, width: 1000, gutter: 0 });
  equal([layout.legible, layout.cells.length], [false, 0]);
  check(layout.ticks.length > 3, "the axis stays");
}

export function test_only_visible_tokens_are_laid_out() {
  const labels = Array.from({ length: 500 }, (_, index) => `word${index}`);
  const { cells } = ribbonLayout({ labels, unknown: [], tokens: null, predictions: null, nextInput: false, window: { from: 100.5, to: 110 }, width: 400, gutter: 0 });
  equal([cells[0].step, cells.length], [100, 10]);
}

export function test_columns_that_can_be_told_apart_are_named() {
  const matrix = (/** @type {number} */ columns) => ({ data: new Float32Array(2 * columns), rows: 2, columns });
  const told = (/** @type {Partial<import("/static/views/forecast.js").ForecastProps>} */ props) =>
    legendOf({ values: null, outputs: null, others: null, intervened: true, nextInput: true, window: { from: 0, to: 2 }, width: 100, gutter: 0, ...props }).map(({ text, column }) => [text, column]);
  equal(told({ values: matrix(1), outputs: matrix(1), others: matrix(1) }), [["read", 0], ["forecast", 0], ["original", 0]]);
  equal(told({ values: matrix(2), names: ["number", "marker"] }), [["number", 0], ["marker", 1]]);
  equal(told({ values: matrix(3), outputs: matrix(2), nextInput: false }), [["read 1", 0], ["read 2", 1], ["read 3", 2], ["output", 0]]);
  equal([told({ values: matrix(8) }), told({ values: matrix(30) })], [[["read", 0]], [["read (8 of 30)", 0]]]);
}

export function test_a_forecast_stands_over_the_step_it_is_about() {
  const matrix = { data: Float64Array.of(1, 2, 3), rows: 3, columns: 1 };
  const identity = (/** @type {number} */ value) => value;
  equal(linePath(matrix, 0, 0, { from: 0, to: 3 }, identity, identity, 100), "M0.5,1.0L1.5,2.0L2.5,3.0");
  equal(linePath(matrix, 0, 1, { from: 0, to: 3 }, identity, identity, 100), "M1.5,1.0L2.5,2.0L3.5,3.0");
}

export function test_a_spike_in_a_long_curve_is_drawn() {
  const data = new Float64Array(10000);
  data[4321] = 9;
  const path = linePath({ data, rows: 10000, columns: 1 }, 0, 0, { from: 0, to: 10000 }, (step) => step / 10, (value) => value, 500);
  check(path.includes(",9.0"), "the spike is there");
  check(path.split("L").length < 2100, "the path is short");
}

export function test_a_flat_curve_still_has_a_height() {
  equal(extent([{ data: Float64Array.of(4, 4), rows: 2, columns: 1 }, null]), [3, 5]);
  equal(extent([null]), [0, 1]);
}

export function test_an_axis_has_round_ticks_and_never_only_one() {
  equal([niceTicks(0, 100, 4), niceTicks(-3, 7, 4), niceTicks(5, 5, 2)], [[0, 50, 100], [0, 5], [5]]);
  equal([niceTicks(-0.9, 0.9, 2), niceTicks(-0.4, 0.9, 2)], [[-0.5, 0, 0.5], [0, 0.5]]);
}

export function test_zooming_about_a_step_keeps_the_whole_of_it_in_sight() {
  equal(zoomed(null, 100, 2, null, 30), zoomWindow({ from: 0, to: 100 }, 100, 2, 30.5));
  equal(zoomed(null, 100, 4, undefined, 99), { from: 75, to: 100 });
  equal(zoomed({ from: 10, to: 60 }, 100, 2, null, 80), { from: 56, to: 81 });
  equal([zoomed({ from: 0.001, to: 100 }, 100, 0.9, 50, 0), zoomed({ from: 10, to: 60 }, 100, 0.50001, 35, 0)], [null, null]);
}
