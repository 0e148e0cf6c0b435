/** What the user wants to see traced: the model, and what stands in the input bar. */

import { describeInput, editableText, parseTyped } from "../lib/input.js";

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
 * @param {State} state
 * @returns {Draft}
 */
export const draftOf = (state) => state.drafts[state.modelId ?? ""] ?? EMPTY;

/**
 * Takes over a draft and asks for its trace. When it cannot be understood, the sentence stands beside it and the picture stays, stale.
 * @param {State} state
 * @param {Draft} draft
 * @returns {State}
 */
function withDraft(state, draft) {
  const model = modelOf(state);
  if (!model) return state;
  const next = { ...state, drafts: { ...state.drafts, [model.id]: draft } };
  try {
    const input = draft.file?.input ?? parseTyped(draft.text, model.input);
    return { ...next, wanted: { model: model.id, input }, tracing: true, message: null };
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
  const next = withDraft(
    {
      ...state,
      modelId: model.id,
      selection: { layer: Math.max(0, layer), unit: address.unit ?? null, pins: address.pins ?? [], step: address.step ?? Infinity, stage: address.stages && address.stage !== undefined ? address.stage : 3 },
      view: { ...state.view, window: address.window ?? null, order: address.order ?? { by: "index", quantity: null }, stages: address.stages ?? false, playing: false, heldStep: null },
    },
    draft,
  );
  if (address.model && model.id !== address.model) {
    return { ...next, message: { tone: "error", text: `The address asks for the model “${address.model}”, which this server does not have; this is ${model.name}.` } };
  }
  return next;
}

/** @type {import("./types.js").Transitions} */
export const inputTransitions = {
  "models-arrived": (state, { models, quantities, address }) => atAddress({ ...state, models, quantities }, address),

  "models-failed": (state, { text }) => ({ ...state, message: { tone: "error", text } }),

  "address-read": (state, { address }) => (state.models.length ? atAddress(state, address) : state),

  "model-chosen"(state, { id }) {
    const model = state.models.find((candidate) => candidate.id === id);
    if (!model || id === state.modelId) return state;
    const fresh = { ...state, modelId: id, selection: { layer: 0, unit: null, pins: [], step: Infinity, stage: /** @type {const} */ (3) }, view: { ...state.view, window: null, enlarged: null, playing: false, heldStep: null } };
    return withDraft(fresh, state.drafts[id] ?? exampleDraft(model, null));
  },

  "draft-typed": (state, { text }) => withDraft({ ...state, view: { ...state.view, playing: false, heldStep: null } }, { text, file: null, example: null }),

  "example-chosen"(state, { name }) {
    const model = modelOf(state);
    if (!model) return state;
    const fresh = { ...state, selection: { ...state.selection, step: Infinity, stage: /** @type {const} */ (3) }, view: { ...state.view, window: null, playing: false, heldStep: null } };
    return withDraft(fresh, exampleDraft(model, name));
  },

  "file-read"(state, { name, input }) {
    const fresh = { ...state, selection: { ...state.selection, step: Infinity, stage: /** @type {const} */ (3) }, view: { ...state.view, window: null, playing: false, heldStep: null } };
    const text = editableText(input);
    if (text !== null && text.length <= EDITABLE_CHARACTERS) return withDraft(fresh, { text, file: null, example: null });
    return withDraft(fresh, { ...draftOf(state), file: { name: `${name}: ${describeInput(input)}`, input }, example: null });
  },

  "file-refused": (state, { name, text }) => ({ ...state, message: { tone: "error", text: `${name}: ${text}` } }),

  "file-removed": (state) => withDraft(state, { ...draftOf(state), file: null, example: null }),
};
