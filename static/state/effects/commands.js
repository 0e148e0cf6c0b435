import { formatAddress } from "../address.js";
import { layerOf } from "../selectors.js";
import { loadPlotly } from "./plotly.js";
import { saveFile } from "./save-file.js";
import { sentence } from "./sentence.js";
import { withTrace } from "./with-trace.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Event} Event */

/** How long something told stays, in milliseconds: long enough to be read. */
const NOTE_STAYS = 3500;
const ERROR_STAYS = 8000;

/** Every quantity that any layer of the trace has. @param {State} state */
const namesOf = (state) => [...new Set(state.shown?.trace.layers.flatMap((layer) => Object.keys(layer.quantities)))];

/**
 * Sharing, exporting and opening figures: answers to what was clicked.
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 * @param {(state: State) => Record<string, string>} fieldsOf what the address says of a place beside Explore
 */
export function attachCommands(store, api, fieldsOf) {
  let forgetting = 0;
  /** @param {"note" | "error"} tone @param {string} text */
  const tell = (tone, text) => {
    store.dispatch({ type: "told", toast: { tone, text } });
    clearTimeout(forgetting);
    forgetting = window.setTimeout(() => store.dispatch({ type: "told", toast: null }), tone === "error" ? ERROR_STAYS : NOTE_STAYS);
  };

  /** @type {Record<string, (state: State, event: Event) => Promise<void>>} */
  const commands = {
    async "share-asked"(state) {
      const { hash, complete } = formatAddress(state, fieldsOf(state));
      // Without the query: it may hold the secret that let this browser in.
      const address = location.origin + location.pathname + hash;
      history.replaceState(null, "", hash);
      const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
      const lead = copied ? "Address copied." : "The address bar holds this view; copy it from there.";
      tell("note", complete ? `${lead} It holds the network, the sequence and this view.` : `${lead} The sequence is too long for an address and is not in it; send it along as a file.`);
    },
    async "copy-asked"(_, { what, text }) {
      const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
      tell(copied ? "note" : "error", copied ? `${what} copied.` : "This browser does not let the page copy; select the text and copy it.");
    },
    async "export-asked"(state, { format }) {
      const layer = layerOf(state);
      if (!layer) return;
      const [blob, name] = await withTrace(api, state, async (trace) => {
        const stem = `gatescope-${trace.slice(0, 12)}`;
        if (format !== "figure") return /** @type {const} */ ([await api.fetchTraceFile(trace, format, namesOf(state)), `${stem}.${format}`]);
        const quantity = state.view.enlarged ?? Object.keys(layer.quantities)[0];
        const figure = await api.fetchFigure(trace, layer, quantity);
        return /** @type {const} */ ([new Blob([JSON.stringify(figure)], { type: "application/json" }), `${stem}-${quantity}.plotly.json`]);
      });
      saveFile(blob, name);
      tell("note", `Saved ${name}.`);
    },
    async "dialog-opened"(state, { name, quantity }) {
      const layer = layerOf(state);
      if (name !== "figure" || !layer) return;
      try {
        const [figure] = await Promise.all([withTrace(api, state, (trace) => api.fetchFigure(trace, layer, quantity)), loadPlotly()]);
        store.dispatch({ type: "figure-arrived", quantity, figure });
      } catch (error) {
        store.dispatch({ type: "figure-failed", quantity, text: sentence(error) });
      }
    },
  };

  store.subscribe((state, event) => {
    commands[event.type]?.(state, event).catch((error) => tell("error", sentence(error)));
  });
}
