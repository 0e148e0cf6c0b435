/** What the user wants to see traced: the model, and what stands in the input bar. */

import { describeInput, editableText, parseTyped } from "../lib/input.js";
import { stopped } from "./playing.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Draft} Draft */
/** @typedef {import("./types.js").Model} Model */

/** Longer files stay files: a text field of this many characters is still quick to edit. */
const EDITABLE_CHARACTERS = 5000;

/** @type {Draft} */
const EMPTY = { text: "", file: null, example: null };

/**
 * @param {State} state
 * @returns {Model | undefined}
 */
export const modelOf = (state) => state.models.find((model) => model.id === state.modelId);

/**
 * The model of the picture on the screen: another than the chosen one for as long as that one's trace is on its way.
 * @param {State} state
 * @returns {Model | undefined}
 */
export const shownModelOf = (state) => state.models.find((model) => model.id === state.shown?.wanted.model);

/**
 * @param {State} state
 * @returns {Draft}
 */
export const draftOf = (state) => state.drafts[state.modelId ?? ""] ?? EMPTY;

/**
 * A look at a sequence from its end, at a unit that is worth it.
 * @type {import("./types.js").Arrival}
 */
const AFRESH = { selection: { layer: 0, unit: null, pins: [], step: Infinity, stage: 3 }, window: null };

/**
 * Another sequence for the same network: the same units, from its end.
 * @param {State} state
 * @returns {import("./types.js").Arrival}
 */
const atItsEnd = ({ selection }) => ({ selection: { ...selection, step: Infinity, stage: 3 }, window: null });

/**
 * Takes over a draft and asks for its trace. When it cannot be understood, the sentence stands beside it and the picture stays, stale.
 * @param {State} state
 * @param {Draft} draft
 * @param {import("./types.js").Arrival | null} meant null keeps what an earlier, unanswered request had in mind
 * @returns {State}
 */
function withDraft(state, draft, meant) {
  const model = modelOf(state);
  if (!model) return state;
  const arrival = meant ?? state.arrival;
  const next = { ...state, arrival, drafts: { ...state.drafts, [model.id]: draft } };
  try {
    const input = draft.file?.input ?? parseTyped(draft.text, model.input);
    return { ...next, wanted: { model: model.id, input, arrival }, tracing: true, message: null };
  } catch (error) {
    const tone = draft.text.trim() === "" && draft.file === null ? "note" : "error";
    return { ...next, wanted: null, tracing: false, stale: state.shown !== null, message: { tone, text: /** @type {Error} */ (error).message } };
  }
}

/**
 * @param {Model} model
 * @param {string | null} name null is the first one
 * @returns {Draft}
 */
function exampleDraft(model, name) {
  const example = model.example_inputs.find((candidate) => name === null || candidate.name === name);
  return example ? inputDraft(example.input, example.name, example.name) : EMPTY;
}

/**
 * @param {import("./types.js").Input} input
 * @param {string} name what it is called when it is too long to edit, or cannot be written as text
 * @param {string | null} example
 * @returns {Draft}
 */
function inputDraft(input, name, example) {
  const text = editableText(input);
  if (text !== null && text.length <= EDITABLE_CHARACTERS) return { text, file: null, example };
  return { text: "", file: { name, input }, example };
}

/**
 * Shows what an address says; what it leaves out is as on a first visit.
 * @param {State} state with its models
 * @param {import("./address.js").Address} address
 * @returns {State}
 */
function atAddress(state, address) {
  const model = state.models.find((candidate) => candidate.id === address.model) ?? state.models[0];
  if (!model) return { ...state, message: { tone: "error", text: "This server has no network to show." } };
  const layer = model.layers.findIndex((info) => info.layer === (address.layer ?? 0) && info.direction === (address.direction ?? "forward"));
  const draft = address.input ? inputDraft(address.input, "Sequence from the address", null) : state.drafts[model.id] && !address.example ? state.drafts[model.id] : exampleDraft(model, address.example ?? null);
  /** @type {import("./types.js").Selection} */
  const selection = { layer: Math.max(0, layer), unit: address.unit ?? null, pins: address.pins ?? [], step: address.step ?? Infinity, stage: address.stages ? (address.stage ?? 3) : 3 };
  const view = { ...state.view, order: address.order ?? { by: /** @type {const} */ ("index"), quantity: null }, stages: address.stages ?? false, playing: false, heldStep: null };
  const next = withDraft({ ...state, modelId: model.id, view }, draft, { selection, window: address.window ?? null });
  if (address.model && model.id !== address.model) {
    return { ...next, message: { tone: "error", text: `The address asks for the model “${address.model}”, which this server does not have; this is “${model.title ?? model.name}”.` } };
  }
  return next;
}

/** @type {import("./types.js").Transitions} */
export const inputTransitions = {
  "models-arrived": (state, { models, quantities, address }) => atAddress({ ...state, models, quantities }, address),

  "models-failed": (state, { text, again }) => ({ ...state, message: { tone: "error", text, again } }),

  "retry-asked": (state) => withDraft(state, draftOf(state), null),

  "address-read": (state, { address }) => (state.models.length ? atAddress(state, address) : state),

  "model-chosen"(state, { id }) {
    const model = state.models.find((candidate) => candidate.id === id);
    if (!model || id === state.modelId) return state;
    return withDraft(stopped({ ...state, modelId: id }), state.drafts[id] ?? exampleDraft(model, null), AFRESH);
  },

  "draft-typed": (state, { text }) => withDraft(stopped(state), { text, file: null, example: null }, null),

  "example-chosen"(state, { name }) {
    const model = modelOf(state);
    return model ? withDraft(stopped(state), exampleDraft(model, name), atItsEnd(state)) : state;
  },

  "file-read"(state, { name, input }) {
    const text = editableText(input);
    /** @type {Draft} */
    const draft = text !== null && text.length <= EDITABLE_CHARACTERS ? { text, file: null, example: null } : { ...draftOf(state), file: { name: `${name}: ${describeInput(input)}`, input }, example: null };
    return withDraft(stopped(state), draft, atItsEnd(state));
  },

  "file-refused": (state, { name, text }) => ({ ...state, message: { tone: "error", text: `${name}: ${text}` } }),

  "file-removed": (state) => withDraft(stopped(state), { ...draftOf(state), file: null, example: null }, atItsEnd(state)),
};
