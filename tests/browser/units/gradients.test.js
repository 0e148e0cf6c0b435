/** The Gradients view: its words, its lines, its inputs, its address, and what it asks for. */

import { carryWords, farEnd, fateOf, halfLife, inputWords, leftWords, pastWords, shareLeft } from "/static/lib/gradient-words.js";
import { SHAPES, sketchInput } from "/static/lib/sketch-input.js";
import { atGradients, gradientsFields } from "/static/state/gradients-address.js";
import { questionsOf } from "/static/state/gradients-questions.js";
import { FIRST, gradientsOf, gradientsTransitions, withGradients } from "/static/state/gradients-slice.js";
import { chartProps, controlsProps, panelGroups, summaryProps, tableProps } from "/static/state/gradients-props.js";
import { initialState } from "/static/state/initial.js";
import { logLines, power } from "/static/views/log-chart-layout.js";
import { check, equal } from "./check.js";

/** @param {number[]} hidden @param {Partial<import("/static/lib/gradient-words.js").Past>} [more] @returns {import("/static/lib/gradient-words.js").Past} */
const past = (hidden, more = {}) => ({ focus: hidden.length - 1, hidden, cellState: null, carry: null, jacobian: null, direction: "forward", ...more });

/** @param {Record<string, any>} [change] */
const stateWith = (change = {}) => {
  const bare = { ...initialState({ theme: "light", dark: false, reducedMotion: false, density: 1 }), place: "gradients", slices: { gradients: FIRST } };
  return withGradients({ ...bare, models: [MODEL] }, change);
};

const MODEL = {
  id: "series", name: "series", title: "A series", description: "", origin: "bundled", dtype: "float32", parameters: 10, input: { kind: /** @type {const} */ ("values"), size: 1 },
  layers: [{ layer: 0, direction: /** @type {const} */ ("forward"), cell: "lstm", input_size: 1, hidden_size: 4 }, { layer: 0, direction: /** @type {const} */ ("backward"), cell: "gru", input_size: 1, hidden_size: 4 }],
  readout: { kind: /** @type {const} */ ("linear"), size: 1, predicts: /** @type {const} */ ("next_input") }, notes: [], example_inputs: [{ name: "Three", input: { values: [[1], [2], [3]] } }],
};

/** @param {string} type @param {Record<string, any>} detail @param {import("/static/state/types.js").State} state */
const after = (type, detail, state) => gradientsTransitions[type](state, { type, ...detail });

/** An answer with two units over three steps. @param {"lstm" | "rnn"} cell @param {number[]} hidden */
const found = (cell, hidden) => {
  const matrix = { data: new Float64Array(6).fill(0.5), rows: 3, columns: 2 };
  const lstm = cell === "lstm";
  return { trace: "t", steps: 3, value: 1, sequence: { kind: /** @type {const} */ ("values"), tokens: null, labels: [], values: { data: new Float64Array(3), rows: 3, columns: 1 }, unknown: [] },
    layers: [{ layer: 0, direction: /** @type {const} */ ("forward"), cell, hiddenSize: 2, hidden: matrix, cellState: lstm ? matrix : null, input: { data: new Float64Array(3), rows: 3, columns: 1 },
      norms: { hidden, cellState: lstm ? hidden : null, input: [0, 0.1, 0] }, focus: 2, carry: lstm ? matrix : null, jacobian: [0.1, 0.5, 1], jacobianCell: lstm ? [0.2, 0.6, 1] : null }] };
};

const ANSWER = { questions: [], subjects: [
  { key: "lstm", name: "LSTM", layer: 0, found: found("lstm", [0.5, 0.8, 1]), error: null },
  { key: "rnn", name: "Simple RNN", layer: 0, found: found("rnn", [1e-9, 1e-4, 1]), error: null },
  { key: "gru", name: "GRU", layer: 0, found: null, error: "It exploded." },
] };

export function test_what_is_left_is_told_against_where_the_way_back_begins() {
  equal(shareLeft(past([0.5, 1, 2]), 0), 0.25);
  equal([shareLeft(past([1, 1, 0]), 0), shareLeft(past([1, 1, 1], { cellState: [1, 1, 0] }), 0)], [null, 1]);
  equal(shareLeft(past([9, 9], { cellState: [1, 4] }), 0), 0.25);
  equal([farEnd(past([1, 2])), farEnd(past([1, 2], { direction: "backward", focus: 0 }))], [0, 1]);
}

export function test_fates() {
  equal([1e-9, 0.01, 0.5, 2, 11].map(fateOf), ["vanishes", "fades", "survives", "survives", "explodes"]);
  equal([0.5, 1, 26].map(leftWords), ["0.50 of it left", "1.0 of it left", "26 times as large"]);
}

export function test_half_lives() {
  equal(halfLife(past([0.1, 0.4, 0.6, 1])), 2);
  equal(halfLife(past([0.9, 0.9, 1])), null);
  equal(halfLife(past([1, 0.4], { direction: "backward", focus: 0 })), 1);
}

export function test_sentences_go_from_the_smallest_to_the_largest() {
  const [left, half] = pastWords([{ name: "the LSTM", past: past([0.3, 0.9, 1]) }, { name: "the simple RNN", past: past([1e-9, 1e-4, 1]) }]);
  equal(left, "From step 3 back to step 1, the simple RNN keeps 1.0×10⁻⁹ of the gradient and the LSTM keeps 0.30 of it.");
  equal(half, "Half of it is gone 1 step back in the simple RNN and 2 back in the LSTM.");
  equal(pastWords([{ name: "the GRU", past: past([50, 2, 1]) }])[0], "From step 3 back to step 1, the GRU makes the gradient 50 times as large.");
  equal(pastWords([{ name: "the GRU", past: past([1, 1, 1]) }]), ["From step 3 back to step 1, the GRU keeps about all of the gradient (1.0)."]);
  equal(pastWords([{ name: "the GRU", past: past([1]) }]), []);
  equal(pastWords([{ name: "the RNN", past: past([0, 0, 1]) }])[0], "From step 3 back to step 1, the RNN keeps none of the gradient.");
}

export function test_a_saturated_focus_is_no_measure_for_the_way_back() {
  const saturated = past([1, 1, 1, 1], { cellState: [0.2, 0.8, 1, 1e-6] });
  equal([shareLeft(saturated, 0), halfLife(saturated)], [0.2, 2]);
  equal(pastWords([{ name: "the network", past: saturated }])[0], "From step 3 back to step 1, the network keeps 0.20 of the gradient.");
  equal(shareLeft(past([1, 1, 1], { cellState: [0, 1, 0.5], direction: "backward", focus: 0 }), 2), 0.5);
  equal(pastWords([{ name: "one", past: saturated }, { name: "the other", past: past([0.5, 0.5, 0.5, 1]) }]).slice(0, 2), ["From step 3 back to step 1, one keeps 0.20 of the gradient.", "From step 4 back to step 1, the other keeps 0.50 of the gradient."]);
  const silent = past([0, 0, 1], { cellState: [0, 0, 0] });
  equal(pastWords([{ name: "the network", past: silent }]), ["At step 3 the target does not change with the cell state of the network, so that no share of a gradient can be told."]);
}

export function test_the_carry_path_is_told_beside_the_jacobian() {
  const carry = { data: new Float64Array([0.1, 0.2, 1, 1]), rows: 2, columns: 2 };
  equal(carryWords([{ name: "the LSTM", keeper: "forget", past: past([1, 1], { carry, jacobian: [0.4, 1] }) }]), ["Through the forget gates alone, the most open unit would keep 0.20; the norm of the whole Jacobian is 0.40."]);
  equal(carryWords([{ name: "the RNN", keeper: "", past: past([1, 1], { jacobian: [0.4, 1] }) }]), []);
}

export function test_the_input_that_matters_most() {
  equal(inputWords([0, 3, 1], ["a", " ", "c"], "the loss"), "Of all that was read, step 2 (“␣”) matters most to the loss.");
  equal(inputWords([0, 0], [], "the target"), "Nothing that was read changes the target.");
}

export function test_a_longer_input_begins_as_a_shorter_one() {
  for (const shape of /** @type {(keyof typeof SHAPES)[]} */ (Object.keys(SHAPES))) {
    equal(sketchInput(shape, 30, 5).slice(0, 10), sketchInput(shape, 10, 5));
    check(sketchInput(shape, 200, 5).every((value) => Math.abs(value) <= 1), shape);
  }
  check(JSON.stringify(sketchInput("noise", 9, 1)) !== JSON.stringify(sketchInput("noise", 9, 2)), "seeds differ");
  equal(sketchInput("pulse", 3, 0), [1, 0, 0]);
  const noise = sketchInput("noise", 4000, 3);
  check(Math.abs(noise.reduce((sum, value) => sum + value, 0) / 4000) < 0.03, "noise is about zero");
}

export function test_lines_on_a_logarithmic_scale() {
  const layout = logLines([{ key: "a", values: [1e-3, 0, 0.1, 10], label: "A" }, { key: "b", values: [1e-3, 1e-3, 1, 1], label: "B" }], { from: 0, to: 4 }, 400, 116);
  if (!layout) throw new Error("there is something to draw");
  equal(layout.paths[0].d, "M50.0,108.0M250.0,63.5L350.0,19.0");
  equal(layout.y(1), 41.25);
  equal(layout.decades.map(({ text }) => text), ["1", "10⁻²"]);
  check(Math.abs(layout.labels[0].y - layout.labels[1].y) >= 14, "labels keep apart");
  const rising = logLines([{ key: "a", values: [1e-3, 1, 1, 1], label: "A" }], { from: 0, to: 4 }, 40, 116);
  check(rising !== null && rising.labels[0].y < rising.y(1), "a label stands over all of its line that is under it");
  equal(logLines([{ key: "a", values: [0, 0] }], { from: 0, to: 2 }, 100, 100), null);
}

export function test_many_steps_share_a_pixel_by_their_largest() {
  const values = Float64Array.from({ length: 1000 }, (_, step) => (step === 500 ? 1 : 1e-6));
  const layout = logLines([{ key: "a", values }], { from: 0, to: 1000 }, 100, 100);
  check(layout !== null && layout.paths[0].d.includes(",8.0"), "the spike is drawn");
  check(layout !== null && layout.paths[0].d.split("L").length < 140, "few points");
}

export function test_powers() {
  equal([0, 1, -9, 12].map(power), ["1", "10¹", "10⁻⁹", "10¹²"]);
}

export function test_the_address_holds_the_view() {
  const changed = after("gradients-sketches-changed", { change: { forgetBias: -1.5, weightScale: 2.3, length: 77, units: 8, seed: 12, activation: "relu", shape: "pulse", cells: ["lstm", "rnn"] } }, stateWith());
  const aimed = after("gradients-target-changed", { change: { step: 20, unit: 3 } }, after("gradients-sensitivity-chosen", { sensitivity: 3 }, changed));
  const at = after("gradients-step-chosen", { step: 5 }, aimed);
  const again = atGradients(stateWith(), gradientsFields(at));
  for (const name of /** @type {const} */ (["of", "sketches", "target", "sensitivity", "step"])) equal(gradientsOf(again)[name], gradientsOf(at)[name]);
  equal(gradientsFields(stateWith()), {});
  const network = stateWith({ of: "network", network: { model: "series", example: null, text: "1 2 3", given: null, layer: 1 }, target: { kind: "loss", step: 1, unit: null } });
  const back = gradientsOf(atGradients(stateWith(), gradientsFields(network)));
  equal([back.of, back.network, back.target], ["network", { model: "series", example: null, text: "1 2 3", given: null, layer: 1 }, { kind: "loss", step: 1, unit: null }]);
}

export function test_an_address_from_anywhere_is_held_to_the_limits() {
  const { sketches, target, sensitivity, window } = gradientsOf(atGradients(stateWith(), { bias: "1e9", scale: "-3", length: "100000", units: "7", seed: "x", cells: "tree", target: "loss", sensitivity: "5", window: "9~2", input: "constructor" }));
  equal(sketches, FIRST.sketches);
  equal([target.kind, sensitivity, window], ["hidden_state", 0, null]);
}

export function test_sketches_are_asked_for_one_by_one() {
  const state = stateWith({ sketches: { ...FIRST.sketches, length: 5, activation: "relu", cells: ["lstm", "rnn"] } });
  const { questions, problem } = questionsOf(state);
  equal(problem, null);
  equal(questions.map(({ key, body }) => [key, body.sketch.activation, body.target]), [["lstm", undefined, { kind: "hidden_state", step: 4, unit: null }], ["rnn", "relu", { kind: "hidden_state", step: 4, unit: null }]]);
  check(questions === questionsOf({ ...state, hover: null }).questions, "the same until something changes");
  equal(questionsOf(stateWith({ sketches: { ...FIRST.sketches, cells: [] } })).problem, "Choose at least one kind of cell.");
}

export function test_a_network_is_asked_for_where_it_was_read_last() {
  const ask = (/** @type {Record<string, any>} */ network, /** @type {any} */ target = FIRST.target) => questionsOf(stateWith({ of: "network", network: { ...FIRST.network, ...network }, target }));
  equal(ask({}).questions[0].body, { model: "series", input: { values: [[1], [2], [3]] }, target: { kind: "hidden_state", layer: 0, direction: "forward", step: null, unit: null }, encoding: "base64" });
  equal(ask({ layer: 1 }, { kind: "cell_state", step: null, unit: 1 }).questions[0].body.target, { kind: "hidden_state", layer: 0, direction: "backward", step: null, unit: 1 });
  equal(ask({ text: "5, 6" }, { kind: "loss", step: null, unit: null }).questions[0].body.target, { kind: "loss", step: null });
  equal(ask({ text: "5, six" }).problem, "Expected numbers; line 1 has “six”.");
}

export function test_targets_follow_what_they_are_about() {
  const aimed = stateWith({ target: { kind: "hidden_state", step: 30, unit: 20 } });
  equal(gradientsOf(after("gradients-sketches-changed", { change: { length: 20, units: 8 } }, aimed)).target, { kind: "hidden_state", step: null, unit: null });
  equal(gradientsOf(after("gradients-sketches-changed", { change: { length: 60 } }, aimed)).target.step, 30);
  equal(gradientsOf(after("gradients-network-changed", { change: { layer: 1 } }, aimed)).target, { kind: "hidden_state", step: 30, unit: null });
  equal(gradientsOf(after("gradients-network-changed", { change: { text: "1" } }, aimed)).target, { kind: "hidden_state", step: null, unit: 20 });
}

export function test_windows_and_cursors_stay_inside() {
  const zoomed = after("gradients-window-zoomed", { factor: 2, at: 1 }, stateWith({ answer: ANSWER, step: 50, window: { from: 10, to: 20 } }));
  check(gradientsOf(zoomed).window === null || /** @type {any} */ (gradientsOf(zoomed).window).to <= 3, "inside");
  const arrived = gradientsOf(after("gradients-arrived", { ...ANSWER, waiting: false }, stateWith({ step: 50, window: { from: 10, to: 20 } })));
  equal([arrived.step, arrived.window, arrived.waiting], [null, null, false]);
}

export function test_the_cursor_moves_by_keys_and_is_kept_in_sight() {
  const state = stateWith({ answer: ANSWER });
  equal(gradientsOf(after("gradients-stepped", { by: -1 }, state)).step, 1);
  equal(gradientsOf(after("gradients-jumped", { by: -Infinity }, state)).step, 0);
  equal(gradientsOf(after("gradients-jumped", { by: 10 }, state)).step, 2);
  equal(gradientsOf(after("gradients-window-fitted", {}, stateWith({ window: { from: 0, to: 2 } }))).window, null);
}

export function test_what_explore_shows_is_taken_over_as_it_was_chosen() {
  const explored = { ...stateWith(), modelId: "series", drafts: { series: { text: "4, 5", file: null, example: null } } };
  const typed = after("gradients-explore-taken", {}, { ...explored, selection: { ...explored.selection, layer: 1, unit: 2, step: 1 } });
  equal([gradientsOf(typed).network, gradientsOf(typed).target], [{ model: "series", example: null, text: "4, 5", given: null, layer: 1 }, { kind: "hidden_state", step: 1, unit: 2 }]);
  const example = after("gradients-explore-taken", {}, { ...explored, drafts: { series: { text: "1, 2, 3", file: null, example: "Three" } } });
  equal([gradientsOf(example).network, gradientsOf(example).target], [{ model: "series", example: "Three", text: null, given: null, layer: 0 }, { kind: "hidden_state", step: null, unit: null }]);
  const rows = { values: [[1], [2], [3]] };
  const taken = after("gradients-explore-taken", {}, { ...explored, drafts: { series: { text: "", file: { name: "rows.csv", input: rows }, example: null } } });
  const file = withGradients(taken, { of: "network" });
  equal(questionsOf(file).questions[0].body.input, rows);
  equal(gradientsOf(atGradients(stateWith(), gradientsFields(file))).network.given, rows);
  equal(gradientsOf(after("gradients-network-changed", { change: { layer: 1 } }, file)).network.given, rows);
  equal(gradientsOf(after("gradients-network-changed", { change: { text: "7" } }, file)).network.given, null);
}

export function test_each_view_is_told_what_was_answered() {
  const state = stateWith({ answer: ANSWER, room: { width: 800, rem: 16, compact: false, density: 1 } });
  const { subjects, sentences } = summaryProps(state);
  equal(subjects.map(({ fate, error }) => [fate, error]), [["survives", null], ["vanishes", null], [null, "It exploded."]]);
  check(sentences[0].startsWith("From step 3 back to step 1"), sentences[0]);
  equal(panelGroups(state).map(({ key, panels }) => [key, panels.map(({ name }) => name)]), [["lstm", ["hidden_state", "cell_state", "input"]], ["rnn", ["hidden_state", "input"]]]);
  const [left, paths] = chartProps(state);
  equal(left.lines.map(({ key }) => key), ["lstm cell", "lstm hidden", "rnn hidden"]);
  equal(paths.lines.map(({ key, dashed }) => [key, dashed]), [["lstm jacobian", false], ["lstm carry", true], ["rnn jacobian", false]]);
  equal(tableProps(state).columns.map(({ name }) => name), ["LSTM ∂h", "LSTM ∂c", "LSTM ∂x", "LSTM gates", "LSTM Jacobian", "Simple RNN ∂h", "Simple RNN ∂x", "Simple RNN Jacobian"]);
  check(panelGroups(state)[0].panels[0].picture === panelGroups({ ...state, hover: null })[0].panels[0].picture, "pictures are kept");
  equal(controlsProps(state).kinds.map(({ value }) => value), ["hidden_state"]);
  equal(controlsProps({ ...state, slices: { gradients: { ...gradientsOf(state), of: "network" } } }).kinds.map(({ value }) => value), ["hidden_state", "cell_state", "loss"]);
}

export function test_the_mean_loss_has_no_single_way_back() {
  const state = stateWith({ of: "network", answer: { questions: [], subjects: [{ ...ANSWER.subjects[0], key: "network" }] }, target: { kind: "loss", step: null, unit: null } });
  const { subjects, sentences } = summaryProps(state);
  equal(subjects[0].fate, null);
  equal(sentences[0], "The mean loss is 1.000.");
  check(!sentences.some((text) => text.startsWith("From step")), sentences.join(" "));
}
