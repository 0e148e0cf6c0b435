/** What the Gradients view has to ask the server for what it is at. */

import { parseTyped } from "../lib/input.js";
import { sketchInput } from "../lib/sketch-input.js";
import { memo } from "../lib/memo.js";
import { gradientsOf } from "./gradients-slice.js";
import { readsOf } from "./input-transitions.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./gradients-types.js").Question} Question */
/** @typedef {import("./gradients-types.js").Kind} Kind */
/** @typedef {import("./gradients-types.js").Sketches} Sketches */
/** @typedef {import("./gradients-types.js").Target} Target */
/** @typedef {import("../lib/input.js").Input} Input */

/** @type {Record<Kind, string>} */
export const KIND_NAMES = { lstm: "LSTM", gru: "GRU", rnn: "Simple RNN" };

/** @type {Record<string, number>} blocks of columns in the recurrent kernel */
const GATES = { lstm: 4, gru: 3, rnn: 1 };

/** @typedef {{questions: Question[], problem: string | null}} Questions `problem` is why nothing can be asked */

/** The network that is looked at: the chosen one, or the one that Explore shows. @param {State} state */
export const networkOf = (state) => state.models.find(({ id }) => id === (gradientsOf(state).network.model ?? state.modelId)) ?? state.models[0];

/**
 * About how many multiplications the norms of a layer's Jacobians take.
 * @param {Kind} cell
 * @param {number} units
 * @param {number} steps
 */
function workOf(cell, units, steps) {
  const columns = cell === "lstm" ? 2 * units : units;
  return steps * columns * (GATES[cell] * units * units + 3 * units * units);
}

const ofSketches = memo((/** @type {Sketches} */ sketches, /** @type {Target} */ target) => {
  const { length, units, seed, forgetBias, weightScale, activation } = sketches;
  const values = sketchInput(sketches.shape, length, seed);
  const step = Math.min(target.step ?? length - 1, length - 1);
  const unit = target.unit !== null && target.unit < units ? target.unit : null;
  const questions = sketches.cells.map((cell) => ({
    key: cell,
    name: KIND_NAMES[cell],
    layer: 0,
    work: workOf(cell, units, length),
    body: {
      sketch: { cell, hidden_size: units, seed, forget_bias: forgetBias, weight_scale: weightScale, ...(cell === "rnn" && activation === "relu" && { activation }) },
      input: { values },
      target: { kind: "hidden_state", step, unit },
      encoding: "base64",
    },
  }));
  return { questions, problem: questions.length ? null : "Choose at least one kind of cell." };
});

/** @param {Input} input how many steps it has at most */
const longest = (input) => ("text" in input ? [...input.text].length : "tokens" in input ? input.tokens.length : input.values.length);

const ofNetwork = memo((/** @type {import("./types.js").Model | undefined} */ model, /** @type {import("./gradients-types.js").Chosen} */ network, /** @type {Target} */ target) => {
  if (!model) return { questions: [], problem: "This server has no network to look at." };
  const layer = Math.min(network.layer, model.layers.length - 1);
  const { cell, layer: place, direction } = model.layers[layer];
  let input;
  try {
    input = network.given ?? (network.text === null ? exampleOf(model, network.example) : parseTyped(network.text, readsOf(model)));
  } catch (error) {
    return { questions: [], problem: /** @type {Error} */ (error).message };
  }
  const most = longest(input);
  const step = target.step === null ? null : Math.min(target.step, most - 1);
  const kind = target.kind === "cell_state" && cell !== "lstm" ? "hidden_state" : target.kind;
  const asked = kind === "loss" ? { kind, step } : { kind, layer: place, direction, step, unit: target.unit };
  const work = model.layers.reduce((sum, one) => sum + workOf(/** @type {Kind} */ (one.cell), one.hidden_size, most), 0);
  const name = `${model.title ?? model.name}${model.layers.length > 1 ? `, layer ${place + 1}${direction === "backward" ? ", backward" : ""}` : ""}`;
  return { questions: [{ key: "network", name, layer, work, body: { model: model.id, input, target: asked, encoding: "base64" } }], problem: null };
});

/** @param {import("./types.js").Model} model @param {string | null} name */
function exampleOf(model, name) {
  const example = model.example_inputs.find((candidate) => candidate.name === name) ?? model.example_inputs[0];
  if (!example) throw new RangeError("This network has no example: type a sequence.");
  return example.input;
}

/** @param {State} state @returns {Questions} */
export function questionsOf(state) {
  const { of, sketches, network, target } = gradientsOf(state);
  return of === "sketches" ? ofSketches(sketches, target) : ofNetwork(networkOf(state), network, target);
}
