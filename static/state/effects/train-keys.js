/** Keys of the Train place: along the probe, through its units, and along the training. */

import { axisProps } from "../train-props.js";

/** @type {Record<string, (at: ReturnType<typeof axisProps>) => import("../types.js").Event>} */
const KEYS = {
  ArrowLeft: ({ step }) => ({ type: "train-step-chosen", step: Math.max(0, step - 1) }),
  ArrowRight: ({ step, steps }) => ({ type: "train-step-chosen", step: Math.min(steps - 1, step + 1) }),
  ArrowUp: ({ unit }) => ({ type: "train-unit-chosen", unit: Math.max(0, unit - 1) }),
  ArrowDown: ({ unit, units }) => ({ type: "train-unit-chosen", unit: Math.min(units - 1, unit + 1) }),
  Home: () => ({ type: "train-step-chosen", step: 0 }),
  End: () => ({ type: "train-step-chosen", step: Infinity }),
  "[": () => ({ type: "train-update-stepped", by: -1 }),
  "]": () => ({ type: "train-update-stepped", by: 1 }),
  " ": () => ({ type: "train-playing-toggled" }),
};

/** Where keys mean something of their own. */
const TAKES_KEYS = "input, select, textarea, button, summary, a, dialog, .js-plotly-plot";

/** @param {import("../store.js").Store} store */
export function attachTrainKeys(store) {
  addEventListener("keydown", (press) => {
    const state = store.get();
    if (state.place !== "train" || press.ctrlKey || press.metaKey || press.altKey || (press.target instanceof Element && press.target.closest(TAKES_KEYS))) return;
    const at = axisProps(state);
    if (!KEYS[press.key] || at.places.length === 0) return;
    press.preventDefault();
    store.dispatch(KEYS[press.key](at));
  });
}
