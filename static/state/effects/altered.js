/** Asks for the trace with the interventions, beside the one without them; an answer that is no longer wanted is dropped. */

import { onlyValuesDiffer } from "../../lib/interventions.js";
import { alteredOf, isWanted, wantedAltered, wantedOf } from "../altered.js";
import { sentence } from "./sentence.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../../types.js").Trace} Trace */
/** @typedef {NonNullable<ReturnType<typeof wantedOf>>} Wanted */

/** Requests begin at least this far apart, in milliseconds: a slider moves faster than anybody looks. */
const APART = 40;

/** So long, in milliseconds, an answer on its way is still waited for when another value is wanted already: else nothing is seen until a slider rests. */
const PATIENCE = 200;

/**
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachAltered(store, api) {
  let asking = new AbortController();
  let comparing = new AbortController();
  /** The key of what was asked for last, or is about to be. */
  let asked = "";
  let lastAsked = -PATIENCE;
  /** What is on its way. @type {Wanted | null} */
  let running = null;
  let waiting = 0;
  /** What has come and not been told yet: the trace that it is about may still be on its way to the store. @type {import("../types.js").Event | null} */
  let answer = null;

  const deliver = () => {
    const event = answer;
    if (!event || !isWanted(store.get(), /** @type {any} */ (event))) return;
    answer = null;
    store.dispatch(event);
  };

  /**
   * @param {{model: string, input: object}} given
   * @param {Wanted} wanted
   */
  const ask = async ({ model, input }, wanted) => {
    asking.abort();
    clearTimeout(waiting);
    const { signal } = (asking = new AbortController());
    asked = wanted.key;
    answer = null;
    lastAsked = performance.now();
    running = wanted;
    try {
      answer = { type: "altered-arrived", ...wanted, trace: await api.postTrace({ model, input, interventions: wanted.interventions }, signal) };
    } catch (error) {
      if (signal.aborted) return;
      answer = { type: "altered-refused", ...wanted, text: sentence(error) };
    }
    running = null;
    deliver();
    // What has been wanted in the meantime.
    const { shown } = store.get();
    const next = wantedAltered(store.get());
    if (shown && next?.key === asked && next.key !== wanted.key) void ask(shown.wanted, next);
  };

  const stop = () => {
    asking.abort();
    running = null;
  };

  /** @param {State} state */
  const follow = (state) => {
    const wanted = wantedAltered(state);
    if ((wanted?.key ?? "") === asked) return;
    asked = wanted?.key ?? "";
    clearTimeout(waiting);
    const { shown } = state;
    if (!wanted || !shown) return stop();
    const patient = running?.of === wanted.of && onlyValuesDiffer(running.interventions, wanted.interventions);
    if (!patient) stop();
    const rest = lastAsked + (patient ? PATIENCE : APART) - performance.now();
    if (rest > 0) waiting = setTimeout(() => void ask(shown.wanted, wanted), rest);
    else void ask(shown.wanted, wanted);
  };

  /** @param {State} state */
  const compare = async (state) => {
    comparing.abort();
    const altered = alteredOf(state);
    if (!altered?.trace.predictions) return;
    const { signal } = (comparing = new AbortController());
    const of = altered.trace.id;
    try {
      store.dispatch({ type: "moved-arrived", of, steps: await api.fetchMoved(of, altered.of, signal) });
    } catch (error) {
      // The pictures and both traces' own predictions are there all the same.
      if (!signal.aborted) store.dispatch({ type: "moved-arrived", of, steps: null });
    }
  };

  store.subscribe((state, _event, before) => {
    if (state.shown !== before.shown || state.intervening.list !== before.intervening.list) follow(state);
    if (alteredOf(state)?.trace !== alteredOf(before)?.trace) void compare(state);
  });

  return {
    /**
     * Asks already while the trace that is to be compared with has arrived and nobody has been told: else it would be seen for a moment without them.
     * @param {{model: string, input: object}} wanted
     * @param {Trace} trace
     * @returns {Promise<void> | null} null where there is nothing to wait for
     */
    ahead(wanted, trace) {
      const { list, altered } = store.get().intervening;
      const next = altered && wantedOf(list, trace);
      return next && next.key !== altered.key ? ask(wanted, next) : null;
    },
    deliver,
  };
}
