import { healthOf } from "../health-transitions.js";
import { wantedHealth } from "../health-props.js";
import { loadPlotly } from "./plotly.js";
import { saveFile } from "./save-file.js";
import { passing, sentence } from "./sentence.js";
import { withTrace } from "./with-trace.js";

/** @typedef {import("../types.js").State} State */

/**
 * Asks for the health of whatever the Health place is to show, once; a later wish calls an earlier one off.
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachHealth(store, api) {
  let asking = new AbortController();

  /** @param {State} state @param {"trace" | "examples" | "file"} over @param {AbortSignal} signal */
  function ask(state, over, signal) {
    if (over === "trace") return withTrace(api, state, (trace) => api.fetchTraceHealth(trace, signal), signal);
    const model = /** @type {string} */ (state.modelId);
    const file = healthOf(state).file?.file;
    return over === "file" && file ? api.postModelHealth(model, file, signal) : api.fetchModelHealth(model, signal);
  }

  /** @param {State} state @param {{key: string, over: "trace" | "examples" | "file"}} wanted */
  async function look(state, { key, over }) {
    asking.abort();
    const { signal } = (asking = new AbortController());
    store.dispatch({ type: "health-asked", key });
    try {
      const health = await ask(state, over, signal);
      if (!signal.aborted) store.dispatch({ type: "health-arrived", key, health });
    } catch (error) {
      if (signal.aborted) return;
      const text = error instanceof TypeError ? "The file could not be read; choose it again." : sentence(error);
      store.dispatch({ type: "health-failed", key, text, again: passing(error) });
    }
  }

  /** @param {State} state */
  function save(state) {
    const { answer } = healthOf(state);
    if (answer) saveFile(new Blob([JSON.stringify(answer.health)], { type: "application/json" }), "gatescope-health.json");
  }

  async function drawing() {
    try {
      await loadPlotly();
      store.dispatch({ type: "health-charts", charts: "there" });
    } catch {
      store.dispatch({ type: "health-charts", charts: "failed" });
    }
  }

  let drawn = false;
  store.subscribe((state, event) => {
    if (event.type === "health-cancelled") asking.abort();
    if (event.type === "health-saved") save(state);
    if (state.place !== "health") return;
    if (!drawn) {
      drawn = true;
      void drawing();
    }
    const wanted = wantedHealth(state);
    const { asking: under, answer, failure } = healthOf(state);
    if (wanted && ![under, answer?.key, failure?.key].includes(wanted.key)) void look(state, wanted);
  });
}
