/** Which rows the heatmaps show: figures of units, what they are found to be, orders and filters. */

import { boundsOf, flagsOf, halfLivesOf, saturationOf } from "/static/lib/health.js";
import { cellForm } from "/static/lib/cell-form.js";
import { marksOf } from "/static/lib/marks.js";
import { paint } from "/static/lib/raster.js";
import { initialState } from "/static/state/initial.js";
import { panelProps, toolbarProps } from "/static/state/props.js";
import { orderKeyOf, orderQuantityOf, rowOrderOf } from "/static/state/rows.js";
import { formatOrder, formatRows, parseOrder, parseRows } from "/static/state/rows-address.js";
import { transition } from "/static/state/transitions.js";
import { check, equal } from "./check.js";

/** @typedef {import("/static/state/types.js").State} State */

/** @param {number[][]} rows */
const matrix = (rows) => ({ data: Float32Array.from(rows.flat()), rows: rows.length, columns: rows[0].length });

/** Unit 0 forgets at once and is dead; unit 1 is always open and never forgets; unit 2 switches; unit 3 is stuck. @returns {any} */
const lstm = () => ({
  layer: 0, direction: "forward", cell: "lstm", hiddenSize: 4, initialState: {},
  quantities: {
    input_gate: matrix([[0.5, 0.95, 0.99, 0.3], [0.25, 0.97, 0.01, 0.3]]),
    forget_gate: matrix([[0.25, 1, 0.5, 0.71], [0.25, 1, 0.5, 0.71]]),
    candidate: matrix([[0.1, -0.95, 0.95, 0], [0.2, 0.95, 0.1, 0]]),
    cell_state: matrix([[0, 1, 2, 3], [0, 5, -2, 3]]),
    hidden_state: matrix([[0, 0.1, 0.2, 0.5], [0.0005, 0.3, 0, 0.5]]),
  },
});

/** @returns {any} */
const rnn = () => ({ layer: 1, direction: "forward", cell: "rnn", hiddenSize: 2, initialState: {}, quantities: { hidden_state: matrix([[0.95, 0.5], [-0.95, 0.4]]) } });

const MODEL = { id: "a", name: "A", input: { kind: "tokens", size: 5 }, layers: [{ layer: 0, direction: "forward", cell: "lstm", hidden_size: 4 }, { layer: 1, direction: "forward", cell: "rnn", hidden_size: 2 }], readout: null, example_inputs: [{ name: "one", input: { text: "ab" } }] };

/** @param {State} state @param {...any} events */
const after = (state, ...events) => events.reduce((current, event) => transition(current, event), state);

/** @param {string} [hash] @returns {State} */
function traced(hash = "") {
  const start = initialState({ theme: "system", dark: false, reducedMotion: false, density: 1 });
  const fields = Object.fromEntries(new URLSearchParams(hash));
  const address = { order: parseOrder(fields.order ?? ""), rows: parseRows(fields.rows ?? ""), unit: Number(fields.unit ?? 0) };
  const state = after(start, { type: "models-arrived", models: [MODEL], quantities: [], address });
  const trace = { id: "t", model: "a", steps: 2, input: { kind: "tokens", tokens: [], labels: ["a", "b"], values: null, unknown: [] }, layers: [lstm(), rnn()], predictions: null, outputs: null, notes: [] };
  return after(state, { type: "trace-arrived", wanted: state.wanted, trace }, { type: "surroundings-changed", width: 900, free: 500 });
}

/** @param {State} state */
const rows = (state) => { const order = rowOrderOf(state); return order ? Array.from(order) : ["all"]; };

export function test_figures_are_those_of_single_units() {
  const layer = lstm();
  equal(saturationOf(layer, "input_gate"), { low: [0, 0, 0.5, 0], high: [0, 1, 0.5, 0] });
  equal(saturationOf(layer, "candidate"), { low: [0, 0.5, 0, 0], high: [0, 0.5, 0.5, 0] });
  equal(saturationOf(layer, "cell_state"), null);
  equal(Array.from(halfLivesOf(layer) ?? [], (steps) => String(Math.round(steps * 100) / 100)), ["0.5", "Infinity", "1", "2.02"]);
  equal(halfLivesOf(rnn()), null);
  equal(boundsOf(rnn(), "hidden_state"), [-0.9, 0.9]);
  equal(boundsOf({ ...rnn(), form: cellForm("rnn", { activation: "relu" }) }, "hidden_state"), null);
}

export function test_what_units_are_found_to_be() {
  equal(flagsOf(lstm()).map(({ kind, quantity, units }) => [kind, quantity, ...units]), [
    ["dead", "hidden_state", 0],
    ["open", "input_gate", 1],
    ["saturated", "input_gate", 2],
    ["stuck", "input_gate", 3],
    ["open", "forget_gate", 1],
    ["stuck", "forget_gate", 0, 2, 3],
    ["saturated", "candidate", 1],
    ["stuck", "hidden_state", 3],
    ["forgetful", "forget_gate", 0],
  ]);
  equal(flagsOf(rnn()), [{ kind: "saturated", quantity: "hidden_state", units: [0] }]);
  const projected = { ...lstm(), form: cellForm("lstm", { projection_size: 2 }) };
  check(flagsOf(projected).every(({ quantity }) => quantity !== "hidden_state"), "rows of a projection are no units");
}

export function test_rows_are_ordered_by_any_figure_from_either_end() {
  equal(rows(traced()), ["all"]);
  equal(rows(traced("order=half_life")), [1, 3, 2, 0]);
  equal(rows(traced("order=half_life~~up")), [0, 2, 3, 1]);
  equal(rows(traced("order=high~input_gate")), [1, 2, 0, 3]);
  equal(rows(traced("order=span~cell_state")), [1, 2, 0, 3]);
  equal(rows(traced("order=mean~input_gate~up")), [3, 0, 2, 1]);
}

export function test_a_figure_that_a_layer_has_not_is_no_order_there() {
  const state = traced("order=half_life");
  const above = after(state, { type: "layer-chosen", index: 1 });
  equal([rows(above), rows(after(above, { type: "layer-chosen", index: 0 }))], [["all"], [1, 3, 2, 0]]);
  const share = traced("order=low~cell_state");
  equal([orderKeyOf(share, lstm()), orderQuantityOf(share)], ["low", "forget_gate"]);
  equal(toolbarProps(above, rnn()).orders, ["index", "mean", "variance", "span", "low", "high", "step"]);
}

export function test_only_some_rows_are_shown() {
  equal(rows(traced("order=mean~input_gate&rows=least~0.5")), [1, 2]);
  equal(rows(traced("order=half_life&rows=most~1")), [2, 0]);
  equal(rows(traced("rows=stuck")), [0, 2, 3]);
  equal(rows(traced("rows=stuck~input_gate")), [3]);
  equal(rows(traced("rows=open&order=mean~forget_gate")), [1]);
  equal(rows(traced("rows=closed")), []);
  equal(rows(traced("rows=least~0.5")), ["all"]);
  const other = after(traced("rows=stuck~input_gate"), { type: "layer-chosen", index: 1 });
  equal(rows(other), ["all"]);
}

export function test_panels_marks_and_keys_follow_the_rows_that_are_shown() {
  const state = traced("order=mean~input_gate&rows=least~0.3&unit=2");
  const layer = /** @type {any} */ (state.shown).trace.layers[0];
  equal(rows(state), [1, 2, 0, 3]);
  const some = after(state, { type: "rows-chosen", rows: { value: 0.4 } }, { type: "hovered", hover: { step: 0, unit: 0, quantity: null, y: 0, below: 0 } });
  const [panel] = panelProps(some, layer);
  equal([Array.from(panel.picture.order ?? []), panel.place, panel.hoverPlace], [[1, 2], 1, null]);
  equal(after(some, { type: "unit-moved", by: 1 }).selection.unit, 2);
  equal(after(some, { type: "unit-moved", by: -1 }).selection.unit, 1);
  const away = after(some, { type: "unit-chosen", unit: 3 });
  equal(panelProps(away, layer)[0].place, null);
  equal([after(away, { type: "unit-moved", by: 1 }).selection.unit, after(away, { type: "unit-moved", by: -1 }).selection.unit], [1, 2]);
  const none = after(state, { type: "rows-chosen", rows: { only: "closed" } });
  check(after(none, { type: "unit-moved", by: 1 }) === none, "there is nowhere to go");
  check(Number.isFinite(panelProps(none, layer)[0].picture.height), "a panel without rows has a height");
}

export function test_fewer_rows_than_units_are_painted() {
  const pixels = new Uint32Array(2);
  const table = Uint32Array.from({ length: 256 }, (_, index) => index);
  paint(pixels, matrix([[0, 1, 0.2, 0.4]]), { firstStep: 0, columns: 1, stepsPerColumn: 1, rows: 2, unitsPerRow: 1 }, Int32Array.of(3, 1), null, table, [0, 1]);
  equal(pixels, [102, 255]);
  paint(pixels, matrix([[0, 1, 0.2, 0.4]]), { firstStep: 0, columns: 1, stepsPerColumn: 1, rows: 2, unitsPerRow: 2 }, Int32Array.of(3, 2, 0), null, table, [0, 1]);
  equal(pixels, [102, 0]);
}

export function test_orders_and_rows_come_back_from_an_address() {
  for (const text of ["mean", "mean~forget_gate", "half_life~~up", "low~input_gate~up"]) equal(formatOrder(/** @type {any} */ (parseOrder(text))), text);
  for (const text of ["least~-0.5", "most~100", "dead", "open~input_gate"]) equal(formatRows(/** @type {any} */ (parseRows(text))), text);
  for (const text of ["", "zzz", "up"]) equal([parseOrder(text), parseRows(text)], [undefined, undefined]);
  for (const text of ["least", "least~", "most~x", "least~1e999", "all"]) equal(parseRows(text), undefined);
  equal(parseRows("open~<b>"), { only: "open", quantity: null, value: 0 });
}

export function test_outlines_leave_out_rows_that_are_not_shown() {
  const places = Int32Array.of(-1, 1, 0, -1);
  equal(marksOf({ units: null, steps: null }, { rows: 2, columns: 4 }, places), [{ from: 0, to: 2, top: 0, bottom: 2 }]);
  equal(marksOf({ units: [0, 1], steps: [1, 2] }, { rows: 2, columns: 4 }, places), [{ from: 1, to: 2, top: 1, bottom: 2 }]);
  equal(marksOf({ units: [3], steps: null }, { rows: 2, columns: 4 }, places), []);
}
