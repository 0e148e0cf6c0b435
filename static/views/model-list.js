/** The list of all networks, as buttons that open their details. A part of the Models view. */

import { h, keyed, setText } from "../lib/dom.js";
import { cellsLine, ORIGINS, titleOf, weightsLine } from "./model-words.js";

/** @typedef {import("./model-words.js").Model} Model */

/**
 * @param {import("../types.js").Emit} emit
 * @returns {{element: HTMLElement, update: (models: Model[], open: string | null) => void, focus: (id: string) => void}}
 */
export function modelList(emit) {
  const heading = h("h2", { id: "models-title", tabindex: -1 }, "Networks");
  const list = h("ul", { class: "model-list" });
  /** @type {Map<string, HTMLElement>} */
  const items = new Map();
  /** @type {Model[] | null} */
  let shown = null;

  /** @param {Model} model */
  const make = (model) => {
    const button = h("button", { type: "button", class: "model-item", data: { model: model.id }, on: { click: () => emit({ type: "details-opened", id: model.id }) } },
      h("strong"), h("span", { class: "model-origin" }), h("span", { class: "model-line" }), h("span", { class: "model-line" }));
    return h("li", {}, button);
  };

  return {
    element: h("section", { class: "model-index", "aria-labelledby": "models-title" }, heading, list),
    update(models, open) {
      if (models !== shown) {
        keyed(list, items, models, ({ id }) => id, make);
        for (const model of models) {
          const [name, origin, cells, weights] = /** @type {HTMLElement} */ (items.get(model.id)?.firstElementChild).children;
          setText(name, titleOf(model));
          setText(origin, ORIGINS[model.origin] ?? model.origin);
          setText(cells, cellsLine(model));
          setText(weights, weightsLine(model));
        }
        shown = models;
      }
      for (const [id, item] of items) {
        if (id === open) item.firstElementChild?.setAttribute("aria-current", "true");
        else item.firstElementChild?.removeAttribute("aria-current");
      }
    },
    focus: (id) => (/** @type {HTMLElement | null | undefined} */ (items.get(id)?.firstElementChild) ?? heading).focus(),
  };
}
