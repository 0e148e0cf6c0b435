/** Interventions: lists of numbers as people write them, the list and its transitions, what an address says of them, and where they are outlined. */

import { formatIntervals, parseIntervals, runsOf } from "/static/lib/intervals.js";
import { describe, doneTo, formatInterventions, misfit, parseInterventions, signText, stepsText, unitsText, valueRange } from "/static/lib/interventions.js";
import { marksOf, outline } from "/static/lib/marks.js";
import { formatAddress, parseAddress } from "/static/state/address.js";
import { alteredOf, otherTrace, seenTrace, seenWanted, seesDifference, wantedAltered } from "/static/state/altered.js";
import { initialState } from "/static/state/initial.js";
import { changesProps, interventionsProps } from "/static/state/intervening-props.js";
import { layerOf } from "/static/state/selectors.js";
import { transition } from "/static/state/transitions.js";
import { check, equal } from "./check.js";

/** @typedef {import("/static/state/types.js").State} State */
/** @typedef {import("/static/types.js").Intervention} Intervention */

/** @type {any[]} */
const MODELS = [
  { id: "a", name: "A", input: { kind: "tokens", size: 5 }, layers: [{ layer: 0, direction: "forward", cell: "lstm", hidden_size: 4 }], readout: null, example_inputs: [{ name: "one", input: { text: "abcd" } }] },
  { id: "g", name: "G", input: { kind: "tokens", size: 5 }, layers: [{ layer: 0, direction: "forward", cell: "gru", hidden_size: 3 }], readout: null, example_inputs: [{ name: "one", input: { text: "xy" } }] },
];
const NAMES = { lstm: ["forget_gate", "output_gate", "cell_state", "hidden_state"], gru: ["update_gate", "hidden_state"], rnn: ["hidden_state"] };

/** @param {number} steps @param {string} id @param {{cell?: "lstm" | "gru" | "rnn", units?: number, value?: (step: number, unit: number) => number}} [of] @returns {any} */
function traceOf(steps, id, { cell = "lstm", units = 4, value = (step, unit) => step + unit / 10 } = {}) {
  const matrix = () => ({ data: Float32Array.from({ length: steps * units }, (_, index) => value(Math.floor(index / units), index % units)), rows: steps, columns: units });
  const quantities = Object.fromEntries(NAMES[cell].map((name) => [name, matrix()]));
  return { id, model: cell === "gru" ? "g" : "a", steps, dtype: "float32", input: { kind: "tokens", tokens: [], labels: Array.from({ length: steps }, () => "a"), values: null, unknown: [] }, layers: [{ layer: 0, direction: "forward", cell, hiddenSize: units, initialState: {}, quantities }], predictions: null, outputs: null, notes: [] };
}

/** @param {State} state @param {...any} events @returns {State} */
const after = (state, ...events) => events.reduce((current, event) => transition(current, event), state);

/** @param {string} [hash] */
function shown(hash = "", steps = 6) {
  const start = initialState({ theme: "system", dark: false, reducedMotion: false, density: 1 });
  const state = after(start, { type: "models-arrived", models: MODELS, quantities: [], address: parseAddress(hash) });
  return after(state, { type: "trace-arrived", wanted: state.wanted, trace: traceOf(steps, "plain") });
}

/** @param {State} state @param {string} [id] */
const answered = (state, id = "changed") => after(state, { type: "altered-arrived", ...wantedAltered(state), trace: traceOf(6, id, { value: () => 9 }) });

/** @type {Intervention} */
const FORGET = { layer: 0, direction: "forward", quantity: "forget_gate", units: [2], steps: [1, 2], operation: "set", value: 0 };

export function test_numbers_are_listed_as_people_do() {
  equal(runsOf([1, 2, 3, 7]), [[1, 3], [7, 7]]);
  equal(formatIntervals([3, 5, 6, 7, 8]), "3, 5–8");
  equal(formatIntervals([1, 3, 5, 7, 9, 10], 3), "1, 3, 4 more");
  const units = { size: 10, noun: "unit" };
  for (const text of ["3, 5-8", "5–8;3", "8, 3, 5 to 7"]) equal(parseIntervals(text, units), [3, 5, 6, 7, 8]);
  for (const text of ["", " all ", "ALL", "0-9"]) equal(parseIntervals(text, units), null);
  equal(parseIntervals("10", { size: 10, first: 1, noun: "step" }), [10]);
}

export function test_what_is_no_list_is_refused_in_a_sentence() {
  for (const [text, words] of [["x", "Expected units"], ["8-5", "from 8 to 5"], ["3, 10", "10 is none of them"], ["-1", "Expected units"]]) {
    let said = "";
    try {
      parseIntervals(text, { size: 10, noun: "unit" });
    } catch (error) {
      said = /** @type {Error} */ (error).message;
    }
    check(said.includes(words), `${text}: ${said}`);
  }
}

export function test_interventions_in_words() {
  equal(describe(FORGET, [{ layer: 0, direction: "forward" }]), "forget gate of unit 2 at step 2 set to 0");
  const both = [{ layer: 0, direction: "forward" }, { layer: 0, direction: "backward" }, { layer: 1, direction: "forward" }];
  equal(describe({ ...FORGET, direction: "backward", units: [1, 2, 3, 7], steps: null, operation: "scale", value: 0.5 }, both), "forget gate of units 1–3, 7 in layer 1 backward at all steps scaled by 0.5");
  equal(describe({ ...FORGET, layer: 1, units: null, steps: [0, 4], operation: "add", value: -1 }, both), "forget gate of all units in layer 2 at steps 1–4 shifted by −1");
  equal([unitsText([4]), stepsText([4, 5]), signText({ operation: "add", value: -2 })], ["unit 4", "step 5", "− 2"]);
}

export function test_an_address_has_interventions_as_they_are() {
  /** @type {(Intervention & {on: boolean})[]} */
  const list = [
    { ...FORGET, on: true },
    { ...FORGET, layer: 1, direction: "backward", quantity: "hidden_state", units: [1, 3, 4, 5], steps: [0, 9], operation: "scale", value: -1.5e-7, on: false },
    { ...FORGET, units: null, steps: null, operation: "add", value: 1e21, on: true },
  ];
  const text = "forget_gate*set*0*u2*s1 hidden_state*scale*-1.5e-7*u1.3-5*s0-8*l1b*off forget_gate*add*1e21";
  equal(formatInterventions(list), text);
  equal(parseInterventions(text), list);
  const query = new URLSearchParams({ interventions: text }).toString();
  check(!query.includes("%"), query);
}

export function test_nonsense_in_an_address_is_passed_over() {
  for (const text of ["", "forget_gate", "forget_gate*set", "forget_gate*set*x", "forget_gate*set*", "forget_gate*set*Infinity", "forget_gate*hold*1", "Forget*set*1", "forget_gate*set*1*u", "forget_gate*set*1*s5-2", "forget_gate*set*1*u9-2", "forget_gate*set*1*u0-99999999", "forget_gate*set*1*z3", "forget_gate*set*1*l0000b"]) {
    equal(parseInterventions(text), []);
  }
  equal(parseInterventions(`x ${"forget_gate*set*1 ".repeat(500)}`).length, 99);
}

export function test_an_address_comes_back_with_its_interventions() {
  const hash = "#model=a&example=one&unit=2&step=3&interventions=forget_gate*set*0*u2*s1+cell_state*add*0.5*off&seen=difference";
  const state = shown(hash);
  equal(formatAddress(state).hash, hash);
  equal(wantedAltered(state)?.interventions, [FORGET]);
  equal(formatAddress(after(state, { type: "interventions-cleared" })).hash, "#model=a&example=one&unit=2&step=3");
}

export function test_what_does_not_fit_says_why() {
  const trace = traceOf(6, "t");
  equal(misfit(FORGET, trace), null);
  equal(misfit({ ...FORGET, units: [2, 4] }, trace), "This layer has units 0 to 3, not 4.");
  equal(misfit({ ...FORGET, steps: [5, 7] }, trace), "This sequence ends at step 6.");
  equal(misfit({ ...FORGET, layer: 1 }, trace), "This network has no layer 2.");
  equal(misfit({ ...FORGET, direction: "backward" }, trace), "This network has no layer 1 that reads backward.");
  equal(misfit(FORGET, traceOf(6, "g", { cell: "gru" })), "A GRU layer has no forget gate.");
}

export function test_what_is_made_is_asked_for_and_seen_once_it_is_there() {
  const made = after(shown(), { type: "intervention-added", intervention: FORGET });
  equal(wantedAltered(made)?.interventions, [FORGET]);
  equal([seenTrace(made)?.id, otherTrace(made), changesProps(made).waiting], ["plain", null, true]);
  const there = answered(made);
  equal([seenTrace(there)?.id, otherTrace(there)?.id, layerOf(there)?.quantities.cell_state.data[0]], ["changed", "plain", 9]);
  equal(seenWanted(there), { model: "a", input: { text: "abcd" }, interventions: [FORGET] });
  const original = after(there, { type: "seen-chosen", seen: "original" });
  equal([seenTrace(original)?.id, otherTrace(original)?.id, seenWanted(original).interventions], ["plain", "changed", undefined]);
  const turned = after(there, { type: "seen-turned" });
  equal([turned.intervening.seen, seesDifference(turned), seenTrace(turned)?.id], ["difference", true, "changed"]);
  equal(after(turned, { type: "seen-turned" }).intervening.seen, "original");
}

export function test_a_late_answer_is_dropped() {
  const first = after(shown(), { type: "intervention-added", intervention: FORGET });
  const late = { type: "altered-arrived", ...wantedAltered(first), trace: traceOf(6, "late") };
  const elsewhere = after(first, { type: "intervention-changed", key: 1, change: { units: [1] } });
  check(after(elsewhere, late) === elsewhere, "an answer about another unit");
  check(after(elsewhere, { ...late, type: "altered-refused", text: "no" }) === elsewhere, "its refusal");
  const more = after(first, { type: "unit-ablated" });
  check(after(more, late) === more, "an answer with fewer interventions");
  const typed = after(first, { type: "draft-typed", text: "other" });
  const other = after(typed, { type: "trace-arrived", wanted: typed.wanted, trace: traceOf(6, "other") });
  check(after(other, late) === other, "an answer about another sequence");
  check(alteredOf(other) === null, "nothing is compared with another sequence");
}

export function test_while_a_slider_moves_what_it_passed_is_seen() {
  const first = after(shown(), { type: "intervention-added", intervention: FORGET });
  const passed = { type: "altered-arrived", ...wantedAltered(first), trace: traceOf(6, "passed") };
  const moved = after(first, { type: "intervention-changed", key: 1, change: { value: 0.5 } });
  const seen = after(moved, passed);
  equal([seenTrace(seen)?.id, seenWanted(seen).interventions, changesProps(seen).waiting], ["passed", [FORGET], true]);
  equal(changesProps(answered(seen)).waiting, false);
}

export function test_the_last_picture_stays_while_a_value_moves() {
  const there = answered(after(shown(), { type: "intervention-added", intervention: FORGET }));
  const moved = after(there, { type: "intervention-changed", key: 1, change: { value: 0.5 } });
  equal([seenTrace(moved)?.id, changesProps(moved).waiting], ["changed", true]);
  const off = after(there, { type: "intervention-switched", key: 1, on: false });
  equal([seenTrace(off)?.id, off.intervening.altered, changesProps(off).sentence], ["plain", null, "All interventions are off."]);
}

export function test_nothing_is_lost_when_the_sequence_or_the_network_changes() {
  const made = after(shown(), { type: "intervention-added", intervention: { ...FORGET, steps: [4, 6] } }, { type: "intervention-added", intervention: { ...FORGET, quantity: "hidden_state", units: [0] } });
  const shorter = after(made, { type: "draft-typed", text: "abc" });
  const short = after(shorter, { type: "trace-arrived", wanted: shorter.wanted, trace: traceOf(3, "short") });
  equal(wantedAltered(short)?.interventions.map(({ quantity }) => quantity), ["hidden_state"]);
  const props = interventionsProps(short, /** @type {any} */ (layerOf(short)));
  equal(props.entries.map(({ fault }) => fault), ["This sequence ends at step 3.", null]);
  const asked = after(short, { type: "model-chosen", id: "g" });
  const gru = after(asked, { type: "trace-arrived", wanted: asked.wanted, trace: traceOf(6, "gru", { cell: "gru", units: 3 }) });
  equal(wantedAltered(gru)?.interventions.map(({ quantity }) => quantity), ["hidden_state"]);
  equal(gru.intervening.list.length, 2);
  const back = after(gru, { type: "model-chosen", id: "a" });
  const again = after(back, { type: "trace-arrived", wanted: back.wanted, trace: traceOf(6, "long") });
  equal(wantedAltered(again)?.interventions.length, 2);
}

export function test_a_removal_can_be_undone_where_it_was() {
  const three = [1, 2, 3].reduce((state, value) => after(state, { type: "intervention-added", intervention: { ...FORGET, value } }), shown());
  const values = (/** @type {State} */ state) => state.intervening.list.map(({ value }) => value);
  const without = after(three, { type: "intervention-removed", key: 2 });
  equal([values(without), values(after(without, { type: "removal-undone" }))], [[1, 3], [1, 2, 3]]);
  const none = after(three, { type: "interventions-cleared" });
  equal([values(none), wantedAltered(none), values(after(none, { type: "removal-undone" }))], [[], null, [1, 2, 3]]);
  equal(after(without, { type: "removal-undone" }, { type: "removal-undone" }).intervening.list.length, 3);
}

export function test_dragging_over_rows_takes_the_units_that_stand_there() {
  const ordered = after(shown(), { type: "order-chosen", order: { by: "mean", quantity: "cell_state" } });
  const rubber = { quantity: "forget_gate", from: 1, to: 2, top: 0, bottom: 1 };
  const dragged = after(ordered, { type: "intervening-toggled" }, { type: "rubber-drawn", rubber }, { type: "rubber-released", at: { x: 5, y: 6 } });
  equal(wantedAltered(dragged)?.interventions, [{ ...FORGET, units: [2, 3], steps: [1, 3] }]);
  equal([dragged.intervening.rubber, dragged.intervening.editing], [null, { key: 1, fresh: true, at: { x: 5, y: 6 } }]);
  equal(after(dragged, { type: "editing-ended", keep: false }).intervening.list, []);
  equal(after(dragged, { type: "editing-ended", keep: true }).intervening.list.length, 1);
  const all = after(shown(), { type: "rubber-drawn", rubber: { quantity: "forget_gate", from: 0, to: 5, top: 0, bottom: 3 } }, { type: "rubber-released", at: { x: 0, y: 0 } });
  equal(wantedAltered(all)?.interventions, [{ ...FORGET, units: null, steps: null }]);
}

export function test_one_click_ablates_and_another_gives_back() {
  const state = after(shown(), { type: "unit-chosen", unit: 3 });
  const ablated = after(state, { type: "unit-ablated" });
  equal(wantedAltered(ablated)?.interventions, [{ ...FORGET, quantity: "hidden_state", units: [3], steps: null }]);
  equal(after(ablated, { type: "unit-ablated" }).intervening.list, []);
  const off = after(ablated, { type: "intervention-switched", key: 1, on: false });
  equal(after(off, { type: "unit-ablated" }).intervening.list.map(({ on }) => on), [true]);
}

export function test_forgetting_closes_the_gate_that_keeps() {
  const state = after(shown(), { type: "unit-chosen", unit: 1 }, { type: "step-chosen", step: 4 });
  equal(wantedAltered(after(state, { type: "forget-asked" }))?.interventions, [{ ...FORGET, units: [1], steps: [4, 5] }]);
  equal(wantedAltered(after(state, { type: "origin-forgotten", step: 4, left: 0.25 }))?.interventions, [{ ...FORGET, quantity: "cell_state", units: [1], steps: [4, 5], operation: "add", value: -0.25 }]);
  const asked = after(state, { type: "model-chosen", id: "g" });
  const gru = after(asked, { type: "trace-arrived", wanted: asked.wanted, trace: traceOf(6, "gru", { cell: "gru", units: 3 }) }, { type: "unit-chosen", unit: 1 });
  equal(wantedAltered(after(gru, { type: "forget-asked" }))?.interventions.map(({ quantity }) => quantity), ["update_gate"]);
}

export function test_a_clamp_begins_with_what_is_there() {
  const state = after(shown(), { type: "unit-chosen", unit: 2 }, { type: "step-chosen", step: 1 }, { type: "clamp-asked", quantity: "output_gate", at: { x: 1, y: 2 } });
  equal(wantedAltered(state)?.interventions, [{ ...FORGET, quantity: "output_gate", value: 1.2 }]);
}

export function test_the_sentence_leads_to_what_followed() {
  const made = after(shown(), { type: "intervention-added", intervention: { ...FORGET, units: null, steps: null } });
  const changed = traceOf(6, "changed");
  changed.layers[0].quantities.forget_gate.data.fill(-100);
  changed.layers[0].quantities.cell_state.data[3 * 4 + 1] = -7;
  const there = after(made, { type: "altered-arrived", ...wantedAltered(made), trace: changed });
  const { largest, sentence } = changesProps(there);
  equal([largest?.quantity, largest?.unit, largest?.step, sentence], ["cell_state", 1, 3, "Changed most: cell state of unit 1 at step 4, 3.10 → −7.00"]);
  const followed = after(there, { type: "panel-folded", quantity: "cell_state" }, { type: "change-followed", change: largest });
  equal([followed.selection.unit, followed.selection.step, followed.view.folded, followed.inside.quantity], [1, 3, [], "cell_state"]);
}

export function test_what_is_done_to_one_number() {
  const list = [FORGET, { ...FORGET, units: null }, { ...FORGET, steps: null }, { ...FORGET, quantity: "cell_state" }];
  const at = (/** @type {number} */ unit, /** @type {number} */ step) => doneTo(list, { layer: 0, direction: "forward" }, { quantity: "forget_gate", unit, step }).length;
  equal([at(2, 1), at(2, 0), at(0, 1), at(0, 0)], [3, 1, 1, 0]);
  equal(doneTo(list, { layer: 0, direction: "backward" }, { quantity: "forget_gate", unit: 2, step: 1 }), []);
}

export function test_a_slider_reaches_where_values_lie() {
  equal([valueRange("set", [0, 1], 0.9), valueRange("set", [-1, 1], 0.4), valueRange("set", null, 13.2), valueRange("add", [0, 1], 1), valueRange("scale", null, 7)].map(({ min, max }) => [min, max]), [[0, 1], [-1, 1], [-20, 20], [-1, 1], [0, 2]]);
}

export function test_outlines_stand_on_their_cells() {
  const matrix = { rows: 10, columns: 4 };
  equal(marksOf({ units: [0, 1, 3], steps: [2, 4] }, matrix, null), [{ from: 2, to: 4, top: 0, bottom: 2 }, { from: 2, to: 4, top: 3, bottom: 4 }]);
  equal(marksOf({ units: [0, 1, 3], steps: [2, 4] }, matrix, [3, 0, 1, 2]), [{ from: 2, to: 4, top: 0, bottom: 1 }, { from: 2, to: 4, top: 2, bottom: 4 }]);
  equal(marksOf({ units: null, steps: null }, matrix, null), [{ from: 0, to: 10, top: 0, bottom: 4 }]);
  const plot = { width: 100, height: 40, units: 4 };
  const marks = [{ from: 2, to: 4, top: 0, bottom: 2 }];
  equal(outline(marks, { from: 0, to: 10 }, plot), "M20.5 0.5H39.5V19.5H20.5Z");
  equal(outline(marks, { from: 3, to: 8 }, plot), "M-4.5 0.5H19.5V19.5H-4.5Z");
  equal(outline(marks, { from: 5, to: 10 }, plot), "");
  equal(outline([{ from: 500, to: 501, top: 3, bottom: 4 }], { from: 0, to: 1000 }, { ...plot, height: 4 }), "M48.5 -0.5H52.5V3.5H48.5Z");
}
