/** The REST API as the page needs it: fetch, check, decode. Knows no DOM and no state. */

import { decodeMatrix, decodeVector } from "./lib/array.js";

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").LayerTrace} LayerTrace */

const BASE = "/api/v1";

/** The server's refusal, in its own words; status 0 where it did not answer at all. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
async function request(path, options) {
  let response;
  try {
    response = await fetch(BASE + path, options);
  } catch (error) {
    if (options?.signal?.aborted) throw error;
    throw new ApiError(0, "The server does not answer. Is Gatescope still running?");
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => null);
    throw new ApiError(response.status, problem?.detail ?? `The server answered ${response.status} ${response.statusText}.`);
  }
  return response;
}

/** @param {unknown} body */
const post = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** @returns {Promise<import("./types.js").Quantity[]>} */
export const fetchQuantities = async () => (await (await request("/quantities")).json()).quantities;

/** @returns {Promise<any[]>} models without their long lists of labels */
export const fetchModels = async () => (await (await request("/models")).json()).models;

/**
 * @param {{model: string, input: object}} wanted
 * @param {AbortSignal} [signal]
 * @returns {Promise<Trace>}
 */
export async function postTrace({ model, input }, signal) {
  const response = await request("/traces", { ...post({ model, input, encoding: "base64" }), signal });
  const answer = await response.json();
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
    layers: answer.layers.map(layerOf),
    predictions: answer.predictions ?? null,
    outputs: answer.outputs ? matrixOf(answer.outputs) : null,
    notes: answer.notes ?? [],
  };
}

/**
 * The pre-activations of a traced sequence, one table a layer, keyed by the gate's name.
 * @param {{model: string, input: object}} wanted
 * @param {string[]} names of the quantities that have one
 * @param {AbortSignal} signal
 * @returns {Promise<Record<string, import("./types.js").Matrix>[]>}
 */
export async function postPreActivations({ model, input }, names, signal) {
  const response = await request("/traces", { ...post({ model, input, encoding: "base64", quantities: names.map((name) => `${name}_pre`) }), signal });
  /** @type {any[]} */
  const layers = (await response.json()).layers;
  return layers.map(({ quantities }) => Object.fromEntries(Object.entries(quantities).map(([name, array]) => [name.replace(/_pre$/, ""), matrixOf(array)])));
}

/**
 * A quantity of a trace as a Plotly figure.
 * @param {string} trace
 * @param {{layer: number, direction: string}} layer
 * @param {string} quantity
 * @returns {Promise<any>}
 */
export async function fetchFigure(trace, { layer, direction }, quantity) {
  const query = new URLSearchParams({ layer: String(layer), direction, quantity });
  return (await request(`/traces/${encodeURIComponent(trace)}/figure?${query}`)).json();
}

/**
 * A whole trace as a file: all arrays for NumPy, or JSON with lists of numbers.
 * @param {string} trace
 * @param {"npz" | "json"} format
 * @param {string[]} quantities of its layers; the server would else answer with those that were asked for last
 * @returns {Promise<Blob>}
 */
export async function fetchTraceFile(trace, format, quantities) {
  const path = `/traces/${encodeURIComponent(trace)}${format === "npz" ? ".npz" : `?encoding=list&quantities=${quantities.join(",")}`}`;
  return (await request(path)).blob();
}

/**
 * @param {any} layer
 * @returns {LayerTrace}
 */
function layerOf({ layer, direction, cell, hidden_size, initial_state, quantities }) {
  return {
    layer,
    direction,
    cell,
    hiddenSize: hidden_size,
    initialState: mapValues(initial_state, (array) => (Array.isArray(array) ? Float64Array.from(array) : decodeVector(array))),
    quantities: mapValues(quantities, matrixOf),
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
