/** What the user wants to see traced: the model, and what stands in the input bar. */

import { describeInput, editableText, parseTyped } from "../lib/input.js";
import { begunWith } from "./intervening-list.js";
import { stopped } from "./playing.js";
import { ALL_ROWS, OWN_ORDER } from "./rows.js";
import { meantSelection } from "./selectors.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Draft} Draft */
/** @typedef {import("./types.js").Model} Model */

/** Longer files stay files: a text field of this many characters is still quick to edit. */
const EDITABLE_CHARACTERS = 5000;

/** @type {Draft} */
export const EMPTY_DRAFT = { text: "", file: null, example: null };

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
export const draftOf = (state) => state.drafts[state.modelId ?? ""] ?? EMPTY_DRAFT;

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
const atItsEnd = (state) => ({ selection: { ...meantSelection(state), step: Infinity, stage: 3 }, window: null });

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
    const input = draft.file?.input ?? parseTyped(draft.text, readsOf(model));
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
export function exampleDraft(model, name) {
  const example = model.example_inputs.find((candidate) => name === null || candidate.name === name);
  return example ? inputDraft(example.input, readsOf(model), example.name, example.name) : EMPTY_DRAFT;
}

/** Whether what a network says is about the input that follows. @param {Model | undefined} model */
export const foretells = (model) => model?.readout?.predicts !== null;

/**
 * What a network reads; one whose tokens have no texts reads their ids.
 * @param {Model} model
 * @returns {import("../lib/input.js").Reads}
 */
export const readsOf = ({ input, detailed }) => ({ ...input, ids: input.kind === "tokens" && detailed === true && !input.labels });

/** @type {WeakMap<string[], boolean>} */
const longer = new WeakMap();

/** Whether tokens are longer than a character; all of them are looked at once, for there can be many. @param {string[]} labels */
function areLonger(labels) {
  const known = longer.get(labels) ?? labels.some((label) => [...label].length > 1);
  longer.set(labels, known);
  return known;
}

/**
 * How many tokens a text has whose tokens are longer than a character, going by the picture until it has followed.
 * @param {{model: string} | null} wanted
 * @param {{wanted: {model: string}, trace: import("../types.js").Trace} | null} shown
 */
export const tokensOfText = (wanted, shown) => (shown && shown.wanted.model === wanted?.model && areLonger(shown.trace.input.labels) ? shown.trace.steps : null);

/**
 * Whether names are still to be asked for: of tokens, or of columns.
 * @param {Model} model
 */
export const lacksNames = ({ input, detailed }) => !detailed && (input.kind === "tokens" || input.size > 1);

/**
 * Names of the columns of numbers that a network reads, where it has any.
 * @param {Pick<Model, "input"> | undefined} model
 */
export const columnNames = (model) => (model?.input.kind === "values" ? (model.input.labels ?? null) : null);

/**
 * @param {import("./types.js").Input} input
 * @param {import("../lib/input.js").Reads} reads
 * @param {string} name what it is called when it is too long to edit, or cannot be written as text
 * @param {string | null} example
 * @returns {Draft}
 */
export function inputDraft(input, reads, name, example) {
  const text = editableText(input, reads);
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
  if (address.place && state.modelId !== null) return atPlace(state, address.place, address.fields);
  const model = state.models.find((candidate) => candidate.id === address.model) ?? state.models[0];
  if (!model) return { ...state, message: { tone: "error", text: "This server has no network to show." } };
  const layer = model.layers.findIndex((info) => info.layer === (address.layer ?? 0) && info.direction === (address.direction ?? "forward"));
  const draft = address.input ? inputDraft(address.input, readsOf(model), "Sequence from the address", null) : state.drafts[model.id] && !address.example ? state.drafts[model.id] : exampleDraft(model, address.example ?? null);
  /** @type {import("./types.js").Selection} */
  const selection = { layer: Math.max(0, layer), unit: address.unit ?? null, pins: address.pins ?? [], step: address.step ?? Infinity, stage: address.stages ? (address.stage ?? 3) : 3 };
  const view = { ...state.view, order: address.order ?? OWN_ORDER, rows: address.rows ?? ALL_ROWS, stages: address.stages ?? false, aside: address.aside ?? /** @type {const} */ ("cell"), playing: false, heldStep: null };
  const inside = { ...state.inside, quantity: address.quantity ?? null, row: address.row ?? null, find: address.find ?? "", origins: address.origins ?? false, units: address.units ?? false };
  const intervening = begunWith(address.interventions ?? [], address.seen);
  const next = withDraft({ ...state, place: "explore", modelId: model.id, view, inside, intervening }, draft, { selection, window: address.window ?? null });
  if (address.place) return atPlace(next, address.place, address.fields);
  if (address.model && model.id !== address.model) {
    return { ...next, message: { tone: "error", text: `The address asks for the model “${address.model}”, which this server does not have; this is “${model.title ?? model.name}”.`, elsewhere: true } };
  }
  return next;
}

/**
 * Another place at an address, which its module will understand; what Explore shows stays as it is.
 * @param {State} state
 * @param {string} place
 * @param {Record<string, string>} [fields]
 * @returns {State}
 */
const atPlace = (state, place, fields = {}) => ({ ...stopped(state), place, hover: null, asked: fields });

/**
 * The page without a network; where Explore shows it, Explore goes back to the first one.
 * @param {State} state
 * @param {string} id
 * @returns {State}
 */
function withoutModel(state, id) {
  const { [id]: _, ...drafts } = state.drafts;
  const { open, ...library } = state.library;
  const next = { ...state, drafts, models: state.models.filter((model) => model.id !== id), library: { ...library, open: open === id ? null : open } };
  return state.modelId === id ? { ...atAddress(next, {}), place: state.place } : next;
}

/** @type {import("./types.js").Transitions} */
export const inputTransitions = {
  "models-arrived": (state, { models, quantities, address }) => atAddress({ ...state, models, quantities }, address),

  /** The list as it is now: another window, or another program, may have added or deleted some. */
  "models-refreshed"(state, { models }) {
    const next = { ...state, models: /** @type {Model[]} */ (models).map((model) => state.models.find(({ id, name, detailed }) => detailed && id === model.id && name === model.name) ?? model) };
    const gone = modelOf(state);
    if (!gone || modelOf(next)) return next;
    const text = `The network “${gone.title || gone.name}” is no longer on this server; this is another one.`;
    return { ...atAddress(next, {}), place: state.place, message: { tone: "error", text, elsewhere: true } };
  },

  /** Once it is known that a network's tokens have no texts, its first sequence can be edited as their ids. */
  "model-detailed"(state, { model: told }) {
    if (!state.models.some(({ id }) => id === told.id)) return state;
    const model = { ...told, detailed: true };
    const draft = state.drafts[model.id];
    const models = state.models.map((known) => (known.id === model.id ? model : known));
    if (!draft || !readsOf(model).ids) return { ...state, models };
    // What had been taken for text is read again, as the ids that it is.
    if (!draft.file) return draft.text !== "" && model.id === state.modelId && (state.wanted === null || "text" in state.wanted.input) ? withDraft({ ...state, models }, draft, null) : { ...state, models };
    return { ...state, models, drafts: { ...state.drafts, [model.id]: inputDraft(draft.file.input, readsOf(model), draft.file.name, draft.example) } };
  },

  "model-explored"(state, { id }) {
    const model = state.models.find((candidate) => candidate.id === id);
    if (!model) return state;
    const next = { ...state, place: /** @type {const} */ ("explore"), library: { ...state.library, said: "" } };
    return id === state.modelId ? next : withDraft(stopped({ ...next, modelId: id }), state.drafts[id] ?? exampleDraft(model, null), AFRESH);
  },

  "model-deleted"(state, { id, text }) {
    const next = withoutModel(state, id);
    return { ...next, library: { ...next.library, deleting: null, said: text ?? "" } };
  },

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
    const model = modelOf(state);
    const text = model ? editableText(input, readsOf(model)) : null;
    /** @type {Draft} */
    const draft = text !== null && text.length <= EDITABLE_CHARACTERS ? { text, file: null, example: null } : { ...draftOf(state), file: { name: `${name}: ${describeInput(input)}`, input }, example: null };
    return withDraft(stopped(state), draft, atItsEnd(state));
  },

  /** What the network read in the end, prompt and its own, seen from where it began to speak. The prompt that was typed lies below. */
  "continued"(state, { input, from, said, ended }) {
    const arrival = { selection: { ...state.selection, step: Math.max(0, from - 1), stage: /** @type {const} */ (3) }, window: null };
    const name = `${from} step${from === 1 ? "" : "s"} given, ${said} said${ended ? ", up to its end" : ""}`;
    const next = withDraft(stopped(state), { ...draftOf(state), file: { name, input }, example: null }, arrival);
    return next.wanted ? { ...next, wanted: { ...next.wanted, continued: from } } : next;
  },

  "file-refused": (state, { name, text }) => ({ ...state, message: { tone: "error", text: `${name}: ${text}`, elsewhere: true } }),

  "file-removed": (state) => withDraft(stopped(state), { ...draftOf(state), file: null, example: null }, atItsEnd(state)),
};
