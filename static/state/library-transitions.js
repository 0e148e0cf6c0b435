/** The Models view: which network is open, what is being renamed or deleted, and how a network compares with its framework. */

import { uploadTransitions } from "./upload-transitions.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./library-types.js").Library} Library */

/**
 * @param {State} state
 * @param {Partial<Library>} change
 * @returns {State}
 */
export const withLibrary = (state, change) => ({ ...state, library: { ...state.library, ...change } });

/**
 * The models with one of them added, or replaced where it stands.
 * @param {Model[]} models
 * @param {Model} model
 */
export const withModel = (models, model) => (models.some(({ id }) => id === model.id) ? models.map((known) => (known.id === model.id ? model : known)) : [...models, model]);

/**
 * @param {State} state
 * @returns {Model | undefined} whose details are shown
 */
export const openModelOf = ({ models, library, modelId }) => models.find(({ id }) => id === (library.open ?? modelId)) ?? models.find(({ id }) => id === modelId) ?? models[0];

/**
 * @param {State} state
 * @param {string} id
 * @param {Partial<import("./library-types.js").Check>} change
 */
const withCheck = (state, id, change) => withLibrary(state, { checks: { ...state.library.checks, [id]: { ...(state.library.checks[id] ?? { name: "", running: false, error: null, outcome: null }), ...change } } });

/** @param {State} state */
const quiet = (state) => withLibrary(state, { renaming: null, deleting: null });

/**
 * What the Models view shows at an address.
 * @param {State} state
 * @param {string | null} open the model whose details are shown
 */
export const atModels = (state, open) => quiet(withLibrary(state, { open }));

/** @type {import("./types.js").Transitions} */
export const libraryTransitions = {
  ...uploadTransitions,

  "details-opened": (state, { id }) => quiet(withLibrary({ ...state, place: "models" }, { open: id, said: "" })),

  "rename-asked": (state, { id, name }) => withLibrary(state, { deleting: null, renaming: { id, name, error: null, busy: false } }),

  "rename-sent": (state, { name }) => (state.library.renaming ? withLibrary(state, { renaming: { ...state.library.renaming, name, error: null, busy: true } }) : state),

  "rename-dropped": (state) => withLibrary(state, { renaming: null }),

  "rename-refused": (state, { text }) => (state.library.renaming ? withLibrary(state, { renaming: { ...state.library.renaming, error: text, busy: false } }) : state),

  "model-renamed": (state, { model }) =>
    withLibrary({ ...state, models: withModel(state.models, { ...model, detailed: true }) }, { renaming: null, said: `The network is now called ${model.name}.` }),

  "delete-asked": (state, { id }) => withLibrary(state, { renaming: null, deleting: { id, error: null, busy: false } }),

  "delete-confirmed": (state) => (state.library.deleting ? withLibrary(state, { deleting: { ...state.library.deleting, error: null, busy: true } }) : state),

  "delete-dropped": (state) => withLibrary(state, { deleting: null }),

  "delete-refused": (state, { text }) => (state.library.deleting ? withLibrary(state, { deleting: { ...state.library.deleting, error: text, busy: false } }) : state),

  "check-started": (state, { id, name }) => withCheck(state, id, { name, running: true, error: null, outcome: null }),

  "check-finished": (state, { id, outcome }) => withCheck(state, id, { running: false, outcome }),

  "check-refused": (state, { id, text }) => withCheck(state, id, { running: false, error: text }),

  "check-cancelled": (state, { id }) => withCheck(state, id, { running: false, error: null }),

  "snippets-arrived": (state, { list }) => withLibrary(state, { snippets: { list, error: null } }),

  "snippets-failed": (state, { text }) => withLibrary(state, { snippets: { list: [], error: text } }),
};
