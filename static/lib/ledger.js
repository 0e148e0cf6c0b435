/**
 * The memory ledger: what of a state was written at which step, and has survived every keeping gate since. Pure.
 *
 * state_t = keep_t state_(t-1) + written_t holds exactly for the cell state of an LSTM and the hidden state of a GRU, so that each step's writing can be
 * followed for itself: it is multiplied by every later gate, and nothing is ever divided. What a step wrote is the state after it less what was kept
 * of the state before it, in float64, so that the origins add up to the traced state.
 *
 * @module
 */

/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("../types.js").Matrix} Matrix */

/** Which quantity is kept, and by which gate. @type {Record<LayerTrace["cell"], {state: string, keep: string} | null>} */
export const ACCOUNTS = {
  lstm: { state: "cell_state", keep: "forget_gate" },
  gru: { state: "hidden_state", keep: "update_gate" },
  rnn: null,
};

/**
 * Whether a layer has a ledger: a simple RNN computes its whole state anew at every step.
 * @param {LayerTrace} layer
 */
export const hasLedger = ({ cell }) => ACCOUNTS[cell] !== null;

/**
 * The gate that keeps a layer's memory; null where there is none.
 * @param {Pick<LayerTrace, "cell">} layer
 */
export const keepingGate = ({ cell }) => ACCOUNTS[cell]?.keep ?? null;

/** What has been kept to this share is gone: going on would only multiply subnormal numbers, which is slow. */
const GONE = 1e-30;

/**
 * One unit's gate, writings and state in the order of reading, each of length T.
 * @typedef {{keep: Float64Array, written: Float64Array, state: Float64Array, initial: number, backward: boolean}} Account
 */

/** @type {WeakMap<LayerTrace, ArrayLike<number>>} */
const changed = new WeakMap();

/**
 * What share of the state before is kept, (T, H): the gate, except where an intervention set the state, which then keeps nothing of what it was, or
 * scaled it.
 * @param {LayerTrace} layer
 * @param {{state: string, keep: string}} names
 * @returns {ArrayLike<number>}
 */
function keptShares(layer, { state, keep }) {
  const gate = layer.quantities[keep];
  const ones = (layer.interventions ?? []).filter(({ quantity, operation }) => quantity === state && operation !== "add");
  if (ones.length === 0) return gate.data;
  const known = changed.get(layer);
  if (known) return known;
  const shares = Float64Array.from(gate.data);
  for (const { units, steps, operation, value } of ones) {
    const [from, to] = steps ?? [0, gate.rows];
    for (let row = from; row < to; row++) for (const unit of units ?? Array(gate.columns).keys()) shares[row * gate.columns + unit] *= operation === "scale" ? value : 0;
  }
  changed.set(layer, shares);
  return shares;
}

/**
 * @param {LayerTrace} layer
 * @param {number} unit
 * @returns {Account | null} null where the cell has no ledger
 */
export function accountOf(layer, unit) {
  const names = ACCOUNTS[layer.cell];
  if (!names) return null;
  const { data: states, rows, columns } = layer.quantities[names.state];
  const gates = keptShares(layer, names);
  const backward = layer.direction === "backward";
  const initial = layer.initialState[names.state][unit];
  const keep = new Float64Array(rows);
  const written = new Float64Array(rows);
  const state = new Float64Array(rows);
  let before = initial;
  for (let place = 0; place < rows; place++) {
    const at = (backward ? rows - 1 - place : place) * columns + unit;
    keep[place] = gates[at];
    state[place] = states[at];
    written[place] = state[place] - keep[place] * before;
    before = state[place];
  }
  return { keep, written, state, initial, backward };
}

/**
 * The row of the trace that stands at a place in the order of reading, and the other way about.
 * @param {Account} account
 * @param {number} place
 */
export const rowAt = ({ backward, keep }, place) => (backward ? keep.length - 1 - place : place);

/**
 * What the state at one place is made of.
 * @param {Account} account
 * @param {number} place in the order of reading
 * @returns {{initial: number, writes: Float64Array, total: number}} `writes` by place, up to this one
 */
export function ledgerAt({ keep, written, state, initial }, place) {
  const writes = new Float64Array(place + 1);
  let survival = 1;
  for (let origin = place; origin >= 0; origin--) {
    writes[origin] = survival * written[origin];
    survival *= keep[origin];
    if (Math.abs(survival) < GONE) return { initial: 0, writes, total: state[place] };
  }
  return { initial: survival * initial, writes, total: state[place] };
}

/**
 * How much each origin counts over the whole sequence: the sum of what is left of it at every step. The first entry is the initial state.
 * @param {Account} account
 * @returns {Float64Array} of length T + 1
 */
export function weights({ keep, written, initial }) {
  const found = new Float64Array(keep.length + 1);
  let later = 0;
  for (let origin = keep.length - 1; origin >= 0; origin--) {
    // One for the step itself, and what is left at each later one.
    const lasting = 1 + later;
    found[origin + 1] = Math.abs(written[origin]) * lasting;
    later = Math.abs(keep[origin]) * lasting;
  }
  found[0] = Math.abs(initial) * later;
  return found;
}

/**
 * What is left of one origin after each step.
 * @param {Account} account
 * @param {number} origin -1 is the initial state
 * @returns {Float64Array} of length T, zero before it was written
 */
export function courseOf({ keep, written, initial }, origin) {
  const course = new Float64Array(keep.length);
  let left = origin < 0 ? initial : written[origin];
  if (origin >= 0) course[origin] = left;
  for (let place = origin + 1; place < keep.length && Math.abs(left) >= GONE; place++) {
    left *= keep[place];
    course[place] = left;
  }
  return course;
}

/**
 * The sums of all positive and of all negative origins after each step. Together they are the state; apart they show what cancels in it.
 * @param {Account} account
 * @returns {{positive: Float64Array, negative: Float64Array}}
 */
export function signedSums({ keep, written, initial }) {
  const positive = new Float64Array(keep.length);
  const negative = new Float64Array(keep.length);
  let [up, down] = [Math.max(0, initial), Math.min(0, initial)];
  for (let place = 0; place < keep.length; place++) {
    // A gate without bounds may be negative: then what was positive is negative.
    [up, down] = keep[place] < 0 ? [down * keep[place], up * keep[place]] : [up * keep[place], down * keep[place]];
    if (written[place] > 0) up += written[place];
    else down += written[place];
    positive[place] = up;
    negative[place] = down;
  }
  return { positive, negative };
}

/**
 * The ledger of all units as of one step: what is left of each row's writing in each unit. Rows that have not been read yet are zero.
 * @param {LayerTrace} layer
 * @param {number} step
 * @returns {Matrix | null} rows are steps, columns units
 */
export function ledgerOfUnits(layer, step) {
  const names = ACCOUNTS[layer.cell];
  if (!names) return null;
  const { data: states, rows, columns } = layer.quantities[names.state];
  const gates = keptShares(layer, names);
  const initial = layer.initialState[names.state];
  const earlier = layer.direction === "backward" ? 1 : -1;
  const data = new Float64Array(rows * columns);
  const survival = new Float64Array(columns).fill(1);
  let most = 1;
  for (let row = step; row >= 0 && row < rows && most >= GONE; row += earlier) {
    most = 0;
    const before = row + earlier;
    const inside = before >= 0 && before < rows;
    for (let unit = 0; unit < columns; unit++) {
      const at = row * columns + unit;
      const keep = gates[at];
      data[at] = survival[unit] * (states[at] - keep * (inside ? states[before * columns + unit] : initial[unit]));
      survival[unit] *= keep;
      most = Math.max(most, Math.abs(survival[unit]));
    }
  }
  return { data, rows, columns };
}
