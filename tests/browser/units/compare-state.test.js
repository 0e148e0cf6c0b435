/** The state of a comparison: how it is opened, when there is a pair, what follows what, and that nothing typed is lost. */

import { parseAddress } from "/static/state/address.js";
import { fieldsOfComparison } from "/static/state/compare-address.js";
import { comparePanelProps, sideProps } from "/static/state/compare-props.js";
import { changeListProps, headline, readingProps } from "/static/state/compare-reading.js";
import { compareOf, sideDraft, sideOf } from "/static/state/compare-sides.js";
import { atCompare, compareTransitions, NO_COMPARISON } from "/static/state/compare-transitions.js";
import { initialState } from "/static/state/initial.js";
import { transition } from "/static/state/transitions.js";
import { check, equal } from "./check.js";

/** @typedef {import("/static/state/types.js").State} State */

/** @param {string} id @param {number} units @param {string} [kind] @returns {any} */
const model = (id, units, kind = "tokens") => ({ id, name: id, detailed: true, input: { kind, size: kind === "tokens" ? 26 : 1, labels: kind === "tokens" ? ["a"] : null }, layers: [{ layer: 0, direction: "forward", cell: "lstm", hidden_size: units }], readout: null, example_inputs: [{ name: "one", input: kind === "tokens" ? { text: "abcd" } : { values: [[1], [2]] } }] });

const MODELS = [model("small", 2), model("twin", 2), model("large", 3), model("wave", 2, "values")];
const QUANTITIES = /** @type {any[]} */ ([
  { name: "forget_gate", symbol: "f", cells: ["lstm"], range: [0, 1], formula: "", description: "" },
  { name: "cell_state", symbol: "c", cells: ["lstm"], range: null, formula: "", description: "" },
]);

/** Every number says whose it is: the letter's place in the alphabet, times the unit's number. @param {any} wanted @returns {any} */
function traceOf({ model: id, input, interventions = [] }) {
  const labels = input.text ? [...input.text] : input.values.map(String);
  const units = MODELS.find((known) => known.id === id)?.layers[0].hidden_size;
  const value = (/** @type {string} */ letter) => (input.text ? letter.charCodeAt(0) - 96 : Number(letter));
  const data = Float32Array.from(labels.flatMap((/** @type {string} */ letter) => Array.from({ length: units }, (_, unit) => value(letter) * (unit + 1) * (id === "twin" ? 2 : 1))));
  const rows = labels.length;
  return {
    id: JSON.stringify([id, input, interventions]), model: id, steps: rows, dtype: "float32",
    input: { kind: input.text ? "tokens" : "values", tokens: input.text ? labels.map(value) : null, labels, values: input.text ? null : { data: Float64Array.from(input.values.flat()), rows, columns: 1 }, unknown: [] },
    layers: [{ layer: 0, direction: "forward", cell: "lstm", hiddenSize: units, initialState: { cell_state: new Float32Array(units), hidden_state: new Float32Array(units) }, quantities: { forget_gate: { data: data.map(() => 0.5), rows, columns: units }, cell_state: { data, rows, columns: units } } }],
    predictions: null, outputs: null, notes: [],
  };
}

const START = initialState({ theme: "system", dark: false, reducedMotion: false, density: 1 });

/** @param {State} state @param {...any} events @returns {State} */
const after = (state, ...events) => events.reduce((current, event) => compareTransitions[event.type]?.(transition(current, event), event) ?? transition(current, event), state);

/** The page with Explore's first trace shown, and the module of the place just fetched. @param {string} [hash] @returns {State} */
function arrived(hash = "#view=compare") {
  const asked = after(START, { type: "models-arrived", models: MODELS, quantities: QUANTITIES, address: parseAddress("") });
  const shown = after(asked, { type: "trace-arrived", wanted: asked.wanted, trace: traceOf(/** @type {any} */ (asked.wanted)) });
  const fetched = { ...shown, place: "compare", slices: { compare: NO_COMPARISON } };
  const { fields } = parseAddress(hash);
  return Object.keys(fields ?? {}).length ? atCompare(fetched, /** @type {any} */ (fields)) : after(fetched, { type: "place-arrived", place: "compare" });
}

/** Answers whatever is asked for. @param {State} state @returns {State} */
function answered(state) {
  for (const side of /** @type {const} */ (["a", "b"])) {
    const { wanted, shown } = sideOf(state, side);
    if (wanted && wanted !== shown?.wanted) state = after(state, { type: "compare:trace-arrived", side, wanted, trace: traceOf(wanted) });
  }
  return compareOf(state).sides.a.tracing || compareOf(state).sides.b.tracing ? answered(state) : state;
}

/** @param {"a" | "b"} side @param {string} text */
const typed = (side, text) => ({ type: "compare:draft-typed", side, text });

export function test_it_opens_on_what_explore_shows_and_the_same_with_one_step_changed() {
  const opened = arrived();
  equal([sideOf(opened, "a").shown?.trace.id, sideOf(opened, "a").tracing], [opened.shown?.trace.id, false]);
  equal(sideDraft(sideOf(opened, "b")).text, "aacd");
  const { pair, unit, column } = compareOf(answered(opened));
  check(pair !== null, "there is a pair");
  equal([unit, column], [1, 1]);
  equal(headline(answered(opened)), "One network, two inputs; 1 of 4 steps differs.");
}

export function test_with_interventions_it_opens_against_the_original() {
  const state = answered(arrived(`#view=compare&a=${encodeURIComponent('{"model":"small","text":"abc","interventions":"forget_gate*set*0*u0"}')}`));
  equal([sideDraft(sideOf(state, "b")).text, sideOf(state, "b").interventions, sideOf(state, "a").wanted?.interventions.length], ["abc", [], 1]);
  equal(headline(state), "One network, one input; 1 intervention in A.");
  const off = answered(after(state, { type: "compare:intervention-switched", side: "a", index: 0 }));
  equal([sideOf(off, "a").wanted?.interventions, headline(off)], [[], "A and B are one and the same: change one of them."]);
  equal(sideOf(answered(after(off, { type: "compare:intervention-removed", side: "a", index: 0 })), "a").interventions, []);
}

export function test_a_late_answer_changes_nothing() {
  const first = answered(arrived());
  const second = after(first, typed("b", "abcx"));
  const { wanted } = sideOf(second, "b");
  const third = after(second, typed("b", "abcxy"));
  check(after(third, { type: "compare:trace-arrived", side: "b", wanted, trace: traceOf(/** @type {any} */ (wanted)) }) === third, "an old answer");
  check(after(third, { type: "compare:trace-failed", side: "b", wanted, text: "no" }) === third, "an old refusal");
  check(compareOf(third).pair === compareOf(first).pair, "the pair stays until the next one is there");
}

export function test_what_cannot_be_understood_is_said_beside_its_side_and_kept() {
  const state = after(answered(arrived()), typed("b", ""));
  equal([sideOf(state, "b").message?.tone, sideOf(state, "b").stale, sideOf(state, "a").message, compareOf(state).pair !== null], ["note", true, null, true]);
  const asked = after(state, typed("a", "xyz"));
  const refused = after(asked, { type: "compare:trace-failed", side: "a", wanted: sideOf(asked, "a").wanted, text: "No." });
  equal([sideOf(refused, "a").message?.text, sideDraft(sideOf(refused, "a")).text], ["No.", "xyz"]);
}

export function test_a_network_of_another_shape_takes_the_other_side_along_and_words_come_back() {
  const state = answered(after(answered(arrived()), typed("b", "hello")));
  const large = answered(after(state, { type: "compare:model-chosen", side: "a", id: "large" }));
  equal([sideOf(large, "a").modelId, sideOf(large, "b").modelId, compareOf(large).pair?.b.trace.model], ["large", "large", "large"]);
  check(/^Follows A: small/.test(sideOf(large, "b").message?.text ?? ""), "why it follows is said");
  equal(sideDraft(sideOf(large, "a")).text, "abcd");
  const back = answered(after(large, { type: "compare:model-chosen", side: "b", id: "small" }));
  equal([sideDraft(sideOf(back, "b")).text, sideOf(back, "a").modelId], ["hello", "small"]);
}

export function test_two_networks_of_one_shape_read_one_input() {
  const state = answered(after(answered(arrived()), { type: "compare:model-chosen", side: "b", id: "twin" }, { type: "compare:input-shared", side: "b" }));
  equal([sideDraft(sideOf(state, "b")).text, sideOf(state, "a").modelId, headline(state)], ["abcd", "small", "Two networks of one shape, one input."]);
  equal(readingProps(state)?.rows.map(({ quantity, a, b }) => [quantity, a, b])[1], ["cell_state", 4, 8]);
  check(!sideProps(state, "b").sharable, "there is nothing to take over");
}

export function test_networks_that_cannot_be_compared_are_refused_with_a_sentence() {
  const side = (/** @type {string} */ id) => encodeURIComponent(`{"model":"${id}"}`);
  const state = answered(arrived(`#view=compare&a=${side("small")}&b=${side("large")}`));
  equal([compareOf(state).pair, sideOf(state, "b").message?.text], [null, "Two networks must have the same layers to be compared: LSTM of 2, not LSTM of 3."]);
  const kinds = answered(arrived(`#view=compare&a=${side("small")}&b=${side("wave")}`));
  check(/^One side reads tokens and the other values/.test(sideOf(kinds, "b").message?.text ?? ""), "kinds");
  const gone = arrived(`#view=compare&a=${side("nothing")}`);
  check(/“nothing”, which this server does not have/.test(sideOf(gone, "a").message?.text ?? ""), "an unknown network");
  equal(sideOf(gone, "a").modelId, "small");
}

export function test_sequences_of_different_lengths_share_one_axis() {
  const state = answered(after(answered(arrived()), typed("a", "abcd"), typed("b", "bcd")));
  const panels = comparePanelProps({ ...state, surroundings: { ...state.surroundings, width: 900 } });
  equal(panels.map(({ key }) => key), ["cell_state:a", "cell_state:b", "cell_state:difference"]);
  equal(panels.map(({ picture }) => Array.from(picture.matrix.data)), [[1, 2, 2, 4, 3, 6, 4, 8], [NaN, NaN, 2, 4, 3, 6, 4, 8], [NaN, NaN, 0, 0, 0, 0, 0, 0]]);
  equal(panels[0].picture.range, panels[1].picture.range);
  equal(changeListProps(state).changes, []);
  const byIndex = after(state, { type: "compare:align-chosen", method: "index" });
  equal(changeListProps(byIndex).changes.map(({ unit, column, difference, when }) => [unit, column, difference, when]), [[1, 0, -2, "step 1"], [0, 0, -1, "step 1"]]);
  equal(comparePanelProps(after(byIndex, { type: "compare:quantity-shown", quantity: null, all: true })).length, 6);
}

export function test_a_place_in_the_list_is_gone_to() {
  const state = answered(after(answered(arrived()), typed("b", "abzd")));
  const [first] = changeListProps(state).changes;
  const moved = after(state, { type: "compare:jumped", by: -Infinity }, { type: "compare:unit-chosen", unit: 0 });
  equal([compareOf(moved).column, compareOf(moved).unit, changeListProps(moved).chosen], [0, 0, -1]);
  const there = after(moved, { type: "compare:place-visited", ...first });
  equal([compareOf(there).column, compareOf(there).unit, changeListProps(there).chosen], [2, 1, 0]);
  const stepped = after(there, { type: "compare:stepped", by: 1 }, { type: "compare:stepped", by: 1 }, { type: "compare:unit-moved", by: -1 });
  equal([compareOf(stepped).column, compareOf(stepped).unit], [3, 0]);
}

export function test_rows_go_by_how_much_they_differ() {
  const state = after(answered(after(answered(arrived()), typed("b", "abzd"))), { type: "compare:rows-sorted" });
  equal(Array.from(comparePanelProps(state)[0].picture.order ?? []), [1, 0]);
  equal(compareOf(after(state, { type: "compare:unit-chosen", unit: 1 }, { type: "compare:unit-moved", by: 1 })).unit, 0);
}

export function test_sides_change_places_with_all_they_have() {
  const state = answered(after(answered(arrived()), typed("b", "wxyz")));
  const swapped = after(state, { type: "compare:swapped" });
  equal([sideDraft(sideOf(swapped, "a")).text, compareOf(swapped).pair?.a.trace.id], ["wxyz", compareOf(state).pair?.b.trace.id]);
}

export function test_it_plays_to_the_last_column_and_rests_there() {
  const state = after(answered(arrived()), { type: "compare:jumped", by: -Infinity }, { type: "compare:play-toggled" }, { type: "compare:time-passed", moves: 2 });
  equal([compareOf(state).column, compareOf(state).playing, state.view.playing], [2, true, false]);
  equal([compareOf(after(state, { type: "compare:time-passed", moves: 5 })).column, compareOf(after(state, { type: "compare:time-passed", moves: 5 })).playing], [3, false]);
  equal(compareOf(after(state, { type: "place-chosen", place: "explore" })).playing, false);
}

export function test_an_address_holds_all_of_it() {
  const state = answered(after(answered(arrived()), typed("a", "abcdefgh"), typed("b", "abc&d=é"), { type: "compare:align-chosen", method: "index" }, { type: "compare:quantity-shown", quantity: "forget_gate", all: false }, { type: "compare:rows-sorted" }));
  const zoomed = after(state, { type: "compare:step-chosen", step: 2 }, { type: "compare:window-zoomed", factor: 2 });
  const fields = fieldsOfComparison(zoomed);
  const back = answered(arrived(`#${new URLSearchParams({ view: "compare", ...fields })}`));
  equal(fieldsOfComparison(back), fields);
  equal(compareOf(back).window, compareOf(zoomed).window);
  equal([fields.quantity, fields.align, fields.order, fields.column, fields.unit], ["forget_gate", "index", "difference", "2", "1"]);
}

export function test_without_one_of_its_networks_it_opens_anew() {
  const state = answered(after(answered(arrived()), { type: "compare:model-chosen", side: "b", id: "twin" }));
  const left = answered(after(state, { type: "model-deleted", id: "twin", text: "" }));
  equal([sideOf(left, "b").modelId, compareOf(left).pair !== null], ["small", true]);
}
