/** An LSTM's trace made of its gates, and a carry track that shows it. */

import { createCarryTrack } from "/static/views/carry-track.js";
import { check } from "./check.js";

/** @param {number} found @param {number} wanted @param {string} what @param {number} [within] */
export function near(found, wanted, what, within = 1e-9) {
  check(Math.abs(found - wanted) <= within, `${what}: expected ${wanted}, found ${found}`);
}

/** @param {number[][]} rows */
export const matrix = (rows) => ({ data: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0].length });

/**
 * An LSTM trace of one unit from its gates; states are computed in reading order.
 *
 * @param {{f: number[], i: number[], g: number[], o?: number[], initial?: number, direction?: "forward" | "backward"}} gates
 * @returns {import("/static/types.js").LayerTrace}
 */
export function lstm({ f, i, g, o = f.map(() => 0.5), initial = 0, direction = "forward" }) {
  const order = f.map((_, step) => step);
  if (direction === "backward") order.reverse();
  /** @type {number[]} */
  const c = [];
  let state = initial;
  for (const step of order) {
    state = f[step] * state + i[step] * g[step];
    c[step] = state;
  }
  const column = (/** @type {number[]} */ values) => matrix(values.map((value) => [value]));
  return {
    layer: 0,
    direction,
    cell: "lstm",
    hiddenSize: 1,
    initialState: { cell_state: Float64Array.of(initial), hidden_state: Float64Array.of(0) },
    quantities: {
      input_gate: column(i),
      forget_gate: column(f),
      candidate: column(g),
      output_gate: column(o),
      cell_state: column(c),
      hidden_state: column(c.map((value, step) => o[step] * Math.tanh(value))),
    },
  };
}

/** @param {Partial<import("/static/types.js").CarryTrackProps>} [changes] */
export function mounted(changes = {}) {
  const root = document.createElement("div");
  document.body.append(root);
  /** @type {import("/static/types.js").ViewEvent[]} */
  const events = [];
  const view = createCarryTrack(root, (event) => events.push(event));
  const layer = lstm({ f: [0.9, 0.8, 0.7, 0.6], i: [1, 1, 1, 1], g: [0.5, -0.4, 0.3, 0.2] });
  /** @type {import("/static/types.js").CarryTrackProps} */
  const props = { layer, units: [0, "mean"], step: 1, stage: 3, window: { from: 0, to: 4 }, width: 560, gutter: 160, labels: ["a", "<b>", " ", "d"], hover: null, reducedMotion: false, rem: 16, theme: "light", compact: false, reading: true, ...changes };
  view.update(props);
  return { root, view, props, events, plot: /** @type {HTMLElement} */ (root.querySelector(".carry-plot")), done: () => (view.destroy(), root.remove()) };
}
