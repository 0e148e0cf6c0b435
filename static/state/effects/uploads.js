/** Files that are dropped or chosen: weights are held for the Models view and sent from there, references are compared, sequences are read. */

import { HEAD_BYTES, namesWeights, roleOf } from "../../lib/files.js";
import { openModelOf } from "../library-transitions.js";
import { weightsOf } from "../upload-transitions.js";
import { sentence } from "./sentence.js";

/** @typedef {import("../types.js").State} State */

/**
 * Follows drops anywhere on the page.
 * @param {import("../store.js").Store} store
 */
export function attachDrops(store) {
  /** @param {boolean} over */
  const mark = (over) => document.body.classList.toggle("is-dropping", over);
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && mark(false));
  addEventListener("drop", (event) => {
    mark(false);
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    const reference = event.target instanceof Element && event.target.closest("[data-takes=reference]") !== null;
    const side = event.target instanceof Element ? (/** @type {HTMLElement | null} */ (event.target.closest("[data-side]"))?.dataset.side ?? null) : null;
    store.dispatch({ type: "files-dropped", files: [...event.dataTransfer.files], reference, side });
  });
}

/**
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachUploads(store, api) {
  let sending = new AbortController();
  /** @type {Map<string, AbortController>} */
  const checking = new Map();
  let keys = 0;

  /** @param {File[]} files */
  const hold = async (files) => {
    const held = await Promise.all(
      files.map(async (file) => {
        const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer().catch(() => new ArrayBuffer(0)));
        return { key: keys++, file, role: roleOf(file.name, head) };
      }),
    );
    store.dispatch({ type: "weights-held", held });
  };

  /** @param {State} state */
  const send = async (state) => {
    const { files, name, answers, settled, result } = state.library.upload;
    const weights = weightsOf(files)?.file;
    if (!weights) return;
    const { signal } = (sending = new AbortController());
    const vocabulary = files.find(({ role }) => role === "vocabulary")?.file;
    try {
      const { model, created } = await api.postModel({ weights, vocabulary, name, options: { ...settled, ...answers } }, {
        signal,
        onProgress: (sent, total) => store.dispatch({ type: "upload-moved", sent, total }),
        onSent: () => store.dispatch({ type: "upload-sent" }),
      });
      if (signal.aborted) return;
      store.dispatch({ type: "upload-finished", model, created });
      // The same file, understood in another way, is another network; what it was taken for at first goes.
      if (result?.created && result.id !== model.id) {
        await api.deleteModel(result.id);
        store.dispatch({ type: "model-deleted", id: result.id, text: `${model.name} was understood anew.` });
      }
    } catch (error) {
      if (signal.aborted) return;
      const text = error instanceof TypeError ? "The file could not be read; choose it again." : sentence(error);
      store.dispatch({ type: "upload-refused", text, choices: error instanceof api.ApiError ? error.choices : [] });
    }
  };

  /** @param {string} id @param {File} file */
  const check = async (id, file) => {
    checking.get(id)?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    checking.set(id, controller);
    store.dispatch({ type: "check-started", id, name: file.name });
    try {
      const outcome = await api.postReference(id, file, { signal });
      if (!signal.aborted) store.dispatch({ type: "check-finished", id, outcome });
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "check-refused", id, text: sentence(error) });
    }
  };

  store.subscribe((state, event, before) => {
    if (event.type === "files-dropped") {
      const { files, reference, side } = event;
      const open = openModelOf(state);
      if (reference && open) void check(open.id, files[0]);
      else if (state.place === "models" || files.some((/** @type {File} */ file) => namesWeights(file.name))) void hold(files);
      else store.dispatch({ type: "file-dropped", file: files[0], side });
    }
    if (event.type === "reference-chosen") void check(event.id, event.file);
    if (event.type === "check-cancelled") checking.get(event.id)?.abort();
    if (event.type === "upload-cancelled") sending.abort();
    if (event.type === "upload-asked" && state !== before) void send(state);
  });
}
