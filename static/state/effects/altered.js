/** Asks for the trace with the interventions, beside the one without them; an answer that is no longer wanted is dropped. */

import { alteredOf, wantedAltered, wantedOf } from "../altered.js";
import { sentence } from "./sentence.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../../types.js").Trace} Trace */

/** Requests begin at least this far apart, in milliseconds: a slider moves faster than anybody looks. */
const APART = 40;

/**
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachAltered(store, api) {
  let asking = new AbortController();
  let comparing = new AbortController();
  let asked = "";
  let lastAsked = -APART;
  let waiting = 0;
  /** What has come and not been told yet: the trace that it is about may still be on its way to the store. @type {import("../types.js").Event | null} */
  let answer = null;

  const deliver = () => {
    if (answer && wantedAltered(store.get())?.key === answer.key) {
      const event = answer;
      answer = null;
      store.dispatch(event);
    }
  };

  /**
   * @param {{model: string, input: object}} wanted
   * @param {NonNullable<ReturnType<typeof wantedOf>>} altered
   */
  const ask = async ({ model, input }, { interventions, key }) => {
    asking.abort();
    clearTimeout(waiting);
    const { signal } = (asking = new AbortController());
    asked = key;
    answer = null;
    lastAsked = performance.now();
    try {
      answer = { type: "altered-arrived", key, trace: await api.postTrace({ model, input, interventions }, signal) };
    } catch (error) {
      if (signal.aborted) return;
      answer = { type: "altered-refused", key, text: sentence(error) };
    }
    deliver();
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
    if (state.shown !== before.shown || state.intervening.list !== before.intervening.list) {
      const wanted = wantedAltered(state);
      if ((wanted?.key ?? "") !== asked) {
        asking.abort();
        clearTimeout(waiting);
        asked = wanted?.key ?? "";
        const { shown } = state;
        const rest = lastAsked + APART - performance.now();
        if (wanted && shown) {
          if (rest > 0) waiting = setTimeout(() => void ask(shown.wanted, wanted), rest);
          else void ask(shown.wanted, wanted);
        }
      }
    }
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
