/** The two sides of a comparison: what each of them reads, and when there is a pair to show. */

import { counterpart } from "../lib/counterpart.js";
import { notesText } from "../lib/format.js";
import { describeInput, editableText, parseTyped } from "../lib/input.js";
import { misfit, requested } from "../lib/interventions.js";
import { alteredOf, wantedAltered } from "./altered.js";
import { refusal } from "./comparison.js";
import { draftOf, EMPTY_DRAFT, exampleDraft, foretells, inputDraft, modelOf, readsOf } from "./input-transitions.js";
import { sliceOf, withSlice } from "./slices.js";
import { withForms } from "./trace-transitions.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").Draft} Draft */
/** @typedef {import("./compare-types.js").Compare} Compare */
/** @typedef {import("./compare-types.js").Side} Side */
/** @typedef {import("./compare-types.js").SideName} SideName */
/** @typedef {import("./compare-types.js").SideIntervention} SideIntervention */
/** @typedef {import("../lib/input.js").Input} Input */

/** @type {Side} */
export const NO_SIDE = { modelId: null, drafts: {}, interventions: [], open: true, wanted: null, tracing: false, shown: null, stale: false, message: null };

/** @param {State} state @returns {Compare} */
export const compareOf = (state) => sliceOf(state, "compare");

/** @param {State} state @param {Partial<Compare>} change */
export const withCompare = (state, change) => withSlice(state, "compare", change);

/** @param {State} state @param {SideName} name @returns {Side} */
export const sideOf = (state, name) => compareOf(state).sides[name];

/** @param {State} state @param {SideName} name @param {Partial<Side>} change */
export const withSide = (state, name, change) => withCompare(state, { sides: { ...compareOf(state).sides, [name]: { ...sideOf(state, name), ...change } } });

/** @param {SideName} name @returns {SideName} */
export const otherOf = (name) => (name === "a" ? "b" : "a");

/** @param {State} state @param {string | null} id */
const modelBy = (state, id) => state.models.find((model) => model.id === id);

/** @param {State} state @param {SideName} name */
export const sideModel = (state, name) => modelBy(state, sideOf(state, name).modelId);

/** @param {Side} side @returns {Draft} */
export const sideDraft = ({ modelId, drafts }) => drafts[modelId ?? ""] ?? EMPTY_DRAFT;

/** What must be equal of two networks. @param {Model} model */
const shapeOf = ({ layers }) => JSON.stringify(layers.map(({ layer, direction, cell, hidden_size, projection_size }) => [layer, direction, cell, hidden_size, projection_size ?? null]));

/**
 * What of a list is done: those that are not switched off, as the API reads them.
 * @param {SideIntervention[]} interventions
 */
const done = (interventions) => interventions.filter(({ on }) => on).map(requested);

/**
 * Takes over a draft and asks for its trace. When it cannot be understood, the sentence stands beside it and the picture stays, stale.
 * @param {State} state
 * @param {SideName} name
 * @param {Draft} draft
 * @param {Partial<Side>} [change] of the side, before the draft is read
 * @returns {State}
 */
export function withSideDraft(state, name, draft, change = {}) {
  const side = { ...sideOf(state, name), ...change };
  const model = modelBy(state, side.modelId);
  if (!model) return state;
  const next = { ...side, open: false, drafts: { ...side.drafts, [model.id]: draft } };
  try {
    const input = draft.file?.input ?? parseTyped(draft.text, readsOf(model));
    return withSide(state, name, { ...next, wanted: { model: model.id, input, interventions: done(side.interventions) }, tracing: true, message: null });
  } catch (error) {
    const tone = draft.text.trim() === "" && draft.file === null ? "note" : "error";
    return withSide(state, name, { ...next, wanted: null, tracing: false, stale: side.shown !== null, message: { tone, text: /** @type {Error} */ (error).message } });
  }
}

/** The same draft again, after something else has changed. @param {State} state @param {SideName} name @param {Partial<Side>} [change] */
export const again = (state, name, change) => withSideDraft(state, name, sideDraft({ ...sideOf(state, name), ...change }), change);

/**
 * What Explore shows, as a side, with the interventions that are listed there; those that do not fit are off.
 * @param {State} state
 * @param {SideName} name
 * @returns {State}
 */
export function fromExplore(state, name) {
  const model = modelOf(state);
  if (!model) return state;
  const { shown, intervening } = state;
  const interventions = intervening.list.map((one) => ({ ...requested(one), on: one.on && (!shown || misfit(one, shown.trace) === null) }));
  const next = withSideDraft(state, name, draftOf(state), { modelId: model.id, interventions });
  const { wanted } = sideOf(next, name);
  if (!wanted || !shown || state.stale || shown.wanted !== state.wanted) return next;
  const altered = wantedAltered(state);
  const trace = altered ? (alteredOf(state)?.key === altered.key ? alteredOf(state)?.trace : null) : shown.trace;
  return trace ? settled(withSide(next, name, { tracing: false, stale: false, shown: { wanted, trace } }), name) : next;
}

/**
 * A side has a trace: the other may have waited for it, and the two may be a pair.
 * @param {State} state
 * @param {SideName} name
 * @returns {State}
 */
function settled(state, name) {
  const other = otherOf(name);
  return paired(sideOf(state, other).open ? withCounterpart(state, other) : state);
}

/**
 * A side whose sequence nobody has chosen: without the other's interventions, where it has any; else the other's sequence with one step changed.
 * @param {State} state
 * @param {SideName} name
 * @returns {State}
 */
function withCounterpart(state, name) {
  const other = sideOf(state, otherOf(name));
  const model = modelBy(state, other.modelId);
  if (!other.shown || !model) return state;
  const { input } = other.shown.wanted;
  const changed = done(other.interventions).length ? null : (counterpart(other.shown.trace, input, foretells(model)) ?? input);
  const draft = changed ? inputDraft(changed, readsOf(model), "One step changed", null) : sideDraft(other);
  // What was said of the side, such as why it follows, is still so.
  return withSide(withSideDraft(state, name, draft, { modelId: model.id, interventions: [] }), name, { message: sideOf(state, name).message });
}

/**
 * The pair to show: what both sides have now where that can be compared. While one of them is still on its way, the last pair stays.
 * @param {State} state
 * @returns {State}
 */
function paired(state) {
  const { sides: { a, b }, pair } = compareOf(state);
  if (!a.shown || !b.shown || (pair?.a === a.shown && pair.b === b.shown)) return state;
  const text = refusal(a.shown.trace, b.shown.trace);
  if (text === null) return withCompare(state, { pair: { a: a.shown, b: b.shown } });
  if (a.tracing || b.tracing) return state;
  return withSide(withCompare(state, { pair: null }), "b", { message: { tone: "error", text, elsewhere: true } });
}

/**
 * Another network, with what was last typed for it here, or else what stands in the field where it can read that.
 * @param {State} state
 * @param {SideName} name
 * @param {Model} model
 * @returns {State}
 */
function withModelChosen(state, name, model) {
  const side = sideOf(state, name);
  const before = modelBy(state, side.modelId);
  const reads = (/** @type {Model} */ one) => JSON.stringify([one.input.kind, one.input.kind === "values" ? one.input.size : readsOf(one).ids]);
  const draft = side.drafts[model.id] ?? (before && reads(before) === reads(model) ? { ...sideDraft(side), example: null } : exampleDraft(model, null));
  const keeps = before !== undefined && shapeOf(before) === shapeOf(model);
  return withSideDraft(state, name, draft, { modelId: model.id, interventions: keeps ? side.interventions : [] });
}

/** @type {import("./types.js").Transitions} */
export const sideTransitions = {
  /** Two networks of different shape cannot be compared: the other side follows. */
  "model-chosen"(state, { side: name, id }) {
    const model = modelBy(state, id);
    const follower = /** @type {SideName} */ (otherOf(name));
    if (!model || sideOf(state, name).modelId === id) return state;
    const next = withModelChosen(state, name, model);
    const other = sideModel(next, follower);
    if (!other || shapeOf(other) === shapeOf(model)) return next;
    const kept = sideOf(next, follower).drafts[id];
    const followed = kept ? withSideDraft(next, follower, kept, { modelId: id, interventions: [] }) : withSide(next, follower, { modelId: id, interventions: [], open: true, wanted: null, tracing: false });
    return withSide(followed, follower, { message: { tone: "note", text: `Follows ${name.toUpperCase()}: ${other.title || other.name} is of another shape, and cannot be compared with it.` } });
  },

  "draft-typed": (state, { side, text }) => withSideDraft(state, side, { text, file: null, example: null }),

  "example-chosen"(state, { side, name }) {
    const model = sideModel(state, side);
    return model ? withSideDraft(state, side, exampleDraft(model, name)) : state;
  },

  "file-read"(state, { side, name, input }) {
    const model = sideModel(state, side);
    if (!model) return state;
    const draft = inputDraft(input, readsOf(model), `${name}: ${describeInput(input)}`, null);
    return withSideDraft(state, side, draft.file ? { ...draft, text: sideDraft(sideOf(state, side)).text } : draft);
  },

  "file-refused": (state, { side, name, text }) => withSide(state, side, { message: { tone: "error", text: `${name}: ${text}`, elsewhere: true } }),

  "file-removed": (state, { side }) => withSideDraft(state, side, { ...sideDraft(sideOf(state, side)), file: null, example: null }),

  "retry-asked": (state, { side }) => again(state, side),

  "trace-cancelled": (state, { side }) =>
    sideOf(state, side).tracing ? withSide(state, side, { wanted: null, tracing: false, stale: sideOf(state, side).shown !== null, message: { tone: "note", text: "Cancelled: the picture is of an earlier input.", again: true } }) : state,

  "trace-arrived"(state, { side, wanted, trace }) {
    const known = sideOf(state, side);
    if (wanted !== known.wanted) return state;
    const message = trace.notes.length && known.message === null ? { tone: /** @type {const} */ ("note"), text: notesText(trace.notes) } : known.message;
    return settled(withSide(state, side, { shown: { wanted, trace: withForms(trace, state) }, tracing: false, stale: false, message }), side);
  },

  "trace-failed": (state, { side, wanted, text, again: passing }) =>
    wanted === sideOf(state, side).wanted ? withSide(state, side, { wanted: null, tracing: false, stale: sideOf(state, side).shown !== null, message: { tone: "error", text, again: passing } }) : state,

  "explore-taken": (state, { side }) => fromExplore(state, side),

  /** The same sequence in both, in what may be two networks. */
  "input-shared"(state, { side }) {
    const [model, other] = [sideModel(state, side), sideModel(state, otherOf(side))];
    const draft = sideDraft(sideOf(state, otherOf(side)));
    return model && other && model.input.kind === other.input.kind ? withSideDraft(state, side, model.id === other.id ? draft : { ...draft, example: null }) : state;
  },

  swapped(state) {
    const { sides: { a, b }, pair } = compareOf(state);
    return withCompare(state, { sides: { a: b, b: a }, pair: pair && { a: pair.b, b: pair.a } });
  },

  "intervention-switched": (state, { side, index }) => again(state, side, { interventions: sideOf(state, side).interventions.map((one, at) => (at === index ? { ...one, on: !one.on } : one)) }),

  "intervention-removed": (state, { side, index }) => again(state, side, { interventions: sideOf(state, side).interventions.filter((_, at) => at !== index) }),
};

/**
 * Once it is known that a network's tokens have no texts, what was a file, or taken for text, is read as their ids.
 * @param {State} state with the model
 * @param {Model} model
 * @param {SideName} name
 */
export function withIds(state, model, name) {
  const side = sideOf(state, name);
  const draft = side.drafts[model.id];
  if (!draft || !readsOf(model).ids) return state;
  if (!draft.file) return side.modelId === model.id && (side.wanted === null || "text" in side.wanted.input) ? again(state, name) : state;
  const text = editableText(draft.file.input, readsOf(model));
  return text === null ? state : withSide(state, name, { drafts: { ...side.drafts, [model.id]: inputDraft(draft.file.input, readsOf(model), draft.file.name, draft.example) } });
}
