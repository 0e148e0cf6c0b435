/** What the Compare view asks of the server: the traces of both sides, which outputs became more likely, and what its networks read. */

import { parseFile } from "../../lib/input.js";
import { compareOf, sideModel, sideOf } from "../compare-sides.js";
import { alignmentOf } from "../comparison.js";
import { lacksNames, readsOf } from "../input-transitions.js";
import { detailsOnce } from "./details.js";
import { passing, sentence } from "./sentence.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../compare-types.js").SideName} SideName */
/** @typedef {import("../compare-types.js").Pair} Pair */

/** Which outputs became more likely is only asked for when nobody has typed for this long, in milliseconds. */
const QUIET = 150;

/** @type {SideName[]} */
const SIDES = ["a", "b"];

/**
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachCompare(store, api) {
  const asking = { a: new AbortController(), b: new AbortController() };
  let counting = new AbortController();
  const detail = detailsOnce(store, api);
  /** @type {Record<SideName, File | null>} */
  const latest = { a: null, b: null };

  /** @param {SideName} side @param {import("../compare-types.js").SideWanted} wanted */
  const ask = async (side, wanted) => {
    const { signal } = (asking[side] = new AbortController());
    try {
      const trace = await api.postTrace(wanted, signal);
      store.dispatch({ type: "compare:trace-arrived", side, wanted, trace });
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "compare:trace-failed", side, wanted, text: sentence(error), again: passing(error) });
    }
  };

  /** Traces are kept for a while only; those that are gone are asked for again. @param {Pair} pair @param {string} method @param {AbortSignal} signal */
  const difference = async ({ a, b }, method, signal) => {
    const fetch = () => api.fetchMovedAlong(a.trace.id, b.trace.id, method, signal);
    try {
      return await fetch();
    } catch (error) {
      if (!(error instanceof api.ApiError) || error.status !== 404) throw error;
      await Promise.all([a, b].map(({ wanted }) => api.postTrace(wanted, signal)));
      return fetch();
    }
  };

  /** @param {Pair} pair @param {string} method */
  const count = async (pair, method) => {
    const { signal } = (counting = new AbortController());
    await new Promise((resolve) => setTimeout(resolve, QUIET));
    if (signal.aborted) return;
    try {
      const rows = await difference(pair, method, signal);
      store.dispatch({ type: "compare:moved-arrived", moved: { pair, method, rows } });
    } catch (error) {
      // The picture does not depend on it.
      if (!signal.aborted) console.warn(`Difference: ${sentence(error)}`);
    }
  };

  /** @param {State} state @param {SideName} side @param {File} file */
  const read = async (state, side, file) => {
    const model = sideModel(state, side);
    if (!model) return;
    latest[side] = file;
    try {
      const input = parseFile(file.name, await file.arrayBuffer(), readsOf(model));
      if (latest[side] === file) store.dispatch({ type: "compare:file-read", side, name: file.name, input });
    } catch (error) {
      if (latest[side] === file) store.dispatch({ type: "compare:file-refused", side, name: file.name, text: sentence(error) });
    }
  };

  /** @param {State} state @param {State} before @param {SideName} side */
  const follow = (state, before, side) => {
    const { wanted, shown } = sideOf(state, side);
    if (wanted === sideOf(before, side).wanted) return;
    // After a swap, what the other side had asked for is asked for again.
    asking[side].abort();
    if (wanted && wanted !== shown?.wanted) void ask(side, wanted);
  };

  store.subscribe((state, event, before) => {
    if (event.type === "compare:files-dropped") void read(state, event.side, event.files[0]);
    if (event.type === "file-dropped" && state.place === "compare") void read(state, event.side ?? "a", event.file);
    const [now, then] = [compareOf(state), compareOf(before)];
    if (now === then) return;
    for (const side of SIDES) follow(state, before, side);
    for (const side of SIDES) {
      const model = sideModel(state, side);
      if (model && lacksNames(model)) detail(model.id);
    }
    const method = alignmentOf(now)?.method;
    if (now.pair === then.pair && method === alignmentOf(then)?.method) return;
    counting.abort();
    if (now.pair?.a.trace.predictions && now.pair.b.trace.predictions && method) void count(now.pair, method);
  });
}
