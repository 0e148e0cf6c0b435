/** The Train place: what is chosen for the next runs, which runs are watched, and where in their training and in the probe one is. Pure. */

import { CELLS, planOptions, typedOf } from "../lib/plan-form.js";
import { placeOnTraining } from "../lib/training-axis.js";
import { sliceOf, withSlice } from "./slices.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./train-types.js").Train} Train */
/** @typedef {import("./train-types.js").Run} Run */
/** @typedef {import("./train-types.js").Form} Form */

/** Runs side by side. More could not be told apart. */
export const MOST_CHOSEN = 3;

/** @type {Train} */
export const NOTHING_TRAINED = {
  catalogue: null,
  away: null,
  form: { task: null, cells: ["lstm", "gru", "rnn"], plan: {}, options: {}, refused: null, sending: false },
  runs: [],
  chosen: [],
  probe: 0,
  update: null,
  playing: false,
  step: Infinity,
  layer: null,
  unit: null,
  quantity: "all",
  probed: {},
  shapes: {},
  told: null,
  charts: false,
};

/** @param {State} state @returns {Train} */
export const trainOf = (state) => sliceOf(state, "train");

/** @param {State} state @param {Partial<Train>} change */
const withTrain = (state, change) => withSlice(state, "train", change);

/** @param {State} state @param {Partial<Form>} change */
const withForm = (state, change) => withTrain(state, { form: { ...trainOf(state).form, ...change } });

/** @param {Train} train @returns {Run[]} */
export const chosenRuns = ({ runs, chosen }) => chosen.flatMap((id) => runs.filter((run) => run.id === id));

/** A run that will still change. @param {Run} run */
export const isGoing = ({ state }) => state === "queued" || state === "running" || state === "paused";

/**
 * One run as it is now. What a list leaves out, such as the history, is kept.
 * @param {Run[]} runs
 * @param {Run} told
 * @returns {Run[]}
 */
function withRun(runs, told) {
  const known = runs.find(({ id }) => id === told.id);
  if (!known) return [told, ...runs];
  const history = told.history.length >= known.history.length ? told.history : known.history;
  const evaluations = told.evaluations.length >= known.evaluations.length ? told.evaluations : known.evaluations;
  const checkpoints = told.checkpoints.length ? told.checkpoints : known.checkpoints;
  const next = { ...told, history, evaluations, checkpoints, probes: told.probes.length ? told.probes : known.probes };
  return runs.map((run) => (run.id === told.id ? next : run));
}

/**
 * @param {State} state
 * @param {string} id
 * @param {(run: Run) => Run} change
 */
const changed = (state, id, change) => withTrain(state, { runs: trainOf(state).runs.map((run) => (run.id === id ? change(run) : run)) });

/**
 * What is new after a place that is already known; events may come again after a lost connection.
 * @template {{update: number}} Entry
 * @param {Entry[]} known
 * @param {Entry[]} more
 */
const appended = (known, more) => [...known, ...more.filter(({ update }) => !known.length || update > known[known.length - 1].update)];

/** @type {import("./types.js").Transitions} */
export const trainTransitions = {
  "train-catalogue-arrived"(state, { catalogue }) {
    const { form } = trainOf(state);
    const known = catalogue.tasks.some((/** @type {any} */ task) => task.name === form.task);
    return withTrain(withForm(state, { task: known ? form.task : catalogue.tasks[0].name }), { catalogue, away: null });
  },

  "train-away": (state, { text }) => withTrain(state, { away: text }),

  "train-charts-arrived": (state) => withTrain(state, { charts: true }),

  "train-runs-arrived"(state, { runs }) {
    const train = trainOf(state);
    const next = runs.map((/** @type {Run} */ run) => withRun(train.runs, run).find(({ id }) => id === run.id));
    const chosen = train.chosen.filter((id) => next.some((/** @type {Run} */ run) => run.id === id));
    return withTrain(state, { runs: next, chosen: chosen.length || train.chosen.length ? chosen : next.slice(0, 1).map((/** @type {Run} */ { id }) => id), away: null });
  },

  "train-run-arrived": (state, { run }) => withTrain(state, { runs: withRun(trainOf(state).runs, run) }),

  "train-progressed": (state, { id, points, evaluations, checkpoints, update }) =>
    changed(state, id, (run) => ({
      ...run,
      update: Math.max(run.update, update),
      history: points.length ? appended(run.history, points) : run.history,
      evaluations: evaluations.length ? appended(run.evaluations, evaluations) : run.evaluations,
      checkpoints: checkpoints ?? run.checkpoints,
    })),

  "train-run-moved": (state, { id, to }) => changed(state, id, (run) => ({ ...run, state: to })),

  "train-task-chosen": (state, { name }) => withForm(state, { task: name, plan: {}, refused: null }),

  "train-cell-toggled"(state, { name }) {
    const { cells } = trainOf(state).form;
    const next = cells.includes(name) ? cells.filter((cell) => cell !== name) : CELLS.map((cell) => cell.name).filter((cell) => cell === name || cells.includes(cell));
    return next.length > MOST_CHOSEN ? withForm(state, { refused: { field: "cells", text: `Up to ${MOST_CHOSEN} cells can be trained side by side.` } }) : withForm(state, { cells: next, refused: null });
  },

  "train-field-typed"(state, { of, name, value }) {
    const { form } = trainOf(state);
    const refused = form.refused?.field === name ? null : form.refused;
    if (of === "plan") return withForm(state, { plan: { ...form.plan, [name]: value }, refused });
    const task = form.task ?? "";
    return withForm(state, { options: { ...form.options, [task]: { ...form.options[task], [name]: value } }, refused });
  },

  "train-asked": (state) => withForm(state, { sending: true, refused: null }),

  "train-refused": (state, { field, text }) => withForm(state, { sending: false, refused: { field, text } }),

  /** The new runs are what one wants to see, from where their training begins. */
  "train-started"(state, { runs }) {
    const train = trainOf(state);
    const all = runs.reduce(withRun, train.runs);
    return withTrain(withForm(state, { sending: false, refused: null }), { runs: all, chosen: runs.map((/** @type {Run} */ { id }) => id), probe: 0, update: null, playing: false, step: Infinity, layer: null, unit: null, told: null });
  },

  "train-run-toggled"(state, { id }) {
    const { chosen } = trainOf(state);
    return withTrain(state, { chosen: chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-MOST_CHOSEN), told: null });
  },

  "train-run-deleted"(state, { id, text }) {
    const train = trainOf(state);
    return withTrain(state, { runs: train.runs.filter((run) => run.id !== id), chosen: train.chosen.filter((one) => one !== id), told: text });
  },

  "train-told": (state, { text }) => withTrain(state, { told: text }),

  "train-update-chosen": (state, { update }) => withTrain(state, { update, playing: false }),

  "train-update-stepped"(state, { by }) {
    const train = trainOf(state);
    return withTrain(state, { update: placeOnTraining(chosenRuns(train), train.update, by), playing: false });
  },

  "train-playing-toggled"(state) {
    const train = trainOf(state);
    const last = placeOnTraining(chosenRuns(train), train.update, Infinity);
    const atEnd = train.update === null || train.update === last;
    return withTrain(state, { playing: !train.playing, update: !train.playing && atEnd ? placeOnTraining(chosenRuns(train), 0, 0) : train.update });
  },

  /** The next checkpoint while playing; at the newest one it stops. */
  "train-ticked"(state) {
    const train = trainOf(state);
    const next = placeOnTraining(chosenRuns(train), train.update, 1);
    return next === train.update ? withTrain(state, { playing: false }) : withTrain(state, { update: next });
  },

  "train-probe-chosen": (state, { probe }) => withTrain(state, { probe, step: Infinity }),

  "train-probed": (state, { id, probed }) => withTrain(state, { probed: { ...trainOf(state).probed, [id]: probed } }),

  "train-shape-arrived": (state, { id, shape }) => withTrain(state, { shapes: { ...trainOf(state).shapes, [id]: shape } }),

  "train-step-chosen": (state, { step }) => withTrain(state, { step }),

  "train-unit-chosen": (state, { unit }) => withTrain(state, { unit: Math.max(0, unit) }),

  "train-layer-chosen": (state, { layer }) => withTrain(state, { layer }),

  "train-quantity-chosen": (state, { quantity }) => withTrain(state, { quantity }),
};

/**
 * @param {State} state
 * @param {Record<string, string>} fields
 * @returns {State}
 */
export function atTrain(state, fields) {
  /** @param {string} name */
  const whole = (name) => (/^\d{1,9}$/.test(fields[name] ?? "") ? Number(fields[name]) : null);
  const train = trainOf(state);
  const cells = (fields.cells ?? "").split(".").filter((name) => CELLS.some((cell) => cell.name === name));
  const task = fields.task ?? train.form.task;
  /** @param {string} lead */
  const typed = (lead) => Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith(lead)).map(([name, value]) => [name.slice(lead.length), value === "true" ? true : value === "false" ? false : value]));
  const form = { ...train.form, task, cells: cells.length ? cells.slice(0, MOST_CHOSEN) : train.form.cells, plan: typed("p."), options: task ? { ...train.form.options, [task]: { ...typed("o.") } } : train.form.options };
  return withTrain(state, {
    form,
    chosen: fields.runs ? fields.runs.split(".").slice(0, MOST_CHOSEN) : train.chosen,
    probe: whole("probe") ?? 0,
    update: whole("update"),
    step: whole("step") ?? Infinity,
    layer: whole("layer"),
    unit: whole("unit"),
    quantity: fields.quantity ?? "all",
  });
}

/** A longer text does not belong into an address. */
const LONGEST_TYPED = 200;

/**
 * @param {State} state
 * @returns {Record<string, string>}
 */
export function trainFields(state) {
  const { form, chosen, probe, update, step, layer, unit, quantity, catalogue } = trainOf(state);
  const task = catalogue?.tasks.find(({ name }) => name === form.task);
  const options = task && catalogue ? planOptions(catalogue, task) : null;
  /** @param {string} lead @param {Record<string, string | boolean>} typed @param {import("./train-types.js").Option[]} known */
  const changedFields = (lead, typed, known) =>
    Object.fromEntries(known.filter((option) => option.name in typed && typed[option.name] !== typedOf(option, option.default) && String(typed[option.name]).length <= LONGEST_TYPED).map(({ name }) => [lead + name, String(typed[name])]));
  return {
    ...(form.task && { task: form.task }),
    cells: form.cells.join("."),
    ...(options && changedFields("p.", form.plan, [...options.first, ...options.more])),
    ...(task && changedFields("o.", form.options[task.name] ?? {}, task.options)),
    ...(chosen.length && { runs: chosen.join(".") }),
    ...(probe && { probe: String(probe) }),
    ...(update !== null && { update: String(update) }),
    ...(Number.isFinite(step) && { step: String(step) }),
    ...(layer !== null && { layer: String(layer) }),
    ...(unit !== null && { unit: String(unit) }),
    ...(quantity !== "all" && { quantity }),
  };
}
