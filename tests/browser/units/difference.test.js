/** One trace less another: the changes, the largest of them, and the range they are drawn in. */

import { largestChanges, largestIn, layerLess, less, sameShape, symmetricRange } from "/static/lib/difference.js";
import { check, equal } from "./check.js";

/** @param {number[][]} rows */
const matrix = (rows) => ({ data: Float32Array.from(rows.flat()), rows: rows.length, columns: rows[0].length });

/** @param {number[][]} gate @param {number[][]} state @returns {any} */
const trace = (gate, state, outputs = /** @type {number[][] | null} */ (null)) => ({
  steps: gate.length,
  layers: [{ layer: 0, direction: "forward", cell: "lstm", hiddenSize: gate[0].length, initialState: {}, quantities: { forget_gate: matrix(gate), cell_state: matrix(state) } }],
  outputs: outputs && matrix(outputs),
});

const BEFORE = trace([[0.5, 0.25], [1, 0]], [[1, 2], [3, 4]], [[10], [20]]);
const AFTER = trace([[0.5, 0.75], [0, 0]], [[1, 2], [3, -4]], [[10], [21]]);

export function test_a_difference_is_here_less_the_baseline() {
  const [here, baseline] = [AFTER.layers[0], BEFORE.layers[0]];
  const { quantities } = layerLess(here, baseline);
  equal(Array.from(quantities.forget_gate.data), [0, 0.5, -1, 0]);
  equal(Array.from(quantities.cell_state.data), [0, 0, 0, -8]);
  equal(Array.from(here.quantities.forget_gate.data), [0.5, 0.75, 0, 0]);
  check(less(here.quantities.cell_state, baseline.quantities.cell_state) === quantities.cell_state, "subtracted once");
  check(less(baseline.quantities.cell_state, here.quantities.cell_state) !== quantities.cell_state, "the other way is another");
}

export function test_the_largest_changes_are_named_the_largest_first() {
  equal(largestChanges(AFTER, BEFORE), [
    { layer: 0, quantity: "cell_state", unit: 1, step: 1, difference: -8, here: -4, baseline: 4 },
    { layer: 0, quantity: "forget_gate", unit: 0, step: 1, difference: -1, here: 0, baseline: 1 },
    { layer: null, quantity: "output", unit: 0, step: 1, difference: 1, here: 21, baseline: 20 },
  ]);
  equal(largestChanges(BEFORE, BEFORE).map(({ difference }) => difference), [0, 0, 0]);
}

export function test_what_was_done_does_not_count_as_a_change_that_followed() {
  const done = { layer: 0, direction: /** @type {const} */ ("forward"), quantity: "cell_state", units: [1], steps: /** @type {[number, number]} */ ([1, 2]), operation: /** @type {const} */ ("set"), value: -4 };
  const followed = largestChanges(AFTER, BEFORE, [done]);
  equal(followed.map(({ quantity, difference }) => [quantity, difference]), [["forget_gate", -1], ["output", 1], ["cell_state", 0]]);
  const all = largestChanges(AFTER, BEFORE, [{ ...done, units: null, steps: null }, { ...done, quantity: "forget_gate", units: null }]);
  equal(all.map(({ quantity, difference }) => [quantity, difference]), [["output", 1], ["forget_gate", 0.5], ["cell_state", 0]]);
}

export function test_of_equal_changes_the_first_is_the_largest() {
  equal(largestIn(matrix([[0, -2], [2, 1]])), { step: 0, unit: 1, value: -2 });
}

export function test_only_equal_shapes_can_be_compared() {
  check(sameShape(AFTER, BEFORE), "the same shape");
  check(!sameShape(AFTER, trace([[0, 0]], [[0, 0]])), "fewer steps");
  check(!sameShape(AFTER, trace([[0], [0]], [[0], [0]])), "fewer units");
  check(!sameShape(AFTER, { ...BEFORE, layers: [{ ...BEFORE.layers[0], direction: "backward" }] }), "another direction");
}

export function test_the_range_is_symmetric_and_one_runaway_does_not_set_it() {
  equal(symmetricRange(matrix([[1, -3], [2, 0]])), { range: [-3, 3], clipped: false });
  equal(symmetricRange(matrix([[0, 0]])), { range: [-1, 1], clipped: false });
  const many = Array.from({ length: 60 }, (_, unit) => (unit === 7 ? 100 : 1));
  equal(symmetricRange(matrix([many])), { range: [-1, 1], clipped: true });
}
