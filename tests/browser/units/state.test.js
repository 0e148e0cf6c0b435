/** The store, its transitions, and the address: every event a pure step from one state to the next. */

import { formatAddress, parseAddress } from "/static/state/address.js";
import { initialState } from "/static/state/initial.js";
import { headerProps, panelProps } from "/static/state/props.js";
import { rowOrderOf } from "/static/state/rows.js";
import { colouringOf, windowOf } from "/static/state/selectors.js";
import { createStore } from "/static/state/store.js";
import { transition } from "/static/state/transitions.js";
import { memo } from "/static/lib/memo.js";
import { check, equal } from "./check.js";

/** @typedef {import("/static/state/types.js").State} State */

/** @type {any[]} */
const MODELS = [
  { id: "a", name: "A", input: { kind: "tokens", size: 5 }, layers: [{ layer: 0, direction: "forward", cell: "lstm", hidden_size: 3 }, { layer: 0, direction: "backward", cell: "lstm", hidden_size: 3 }], readout: null, example_inputs: [{ name: "one", input: { text: "abcd" } }, { name: "two", input: { text: "xy" } }] },
  { id: "b", name: "B", input: { kind: "values", size: 2 }, layers: [{ layer: 0, direction: "forward", cell: "rnn", hidden_size: 2 }], readout: null, example_inputs: [{ name: "pairs", input: { values: [[1, 2], [3, 4]] } }] },
];

/** @type {any[]} */
const QUANTITIES = [
  { name: "forget_gate", symbol: "f", cells: ["lstm"], range: [0, 1], formula: "", description: "" },
  { name: "cell_state", symbol: "c", cells: ["lstm"], range: null, formula: "", description: "" },
  { name: "hidden_state", symbol: "h", cells: ["lstm", "rnn"], range: [-1, 1], formula: "", description: "" },
];

/** @param {number} steps @param {number} units @param {(step: number, unit: number) => number} value */
const matrix = (steps, units, value) => ({ data: Float32Array.from({ length: steps * units }, (_, index) => value(Math.floor(index / units), index % units)), rows: steps, columns: units });

/** Unit 1 moves most. @param {number} steps @returns {any} */
function traceOf(steps, id = "t") {
  const layer = (/** @type {string} */ direction) => ({
    layer: 0, direction, cell: "lstm", hiddenSize: 3, initialState: {},
    quantities: { forget_gate: matrix(steps, 3, () => 0.5), cell_state: matrix(steps, 3, (step, unit) => (unit === 1 ? step : unit / 10)), hidden_state: matrix(steps, 3, () => 0) },
  });
  return { id, model: "a", steps, input: { kind: "tokens", tokens: [], labels: Array.from({ length: steps }, () => "a"), values: null, unknown: [] }, layers: [layer("forward"), layer("backward")], predictions: null, outputs: null, notes: [] };
}

const START = initialState({ theme: "system", dark: false, reducedMotion: false, density: 1 });

/** @param {State} state @param {...any} events */
const after = (state, ...events) => events.reduce((current, event) => transition(current, event), state);

/** @param {string} hash @returns {State} */
const arrived = (hash = "") => after(START, { type: "models-arrived", models: MODELS, quantities: QUANTITIES, address: parseAddress(hash) });

/** @param {number} steps @param {string} [hash] @returns {State} */
function traced(steps, hash) {
  const state = arrived(hash);
  return after(state, { type: "trace-arrived", wanted: state.wanted, trace: traceOf(steps) });
}

export function test_the_first_visit_wants_the_first_example() {
  const state = arrived();
  equal([state.modelId, state.wanted?.input, state.tracing], ["a", { text: "abcd" }, true]);
}

export function test_a_trace_is_seen_from_its_end_at_its_liveliest_unit() {
  const { selection } = traced(4);
  equal([selection.step, selection.unit, selection.stage], [3, 1, 3]);
}

export function test_a_late_answer_changes_nothing() {
  const first = arrived();
  const second = after(first, { type: "draft-typed", text: "newer" });
  check(after(second, { type: "trace-arrived", wanted: first.wanted, trace: traceOf(4) }) === second, "an old answer");
  check(after(second, { type: "trace-failed", wanted: first.wanted, text: "no" }) === second, "an old refusal");
}

export function test_the_selection_stays_with_its_picture_until_the_next_one_is_there() {
  const before = traced(4, "#model=a&unit=2&step=1");
  const asked = after(before, { type: "model-chosen", id: "b" });
  equal(asked.selection, before.selection);
  equal([asked.modelId, asked.wanted?.input], ["b", { values: [[1, 2], [3, 4]] }]);
}

export function test_what_cannot_be_understood_keeps_picture_and_words() {
  const asked = after(traced(4), { type: "model-chosen", id: "b" });
  const state = after(asked, { type: "draft-typed", text: "1, x" });
  equal([state.wanted, state.stale, state.message?.tone, state.drafts.b.text], [null, true, "error", "1, x"]);
  check(state.shown === asked.shown, "the picture stays");
  const back = after(state, { type: "model-chosen", id: "a" }, { type: "model-chosen", id: "b" });
  equal(back.drafts.b.text, "1, x");
}

export function test_the_cursor_follows_the_end_while_typing_and_stays_elsewhere() {
  const more = (/** @type {State} */ state, /** @type {number} */ steps) => {
    const typed = after(state, { type: "draft-typed", text: "more" });
    return after(typed, { type: "trace-arrived", wanted: typed.wanted, trace: traceOf(steps) });
  };
  equal(more(traced(4), 7).selection.step, 6);
  equal(more(after(traced(4), { type: "step-chosen", step: 1 }), 7).selection.step, 1);
  equal(more(after(traced(4), { type: "step-chosen", step: 2 }), 2).selection.step, 1);
}

export function test_stages_are_three_moves_and_back() {
  let state = after(traced(3), { type: "jumped", by: -Infinity }, { type: "stages-toggled" });
  /** @type {string[]} */
  const seen = [];
  const look = () => seen.push(`${state.selection.step}.${state.selection.stage}`);
  for (const by of [1, 1, 1, 1, -1, -1, -1, -1, -1, -1]) {
    state = after(state, { type: "stepped", by });
    look();
  }
  equal(seen, ["1.1", "1.2", "1.3", "2.1", "1.3", "1.2", "1.1", "0.3", "0.2", "0.1"]);
}

export function test_a_layer_chosen_while_its_network_is_on_its_way_is_looked_at_when_it_comes() {
  const other = [...MODELS, { ...MODELS[0], id: "c", name: "C" }];
  const before = after(START, { type: "models-arrived", models: other, quantities: QUANTITIES, address: parseAddress("") });
  const shown = after(before, { type: "trace-arrived", wanted: before.wanted, trace: traceOf(4) });
  const waiting = after(shown, { type: "model-chosen", id: "c" }, { type: "layer-chosen", index: 1 });
  equal([waiting.selection.layer, headerProps(waiting).layer], [0, 1]);
  const come = after(waiting, { type: "trace-arrived", wanted: waiting.wanted, trace: { ...traceOf(4, "u"), model: "c" } });
  equal([come.selection.layer, come.selection.step, come.selection.unit, come.arrival], [1, 0, 1, null]);
  equal(after(waiting, { type: "example-chosen", name: "two" }).arrival?.selection, waiting.arrival?.selection);
  check(formatAddress(waiting).hash === "#model=c&example=one&layer=0&direction=backward", formatAddress(waiting).hash);
  const failed = after(waiting, { type: "trace-failed", wanted: waiting.wanted, text: "no" });
  equal([failed.arrival?.selection.layer, headerProps(failed).layer], [1, 1]);
  const another = after(waiting, { type: "model-chosen", id: "a" });
  equal([another.arrival?.selection.layer, headerProps(another).layer], [0, 0]);
  const back = after(another, { type: "layer-chosen", index: 1 });
  const there = after(back, { type: "trace-arrived", wanted: back.wanted, trace: traceOf(4, "v") });
  equal([back.selection.layer, there.selection.layer, there.arrival], [1, 1, null]);
}

export function test_what_is_chosen_while_another_sequence_is_on_its_way_holds_for_it_too() {
  const waiting = after(traced(4), { type: "example-chosen", name: "two" }, { type: "layer-chosen", index: 1 }, { type: "unit-chosen", unit: 2 }, { type: "pin-toggled", unit: 2 });
  const come = after(waiting, { type: "trace-arrived", wanted: waiting.wanted, trace: traceOf(2, "u") });
  equal([come.selection.layer, come.selection.unit, come.selection.pins, come.selection.step], [1, 2, [2], 0]);
  const cancelled = after(traced(4), { type: "example-chosen", name: "two" }, { type: "trace-cancelled" });
  equal(cancelled.arrival, null);
  const typed = after(cancelled, { type: "step-chosen", step: 1 }, { type: "draft-typed", text: "abcde" });
  equal(after(typed, { type: "trace-arrived", wanted: typed.wanted, trace: traceOf(5, "u") }).selection.step, 1);
}

export function test_a_backward_layer_is_played_from_the_last_step() {
  let state = after(traced(3), { type: "layer-chosen", index: 1 });
  equal(state.selection.step, 0);
  state = after(state, { type: "play-toggled" });
  equal([state.selection.step, state.view.playing], [2, true]);
  state = after(state, { type: "time-passed", moves: 1 });
  equal(state.selection.step, 1);
  state = after(state, { type: "time-passed", moves: 9 });
  equal([state.selection.step, state.view.playing], [0, false]);
  equal(after(state, { type: "stepped", by: 1 }).selection.step, 1);
}

export function test_the_window_follows_the_cursor() {
  const state = after(traced(100), { type: "window-zoomed", factor: 10, at: 5 });
  equal(windowOf(state), { from: 4.5, to: 14.5 });
  equal(windowOf(after(state, { type: "step-chosen", step: 50 })), { from: 41, to: 51 });
  equal(after(state, { type: "window-zoomed", factor: 0.01, at: 5 }).view.window, null);
}

export function test_rows_are_ordered_once_and_the_same_everywhere() {
  const state = after(traced(4), { type: "order-chosen", order: { by: "variance" } });
  const order = rowOrderOf(state);
  equal(order?.[0], 1);
  check(rowOrderOf(after(state, { type: "stepped", by: -1 })) === order, "a step keeps the order");
}

export function test_an_order_by_the_step_rests_while_playing() {
  const values = after(traced(4), { type: "jumped", by: -Infinity }, { type: "order-chosen", order: { by: "step" } });
  equal(Array.from(rowOrderOf(values) ?? []), [2, 0, 1]);
  const playing = after(values, { type: "play-toggled" }, { type: "time-passed", moves: 2 });
  equal(Array.from(rowOrderOf(playing) ?? []), [2, 0, 1]);
  equal(Array.from(rowOrderOf(after(playing, { type: "play-toggled" })) ?? []), [1, 2, 0]);
}

export function test_a_step_leaves_every_picture_the_same_object() {
  const state = after(traced(4), { type: "surroundings-changed", width: 900, free: 500 });
  const layer = /** @type {any} */ (state.shown).trace.layers[0];
  const before = panelProps(state, layer);
  const stepped = panelProps(after(state, { type: "stepped", by: -1 }), layer);
  check(before.every((panel, index) => panel.picture === stepped[index].picture), "no picture is new");
  equal([before[0].revealedTo, stepped[0].revealedTo], [1, 0.75]);
}

export function test_colours_fit_what_is_shown() {
  const wide = matrix(2, 2, (step) => (step ? -4 : 2));
  equal(colouringOf(QUANTITIES[1], wide).range, [-4, 4]);
  const runaway = matrix(50, 12, (step, unit) => (step === 49 && unit === 3 ? 80 : 1));
  equal([colouringOf(QUANTITIES[1], runaway).range, colouringOf(QUANTITIES[1], runaway).clipped], [[-1, 1], true]);
  const few = matrix(50, 4, (step, unit) => (step === 49 && unit === 3 ? 80 : 1));
  equal([colouringOf(QUANTITIES[1], few).range, colouringOf(QUANTITIES[1], few).clipped], [[-80, 80], false]);
  equal(colouringOf(QUANTITIES[2], matrix(1, 1, () => 0.1)).range, [-1, 1]);
  equal(colouringOf(QUANTITIES[0], matrix(1, 1, () => 0.1)).kind, "sequential");
}

export function test_an_address_comes_back_as_it_went() {
  const hash = "#model=a&text=a+%26%3D%23+%C2%A7&layer=0&direction=backward&unit=2&pins=0.mean&step=1&stages=2&window=0%7E3&order=mean%7Eforget_gate%7Eup&rows=least%7E-0.5";
  const state = traced(4, hash);
  equal(formatAddress(state), { hash, complete: true });
}

export function test_an_example_is_named_and_a_long_input_left_out() {
  equal(formatAddress(traced(4)).hash, "#model=a&example=one&layer=0&unit=1&step=3");
  const long = after(traced(4), { type: "draft-typed", text: "x".repeat(7000) });
  equal(formatAddress(long).complete, false);
}

export function test_an_address_full_of_nonsense_is_harmless() {
  const address = parseAddress("#model=%E0%A4%A&unit=-1&step=1e9&pins=a.2&window=5~1&order=zzz&values=1,b&stages=7&layer=x");
  equal([address.unit, address.step, address.pins, address.window, address.order, address.input, address.stage, address.layer], [undefined, undefined, [2], undefined, undefined, undefined, undefined, undefined]);
  const state = traced(4, "#step=400&unit=400&layer=9&pins=7");
  equal([state.selection.step, state.selection.unit, state.selection.layer, state.selection.pins], [3, 2, 0, []]);
}

export function test_the_store_tells_every_listener_until_it_is_left() {
  const store = createStore(START, transition);
  let heard = 0;
  const leave = store.subscribe(() => heard++);
  store.dispatch({ type: "height-toggled" });
  leave();
  store.dispatch({ type: "height-toggled" });
  equal([heard, store.get().view.tall], [1, false]);
}

export function test_memory_is_of_one_call() {
  let count = 0;
  const sum = memo((/** @type {number} */ a, /** @type {number} */ b) => (count++, a + b));
  equal([sum(1, 2), sum(1, 2), sum(2, 2), sum(1, 2), count], [3, 3, 4, 3, 3]);
}
