/** What the Models view asks of the server: details, new names, deletions, and the list as it is now. */

import { openModelOf } from "../library-transitions.js";
import { lacksNames, modelOf } from "../input-transitions.js";
import { detailsOnce } from "./details.js";
import { sentence } from "./sentence.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Event} Event */

/**
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachLibrary(store, api) {
  const detail = detailsOnce(store, api);

  const refresh = async () => {
    try {
      store.dispatch({ type: "models-refreshed", models: await api.fetchModels() });
    } catch {
      // The list stays as it was.
    }
  };

  const snippets = async () => {
    try {
      store.dispatch({ type: "snippets-arrived", list: (await api.fetchSnippets()).snippets });
    } catch (error) {
      store.dispatch({ type: "snippets-failed", text: sentence(error) });
    }
  };

  /** @type {Record<string, (state: State, event: any) => Promise<void>>} */
  const commands = {
    async "rename-sent"(state, { name }) {
      const { renaming } = state.library;
      if (!renaming) return;
      try {
        store.dispatch({ type: "model-renamed", model: await api.renameModel(renaming.id, name) });
      } catch (error) {
        store.dispatch({ type: "rename-refused", text: sentence(error) });
      }
    },
    async "delete-confirmed"(state) {
      const id = state.library.deleting?.id;
      const model = state.models.find((candidate) => candidate.id === id);
      if (!id || !model) return;
      try {
        await api.deleteModel(id);
        store.dispatch({ type: "model-deleted", id, text: `${model.name} was deleted.` });
      } catch (error) {
        if (error instanceof api.ApiError && error.status === 404) store.dispatch({ type: "model-deleted", id, text: `${model.name} was gone already.` });
        else store.dispatch({ type: "delete-refused", text: sentence(error) });
      }
    },
    async "trace-failed"(_, { gone }) {
      if (gone) await refresh();
    },
  };

  store.subscribe((state, event, before) => {
    void commands[event.type]?.(state, event);
    const arrived = state.place === "models" && before.place !== "models";
    if (arrived && before.models.length) void refresh();
    if (arrived && state.library.snippets === null) void snippets();
    if (state.models === before.models && state.place === before.place && state.modelId === before.modelId && state.library.open === before.library.open) return;
    const shown = state.place === "models" ? openModelOf(state) : modelOf(state);
    if (shown && (state.place === "models" ? !shown.detailed : lacksNames(shown))) detail(shown.id);
  });
}
