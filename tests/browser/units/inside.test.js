/** The inside of a step: the ledger's identities, the bands it is drawn as, and where the terms of a sum lead. */

import { accountOf, courseOf, hasLedger, ledgerAt, ledgerOfUnits, signedSums, weights } from "/static/lib/ledger.js";
import { cellForm } from "/static/lib/cell-form.js";
import { holdingOf, lastingOrigins, originBands, presentOrigins } from "/static/lib/origins.js";
import { listedTerms } from "/static/lib/terms.js";
import { formatAddress, parseAddress } from "/static/state/address.js";
import { initialState } from "/static/state/initial.js";
import { barColumns } from "/static/views/holdings-layout.js";
import { bandOutlines } from "/static/views/origins-layout.js";
import { check, equal } from "./check.js";

const STEPS = 40;
const UNITS = 3;

/** Numbers that look random and are the same every time. @param {number} seed */
const noise = (seed) => () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);

/**
 * @param {"forward" | "backward"} direction
 * @param {"lstm" | "gru"} [cell]
 * @returns {import("/static/types.js").LayerTrace}
 */
function layer(direction, cell = "lstm") {
  const draw = noise(7);
  const array = (/** @type {() => number} */ make) => ({ data: Float64Array.from({ length: STEPS * UNITS }, make), rows: STEPS, columns: UNITS });
  const keep = array(draw);
  const written = array(() => draw() * 2 - 1);
  const initial = Float64Array.from({ length: UNITS }, () => draw() - 0.5);
  const state = array(() => 0);
  for (let unit = 0; unit < UNITS; unit++) {
    let value = initial[unit];
    for (let place = 0; place < STEPS; place++) {
      const at = (direction === "forward" ? place : STEPS - 1 - place) * UNITS + unit;
      state.data[at] = value = keep.data[at] * value + written.data[at];
    }
  }
  const [memory, gate] = cell === "lstm" ? ["cell_state", "forget_gate"] : ["hidden_state", "update_gate"];
  return { layer: 0, direction, cell, hiddenSize: UNITS, initialState: { [memory]: initial, hidden_state: initial }, quantities: { [gate]: keep, hidden_state: state, [memory]: state } };
}

/** @param {number} found @param {number} wanted @param {string} what */
const near = (found, wanted, what) => check(Math.abs(found - wanted) < 1e-9, `${what}: expected ${wanted}, found ${found}`);

/** @param {import("/static/types.js").LayerTrace} of @param {number} unit */
const account = (of, unit) => /** @type {import("/static/lib/ledger.js").Account} */ (accountOf(of, unit));

/** @param {ArrayLike<number>} values */
const sum = (values) => Array.from(values).reduce((total, value) => total + value, 0);

export function test_origins_add_up_to_the_state_at_every_step() {
  for (const direction of /** @type {const} */ (["forward", "backward"])) {
    for (const cell of /** @type {const} */ (["lstm", "gru"])) {
      const of = account(layer(direction, cell), 1);
      for (let place = 0; place < STEPS; place++) {
        const { initial, writes, total } = ledgerAt(of, place);
        equal(writes.length, place + 1);
        near(initial + sum(writes), total, `${cell} ${direction} ${place}`);
        near(total, of.state[place], "the state");
      }
    }
  }
}

export function test_a_course_is_what_the_ledgers_say_of_one_origin() {
  const of = account(layer("forward"), 0);
  for (const origin of [-1, 0, 13]) {
    const course = courseOf(of, origin);
    for (let place = 0; place < STEPS; place++) {
      const { initial, writes } = ledgerAt(of, place);
      near(course[place], origin < 0 ? initial : (writes[origin] ?? 0), `origin ${origin} at ${place}`);
    }
  }
}

export function test_weights_are_the_lengths_of_courses() {
  const of = account(layer("forward"), 2);
  const found = weights(of);
  for (let origin = -1; origin < STEPS; origin++) near(found[origin + 1], sum(courseOf(of, origin).map(Math.abs)), `origin ${origin}`);
}

export function test_what_cancels_is_seen() {
  const of = account(layer("forward"), 0);
  const { positive, negative } = signedSums(of);
  for (let place = 0; place < STEPS; place++) {
    const { initial, writes } = ledgerAt(of, place);
    near(positive[place], sum([initial, ...writes].filter((value) => value > 0)), "positive");
    near(negative[place], sum([initial, ...writes].filter((value) => value < 0)), "negative");
  }
}

export function test_the_ledger_of_all_units_is_that_of_each() {
  for (const direction of /** @type {const} */ (["forward", "backward"])) {
    const of = layer(direction);
    const all = ledgerOfUnits(of, 25);
    for (let unit = 0; unit < UNITS; unit++) {
      const one = ledgerAt(account(of, unit), direction === "forward" ? 25 : STEPS - 1 - 25);
      for (let row = 0; row < STEPS; row++) {
        const place = direction === "forward" ? row : STEPS - 1 - row;
        near(/** @type {any} */ (all).data[row * UNITS + unit], one.writes[place] ?? 0, `${direction} ${row} ${unit}`);
      }
    }
  }
}

export function test_a_state_that_was_set_keeps_nothing_of_what_it_was() {
  const plain = layer("forward");
  const state = { ...plain.quantities.cell_state, data: plain.quantities.cell_state.data.slice() };
  const keep = plain.quantities.forget_gate.data;
  // Unit 1 is set to 0.5 at step 10, and goes on from there.
  for (let step = 10; step < STEPS; step++) state.data[step * UNITS + 1] += (step === 10 ? 0.5 - state.data[31] : keep[step * UNITS + 1] * (state.data[step * UNITS - 2] - plain.quantities.cell_state.data[step * UNITS - 2]));
  const interventions = /** @type {import("/static/types.js").Intervention[]} */ ([{ layer: 0, direction: "forward", quantity: "cell_state", units: [1], steps: [10, 11], operation: "set", value: 0.5 }]);
  const after = { ...plain, interventions, quantities: { ...plain.quantities, cell_state: state } };
  const { initial, writes, total } = ledgerAt(account(after, 1), 12);
  equal([initial, ...writes.subarray(0, 10)], Array(11).fill(0));
  near(writes[10], 0.5 * keep[11 * UNITS + 1] * keep[12 * UNITS + 1], "what was set");
  near(sum(writes), total, "still adds up");
  near(/** @type {any} */ (ledgerOfUnits(after, 12)).data[9 * UNITS + 1], 0, "of all units too");
  check(ledgerAt(account(after, 0), 12).writes[9] !== 0, "other units are as they were");
}

export function test_a_simple_network_has_no_ledger() {
  const plain = /** @type {import("/static/types.js").LayerTrace} */ ({ ...layer("forward", "gru"), cell: "rnn" });
  check(!hasLedger(plain) && accountOf(plain, 0) === null && ledgerOfUnits(plain, 3) === null, "no ledger");
}

export function test_named_origins_and_the_others_add_up() {
  const of = account(layer("backward"), 1);
  const lasting = lastingOrigins(of);
  equal(lasting.length, 6);
  const held = ledgerAt(of, 30);
  const bands = originBands(of, lasting, presentOrigins(lasting, held));
  equal(bands.named[0].row, null);
  check(new Set(bands.named.map(({ slot }) => slot)).size === bands.named.length, "every colour once");
  const holding = holdingOf(bands, held, STEPS - 1 - 30);
  near(sum(holding.named.map(({ left }) => left)) + holding.others, holding.total, "named and others");
  near(holding.initial + sum(holding.left), holding.total, "by step");
}

export function test_bands_fill_the_stack_without_a_gap() {
  const of = account(layer("forward"), 0);
  const bands = originBands(of, lastingOrigins(of), "");
  const area = { lo: -2, hi: 2, top: 0, bottom: 400, zero: 200, perUnit: 100, ticks: [] };
  const frame = { rem: 16, top: 0, bottom: 400, area, floor: 400, readout: null };
  for (const near of [true, false]) {
    const time = { from: 0, to: STEPS, width: 1200, backward: false, steps: STEPS };
    const { bands: outlines, net } = bandOutlines(bands, frame, time, near);
    const last = net.x.length - 1;
    const thickness = outlines.map(({ inner, outer }) => Math.abs(outer[last] - inner[last]));
    check(Math.abs(sum(thickness) - (bands.positive[STEPS - 1] - bands.negative[STEPS - 1]) * 100) < 1e-6, "as tall as what it holds");
    check(Math.abs(net.y[last] - (200 - of.state[STEPS - 1] * 100)) < 1e-6, "the net line is the state");
    // A band that is negative never stands above zero, also not where there is nothing of it yet.
    for (const { inner, outer } of outlines) {
      const below = outer.some((y, index) => y - inner[index] > 1e-6);
      const above = outer.some((y, index) => inner[index] - y > 1e-6);
      check(!(below && above), "a band keeps to its side");
      if (below) check(inner.every((y) => y >= 200 - 1e-6), "and begins there");
    }
  }
}

export function test_bars_keep_the_largest_of_a_pixel() {
  const left = Float64Array.from({ length: 1000 }, (_, step) => (step === 501 ? -0.5 : step === 20 ? 1 : 0));
  const { bars, reach, above } = barColumns(left, { from: 0, to: 1000 }, 100, 1);
  equal(bars.map(({ value }) => value), [1, -0.5]);
  near(reach, 1.5, "from the lowest to the highest");
  near(above, 2 / 3, "above zero");
  equal(barColumns(new Float64Array(4), { from: 0, to: 4 }, 100, 1).bars, []);
}

/** @param {string} source @param {number | null} index @param {number} product */
const term = (source, index, product) => ({ source, index, label: `${source}[${index}]`, value: product, weight: 1, factor: 1, product });

/** @param {any[]} layers @param {string} quantity @param {number} which @param {number} step @param {ReturnType<typeof term>[]} terms */
const listed = (layers, quantity, which, step, terms) => listedTerms({ terms, preActivation: 0, activation: "sigmoid", value: 0, rounding: 0, equation: "", interventions: [] }, { layers, steps: STEPS }, which, quantity, 1, step);

export function test_terms_lead_to_where_their_value_came_from() {
  const both = [layer("forward", "gru"), layer("backward", "gru"), { ...layer("forward", "gru"), layer: 1 }];
  const { terms, sources, reach } = listed(both, "update_gate", 2, 5, [term("input", 4, 0.5), term("hidden", 2, -3), term("bias", null, 1)]);
  equal(terms.map(({ source }) => source), ["hidden", "bias", "input"]);
  equal(terms.map(({ to }) => to), [{ layer: 2, quantity: "hidden_state", step: 4, unit: 2, row: null }, null, { layer: 1, quantity: "hidden_state", step: 5, unit: 1, row: null }]);
  equal(sources.map(({ source, product }) => [source, product]), [["input", 0.5], ["hidden", -3], ["bias", 1]]);
  equal(reach, 3);
  equal(listed(both, "update_gate", 2, 5, [{ ...term("input", 4, 1), label: "h[1] of layer 0, backward" }]).terms[0].text, "h[1] of layer 1, backward");
  equal(listed(both, "update_gate", 0, 5, [term("input", 0, 1)]).terms[0].to, "input");
  equal(listed(both, "update_gate", 0, 0, [term("hidden", 0, 1)]).terms.map(({ to, note }) => [to, note]), [[null, "initial state"]]);
  equal(/** @type {any} */ (listed(both, "update_gate", 1, 5, [term("hidden", 0, 1)]).terms[0].to).step, 6);
}

export function test_states_and_peepholes_lead_on() {
  const one = layer("forward");
  const quantities = { ...one.quantities, candidate: one.quantities.cell_state, input_gate: one.quantities.cell_state };
  const at = (/** @type {string} */ quantity, /** @type {ReturnType<typeof term>} */ of) => {
    const to = listed([{ ...one, quantities }], quantity, 0, 5, [of]).terms[0].to;
    return to && to !== "input" ? [to.quantity, to.unit, to.step] : to;
  };
  equal(at("cell_state", term("kept", 1, 1)), ["cell_state", 1, 4]);
  equal(at("cell_state", term("written", 1, 1)), ["candidate", 1, 5]);
  equal(at("hidden_state", term("read out", 2, 1)), ["cell_state", 2, 5]);
  equal(at("output_gate", term("peephole", 1, 1)), ["cell_state", 1, 5]);
  equal(at("forget_gate", term("peephole", 1, 1)), ["cell_state", 1, 4]);
  equal(at("forget_gate", term("coupled", 1, -1)), ["input_gate", 1, 5]);
}

export function test_a_projected_hidden_state_has_rows_that_are_no_units() {
  const projected = { ...layer("forward"), form: cellForm("lstm", { projection_size: 2 }) };
  equal(listed([projected], "forget_gate", 0, 5, [term("hidden", 2, 1)]).terms[0].to, { layer: 0, quantity: "hidden_state", step: 4, unit: 1, row: 2 });
}

export function test_the_address_holds_the_inside_of_a_step() {
  const state = initialState({ theme: "system", dark: false, reducedMotion: false, density: 1 });
  const model = /** @type {any} */ ({ id: "m", layers: [{ layer: 0, direction: "forward" }] });
  const inside = { ...state.inside, quantity: "forget_gate", row: 3, find: "h[1", origins: true, units: true };
  const { hash } = formatAddress({ ...state, models: [model], modelId: "m", inside, view: { ...state.view, aside: "arithmetic" } });
  const { aside, quantity, row, find, origins, units } = parseAddress(hash);
  equal([aside, quantity, row, find, origins, units], ["arithmetic", "forget_gate", 3, "h[1", true, true]);
  equal(parseAddress("#quantity=<b>&aside=else&origins=x").quantity, undefined);
}
