/** What each view of the Train place is told. Objects keep their identity while what they are made of is the same. */

import { cellForm } from "../lib/cell-form.js";
import { wordLength } from "../lib/format.js";
import { GUTTER } from "../lib/layout.js";
import { memo } from "../lib/memo.js";
import { planOptions } from "../lib/plan-form.js";
import { runNames, standing, trainingCharts } from "../lib/training-figures.js";
import { keptAt, placesOf } from "../lib/training-axis.js";
import { columnNames } from "./input-transitions.js";
import { readingWords, sayStep, scoreWords, waitingWords } from "./probe-words.js";
import { colouringOf, isOfUnits, themeOf } from "./selectors.js";
import { quantitiesIn } from "./shown.js";
import { chosenRuns, trainOf } from "./train-transitions.js";
import { liveliestUnit } from "./trace-transitions.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./train-types.js").Run} Run */
/** @typedef {import("./train-types.js").Probed} Probed */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {{width: number, rem: number, compact: boolean, density: number}} Room */

/** @type {never[]} */
const NONE = [];

/** Height of a probe's heatmap in CSS pixels: several networks stand below one another. */
const PANEL_HEIGHT = 48;
const ALONE_HEIGHT = 96;

const optionsOf = memo((/** @type {import("./train-types.js").Catalogue | null} */ catalogue, /** @type {import("./train-types.js").Task | null} */ task) => (catalogue && task ? planOptions(catalogue, task) : null));

/** @param {State} state */
export function formProps(state) {
  const { catalogue, form, away } = trainOf(state);
  const task = catalogue?.tasks.find(({ name }) => name === form.task) ?? null;
  return { tasks: catalogue?.tasks ?? NONE, task, options: optionsOf(catalogue, task), form, away };
}

const namesOf = memo((/** @type {Run[]} */ runs) => runNames(runs));

const chosenOf = memo((/** @type {Run[]} */ runs, /** @type {string[]} */ chosen) => chosenRuns(/** @type {any} */ ({ runs, chosen })));

/** @param {State} state */
const shownRuns = (state) => chosenOf(trainOf(state).runs, trainOf(state).chosen);

const listOf = memo((/** @type {Run[]} */ runs, /** @type {Run[]} */ shown, /** @type {any} */ catalogue, /** @type {string | null} */ told) => {
  const names = namesOf(shown);
  const entries = runs.map((run) => {
    const place = shown.indexOf(run);
    const name = place >= 0 ? names[place] : runNames([run])[0];
    const task = catalogue?.tasks.find((/** @type {any} */ one) => one.name === run.plan.task)?.title ?? run.plan.task;
    return { run, name, task, colour: place >= 0 ? place : null, standing: `${standing(run, name).replace(/^[^:]*: /, "").replace(/^./, (sign) => sign.toUpperCase())}` };
  });
  return { entries, told, deleting: null };
});

/** @param {State} state */
export const runListProps = (state) => listOf(trainOf(state).runs, shownRuns(state), trainOf(state).catalogue, trainOf(state).told);

const chartsOf = memo((/** @type {Run[]} */ runs) => (runs.length ? trainingCharts(runs) : NONE));
const standings = memo((/** @type {Run[]} */ runs) => runs.map((run, index) => standing(run, namesOf(runs)[index])).join(" "));

/** @param {State} state */
export function curvesProps(state) {
  const runs = shownRuns(state);
  return { ready: trainOf(state).charts, charts: chartsOf(runs), update: trainOf(state).update, theme: themeOf(state), words: standings(runs) };
}

/** @typedef {{update: number | null, playing: boolean, probe: number, quantity: string, layer: number, step: number, steps: number, unit: number, units: number}} At */

const axisOf = memo((/** @type {Run[]} */ runs, /** @type {string} */ layerNames, /** @type {At} */ at) => {
  const places = placesOf(runs);
  const index = at.update === null ? places.length - 1 : places.filter((place) => place <= /** @type {number} */ (at.update)).length - 1;
  const probes = runs[0]?.probes ?? NONE;
  const quantities = [...new Set(runs.flatMap(({ plan }) => QUANTITIES[plan.cell] ?? []))];
  return { ...at, places, at: Math.max(0, index), following: at.update === null, probes: probes.map(({ name }) => name), probe: Math.min(at.probe, Math.max(0, probes.length - 1)), quantities, layers: layerNames === "" ? NONE : layerNames.split("|") };
});

/** The same object for the same values. @type {(...values: any[]) => At} */
const placeOf = memo((update, playing, probe, quantity, layer, step, steps, unit, units) => ({ update, playing, probe, quantity, layer, step, steps, unit, units }));

/** @type {Record<string, string[]>} */
const QUANTITIES = {
  lstm: ["input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"],
  gru: ["reset_gate", "update_gate", "candidate", "hidden_state"],
  rnn: ["hidden_state"],
};

/** @type {Map<string, (...inputs: any[]) => any>} */
const memories = new Map();

/** A memory of its own for each key. @param {string} key @param {(...inputs: any[]) => any} compute @param {any[]} inputs */
function remembered(key, compute, ...inputs) {
  let make = memories.get(key);
  if (!make) memories.set(key, (make = memo(compute)));
  return make(...inputs);
}

/** The unit that is shown until one is chosen. @param {string} id @param {LayerTrace} layer @returns {number} */
const liveliest = (id, layer) => remembered(`${id} liveliest`, liveliestUnit, layer);

/**
 * Which of a trace's layers is shown: as chosen, as far as it has it; the last one unless another was chosen.
 * @param {import("./train-types.js").Train} train
 * @param {import("../types.js").Trace} trace
 */
const layerIn = ({ layer }, { layers }) => Math.min(layer ?? Infinity, layers.length - 1);

/** @param {import("../types.js").Trace} trace */
const layerNames = ({ layers }) => layers.map(({ layer, direction }) => `Layer ${layer + 1}${layers.some((other) => other.direction === "backward") ? `, ${direction}` : ""}`);

/** @param {State} state */
export function axisProps(state) {
  const train = trainOf(state);
  const runs = shownRuns(state);
  const traces = runs.flatMap(({ id }) => train.probed[id]?.trace ?? []);
  const steps = Math.max(0, ...traces.map((trace) => trace.steps));
  const units = Math.max(0, ...traces.map((trace) => trace.layers[layerIn(train, trace)].hiddenSize));
  const [first] = traces;
  const deepest = traces.reduce((most, trace) => (trace.layers.length > most.layers.length ? trace : most), first);
  const layer = deepest ? layerIn(train, deepest) : 0;
  const unit = train.unit ?? (first ? liveliest("first", first.layers[layerIn(train, first)]) : 0);
  return axisOf(runs, deepest ? layerNames(deepest).join("|") : "", placeOf(train.update, train.playing, train.probe, train.quantity, layer, Math.min(train.step, Math.max(0, steps - 1)), steps, unit, units));
}

const formedLayer = (/** @type {LayerTrace} */ layer, /** @type {import("./train-types.js").Shape | undefined} */ shape) => ({ ...layer, form: cellForm(layer.cell, shape?.layers.find((info) => info.layer === layer.layer && info.direction === layer.direction)) });

/**
 * One network's reading of the probe: what its ribbon, carry track, heatmaps and cursor are told; null while there is nothing to show.
 * @param {State} state
 * @param {number} index among the runs side by side
 * @param {Room} room
 */
export function paneProps(state, index, room) {
  const train = trainOf(state);
  const runs = shownRuns(state);
  const run = runs[index];
  const probed = train.probed[run.id] ?? null;
  const title = namesOf(runs)[index];
  const wanted = keptAt(run, train.update);
  const head = { title, index, update: probed?.update ?? wanted, steps: run.steps, stale: probed !== null && probed.update !== wanted, error: probed?.error ?? null, waiting: probed === null ? waitingWords(run) : null, score: scoreWords(run, probed?.update ?? wanted), reading: "", said: "" };
  const trace = probed?.trace ?? null;
  if (!trace || room.width === 0) return { head, trace: null };
  const layer = remembered(`${run.id} layer`, formedLayer, trace.layers[layerIn(train, trace)], train.shapes[run.id]);
  const step = Math.min(train.step, trace.steps - 1);
  const unit = Math.min(train.unit ?? liveliest(run.id, layer), layer.hiddenSize - 1);
  const window = remembered(`${run.id} window`, (steps) => ({ from: 0, to: Math.max(1, steps) }), trace.steps);
  const gutter = Math.round((room.compact ? GUTTER.narrow : GUTTER.wide) * room.rem);
  const theme = themeOf(state);
  const shared = { window, width: room.width, gutter };
  const labels = trace.input.labels;
  const numeric = trace.input.kind === "values";
  const nextInput = train.shapes[run.id]?.readout?.predicts === "next_input";
  const ribbon = { labels, words: wordLength(trace.input, trace.predictions), steps: trace.steps, numeric, unknown: trace.input.unknown, predictions: trace.predictions, tokens: trace.input.tokens, nextInput, others: null, moved: null, ...shared, theme, step };
  const forecast = numeric && trace.outputs ? { values: trace.input.values, outputs: trace.outputs, nextInput, others: null, intervened: false, names: columnNames(train.shapes[run.id]), ...shared } : null;
  const carry = remembered(`${run.id} carry`, carryOf, layer, unit, step, window, room.width, gutter, labels, theme, room.rem, state.surroundings.reducedMotion, numeric);
  const names = Object.keys(layer.quantities).filter((name) => train.quantity === "all" || name === train.quantity);
  const panels = names.map((name) => panelOf(state, run.id, layer, name, { step, unit, window, plotWidth: Math.max(1, room.width - gutter), height: names.length === 1 ? ALONE_HEIGHT : PANEL_HEIGHT, theme, density: room.density, steps: trace.steps }));
  const cursor = { step, ...shared, rem: room.rem, hover: null, held: null, label: "", values: NONE, predictions: null };
  return { head: { ...head, reading: readingWords(trace, step, nextInput), said: sayStep(layer, trace, step, unit, nextInput) }, trace, ribbon, forecast, carry, panels, cursor };
}

/** @param {LayerTrace} layer @param {number} unit @param {...any} rest */
function carryOf(layer, unit, ...rest) {
  const [step, window, width, gutter, labels, theme, rem, reducedMotion, numeric] = rest;
  return { reading: true, layer, units: remembered(`lanes ${unit}`, (one) => [one], unit), step, stage: 3, window, width, gutter, labels, hover: null, reducedMotion, rem, theme, compact: true, bands: null, numeric };
}

/**
 * @param {State} state
 * @param {string} id
 * @param {LayerTrace} layer
 * @param {string} name
 * @param {{step: number, unit: number, window: import("../types.js").TimeWindow, plotWidth: number, height: number, theme: string, density: number, steps: number}} at
 */
function panelOf(state, id, layer, name, { step, unit, window, plotWidth, height, theme, density, steps }) {
  const quantity = quantitiesIn(state, layer).find((candidate) => candidate.name === name);
  const matrix = layer.quantities[name];
  const own = isOfUnits(layer, name);
  const picture = remembered(`${id} ${name}`, (...inputs) => ({ ...colouringOf(quantity, matrix), matrix, order: null, window, plotWidth, height, theme, density, inputs: inputs.length }), matrix, window, plotWidth, height, theme, density);
  const backward = layer.direction === "backward";
  return {
    name,
    symbol: quantity?.symbol ?? name,
    formula: quantity?.formula ?? "",
    description: quantity?.description ?? "",
    derived: true,
    picture,
    folded: false,
    enlarged: false,
    revealedFrom: backward ? step / steps : 0,
    revealedTo: backward ? 1 : (step + 1) / steps,
    unit,
    place: own ? unit : null,
    hoverPlace: null,
    marks: NONE,
    rubber: null,
    value: own ? matrix.data[step * matrix.columns + unit] : null,
  };
}
