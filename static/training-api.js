/** Training runs over the REST API: fetch, check, decode, and listen. Knows no state. */

import { post, request } from "./api.js";
import { BASE } from "./lib/api-paths.js";

/** @typedef {import("./state/train-types.js").Run} Run */

/** @typedef {{update: number, points: import("./state/train-types.js").Point[], evaluations: import("./state/train-types.js").Evaluation[], checkpoints: number[] | null}} News */

/** @param {string} id */
const pathOf = (id) => `/trainings/${encodeURIComponent(id)}`;

/** @returns {Promise<import("./state/train-types.js").Catalogue>} */
export async function fetchTasks() {
  return (await request("/tasks")).json();
}

/** @returns {Promise<Run[]>} without their histories */
export const fetchTrainings = async () => (await (await request("/trainings")).json()).trainings.map(runOf);

/** @param {string} id @returns {Promise<Run>} */
export const fetchTraining = async (id) => runOf(await (await request(pathOf(id))).json());

/** @param {Record<string, any>} plan @returns {Promise<Run>} */
export const postTraining = async (plan) => runOf(await (await request("/trainings", post(plan))).json());

/** @param {string} id @param {"pause" | "resume" | "stop"} verb @returns {Promise<Run>} */
export const commandTraining = async (id, verb) => runOf(await (await request(`${pathOf(id)}/${verb}`, post({}))).json());

/** @param {string} id */
export const deleteTraining = async (id) => void (await request(pathOf(id), { method: "DELETE" }));

/** The field that a refusal is about, where it names one. @param {any} error @returns {string | null} */
export const fieldOf = (error) => error?.errors?.[0]?.pointer?.split("/").pop() ?? null;

/**
 * Listens to a run until it ends or nobody wants to know any more. After a lost connection the browser comes back to where it was.
 * @param {string} id
 * @param {number} after the last event that is known already
 * @param {{news: (news: News) => void, state: (state: string) => void, end: () => void}} told
 * @returns {() => void} stops listening
 */
export function watchTraining(id, after, told) {
  const source = new EventSource(`${BASE}${pathOf(id)}/events?after=${after}`);
  /** @param {string} name @param {(data: any) => void} handle */
  const on = (name, handle) => source.addEventListener(name, (event) => handle(JSON.parse(/** @type {MessageEvent} */ (event).data)));
  on("progress", (data) => told.news({ update: data.update, points: [pointOf(data)], evaluations: data.evaluation ? [evaluationOf({ update: data.update, ...data.evaluation })] : [], checkpoints: null }));
  on("checkpoint", (data) => told.news({ update: data.update, points: [], evaluations: [], checkpoints: data.checkpoints }));
  on("state", ({ state }) => told.state(state));
  on("end", () => {
    source.close();
    told.end();
  });
  return () => source.close();
}

/** The largest norm since the last report is told, so that no explosion is missed. @param {any} data @returns {import("./state/train-types.js").Point} */
const pointOf = ({ update, loss, mean_loss, gradient_norm, largest_gradient_norm }) => ({ update, loss: mean_loss ?? loss, gradientNorm: largest_gradient_norm ?? gradient_norm });

/** @param {any} data @returns {import("./state/train-types.js").Evaluation} */
const evaluationOf = ({ update, loss, value }) => ({ update, loss, score: value });

/** @param {any} told @returns {Run} */
function runOf({ id, name, state, plan, update, steps, history, evaluations, measure, baseline, checkpoints, probes, model, error, last_event, created, parameters, seconds }) {
  const rows = (history?.update ?? []).map((/** @type {number} */ _, /** @type {number} */ index) => pointOf(Object.fromEntries(Object.entries(history).map(([key, column]) => [key, /** @type {any} */ (column)[index]]))));
  return {
    id,
    name,
    state,
    plan,
    update,
    steps,
    history: rows,
    evaluations: (evaluations ?? []).map(evaluationOf),
    measure: measure ? { name: measure.name, unit: measure.unit, higherIsBetter: measure.higher_is_better } : null,
    baseline: baseline ? { name: baseline.name, value: baseline.value } : null,
    checkpoints: checkpoints ?? [],
    probes: probes ?? [],
    model: model ?? null,
    error: error ?? null,
    lastEvent: last_event ?? 0,
    created,
    parameters: parameters ?? null,
    seconds: seconds ?? 0,
  };
}
