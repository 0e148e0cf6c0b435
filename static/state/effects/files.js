import { parseFile } from "../../lib/input.js";
import { modelOf, readsOf } from "../input-transitions.js";
import { sentence } from "./sentence.js";

/**
 * Reads a dropped or chosen file as a sequence for the chosen network.
 * @param {import("../store.js").Store} store
 */
export function attachFiles(store) {
  /** @type {File | null} */
  let latest = null;
  store.subscribe((state, event) => {
    const model = event.type === "file-dropped" && state.place === "explore" && modelOf(state);
    if (!model) return;
    /** @type {File} */
    const file = event.file;
    latest = file;
    file.arrayBuffer().then((buffer) => parseFile(file.name, buffer, readsOf(model))).then(
      (input) => latest === file && store.dispatch({ type: "file-read", name: file.name, input }),
      (error) => latest === file && store.dispatch({ type: "file-refused", name: file.name, text: sentence(error) }),
    );
  });
}
