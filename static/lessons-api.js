/** What the lessons ask over the REST API: small networks that are described instead of stored. Knows no state. */

import { post, postGradients, request, traceOf } from "./api.js";

/** @typedef {import("./types.js").Matrix} Matrix */
/** @typedef {{model?: string, sketch?: object}} Network a model by its id, or a sketch */

/**
 * A network over a sequence, with what stood inside each activation of its layers.
 * @param {Network} network
 * @param {object} input
 * @param {string[]} names of the quantities to send; those that end in `_pre` stood inside an activation
 * @param {AbortSignal} [signal]
 * @returns {Promise<{trace: import("./types.js").Trace, preActivations: Record<string, Matrix>[]}>}
 */
export async function postRun({ model, sketch }, input, names, signal) {
  const response = await request("/traces", { ...post({ ...named({ model, sketch }), input, encoding: "base64", quantities: names }), signal });
  const trace = traceOf(await response.json());
  return {
    trace: { ...trace, layers: trace.layers.map((layer) => ({ ...layer, quantities: only(layer.quantities, false) })) },
    preActivations: trace.layers.map(({ quantities }) => only(quantities, true)),
  };
}

/**
 * How the last hidden state of a network depends on every state before it.
 * @param {Network} network
 * @param {object} input
 * @param {number} steps
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./lib/gradients.js").LayerGradients>} of its first layer
 */
export async function postLastGradients(network, input, steps, signal) {
  const target = { kind: "hidden_state", step: steps - 1, unit: null };
  return (await postGradients({ ...named(network), input, target, encoding: "base64" }, signal)).layers[0];
}

/** @param {Network} network */
const named = ({ model, sketch }) => (sketch ? { sketch } : { model });

/**
 * The quantities that stood inside an activation, under the names of what came of them, or all others.
 * @param {Record<string, Matrix>} quantities
 * @param {boolean} inside
 */
const only = (quantities, inside) => Object.fromEntries(Object.entries(quantities).filter(([name]) => name.endsWith("_pre") === inside).map(([name, matrix]) => [name.replace(/_pre$/, ""), matrix]));
