/** Asks the server to let the network go on, shows what it read in the end, and plays from where it began to speak. */

import { promptOf, wishOf } from "../continuing.js";
import { sentence } from "./sentence.js";

/**
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachContinuing(store, api) {
  let asking = new AbortController();

  /** Clips are for networks that read what is measured of one. @param {import("../types.js").State} state @param {number} seed */
  const fetchClips = async (state, seed) => {
    const reads = state.models.find(({ id }) => id === state.modelId)?.input.size;
    try {
      const list = await api.fetchClips(seed);
      store.dispatch({ type: "clips-arrived", seed, list: list.filter(({ row }) => row.length === reads) });
    } catch (error) {
      store.dispatch({ type: "continuing-refused", text: sentence(error) });
    }
  };

  /** @param {import("../types.js").State} state @param {import("../../lib/input.js").Input | null} [given] */
  const ask = async (state, given) => {
    const prompt = given ?? promptOf(state);
    const model = state.shown?.wanted.model;
    if (!prompt || !model) return;
    asking.abort();
    const { signal } = (asking = new AbortController());
    try {
      const { input, from, said, ended } = await api.postGeneration({ model, input: prompt, ...wishOf(state.continuing) }, signal);
      if (signal.aborted || store.get().shown?.wanted.model !== model) return;
      store.dispatch({ type: "continuing-answered" });
      store.dispatch({ type: "continued", input, from, said, ended });
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "continuing-refused", text: sentence(error) });
    }
  };

  store.subscribe((state, event, before) => {
    if (event.type === "continuing-asked") void ask(state);
    if (event.type === "clip-chosen") void ask(state, { values: [event.row] });
    if (event.type === "clips-asked") void fetchClips(state, (state.continuing.clips?.seed ?? 0) + 1);
    const hears = state.models.find(({ id }) => id === state.modelId)?.generates === "feedback";
    const opened = state.continuing.open && hears && (!before.continuing.open || state.modelId !== before.modelId);
    if (opened) void fetchClips(state, 1);
    if (state.modelId !== before.modelId) {
      asking.abort();
      if (state.continuing.running) store.dispatch({ type: "continuing-answered" });
    }
    const arrived = event.type === "trace-arrived" && state.shown !== before.shown && state.shown?.wanted.continued;
    if (arrived && state.place === "explore" && !state.view.playing) store.dispatch({ type: "play-toggled" });
  });
}
