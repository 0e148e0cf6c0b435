/**
 * What each step does to a state, as series over time: what was there, what of it was kept and forgotten, what was written, what was read out.
 * One row a cell; nothing else in the carry track knows a cell's equations.
 *
 * @module
 */

import { formOf } from "../lib/cell-form.js";

/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("../types.js").Matrix} Matrix */

/**
 * Series of length T in time order. `split` is null where nothing is carried additively; then state = kept + written does not hold.
 * `readout` is null where the state is itself the output; `squashed` is the activated state, as a rule its tanh, and `hidden` what the output gate
 * shows of it: the hidden state, or, with a projection, what that is made of. `previous[t]` and `before[t]` are the state and the hidden state
 * that the step at t started from. `stack` is there where the state is to be split by who wrote it, `ghost` where there is another trace to compare with.
 *
 * @typedef {{previous: Float64Array, state: Float64Array,
 *   split: {kept: Float64Array, forgotten: Float64Array, written: Float64Array} | null,
 *   readout: {before: Float64Array, squashed: Float64Array, hidden: Float64Array} | null,
 *   stack?: import("../lib/origins.js").Bands, ghost?: CarryTerms}} CarryTerms
 */

/**
 * How a cell carries: the quantity that is carried, the gate that keeps, what is written at a place of the (T, H) arrays, and the output gate.
 *
 * @type {Record<LayerTrace["cell"], {state: string, keep: string | null, write: (q: Record<string, Matrix>, at: number) => number, output: string | null}>}
 */
const CARRIES = {
  lstm: { state: "cell_state", keep: "forget_gate", write: (q, at) => q.input_gate.data[at] * q.candidate.data[at], output: "output_gate" },
  gru: { state: "hidden_state", keep: "update_gate", write: (q, at) => (1 - q.update_gate.data[at]) * q.candidate.data[at], output: null },
  rnn: { state: "hidden_state", keep: null, write: () => 0, output: null },
};

/**
 * The quantity that a cell carries from step to step.
 *
 * @param {LayerTrace["cell"]} cell
 */
export function carriedBy(cell) {
  return CARRIES[cell].state;
}

/**
 * The row a step's previous state stands in, or null where that is the initial state. A backward layer comes from the end.
 *
 * @param {LayerTrace} layer
 * @param {number} step
 * @param {number} steps
 * @returns {number | null}
 */
export function previousRow(layer, step, steps) {
  const row = layer.direction === "backward" ? step + 1 : step - 1;
  return row < 0 || row >= steps ? null : row;
}

/**
 * The terms of one unit, or their means over all units: the equation state = kept + written is linear, so it holds for means too.
 *
 * @param {LayerTrace} layer
 * @param {number | "mean"} unit
 * @returns {CarryTerms}
 */
export function carryTerms(layer, unit) {
  const carries = CARRIES[layer.cell];
  const { rows: steps, columns: units } = layer.quantities[carries.state];
  const terms = emptyTerms(steps, carries.keep !== null, carries.output !== null);
  if (unit === "mean") {
    for (let each = 0; each < units; each++) addUnit(terms, layer, each, 1 / units);
  } else {
    addUnit(terms, layer, unit, 1);
  }
  return terms;
}

/**
 * @param {number} steps
 * @param {boolean} splits
 * @param {boolean} readsOut
 * @returns {CarryTerms}
 */
function emptyTerms(steps, splits, readsOut) {
  const series = () => new Float64Array(steps);
  return {
    previous: series(),
    state: series(),
    split: splits ? { kept: series(), forgotten: series(), written: series() } : null,
    readout: readsOut ? { before: series(), squashed: series(), hidden: series() } : null,
  };
}

/**
 * Adds one unit's terms, times `weight`, to the series.
 *
 * @param {CarryTerms} terms
 * @param {LayerTrace} layer
 * @param {number} unit
 * @param {number} weight
 */
function addUnit(terms, layer, unit, weight) {
  const carries = CARRIES[layer.cell];
  const quantities = layer.quantities;
  const { data: states, rows: steps, columns: units } = quantities[carries.state];
  const initial = layer.initialState[carries.state][unit];
  const keep = carries.keep === null ? null : quantities[carries.keep].data;
  const { split, readout } = terms;
  const { output, projected } = formOf(layer);
  const squash = output.apply;
  const open = carries.output === null ? null : quantities[carries.output].data;
  const changes = (layer.interventions ?? []).filter(({ quantity, units: some }) => quantity === carries.state && (some === null || some.includes(unit)));
  for (let step = 0; step < steps; step++) {
    const at = step * units + unit;
    const row = previousRow(layer, step, steps);
    const previous = row === null ? initial : states[row * units + unit];
    terms.previous[step] += weight * previous;
    terms.state[step] += weight * states[at];
    if (split && keep) {
      const { kept, written } = intervenedIn(changes, step, keep[at] * previous, carries.write(quantities, at));
      split.kept[step] += weight * kept;
      split.forgotten[step] += weight * (previous - kept);
      split.written[step] += weight * written;
    }
    if (readout && open) {
      const squashed = squash(states[at]);
      readout.squashed[step] += weight * squashed;
      if (projected) {
        readout.before[step] += row === null ? 0 : weight * open[row * units + unit] * squash(states[row * units + unit]);
        readout.hidden[step] += weight * open[at] * squashed;
      } else {
        const hidden = quantities.hidden_state.data;
        readout.before[step] += weight * (row === null ? layer.initialState.hidden_state[unit] : hidden[row * units + unit]);
        readout.hidden[step] += weight * hidden[at];
      }
    }
  }
}

/**
 * What is kept and written where the state itself was intervened in, so that they still add up to it: one that is set keeps nothing of what it was.
 *
 * @param {import("../types.js").Intervention[]} changes of this unit's state, in order
 * @param {number} step
 * @param {number} kept
 * @param {number} written
 */
function intervenedIn(changes, step, kept, written) {
  for (const { steps, operation, value } of changes) {
    if (steps && (step < steps[0] || step >= steps[1])) continue;
    if (operation === "set") [kept, written] = [0, value];
    else if (operation === "scale") [kept, written] = [kept * value, written * value];
    else written += value;
  }
  return { kept, written };
}
