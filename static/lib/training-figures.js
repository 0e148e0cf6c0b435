/** Runs as curves along training: what Plotly is handed, but for colours and theme. Pure. */

import { cellLabel } from "./plan-form.js";

/** @typedef {import("../state/train-types.js").Run} Run */

/**
 * `colour` is the run's place among those shown side by side; `dashed` sets apart what the network never saw, or was cut down.
 * @typedef {{name: string, colour: number | null, dashed: boolean, x: number[], y: (number | null)[]}} Curve
 * @typedef {{key: string, title: string, unit: string, log: boolean, curves: Curve[]}} Chart
 */

/** How many runs are called the same must be told apart by what differs. @param {Run[]} runs @returns {string[]} */
export function runNames(runs) {
  const names = runs.map(({ plan }) => cellLabel(plan));
  return names.map((name, index) => {
    if (names.filter((other) => other === name).length === 1) return name;
    const differs = differences(runs.map(({ plan }) => plan)).map((field) => `${field.replaceAll("_", " ")} ${shown(runs[index].plan[field])}`);
    return differs.length ? `${name}, ${differs.slice(0, 2).join(", ")}` : `${name}, run ${index + 1}`;
  });
}

/** @param {unknown} value */
const shown = (value) => (value === null || value === undefined ? "none" : String(value));

/** Fields in which plans differ. @param {Record<string, any>[]} plans */
const differences = (plans) => Object.keys(plans[0]).filter((field) => !["cell", "activation", "options"].includes(field) && new Set(plans.map((plan) => shown(plan[field]))).size > 1);

/**
 * Loss, what is measured on held-out data, and the gradient's norm.
 * @param {Run[]} runs
 * @returns {Chart[]}
 */
export function trainingCharts(runs) {
  if (!runs.some(({ history }) => history.length)) return [];
  const names = runNames(runs);
  const last = Math.max(1, ...runs.map(({ update }) => update));
  const measure = runs.find((run) => run.measure)?.measure ?? null;
  const baselines = distinct(runs.flatMap(({ baseline }) => (baseline ? [baseline] : [])));
  /** @param {(run: Run) => {update: number}[]} entries @param {(entry: any) => number | null} value @returns {Curve[]} */
  const curves = (entries, value) => runs.map((run, colour) => ({ name: names[colour], colour, dashed: false, x: entries(run).map(({ update }) => update), y: entries(run).map(value) }));
  const history = (/** @type {Run} */ run) => run.history;
  /** @type {Chart[]} */
  const charts = [{ key: "loss", title: "Loss of each batch", unit: "loss", log: true, curves: curves(history, ({ loss }) => positive(loss)) }];
  if (measure) {
    const level = baselines.map(({ name, value }) => ({ name, colour: null, dashed: true, x: [0, last], y: [value, value] }));
    charts.push({ key: "score", title: `Held out: ${measure.name}`, unit: measure.unit, log: false, curves: [...curves(({ evaluations }) => evaluations, ({ score }) => score), ...level] });
  }
  const clips = runs.some(({ plan, history: points }) => points.some(({ gradientNorm }) => gradientNorm > limitOf(plan)));
  charts.push({
    key: "gradient",
    title: clips ? "Gradient norm, and clipped (dotted)" : "Gradient norm",
    unit: "norm",
    log: true,
    curves: [...curves(history, ({ gradientNorm }) => positive(gradientNorm)), ...(clips ? runs.map((run, colour) => ({ name: `${names[colour]}, clipped`, colour, dashed: true, x: run.history.map(({ update }) => update), y: run.history.map(({ gradientNorm }) => positive(Math.min(gradientNorm, limitOf(run.plan)))) })) : [])],
  });
  return charts;
}

/**
 * Where a logarithmic axis has its numbers: at 1, 2 and 5 of each power of ten, over many powers at these alone; over less than one, wherever there is room.
 * @param {Curve[]} curves
 * @returns {number | string | undefined}
 */
export function logTicks(curves) {
  const values = curves.flatMap(({ y }) => y.filter((value) => value !== null));
  const [low, high] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const powers = Math.log10(high / low);
  return powers > 3 ? 1 : powers > 0.7 ? "D2" : undefined;
}

/**
 * What the colours and dashes stand for: the runs, and what none of them is.
 * @param {Chart[]} charts
 * @returns {{name: string, colour: number | null}[]}
 */
export function legendOf(charts) {
  const entries = charts.flatMap(({ curves }) => curves.filter(({ colour, dashed }) => colour === null || !dashed).map(({ name, colour }) => ({ name, colour })));
  return entries.filter(({ name, colour }, index) => entries.findIndex((one) => one.name === name && one.colour === colour) === index);
}

/** The norm that a gradient is cut down to. @param {Record<string, any>} plan @returns {number} */
const limitOf = ({ clip_norm }) => clip_norm ?? Infinity;

/** On a log scale there is no place for 0. @param {number} value */
const positive = (value) => (value > 0 ? value : null);

/** @param {{name: string, value: number}[]} baselines */
const distinct = (baselines) => baselines.filter(({ name, value }, index) => baselines.findIndex((one) => one.name === name && one.value === value) === index);

/**
 * Where a run stands, in a sentence for everybody.
 * @param {Run} run
 * @param {string} name
 */
export function standing({ update, steps, history, evaluations, measure, baseline, state }, name) {
  const at = `${name}: ${STATES[state]}, update ${update}${steps ? ` of ${steps}` : ""}`;
  const point = history[history.length - 1];
  const evaluation = evaluations[evaluations.length - 1];
  const loss = point ? `, loss ${short(point.loss)}` : "";
  const score = evaluation && measure ? `; ${measure.name} on held-out data ${short(evaluation.score)}` : "";
  const beside = evaluation && baseline ? ` (${baseline.name}: ${short(baseline.value)})` : "";
  return `${at}${loss}${score}${beside}.`;
}

/** @type {Record<import("../state/train-types.js").RunState, string>} */
export const STATES = { queued: "waiting for its turn", running: "running", paused: "paused", stopped: "stopped", finished: "finished", failed: "failed", interrupted: "interrupted" };

/** @param {number} value */
export const short = (value) => String(Number(value.toPrecision(3))).replace("-", "−");
