/** Adding a network: files, a name, what the server asks about them, and what it made of them. */

import { stemOf } from "../lib/files.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./library-types.js").Upload} Upload */
/** @typedef {import("./library-types.js").Held} Held */

/** @type {Upload} */
export const NO_UPLOAD = { files: [], name: "", named: false, phase: "waiting", sent: 0, total: 0, choices: [], answers: {}, settled: {}, error: null, result: null };

/**
 * @param {State} state
 * @param {Partial<Upload>} change
 * @returns {State}
 */
const withUpload = (state, change) => ({ ...state, library: { ...state.library, upload: { ...state.library.upload, ...change } } });

/** @param {Upload} upload */
export const busy = ({ phase }) => phase === "sending" || phase === "reading";

/**
 * Whether something is asked that nobody has answered.
 * @param {Upload} upload
 */
export const unanswered = ({ choices, answers }) => choices.some(({ option, chosen, values }) => chosen === null && !(option in answers) && !values.some(({ value }) => value === null));

/** @param {Held[]} files */
export const weightsOf = (files) => files.find(({ role }) => role === "weights");

/**
 * The files with one given a role; a role that only one can have is taken from the others of it.
 * @param {Held[]} files
 * @param {number} key
 * @param {Held["role"]} role
 */
function withRole(files, key, role) {
  const other = role === "weights" ? "vocabulary" : "weights";
  return files.map((held) => (held.key === key ? { ...held, role } : held.role === role ? { ...held, role: /** @type {Held["role"]} */ (other) } : held));
}

/**
 * Another file of weights begins afresh; a vocabulary joins what is there.
 * @param {Upload} upload
 * @param {Held[]} added
 * @returns {Partial<Upload>}
 */
function joined({ files, name, named, phase }, added) {
  const weights = added.find(({ role }) => role === "weights");
  const before = weights || phase === "done" ? files.filter(({ role }) => role === "vocabulary" && phase !== "done") : files;
  const vocabulary = added.find(({ role }) => role === "vocabulary");
  const kept = before.filter(({ role }) => !(role === "vocabulary" && vocabulary));
  const all = [weights, ...kept, vocabulary].filter((held) => held !== undefined);
  const first = weights ?? weightsOf(all);
  return { files: all, name: named && phase !== "done" ? name : first ? stemOf(first.file.name) : name, named: named && phase !== "done" };
}

/** @type {import("./types.js").Transitions} */
export const uploadTransitions = {
  /** Files whose roles have been told; where several could be the weights, the largest is. */
  "weights-held"(state, { held }) {
    const { upload } = state.library;
    if (busy(upload)) return state;
    /** @type {Held[]} */
    const bySize = [...held].sort((a, b) => b.file.size - a.file.size);
    const weights = bySize.find(({ role }) => role === "weights");
    const vocabulary = bySize.find((one) => one !== weights && (one.role === "vocabulary" || bySize.length === 2));
    /** @type {Held[]} */
    const added = [];
    if (weights) added.push(weights);
    if (vocabulary) added.push({ ...vocabulary, role: "vocabulary" });
    const surplus = held.length - added.length;
    const error = surplus > 0 ? `One file of weights and one vocabulary belong together; ${surplus} more ${surplus === 1 ? "was" : "were"} left out.` : null;
    return withUpload({ ...state, place: "models" }, { ...NO_UPLOAD, ...joined(upload, added), error });
  },

  "role-chosen": (state, { key, role }) => withUpload(state, { files: withRole(state.library.upload.files, key, role), choices: [], answers: {}, settled: {}, error: null }),

  "upload-file-removed"(state, { key }) {
    const files = state.library.upload.files.filter((held) => held.key !== key);
    return files.length ? withUpload(state, { files, choices: [], answers: {}, settled: {}, error: null }) : withUpload(state, NO_UPLOAD);
  },

  "upload-named": (state, { name }) => withUpload(state, { name, named: true }),

  "upload-answered": (state, { option, value }) => withUpload(state, { answers: { ...state.library.upload.answers, [option]: value }, error: null }),

  "upload-asked": (state) => (busy(state.library.upload) || unanswered(state.library.upload) || !weightsOf(state.library.upload.files) ? state : withUpload(state, { phase: "sending", sent: 0, total: 0, error: null })),

  "upload-moved": (state, { sent, total }) => (state.library.upload.phase === "sending" ? withUpload(state, { sent, total }) : state),

  "upload-sent": (state) => (state.library.upload.phase === "sending" ? withUpload(state, { phase: "reading" }) : state),

  "upload-cancelled": (state) => (busy(state.library.upload) ? withUpload(state, { phase: state.library.upload.result ? "done" : "waiting", error: "Cancelled: nothing was added." }) : state),

  /** What was answered stays answered; where nothing was taken, nothing is chosen. */
  "upload-refused"(state, { text, choices }) {
    const { upload } = state.library;
    const asked = choices?.length ? choices : upload.choices;
    // What is asked says itself what is missing.
    return withUpload(state, { phase: upload.result ? "done" : "waiting", choices: asked, error: choices?.length ? null : text });
  },

  "upload-cleared": (state) => withUpload(state, NO_UPLOAD),

  "upload-finished"(state, { model, created }) {
    const detailed = { ...model, detailed: true };
    const known = state.models.some(({ id }) => id === model.id);
    const next = { ...state, models: known ? state.models.map((one) => (one.id === model.id ? detailed : one)) : [...state.models, detailed] };
    const said = created ? `${model.name} was added.` : `${model.name} was here already.`;
    return withUpload(
      { ...next, library: { ...next.library, open: model.id, renaming: null, deleting: null, said } },
      { phase: "done", choices: model.choices ?? [], answers: {}, settled: { ...state.library.upload.settled, ...state.library.upload.answers }, error: null, result: { id: model.id, created } },
    );
  },
};
