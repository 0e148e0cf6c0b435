/** The Train place: what was typed as a plan, the axis of training, runs as curves, and every event a pure step. */

import { cellLabel, planOptions, plansOf, typedOf, valueOf } from "/static/lib/plan-form.js";
import { keptAt, placeOnTraining, placesOf } from "/static/lib/training-axis.js";
import { legendOf, logTicks, runNames, standing, trainingCharts } from "/static/lib/training-figures.js";
import { escapeLabel } from "/static/lib/plotly-text.js";
import { readingWords, scoreWords } from "/static/state/probe-words.js";
import { initialState } from "/static/state/initial.js";
import { atTrain, chosenRuns, NOTHING_TRAINED, trainFields, trainOf, trainTransitions } from "/static/state/train-transitions.js";
import { equal } from "./check.js";

/** @type {import("/static/state/train-types.js").Option} */
const SIZE = { name: "hidden_size", kind: "integer", default: 32, description: "", lowest: 1, highest: 512, choices: null, optional: false };
/** @type {import("/static/state/train-types.js").Option} */
const CLIP = { name: "clip_norm", kind: "number", default: 1, description: "", lowest: 0, highest: 10, choices: null, optional: true };
/** @type {import("/static/state/train-types.js").Option} */
const BOTH = { name: "bidirectional", kind: "boolean", default: false, description: "", lowest: null, highest: null, choices: null, optional: false };
/** @type {import("/static/state/train-types.js").Option} */
const GAP = { name: "gap", kind: "integer", default: 60, description: "", lowest: 5, highest: 100, choices: null, optional: false };
const TASKS = [
  { name: "recall", title: "Recall", description: "", measured: "", options: [GAP], defaults: { hidden_size: 48 }, bidirectional: false },
  { name: "copy", title: "Copy", description: "", measured: "", options: [], defaults: {}, bidirectional: true },
];
const CATALOGUE = { tasks: TASKS, parameters: [SIZE, CLIP, BOTH] };

/** @param {Partial<import("/static/state/train-types.js").Run>} [change] @returns {import("/static/state/train-types.js").Run} */
const run = (change) => ({ id: "a", name: "", state: "running", plan: { cell: "lstm", seed: 1 }, update: 0, steps: 100, history: [], evaluations: [], measure: null, baseline: null, checkpoints: [], probes: [], model: null, error: null, lastEvent: 0, created: "", parameters: null, seconds: 0, ...change });

const START = { ...initialState({ theme: "system", dark: false, reducedMotion: false, density: 1 }), slices: { train: NOTHING_TRAINED } };

/** @param {...any} events */
const after = (...events) => events.reduce((state, event) => trainTransitions[event.type](state, event), START);

export function test_a_plan_says_only_what_differs_from_the_defaults_of_its_task() {
  const form = { ...NOTHING_TRAINED.form, task: "recall", cells: ["lstm", "relu"], plan: { hidden_size: "48", clip_norm: "" }, options: { recall: { gap: "20" } } };
  equal(plansOf(CATALOGUE, form), [
    { task: "recall", clip_norm: null, options: { gap: 20 }, cell: "lstm" },
    { task: "recall", clip_norm: null, options: { gap: 20 }, cell: "rnn", activation: "relu" },
  ]);
}

export function test_what_is_no_number_is_sent_as_it_was_typed() {
  equal([valueOf(SIZE, "many"), valueOf(SIZE, " 7 "), valueOf(SIZE, ""), valueOf(CLIP, ""), valueOf({ ...SIZE, kind: "numbers" }, "1, 2;3\n4"), valueOf({ ...SIZE, kind: "numbers" }, "1, two")], ["many", 7, "", null, [1, 2, 3, 4], "1, two"]);
}

export function test_an_option_that_the_task_does_not_allow_is_not_offered() {
  const names = (/** @type {number} */ index) => Object.values(planOptions(CATALOGUE, TASKS[index])).flat().map(({ name }) => name);
  equal([names(0).includes("bidirectional"), names(1).includes("bidirectional")], [false, true]);
  equal(typedOf(planOptions(CATALOGUE, TASKS[0]).first[0], planOptions(CATALOGUE, TASKS[0]).first[0].default), "48");
}

export function test_places_on_the_training_are_where_networks_were_kept() {
  const runs = [{ checkpoints: [0, 10, 30] }, { checkpoints: [0, 20] }];
  equal(placesOf(runs), [0, 10, 20, 30]);
  equal([placeOnTraining(runs, null, -1), placeOnTraining(runs, 12, 0), placeOnTraining(runs, 10, 1), placeOnTraining(runs, 30, 5), placeOnTraining([], 3, 1)], [20, 10, 20, 30, null]);
  equal([keptAt(runs[1], 15), keptAt(runs[1], null), keptAt(runs[1], 99), keptAt({ checkpoints: [] }, 5)], [0, 20, 20, null]);
}

export function test_runs_of_the_same_cell_are_told_apart_by_what_differs() {
  const runs = [run({ plan: { cell: "lstm", forget_bias: 0 } }), run({ plan: { cell: "lstm", forget_bias: 1 } }), run({ plan: { cell: "gru", forget_bias: 1 } })];
  equal(runNames(runs), ["LSTM, forget bias 0", "LSTM, forget bias 1", "GRU"]);
  equal(cellLabel({ cell: "rnn" }), "Simple RNN, tanh");
}

export function test_curves_show_the_baseline_and_what_was_clipped() {
  const points = [{ update: 1, loss: 2, gradientNorm: 5 }, { update: 2, loss: 1, gradientNorm: 0 }];
  const charts = trainingCharts([run({ plan: { cell: "lstm", clip_norm: 1 }, update: 2, history: points, evaluations: [{ update: 2, loss: 1, score: 0.5 }], measure: { name: "accuracy", unit: "share", higherIsBetter: true }, baseline: { name: "chance", value: 0.125 } })]);
  equal(charts.map(({ key, curves }) => [key, curves.map(({ name, y }) => [name, y])]), [
    ["loss", [["LSTM", [2, 1]]]],
    ["score", [["LSTM", [0.5]], ["chance", [0.125, 0.125]]]],
    ["gradient", [["LSTM", [5, null]], ["LSTM, clipped", [1, null]]]],
  ]);
}

export function test_charts_wait_for_the_first_update_and_share_one_legend() {
  equal(trainingCharts([run()]), []);
  const history = [{ update: 1, loss: 2, gradientNorm: 5 }];
  const charts = trainingCharts([run({ history, measure: { name: "accuracy", unit: "", higherIsBetter: true }, baseline: { name: "chance", value: 0.5 } }), run({ id: "b", history, plan: { cell: "gru", seed: 1, clip_norm: 1 } })]);
  equal(legendOf(charts), [{ name: "LSTM", colour: 0 }, { name: "GRU", colour: 1 }, { name: "chance", colour: null }]);
}

export function test_numbers_of_a_logarithmic_axis_do_not_crowd() {
  const ticks = (/** @type {(number | null)[]} */ ...y) => logTicks([{ name: "", colour: 0, dashed: false, x: [], y }]);
  equal([ticks(1, 3), ticks(0.1, null, 5), ticks(1e-3, 90), ticks()], [undefined, "D2", 1, undefined]);
}

export function test_a_network_s_reading_of_a_step_in_words() {
  /** @type {any} */
  const trace = { input: { kind: "tokens", labels: ["I", " "] }, predictions: [[], [{ label: "French", probability: 0.996 }, { label: "\n", probability: 0.001 }]], outputs: null };
  equal([readingWords(trace, 1, true), readingWords(trace, 0, true)], ["after “␣” it expects “French” 100%, “⏎” <1%", ""]);
  equal(readingWords(trace, 1, false), "after “␣” it says “French” 100%, “⏎” <1%");
  equal(readingWords({ ...trace, predictions: null, outputs: { data: Float32Array.of(1, -0.5), rows: 2, columns: 1 } }, 1, true), "it gives out −0.5");
  const told = run({ evaluations: [{ update: 10, loss: 1, score: 0.25 }, { update: 20, loss: 1, score: 0.5 }], measure: { name: "accuracy", unit: "", higherIsBetter: true } });
  equal([scoreWords(told, 5), scoreWords(told, 12), scoreWords(told, null)], ["", "accuracy 0.25", "accuracy 0.5"]);
}

export function test_where_a_run_stands_is_a_sentence() {
  const told = run({ update: 50, history: [{ update: 50, loss: 0.1234, gradientNorm: 1 }], evaluations: [{ update: 50, loss: 1, score: 0.987 }], measure: { name: "accuracy", unit: "", higherIsBetter: true }, baseline: { name: "chance", value: 0.125 } });
  equal(standing(told, "LSTM"), "LSTM: running, update 50 of 100, loss 0.123; accuracy on held-out data 0.987 (chance: 0.125).");
}

export function test_events_that_come_again_add_nothing() {
  const news = { type: "train-progressed", id: "a", update: 2, points: [{ update: 1, loss: 1, gradientNorm: 1 }, { update: 2, loss: 1, gradientNorm: 1 }], evaluations: [], checkpoints: [0, 2] };
  const state = after({ type: "train-runs-arrived", runs: [run()] }, news, news);
  equal([trainOf(state).runs[0].history.length, trainOf(state).runs[0].update, trainOf(state).runs[0].checkpoints], [2, 2, [0, 2]]);
}

export function test_a_list_keeps_what_only_details_tell() {
  const detailed = run({ history: [{ update: 1, loss: 1, gradientNorm: 1 }], probes: [{ name: "p", input: { text: "a" } }] });
  const state = after({ type: "train-run-arrived", run: detailed }, { type: "train-runs-arrived", runs: [run({ state: "finished" })] });
  const [kept] = trainOf(state).runs;
  equal([kept.state, kept.history.length, kept.probes.length], ["finished", 1, 1]);
}

export function test_started_runs_are_shown_and_at_most_three_at_once() {
  const runs = ["a", "b", "c", "d"].map((id) => run({ id }));
  const state = after({ type: "train-runs-arrived", runs: [runs[3]] }, { type: "train-started", runs: runs.slice(0, 3) });
  equal(chosenRuns(trainOf(state)).map(({ id }) => id), ["a", "b", "c"]);
  equal(trainOf(trainTransitions["train-run-toggled"](state, { type: "", id: "d" })).chosen, ["b", "c", "d"]);
}

export function test_a_refusal_goes_when_its_field_is_typed_into() {
  const refused = after({ type: "train-refused", field: "hidden_size", text: "No." });
  equal(trainOf(trainTransitions["train-field-typed"](refused, { type: "", of: "plan", name: "layers", value: "2" })).form.refused?.text, "No.");
  equal(trainOf(trainTransitions["train-field-typed"](refused, { type: "", of: "plan", name: "hidden_size", value: "2" })).form.refused, null);
}

export function test_playing_goes_from_kept_network_to_kept_network_and_stops_at_the_last() {
  const shown = after({ type: "train-started", runs: [run({ checkpoints: [0, 10, 20] })] }, { type: "train-playing-toggled" });
  equal([trainOf(shown).playing, trainOf(shown).update], [true, 0]);
  const tick = (/** @type {any} */ state) => trainTransitions["train-ticked"](state, { type: "" });
  equal([trainOf(tick(shown)).update, trainOf(tick(tick(shown))).update, trainOf(tick(tick(tick(shown)))).playing], [10, 20, false]);
}

export function test_the_address_holds_runs_and_both_times_and_what_was_chosen() {
  const state = after({ type: "train-catalogue-arrived", catalogue: CATALOGUE }, { type: "train-started", runs: [run()] }, { type: "train-field-typed", of: "plan", name: "clip_norm", value: "" }, { type: "train-field-typed", of: "options", name: "gap", value: "20" }, { type: "train-update-chosen", update: 300 }, { type: "train-step-chosen", step: 39 });
  const fields = trainFields(state);
  equal(fields, { task: "recall", cells: "lstm.gru.rnn", "p.clip_norm": "", "o.gap": "20", runs: "a", update: "300", step: "39" });
  const read = trainOf(atTrain(START, fields));
  equal([read.chosen, read.update, read.step, read.form.plan, read.form.options], [["a"], 300, 39, { clip_norm: "" }, { recall: { gap: "20" } }]);
}

export function test_an_address_from_anywhere_does_no_harm() {
  const read = trainOf(atTrain(START, { update: "-5", step: "x", cells: "lstm.evil", quantity: "<b>", unit: "1e9" }));
  equal([read.update, read.step, read.form.cells, read.unit], [null, Infinity, ["lstm"], null]);
}

export function test_labels_are_shown_letter_by_letter() {
  equal(escapeLabel("<b>$x% &"), "&lt;b&gt;&#36;x&#37; &amp;");
}
