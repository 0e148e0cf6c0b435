/** The Health place: its table, charts and sentences, what it asks for, and its address. */

import { halfLives, histograms, openness, saturation } from "/static/lib/health-figures.js";
import { columnsOf, flagsIn, OVERVIEW, rowsOf, stepsText } from "/static/lib/health-table.js";
import { findingsOf } from "/static/lib/health-words.js";
import { atHealth, healthFields, healthOf, healthTransitions, NO_HEALTH } from "/static/state/health-transitions.js";
import { healthProps, wantedHealth } from "/static/state/health-props.js";
import { initialState } from "/static/state/initial.js";
import { transition } from "/static/state/transitions.js";
import { check, equal } from "./check.js";

/** @typedef {import("/static/state/types.js").State} State */

/** @param {string} quantity @param {number[]} mean @param {number[] | null} low @param {number[] | null} high @returns {any} */
const figures = (quantity, mean, low, high, bins = { low: 0, high: 1, counts: [1, 3] }) => ({ quantity, low, high, mean, variance: mean.map(() => 0.5), minimum: mean, maximum: mean, stuck: mean.map(() => false), histogram: bins });

/** @returns {any} */
const lstm = () => ({
  layer: 0, direction: "forward", cell: "lstm", hidden_size: 3, half_life: [0, 12.5, null], dead: [false, false, false],
  quantities: [figures("input_gate", [0.2, 0.9, 0.5], [0.5, 0, 0], [0, 1, 0.25]), figures("forget_gate", [0, 0.9, 1], [1, 0, 0], [0, 0.5, 1]), figures("candidate", [0, 0, 0], [0, 0, 0.5], [0, 0, 0.5], { low: -1, high: 1, counts: [2, 2] }), figures("cell_state", [0, 1, 2], null, null), figures("hidden_state", [0, 0, 0], null, null)],
});

/** @returns {any} */
const rnn = () => ({ layer: 1, direction: "forward", cell: "rnn", hidden_size: 2, half_life: null, dead: [false, true], quantities: [figures("hidden_state", [0, 0], [0.5, 0], [0.5, 0])] });

/** @type {any} */
const HEALTH = {
  sequences: 1, steps: 4, layers: [lstm(), rnn()],
  findings: ["Layer 0 (forward): the input gate of unit 1 is always open.", "Layer 1 (forward): unit 1 is dead: the hidden state stays at 0.", "Layer 0 (forward): the median unit forgets half of what it holds in 12 steps.", "Layer 0 (forward): memory is short."],
  flags: [
    { kind: "open", layer: 0, direction: "forward", quantity: "input_gate", units: [1], share: 1 / 3, sentence: "Layer 0 (forward): the input gate of unit 1 is always open." },
    { kind: "dead", layer: 1, direction: "forward", quantity: "hidden_state", units: [1], share: 0.5, sentence: "Layer 1 (forward): unit 1 is dead: the hidden state stays at 0." },
  ],
  hints: [{ layer: 0, direction: "forward", quantity: "forget_gate", bias: 0, half_life: 1, sentence: "Layer 0 (forward): memory is short." }],
};

/** @type {any} */
const MODEL = { id: "a", name: "A", title: "Title A", input: { kind: "tokens", size: 5 }, layers: [{ layer: 0, direction: "forward", cell: "lstm", hidden_size: 3 }, { layer: 1, direction: "forward", cell: "rnn", hidden_size: 2 }], readout: null, example_inputs: [{ name: "one", input: { text: "ab" } }, { name: "two", input: { text: "ba" } }] };
/** @type {any[]} */
const QUANTITIES = [{ name: "input_gate", symbol: "i", cells: ["lstm"] }, { name: "forget_gate", symbol: "f", cells: ["lstm"] }, { name: "candidate", symbol: "g", cells: ["lstm"] }];
const ABOUT = { symbols: { input_gate: "i", forget_gate: "f", candidate: "g" }, projected: false };
const LOOK = { hues: { forget_gate: "red" }, ink: "black", line: "grey", low: "blue", middle: "white", high: "orange", scale: 1 };

/** @param {State} state @param {...any} events */
const after = (state, ...events) => events.reduce((current, event) => healthTransitions[event.type]?.(transition(current, event), event) ?? transition(current, event), state);

/** @param {number} columns */
const matrix = (columns) => ({ data: new Float32Array(2 * columns), rows: 2, columns });

/** The Health place with the trace of its first example. @returns {State} */
function arrived() {
  const start = { ...initialState({ theme: "system", dark: false, reducedMotion: false, density: 1 }), slices: { health: NO_HEALTH } };
  const state = after(start, { type: "models-arrived", models: [MODEL], quantities: QUANTITIES, address: {} });
  const layers = [{ layer: 0, direction: "forward", cell: "lstm", hiddenSize: 3, initialState: {}, quantities: { forget_gate: matrix(3), cell_state: matrix(3), hidden_state: matrix(3) } }, { layer: 1, direction: "forward", cell: "rnn", hiddenSize: 2, initialState: {}, quantities: { hidden_state: matrix(2) } }];
  const trace = { id: "t1", model: "a", steps: 2, input: { kind: "tokens", tokens: [], labels: ["a", "b"], values: null, unknown: [] }, layers, predictions: null, outputs: null, notes: [] };
  return { ...after(state, { type: "trace-arrived", wanted: state.wanted, trace }), place: "health" };
}

/** @param {State} state @returns {State} with its health */
const answered = (state) => after(state, { type: "health-asked", key: wantedHealth(state)?.key }, { type: "health-arrived", key: wantedHealth(state)?.key, health: HEALTH });

export function test_the_table_has_a_little_of_every_gate_or_all_of_one() {
  const flags = flagsIn(HEALTH.flags, HEALTH.layers[0], false);
  const overview = columnsOf(HEALTH.layers[0], flags, OVERVIEW, ABOUT);
  equal(overview.map(({ text }) => text), ["unit", "half-life", "i open", "i saturated", "f open", "f saturated", "g saturated", "found to be"]);
  equal([0, 1, 2].map((unit) => overview.map(({ show }) => show(unit))), [
    ["0", "at once", "0.200", "50%", "0.000", "100%", "0%", ""],
    ["1", "12.5", "0.900", "100%", "0.900", "50%", "0%", "input gate open"],
    ["2", "never", "0.500", "25%", "1.000", "100%", "100%", ""],
  ]);
  const gate = columnsOf(HEALTH.layers[0], flags, "input_gate", ABOUT);
  equal(gate.map(({ key }) => key), ["unit", "mean", "variance", "minimum", "maximum", "low", "high", "found"]);
  equal(columnsOf(HEALTH.layers[0], flags, "cell_state", ABOUT).map(({ key }) => key), ["unit", "mean", "variance", "minimum", "maximum", "found"]);
  equal(gate[7].show(1), "open");
  equal([0.25, 9.99, 10.04, 2345].map(stepsText), ["0.25", "9.99", "10.0", "2,345"]);
}

export function test_rows_are_sorted_and_filtered_by_any_column() {
  const flags = flagsIn(HEALTH.flags, HEALTH.layers[0], false);
  const columns = columnsOf(HEALTH.layers[0], flags, OVERVIEW, ABOUT);
  /** @param {string} by @param {boolean} up @param {any} filter */
  const rows = (by, up, filter = { only: "all", value: 0 }) => rowsOf(columns, flags, { by, up }, filter);
  equal(rows("half_life", false), [2, 1, 0]);
  equal(rows("half_life", true), [0, 1, 2]);
  equal(rows("saturated.forget_gate", false), [0, 2, 1]);
  equal(rows("half_life", true, { only: "least", value: 1 }), [1, 2]);
  equal(rows("mean.input_gate", false, { only: "most", value: 0.5 }), [2, 0]);
  equal(rows("unit", true, { only: "open", value: 0 }), [1]);
  equal(rows("unit", true, { only: "dead", value: 0 }), []);
}

export function test_the_rows_of_a_projection_are_no_units() {
  equal(flagsIn(HEALTH.flags, HEALTH.layers[1], true), []);
  const columns = columnsOf(HEALTH.layers[1], [], OVERVIEW, { ...ABOUT, projected: true });
  equal(columns.map(({ key }) => key), ["unit", "found"]);
}

export function test_charts_count_every_value_and_every_unit() {
  const [layer, plain] = HEALTH.layers;
  const values = histograms(layer, LOOK, 2);
  equal(values.data.map(({ y }) => y), [[0.25, 0.75], [0.25, 0.75], [0.5, 0.5], [0.25, 0.75], [0.25, 0.75]]);
  equal([values.data[2].x, values.data[2].width], [[-0.5, 0.5], 1]);
  equal(values.data.map(({ xaxis }) => xaxis), ["x", "x2", "x3", "x4", "x5"]);
  equal(values.data[1].marker.color, "red");
  const lives = halfLives(layer, LOOK);
  equal([lives?.data[0].x[0], lives?.data[0].x.at(-1), lives?.data[0].y.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b)], ["0", "never", 3]);
  equal(lives?.text, "0: 1; 8–16: 1; never: 1");
  const shares = saturation(layer, false, LOOK);
  equal(shares?.data.map(({ x }) => x.at(-1)), [0.5 / 3, 1 - 0.5 / 3 - 1.25 / 3, 1.25 / 3]);
  equal(openness(layer, false, LOOK)?.data.map(({ name, customdata }) => [name, customdata]), [["input gate", [0, 1, 2]], ["forget gate", [0, 1, 2]]]);
  equal([halfLives(plain, LOOK), openness(plain, false, LOOK), saturation(plain, true, LOOK)], [null, null, null]);
}

export function test_sentences_count_layers_as_the_page_does() {
  const found = findingsOf(HEALTH);
  equal(found.map(({ where, tone, index }) => [where, tone, index]), [["Layer 1", "flag", 0], ["Layer 2", "flag", 1], ["Layer 1", "told", 0], ["Layer 1", "hint", 0]]);
  equal(found[1].text, "Unit 1 is dead: the hidden state stays at 0.");
  equal(findingsOf({ ...HEALTH, layers: [HEALTH.layers[0]], findings: ["No gate is stuck or always open or closed."] })[0], { text: "No gate is stuck or always open or closed.", where: "", index: null, tone: "told", flag: null });
  equal(findingsOf({ ...HEALTH, layers: [HEALTH.layers[0]] })[0].where, "");
  equal(findingsOf({ ...HEALTH, findings: ["The bias averages -0.05, of 2-bit units."] })[0].text, "The bias averages −0.05, of 2-bit units.");
}

export function test_what_is_looked_at_is_asked_for_once_and_late_answers_are_dropped() {
  const state = arrived();
  equal(wantedHealth(state), { key: "trace t1", over: "trace" });
  const asked = after(state, { type: "health-asked", key: "trace t1" });
  check(after(asked, { type: "health-arrived", key: "other", health: HEALTH }) === asked || healthOf(after(asked, { type: "health-arrived", key: "other", health: HEALTH })).answer === null, "a late answer");
  const there = answered(state);
  equal([healthProps(there).layer?.cell, healthProps(there).sequence, healthProps(there).link], ["lstm", "ab", "/api/v1/traces/t1/health"]);
  const examples = after(there, { type: "health-over-chosen", over: "examples" });
  equal([wantedHealth(examples)?.key, healthProps(examples).health, healthProps(examples).link], ["examples a", null, "/api/v1/models/a/health"]);
  const file = after(there, { type: "files-dropped", files: [{ name: "held-out.txt" }] });
  equal([wantedHealth(file)?.key, healthProps(file).file, healthProps(file).link], ["file 1 a", "held-out.txt", null]);
  const again = after(file, { type: "health-file-chosen", file: { name: "held-out.txt" } });
  equal(wantedHealth(again)?.key, "file 2 a");
  check(healthOf(after(there, { type: "files-dropped", files: [{ name: "network.pt" }] })).file === null, "a network is no sequence");
}

export function test_a_refusal_and_a_cancelled_wait_can_be_tried_again() {
  const asked = after(arrived(), { type: "health-asked", key: "trace t1" });
  const cancelled = after(asked, { type: "health-cancelled" });
  equal(healthProps(cancelled).failure, { key: "trace t1", text: "Cancelled.", again: true });
  equal(healthOf(after(cancelled, { type: "health-retried" })).failure, null);
  const failed = after(asked, { type: "health-failed", key: "trace t1", text: "No.", again: false });
  equal([healthProps(failed).failure?.text, healthProps(failed).waiting], ["No.", false]);
}

export function test_the_table_of_the_chosen_layer_is_told() {
  const state = answered(arrived());
  equal(healthProps(state).table?.rows, [0, 1, 2]);
  equal(healthProps(after(state, { type: "health-sorted", by: "half_life" })).table?.rows, [2, 1, 0]);
  equal(healthProps(after(state, { type: "health-sorted", by: "half_life" }, { type: "health-sorted", by: "half_life" })).table?.rows, [0, 1, 2]);
  equal(healthProps(after(state, { type: "health-filtered", filter: { only: "open" } })).table?.rows, [1]);
  const plain = after(state, { type: "layer-chosen", index: 1 });
  equal([healthProps(plain).layer?.cell, healthProps(plain).table?.tables], ["rnn", [OVERVIEW, "hidden_state"]]);
  const one = after(state, { type: "health-sorted", by: "half_life" }, { type: "health-table-chosen", table: "candidate" });
  equal([healthProps(one).table?.table, healthProps(one).table?.sort], ["candidate", { by: "unit", up: true }]);
  check(healthProps(state).table?.columns === healthProps(after(state, { type: "unit-chosen", unit: 1 })).table?.columns, "columns keep their identity");
}

export function test_a_finding_leads_to_its_units_in_explore() {
  const state = answered(arrived());
  const there = after(state, { type: "unit-explored", unit: 1, flag: HEALTH.flags[0] });
  equal([there.place, there.selection.unit, there.view.rows], ["explore", 1, { only: "open", quantity: "input_gate", value: 0 }]);
  equal(after(there, { type: "unit-explored", unit: 2 }).view.rows.only, "all");
  const examples = after(state, { type: "health-over-chosen", over: "examples" }, { type: "unit-explored", unit: 1, flag: HEALTH.flags[0] });
  equal(examples.view.rows.only, "all");
}

export function test_a_network_without_a_picture_has_its_layers_and_units() {
  const there = arrived();
  const shown = there.shown && { ...there.shown, wanted: { ...there.shown.wanted, model: "another" } };
  const state = answered(after({ ...there, shown }, { type: "health-over-chosen", over: "examples" }));
  const second = after(state, { type: "layer-chosen", index: 1 });
  equal([healthProps(second).layer?.cell, healthFields(second).layer, second.selection.layer], ["rnn", "1", 0]);
  const explored = after(second, { type: "unit-explored", unit: 1 });
  equal([explored.place, explored.arrival?.selection.layer, explored.arrival?.selection.unit], ["explore", 1, 1]);
}

export function test_the_address_comes_back_as_it_went() {
  const state = after(answered(arrived()), { type: "health-over-chosen", over: "examples" }, { type: "health-table-chosen", table: "forget_gate" }, { type: "health-sorted", by: "mean" }, { type: "health-sorted", by: "mean" }, { type: "health-filtered", filter: { only: "least", value: 0.5 } });
  const fields = { model: "a", example: "one", layer: "0", over: "examples", table: "forget_gate", sort: "mean~up", only: "least~0.5" };
  equal(healthFields(state), fields);
  const back = atHealth(arrived(), fields);
  equal([healthFields(back), back.place, back.tracing], [fields, "health", false]);
  const other = atHealth(arrived(), { model: "a", text: "bb" });
  equal([other.place, other.wanted?.input, other.tracing], ["health", { text: "bb" }, true]);
  equal(healthOf(atHealth(arrived(), { sort: "<b>", only: "zzz", table: "/", over: "file" })), NO_HEALTH);
}
