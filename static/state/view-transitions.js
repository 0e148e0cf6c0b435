/** How the picture is shown: its window, the order of its rows, panels, theme and dialogs. */

import { panWindow, zoomed } from "../lib/scale.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").ViewState} ViewState */

/**
 * @param {State} state
 * @param {Partial<ViewState>} change
 * @returns {State}
 */
const withView = (state, change) => ({ ...state, view: { ...state.view, ...change } });

/** @type {import("./types.js").Transitions} */
export const viewTransitions = {
  "window-zoomed"(state, { factor, at }) {
    if (!state.shown) return state;
    return withView(state, { window: zoomed(state.view.window, state.shown.trace.steps, factor, at, state.selection.step) });
  },

  "window-panned"(state, { by, share }) {
    if (!state.shown || !state.view.window) return state;
    const { from, to } = state.view.window;
    return withView(state, { window: panWindow(state.view.window, state.shown.trace.steps, by ?? share * (to - from)) });
  },

  "window-fitted": (state) => withView(state, { window: null }),

  "order-chosen": (state, { order }) => withView(state, { order: { ...state.view.order, ...order } }),

  "rows-chosen": (state, { rows }) => withView(state, { rows: { ...state.view.rows, ...rows } }),

  "panel-folded": (state, { quantity }) =>
    withView(state, {
      folded: state.view.folded.includes(quantity) ? state.view.folded.filter((name) => name !== quantity) : [...state.view.folded, quantity],
      enlarged: state.view.enlarged === quantity ? null : state.view.enlarged,
    }),

  "panel-enlarged": (state, { quantity }) =>
    withView(state, { enlarged: state.view.enlarged === quantity ? null : quantity, folded: state.view.folded.filter((name) => name !== quantity) }),

  "height-toggled": (state) => withView(state, { tall: !state.view.tall }),

  "aside-chosen": (state, { aside }) => withView(state, { aside }),

  "theme-chosen": (state, { theme }) => withView(state, { theme }),

  "surroundings-changed"(state, { type: _, ...change }) {
    const known = /** @type {Record<string, any>} */ (state.surroundings);
    if (Object.keys(change).every((key) => known[key] === change[key])) return state;
    return { ...state, surroundings: { ...state.surroundings, ...change } };
  },

  "dialog-opened": (state, { name, quantity }) => withView({ ...state, dialog: { name, quantity } }, { playing: false }),

  "dialog-closed": (state) => ({ ...state, dialog: null }),

  "figure-arrived": (state, { quantity, figure }) => (state.dialog?.quantity === quantity ? { ...state, dialog: { ...state.dialog, name: "figure", figure } } : state),

  "figure-failed": (state, { quantity, text }) => (state.dialog?.quantity === quantity ? { ...state, dialog: { ...state.dialog, name: "figure", error: text } } : state),

  told: (state, { toast }) => ({ ...state, toast }),
};
