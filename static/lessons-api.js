/** What the lessons ask over the REST API: small networks that are described instead of stored. Knows no state. */

import { post, request, traceOf } from "./api.js";

/** @typedef {import("./types.js").Matrix} Matrix */

/**
 * A network over a sequence, with what stood inside each activation of its layers.
 * @param {{model?: string, sketch?: object}} network a model by its id, or a sketch
 * @param {object} input
 * @param {string[]} names of the quantities to send; those that end in `_pre` stood inside an activation
 * @param {AbortSignal} [signal]
 * @returns {Promise<{trace: import("./types.js").Trace, preActivations: Record<string, Matrix>[]}>}
 */
export async function postRun({ model, sketch }, input, names, signal) {
  const response = await request("/traces", { ...post({ ...(sketch ? { sketch } : { model }), input, encoding: "base64", quantities: names }), signal });
  const trace = traceOf(await response.json());
  return {
    trace: { ...trace, layers: trace.layers.map((layer) => ({ ...layer, quantities: only(layer.quantities, false) })) },
    preActivations: trace.layers.map(({ quantities }) => only(quantities, true)),
  };
}

/**
 * The quantities that stood inside an activation, under the names of what came of them, or all others.
 * @param {Record<string, Matrix>} quantities
 * @param {boolean} inside
 */
const only = (quantities, inside) => Object.fromEntries(Object.entries(quantities).filter(([name]) => name.endsWith("_pre") === inside).map(([name, matrix]) => [name.replace(/_pre$/, ""), matrix]));
