/** Asks the server for what the state wants; the answers come back as events. */

import { parseAddress } from "../address.js";
import { seenTrace, seenWanted } from "../altered.js";
import { passing, sentence } from "./sentence.js";

/** @typedef {import("../types.js").State} State */

/** Answers with pre-activations are only asked for when nobody has typed for this long, in milliseconds. */
const QUIET = 120;

/** So long, in milliseconds, a trace waits for its other one with the interventions, where that is looked at. */
const TOGETHER = 250;

/** Requests for traces begin at least this far apart, in milliseconds: a tool can type faster than anybody reads. */
const APART = 30;

/**
 * Asks for the models, then keeps asking for whatever trace the state wants.
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 * @param {ReturnType<typeof import("./altered.js").attachAltered>} altered
 */
export function attachServer(store, api, altered) {
  let asking = new AbortController();
  let detail = new AbortController();
  let lastAsked = -APART;
  let waiting = 0;

  const start = async () => {
    try {
      const [models, quantities] = await Promise.all([api.fetchModels(), api.fetchQuantities()]);
      store.dispatch({ type: "models-arrived", models, quantities, address: parseAddress(location.hash) });
    } catch (error) {
      store.dispatch({ type: "models-failed", text: sentence(error), again: passing(error) });
    }
  };

  /** @param {import("../types.js").Wanted} wanted */
  const ask = async (wanted) => {
    const { signal } = (asking = new AbortController());
    lastAsked = performance.now();
    performance.mark("gatescope:trace-asked");
    try {
      const trace = await api.postTrace(wanted, signal);
      performance.mark("gatescope:trace-arrived");
      const other = altered.ahead(wanted, trace);
      if (other) await Promise.race([other, new Promise((resolve) => setTimeout(resolve, TOGETHER))]);
      if (signal.aborted) return;
      store.dispatch({ type: "trace-arrived", wanted, trace });
      altered.deliver();
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "trace-failed", wanted, text: sentence(error), again: passing(error), gone: error instanceof api.ApiError && error.status === 404 });
    }
  };

  /** @param {import("../../types.js").Trace} trace @param {ReturnType<typeof seenWanted>} wanted */
  const askDetail = async (trace, wanted) => {
    const { signal } = (detail = new AbortController());
    await new Promise((resolve) => setTimeout(resolve, QUIET));
    if (signal.aborted) return;
    try {
      const names = new Set(trace.layers.flatMap((layer) => withPreActivation(Object.keys(layer.quantities))));
      const layers = await api.postPreActivations(wanted, [...names], signal);
      store.dispatch({ type: "pre-activations-arrived", trace: trace.id, layers });
    } catch (error) {
      // The inspector goes without them; the picture does not depend on it.
      if (!signal.aborted) console.warn(`Pre-activations: ${sentence(error)}`);
    }
  };

  store.subscribe((state, event, before) => {
    if (event.type === "retry-asked" && state.models.length === 0) void start();
    if (state.wanted !== before.wanted) {
      asking.abort();
      clearTimeout(waiting);
      const { wanted } = state;
      const rest = lastAsked + APART - performance.now();
      if (wanted && rest > 0) waiting = setTimeout(() => void ask(wanted), rest);
      else if (wanted) void ask(wanted);
    }
    const seen = seenTrace(state);
    if (seen !== seenTrace(before)) {
      detail.abort();
      if (seen && state.preActivations?.trace !== seen.id) void askDetail(seen, seenWanted(state));
    }
  });
  void start();
}

/**
 * Gates and candidates are activations of a sum, and states are made of them; without any, the state itself is one.
 * @param {string[]} names of a layer's quantities
 */
function withPreActivation(names) {
  const activated = names.filter((name) => name.endsWith("_gate") || name === "candidate");
  return activated.length ? activated : names;
}
