/** Comparing two traces: how they are aligned, what each side reads, and what an address says of both. */

import { along, carriedAlong } from "/static/lib/aligned.js";
import { align, byEdit, byIndex } from "/static/lib/alignment.js";
import { counterpart } from "/static/lib/counterpart.js";
import { changedUnits } from "/static/lib/difference.js";
import { formatSide, parseSide } from "/static/lib/side-address.js";
import { gapSpans } from "/static/views/gaps.js";
import { ribbonLayout } from "/static/views/ribbon-layout.js";
import { check, equal } from "./check.js";

/** @param {string} text */
const letters = (text) => Int32Array.from([...text], (letter) => letter.charCodeAt(0));

/** @param {string} text @returns {any} */
const traceOf = (text) => ({ dtype: "float32", input: { labels: [...text], values: null, kind: "tokens", unknown: [] } });

/** @param {number[][]} rows */
const matrix = (rows) => ({ data: Float32Array.from(rows.flat()), rows: rows.length, columns: rows[0].length });

/** Wagner and Fischer's table, entry by entry. @param {Int32Array} one @param {Int32Array} other */
function distance(one, other) {
  const cost = Array.from({ length: one.length + 1 }, (_, i) => Array.from({ length: other.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)));
  for (let i = 1; i <= one.length; i++) for (let j = 1; j <= other.length; j++) cost[i][j] = Math.min(cost[i - 1][j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1), cost[i - 1][j] + 1, cost[i][j - 1] + 1);
  return cost[one.length][other.length];
}

export function test_an_alignment_by_edit_distance_is_complete_in_order_and_the_shortest() {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647);
  for (let turn = 0; turn < 80; turn++) {
    const [one, other] = [0, 0].map(() => Int32Array.from({ length: 1 + (random() % 20) }, () => random() % 3));
    const { here, there, distance: found } = byEdit(one, other);
    equal(Array.from(here).filter((step) => step >= 0), Array.from(one.keys()));
    equal(Array.from(there).filter((step) => step >= 0), Array.from(other.keys()));
    equal(found, distance(one, other));
  }
}

export function test_ties_are_settled_as_the_server_settles_them() {
  const pairs = (/** @type {string} */ one, /** @type {string} */ other) => {
    const { here, there } = byEdit(letters(one), letters(other));
    return Array.from(here, (step, column) => [step, there[column]]);
  };
  equal(pairs("aab", "ab"), [[0, 0], [1, -1], [2, 1]]);
  equal(pairs("ab", "aab"), [[0, 0], [-1, 1], [1, 2]]);
  equal(pairs("pbb", "b"), [[0, -1], [1, 0], [2, -1]]);
  equal(pairs("ab", "ba"), [[0, 0], [1, 1]]);
}

export function test_by_index_the_longer_one_stands_alone_at_the_end() {
  const { here, there, marks, distance: found } = byIndex(letters("abc"), letters("ax"));
  equal([Array.from(here), Array.from(there), Array.from(marks), found], [[0, 1, 2], [0, 1, -1], [0, 1, 2], 2]);
}

export function test_steps_are_alike_by_their_text_and_rows_by_their_numbers() {
  equal(align(traceOf("abc"), traceOf("abd"), "edit").distance, 1);
  const values = (/** @type {number[][]} */ rows) => /** @type {any} */ ({ dtype: "float32", input: { values: { ...matrix(rows), data: Float64Array.from(rows.flat()) }, labels: [], unknown: [] } });
  equal(align(values([[0.1, 0], [2, 3]]), values([[0.1 + 1e-12, -0], [2, 4]]), "index").distance, 1);
  const strange = (/** @type {string} */ text, /** @type {number[]} */ unknown) => ({ ...traceOf(text), input: { ...traceOf(text).input, unknown } });
  equal(align(strange("axb", [1]), strange("ayb", [1]), "index").distance, 1);
  equal(align(strange("axb", [1]), strange("a\ufffdb", [1]), "index").distance, 0);
}

export function test_a_trace_along_an_alignment_has_no_numbers_where_it_has_no_step() {
  const known = matrix([[1, 2], [3, 4]]);
  const steps = Int32Array.of(0, -1, 1);
  equal(Array.from(along(known, steps).data), [1, 2, NaN, NaN, 3, 4]);
  check(along(known, steps) === along(known, steps), "made once");
  check(along(known, Int32Array.of(0, 1)) === known, "nothing to move");
}

export function test_what_is_carried_is_carried_on_over_a_gap() {
  const layer = /** @type {any} */ ({ cell: "lstm", direction: "forward", initialState: { cell_state: Float32Array.of(9), hidden_state: Float32Array.of(8) }, quantities: { forget_gate: matrix([[0.5], [0.25]]), input_gate: matrix([[0.5], [0.5]]), cell_state: matrix([[1], [2]]), hidden_state: matrix([[3], [4]]) } });
  const forward = carriedAlong(layer, Int32Array.of(-1, 0, -1, 1)).quantities;
  equal([forward.forget_gate, forward.input_gate, forward.cell_state, forward.hidden_state].map(({ data }) => Array.from(data)), [[1, 0.5, 1, 0.25], [0, 0.5, 0, 0.5], [9, 1, 1, 2], [8, 3, 3, 4]]);
  const backward = carriedAlong({ ...layer, direction: "backward" }, Int32Array.of(0, -1, 1, -1)).quantities;
  equal(Array.from(backward.cell_state.data), [1, 2, 2, 9]);
}

export function test_nothing_differs_where_one_has_no_step() {
  const [a, b] = [along(matrix([[1, 1], [2, 5]]), Int32Array.of(0, -1, 1)), along(matrix([[1, 1], [3, 3], [2, 4]]), Int32Array.of(0, 1, 2))];
  equal(changedUnits(a, b, 5), [{ unit: 1, step: 2, difference: 1, here: 5, baseline: 4 }]);
}

export function test_a_sequence_is_set_against_what_the_network_expected() {
  const trace = /** @type {any} */ ({ steps: 4, input: { tokens: [0, 1, 2, 1], labels: ["a", "b", "c", "b"], values: null }, predictions: [[{ label: "b", token: 1, probability: 0.9 }], [{ label: "x", token: 3, probability: 0.8 }, { label: "c", token: 2, probability: 0.1 }], [{ label: "y", token: 4, probability: 0.99 }], []] });
  equal(counterpart(trace, { text: "abcb" }, true), { text: "abxb" });
  equal(counterpart(trace, { tokens: [0, 1, 2, 1] }, true), { tokens: [0, 1, 3, 1] });
  equal(counterpart({ ...trace, predictions: null }, { text: "abcb" }, true), { text: "aacb" });
  const pieces = { ...trace, input: { ...trace.input, labels: ["a", "bb", "c", "bb"] } };
  equal(counterpart(pieces, { text: "abbcbb" }, true), { tokens: [0, 1, 3, 1] });
  equal(counterpart(/** @type {any} */ ({ steps: 2, input: { tokens: [1, 1], labels: ["b", "b"], values: null }, predictions: null }), { text: "bb" }, true), null);
  const numbers = /** @type {any} */ ({ steps: 3, input: { tokens: null, labels: [], values: matrix([[1], [7], [4]]) }, predictions: null });
  equal(counterpart(numbers, { values: [[1], [7], [4]] }, true), { values: [[1], [4], [4]] });
}

export function test_a_side_comes_back_as_it_went() {
  /** @type {any[]} */
  const sides = [
    { model: "a b", text: "x \"y\"\n§" },
    { model: "m", tokens: [3, 1] },
    { model: "m", values: [[1.5, -2]] },
    { model: "m", example: "One" },
  ];
  for (const { model, example = null, ...input } of sides) {
    const { text, complete } = formatSide({ model, example, input: example ? null : input });
    equal([parseSide(text), complete], [{ model, example, input: example ? null : input, interventions: [] }, true]);
  }
  const interventions = parseSide('{"model":"m","interventions":"forget_gate*set*0*u3*s2-4 cell_state*scale*0.5*off"}')?.interventions ?? [];
  equal(interventions.map(({ quantity, units, steps, on }) => [quantity, units, steps, on]), [["forget_gate", [3], [2, 5], true], ["cell_state", null, null, false]]);
  equal(parseSide(formatSide({ model: "m", interventions }).text)?.interventions, interventions);
}

export function test_a_side_full_of_nonsense_is_harmless() {
  equal([parseSide(undefined), parseSide("x"), parseSide("[]"), parseSide("null"), parseSide('{"model":3}')], [null, null, null, null, null]);
  equal(parseSide('{"model":"m","tokens":[1,-2],"values":[[1,"a"]],"text":3,"interventions":[1]}'), { model: "m", example: null, input: null, interventions: [] });
  equal(formatSide({ model: "m", input: { text: "x".repeat(4000) } }), { text: '{"model":"m"}', complete: false });
}

export function test_gaps_are_stretches_inside_the_window() {
  equal(gapSpans({ places: [0, -1, -1, 1, -1], window: { from: 2, to: 5 }, width: 400, gutter: 100 }), [{ x: 100, width: 100 }, { x: 300, width: 100 }]);
  equal(gapSpans({ places: [0, 1], window: { from: 0, to: 2 }, width: 400, gutter: 100 }), []);
}

export function test_a_ribbon_with_gaps_counts_its_own_steps() {
  const places = [0, -1, -1, 1, 2, 3, 4];
  const { cells, ticks } = ribbonLayout({ labels: ["a", "", "", "b", "c", "d", "e"], unknown: [], predictions: null, tokens: null, nextInput: true, marks: [null, "gap", "gap", "changed", null, null, null], places, window: { from: 0, to: 7 }, width: 700, gutter: 0 });
  equal(cells.slice(0, 4).map(({ text, mark }) => [text, mark]), [["a", null], ["", "gap"], ["", "gap"], ["b", "changed"]]);
  equal(ticks, [{ step: 0, x: 50 }, { step: 1, x: 350 }, { step: 2, x: 450 }, { step: 3, x: 550 }, { step: 4, x: 650 }]);
}
