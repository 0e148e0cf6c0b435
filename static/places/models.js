/** The Models view: all networks, one of them in detail, and adding others. */

import { atModels } from "../state/library-transitions.js";
import { modelsProps } from "../state/props.js";
import { create } from "../views/models.js";

/** @type {import("../state/types.js").Place} */
export const place = {
  styles: ["/static/css/models.css"],
  at: (state, fields) => atModels(state, fields.open ?? null),
  /** @returns {Record<string, string>} */
  fields: ({ library }) => (library.open ? { open: library.open } : {}),
  create(root, emit) {
    const view = create(root, emit);
    return { update: (state) => view.update(modelsProps(state)), destroy: view.destroy };
  },
};
