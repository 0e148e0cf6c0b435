/** The REST API as the page needs it: fetch, check, decode. Knows no DOM and no state. */

import { BASE, modelPath, tracePath } from "./lib/api-paths.js";
import { decodeMatrix, decodeVector } from "./lib/array.js";
import { countedFromOne } from "./lib/format.js";
import { decodeGradients } from "./lib/gradients.js";
import { sendForm } from "./lib/send-form.js";

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").LayerTrace} LayerTrace */

/** The server's refusal, in its own words, counted as the page counts; status 0 where it did not answer at all. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   * @param {any[]} [choices] what there is to choose from, where a file leaves something open
   * @param {{pointer?: string, detail: string}[]} [errors] what in the request is to blame
   */
  constructor(status, detail, choices = [], errors = []) {
    super(countedFromOne(detail));
    this.status = status;
    this.choices = choices;
    this.errors = errors;
  }
}

const AWAY = "The server does not answer. Is Gatescope still running?";

/**
 * @param {number} status
 * @param {string} statusText
 * @param {any} problem the answer's body, null where it is no JSON
 */
const refusal = (status, statusText, problem) => new ApiError(status, problem?.detail ?? `The server answered ${status} ${statusText}.`, problem?.choices, problem?.errors);

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function request(path, options) {
  let response;
  try {
    response = await fetch(BASE + path, options);
  } catch (error) {
    if (options?.signal?.aborted) throw error;
    throw new ApiError(0, AWAY);
  }
  if (!response.ok) throw refusal(response.status, response.statusText, await response.json().catch(() => null));
  return response;
}

/**
 * A form with files, posted while somebody watches.
 * @param {string} path
 * @param {Record<string, string | File>} fields
 * @param {Parameters<typeof sendForm>[2]} watch
 * @returns {Promise<{status: number, body: any}>}
 */
async function postForm(path, fields, watch) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  let answer;
  try {
    answer = await sendForm(BASE + path, form, watch);
  } catch (error) {
    if (watch.signal.aborted) throw error;
    throw new ApiError(0, AWAY);
  }
  if (answer.status >= 300) throw refusal(answer.status, answer.statusText, answer.body);
  return answer;
}

/** @param {unknown} body */
export const post = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** @returns {Promise<import("./types.js").Quantity[]>} */
export const fetchQuantities = async () => (await (await request("/quantities")).json()).quantities;

/** @returns {Promise<any[]>} models without their long lists of labels */
export const fetchModels = async () => (await (await request("/models")).json()).models;

/** @param {string} id @returns {Promise<any>} one model, with its labels */
export const fetchModel = async (id) => (await request(modelPath(id))).json();

/** @param {string} id @param {string} name @returns {Promise<any>} the model under its new name */
export const renameModel = async (id, name) => (await request(modelPath(id), { ...post({ name }), method: "PATCH" })).json();

/** @param {string} id */
export const deleteModel = async (id) => void (await request(modelPath(id), { method: "DELETE" }));

/** @returns {Promise<any>} code that writes a reference file, by framework */
export const fetchSnippets = async () => (await request("/snippets")).json();

/**
 * Adds a network.
 * @param {{weights: File, vocabulary?: File, name: string, options: Record<string, any>}} upload
 * @param {Parameters<typeof sendForm>[2]} watch
 * @returns {Promise<{model: any, created: boolean}>} `created` is false where the same network was there already
 */
export async function postModel({ weights, vocabulary, name, options }, watch) {
  const fields = { name, options: JSON.stringify(options), ...(vocabulary && { vocabulary }), weights };
  const { status, body } = await postForm("/models", fields, watch);
  return { model: body, created: status === 201 };
}

/**
 * Compares a network with what its framework computed.
 * @param {string} id
 * @param {File} reference
 * @param {Parameters<typeof sendForm>[2]} watch
 * @returns {Promise<any>}
 */
export const postReference = async (id, reference, watch) => (await postForm(`${modelPath(id)}/verification`, { reference }, watch)).body;

/** @typedef {{model: string, input: object, interventions?: import("./types.js").Intervention[]}} Wanted what a trace is to be made of */

/**
 * @param {Wanted} wanted
 * @param {AbortSignal} [signal]
 * @returns {Promise<Trace>}
 */
export async function postTrace({ model, input, interventions }, signal) {
  const response = await request("/traces", { ...post({ model, input, interventions, encoding: "base64" }), signal });
  return traceOf(await response.json());
}

/**
 * Clips of moving shapes, and what a network reads of each.
 * @param {number} seed decides which
 * @returns {Promise<import("./types.js").Clip[]>}
 */
export async function fetchClips(seed) {
  const { clips, frames, side } = await (await request(`/tasks/captions/clips?count=6&seed=${seed}`)).json();
  return clips.map((/** @type {any} */ { caption, values, pixels }) => ({ caption, row: values[0], side, frames: framesOf(pixels, frames, side) }));
}

/**
 * @param {string} pixels base64 of red, green, blue
 * @param {number} count
 * @param {number} side
 */
function framesOf(pixels, count, side) {
  const rgb = Uint8Array.from(atob(pixels), (sign) => sign.charCodeAt(0));
  return Array.from({ length: count }, (_, frame) => {
    const rgba = new Uint8ClampedArray(side * side * 4).fill(255);
    for (let pixel = 0; pixel < side * side; pixel++) for (let channel = 0; channel < 3; channel++) rgba[4 * pixel + channel] = rgb[3 * (frame * side * side + pixel) + channel];
    return rgba;
  });
}

/**
 * Lets a network go on by itself.
 * @param {{model: string, input: object, steps: number | string, temperature: number | string, seed: number | string}} wish
 * @param {AbortSignal} signal
 * @returns {Promise<{input: import("./lib/input.js").Input, from: number, said: number, ended: boolean}>} all that it read, and from which step on that was its own
 */
export async function postGeneration(wish, signal) {
  const told = await (await request("/generations", { ...post(wish), signal })).json();
  const { input } = traceOf(await (await request(`/traces/${encodeURIComponent(told.trace)}?encoding=base64`, { signal })).json());
  const rows = (/** @type {import("./types.js").Matrix} */ { data, rows: count, columns }) => Array.from({ length: count }, (_, row) => Array.from(data.subarray(row * columns, (row + 1) * columns)));
  return { input: input.values ? { values: rows(input.values) } : { tokens: input.tokens ?? [] }, from: told.prompt_steps, said: told.labels.length, ended: told.ended };
}

/** @param {any} answer of `POST /traces` @returns {Trace} */
export function traceOf(answer) {
  return {
    id: answer.id,
    model: answer.model,
    steps: answer.steps,
    dtype: answer.dtype,
    input: {
      kind: answer.input.kind,
      tokens: answer.input.tokens ?? null,
      labels: answer.input.labels ?? [],
      values: answer.input.values ? matrixOf(answer.input.values) : null,
      unknown: answer.input.unknown ?? [],
    },
    layers: answer.layers.map((/** @type {any} */ layer) => layerOf(layer, answer.interventions ?? [])),
    predictions: answer.predictions ?? null,
    outputs: answer.outputs ? matrixOf(answer.outputs) : null,
    notes: answer.notes ?? [],
  };
}

/**
 * The pre-activations of a traced sequence, one table a layer, keyed by the gate's name.
 * @param {Wanted} wanted
 * @param {string[]} names of the quantities that have one
 * @param {AbortSignal} signal
 * @returns {Promise<Record<string, import("./types.js").Matrix>[]>}
 */
export async function postPreActivations({ model, input, interventions }, names, signal) {
  const response = await request("/traces", { ...post({ model, input, interventions, encoding: "base64", quantities: names.map((name) => `${name}_pre`) }), signal });
  /** @type {any[]} */
  const layers = (await response.json()).layers;
  return layers.map(({ quantities }) => Object.fromEntries(Object.entries(quantities).map(([name, array]) => [name.replace(/_pre$/, ""), matrixOf(array)])));
}

/**
 * Which outputs are more or less likely in one trace than in another whose steps it is aligned with, by its own step.
 * @param {string} trace
 * @param {string} baseline
 * @param {string} align "index" or "edit"
 * @param {AbortSignal} signal
 * @returns {Promise<Map<number, import("./types.js").Moved[]>>}
 */
export async function fetchMovedAlong(trace, baseline, align, signal) {
  const query = new URLSearchParams({ baseline, align, quantities: "" });
  const { alignment, predictions } = await (await request(`/traces/${encodeURIComponent(trace)}/difference?${query}`, { signal })).json();
  return new Map((predictions ?? []).map((/** @type {any} */ row, /** @type {number} */ index) => [alignment.pairs[alignment.matched[index]][0], row]));
}

/**
 * The sum behind one number of a trace.
 * @param {string} trace
 * @param {{layer: number, direction: string}} layer
 * @param {{quantity: string, unit: number, step: number}} which
 * @param {AbortSignal} signal
 * @returns {Promise<import("./lib/terms.js").Sum>}
 */
export async function fetchArithmetic(trace, { layer, direction }, { quantity, unit, step }, signal) {
  const query = new URLSearchParams({ layer: String(layer), direction, quantity, unit: String(unit), step: String(step) });
  const { terms, pre_activation, activation, value, rounding, equation, interventions } = await (await request(`${tracePath(trace)}/arithmetic?${query}`, { signal })).json();
  const told = (/** @type {any} */ term) => ({ ...term, index: term.index ?? null, factor: term.factor ?? 1 });
  return { terms: terms.map(told), preActivation: pre_activation, activation, value, rounding: rounding ?? null, equation, interventions: interventions ?? [] };
}

/**
 * Which outputs became more or less likely at each step from one trace to another; null where the network has no softmax readout.
 * @param {string} trace
 * @param {string} baseline
 * @param {AbortSignal} signal
 * @returns {Promise<import("./types.js").Moved[][] | null>}
 */
export async function fetchMoved(trace, baseline, signal) {
  const query = new URLSearchParams({ baseline, quantities: "", encoding: "base64" });
  return (await (await request(`${tracePath(trace)}/difference?${query}`, { signal })).json()).predictions;
}

/**
 * Gate health over a trace.
 * @param {string} trace
 * @param {AbortSignal} signal
 * @returns {Promise<import("./lib/health-types.js").GateHealth>}
 */
export const fetchTraceHealth = async (trace, signal) => (await request(`${tracePath(trace)}/health`, { signal })).json();

/**
 * Gate health of a network over its own examples.
 * @param {string} model
 * @param {AbortSignal} signal
 * @returns {Promise<import("./lib/health-types.js").GateHealth>}
 */
export const fetchModelHealth = async (model, signal) => (await request(`${modelPath(model)}/health`, { signal })).json();

/**
 * Gate health of a network over a file of sequences.
 * @param {string} model
 * @param {File} inputs
 * @param {AbortSignal} signal
 * @returns {Promise<import("./lib/health-types.js").GateHealth>}
 */
export const postModelHealth = async (model, inputs, signal) => (await postForm(`${modelPath(model)}/health`, { inputs }, { signal })).body;

/**
 * A quantity of a trace as a Plotly figure.
 * @param {string} trace
 * @param {{layer: number, direction: string}} layer
 * @param {string} quantity
 * @returns {Promise<any>}
 */
export async function fetchFigure(trace, { layer, direction }, quantity) {
  const query = new URLSearchParams({ layer: String(layer), direction, quantity });
  return (await request(`${tracePath(trace)}/figure?${query}`)).json();
}

/**
 * A whole trace as a file: all arrays for NumPy, or JSON with lists of numbers.
 * @param {string} trace
 * @param {"npz" | "json"} format
 * @param {string[]} quantities of its layers; the server would else answer with those that were asked for last
 * @returns {Promise<Blob>}
 */
export async function fetchTraceFile(trace, format, quantities) {
  const path = `${tracePath(trace)}${format === "npz" ? ".npz" : `?encoding=list&quantities=${quantities.join(",")}`}`;
  return (await request(path)).blob();
}

/**
 * @param {any} layer
 * @param {import("./types.js").Intervention[]} interventions of the whole trace
 * @returns {LayerTrace}
 */
function layerOf({ layer, direction, cell, hidden_size, initial_state, quantities }, interventions) {
  return {
    layer,
    direction,
    cell,
    hiddenSize: hidden_size,
    initialState: mapValues(initial_state, (array) => (Array.isArray(array) ? Float64Array.from(array) : decodeVector(array))),
    quantities: mapValues(quantities, matrixOf),
    interventions: interventions.filter((one) => one.layer === layer && one.direction === direction),
  };
}

/**
 * @template Value, Result
 * @param {Record<string, Value>} object
 * @param {(value: Value) => Result} change
 * @returns {Record<string, Result>}
 */
const mapValues = (object, change) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/**
 * The echo of the input may be plain rows even where large arrays are encoded.
 * @param {any} array
 * @returns {import("./types.js").Matrix}
 */
function matrixOf(array) {
  if (!Array.isArray(array)) return decodeMatrix(array);
  return { data: Float64Array.from(array.flat()), rows: array.length, columns: array[0]?.length ?? 0 };
}

/**
 * How a state or a loss depends on every state and input before it.
 * @param {Record<string, any>} body with arrays as base64
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./lib/gradients.js").Gradients>}
 */
export async function postGradients(body, signal) {
  return decodeGradients(await (await request("/gradients", { ...post(body), signal })).json());
}
