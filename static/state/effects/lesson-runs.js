/** Networks of lessons over sequences, as the core computes them. The last ones are kept: sliders go back and forth. */

import { postLastGradients, postRun } from "../../lessons-api.js";
import { cellForm } from "../../lib/cell-form.js";

/** @typedef {import("../../lessons/types.js").Network} Network */
/** @typedef {import("../../lessons/types.js").Sequence} Sequence */
/** @typedef {import("../../lessons/types.js").Run} Run */
/** @typedef {import("../../lessons/types.js").Trial} Trial */

/** How many answers are kept. */
const KEPT = 80;

/** What is sent of each cell: all of its quantities, and what stood inside its activations. @type {Record<string, string[]>} */
const QUANTITIES = {
  lstm: ["input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state", "input_gate_pre", "forget_gate_pre", "candidate_pre", "output_gate_pre"],
  gru: ["reset_gate", "update_gate", "candidate", "hidden_state", "reset_gate_pre", "update_gate_pre", "candidate_pre"],
  rnn: ["hidden_state", "hidden_state_pre"],
};

/**
 * @param {() => import("../types.js").Model[]} models that there are; a sketch says itself what it is
 * @returns {(networks: Network[], sequence: Sequence, signal?: AbortSignal) => Promise<Trial>}
 */
export function createRuns(models) {
  /** @type {Map<string, Run>} the last asked for last */
  const known = new Map();

  /** @param {Network} network @param {Sequence} sequence @param {AbortSignal} [signal] @returns {Promise<Run>} */
  async function run(network, sequence, signal) {
    const { sketch, model } = network;
    const input = sequence.text === undefined ? { values: sequence.values } : { text: sequence.text };
    const key = JSON.stringify([sketch ?? model, input, network.gradients]);
    const before = known.get(key);
    known.delete(key);
    const info = sketch ?? models().find(({ id }) => id === model)?.layers[0];
    /** @type {Run} */
    const result = before ? { ...before, network, sequence } : await made(network, sequence, input, QUANTITIES[info?.cell ?? "lstm"], signal, info);
    known.set(key, result);
    for (const oldest of known.keys()) {
      if (known.size <= KEPT) break;
      known.delete(oldest);
    }
    return result;
  }

  /**
   * @param {Network} network
   * @param {Sequence} sequence
   * @param {object} input
   * @param {string[]} names
   * @param {AbortSignal | undefined} signal
   * @param {any} info how its layer computes
   * @returns {Promise<Run>}
   */
  async function made(network, sequence, input, names, signal, info) {
    const steps = sequence.values?.length ?? 0;
    const [{ trace, preActivations }, gradients] = await Promise.all([postRun(network, input, names, signal), network.gradients ? postLastGradients(network, input, steps, signal) : null]);
    const [layer] = trace.layers;
    return { network, sequence, trace, layer: { ...layer, form: cellForm(layer.cell, info) }, pre: preActivations[0], gradients };
  }

  return async (networks, sequence, signal) => ({ sequence, runs: await Promise.all(networks.map((network) => run(network, sequence, signal))) });
}
