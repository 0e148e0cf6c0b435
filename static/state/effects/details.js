/** Asks for what lists of networks leave out: the texts of tokens, the names of columns. */

/**
 * Asks for a network's details, once: what cannot be had is not asked for again.
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 * @returns {(id: string) => void}
 */
export function detailsOnce(store, api) {
  /** @type {Set<string>} */
  const asked = new Set();
  return (id) => {
    if (asked.has(id)) return;
    asked.add(id);
    api.fetchModel(id).then(
      (model) => store.dispatch({ type: "model-detailed", model }),
      // What the list says is shown; a network that is gone is noticed when it is used.
      () => {},
    );
  };
}
