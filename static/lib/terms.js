/** The terms of a sum as they are listed: the largest first, each with where it leads to. Pure. */

import { visible } from "./format.js";

/** @typedef {import("../types.js").LayerTrace} LayerTrace */

/**
 * A number of the trace: a quantity of a unit at a step. `row` is its place in a quantity whose rows are no units, as a projected hidden state.
 * `layer` is an index into the trace's layers.
 * @typedef {{layer: number, unit: number, step: number, quantity: string, row: number | null}} Place
 */

/**
 * One product as the server tells it. `factor` is a gate that stands between, as the reset gate of a GRU.
 * @typedef {{source: string, index: number | null, label: string, value: number, weight: number, factor: number, product: number}} Term
 * @typedef {{terms: Term[], preActivation: number, activation: string, value: number, rounding: number | null, equation: string,
 *   interventions: {operation: import("../types.js").Intervention["operation"], value: number, before: number, after: number}[]}} Sum `interventions` made the value what it is
 */

/**
 * `to` is where a walk along the term leads: a number of the trace, "input" for the token or the features of this step, null where it leads nowhere.
 * `search` is what it is found by.
 * @typedef {Term & {key: string, text: string, note: string, to: Place | "input" | null, search: string}} ListedTerm
 * @typedef {{source: string, product: number, count: number}} SourceTotal
 * @typedef {{terms: ListedTerm[], sources: SourceTotal[], reach: number}} Listed `reach` is the largest magnitude of a product
 */

/** @typedef {{layers: LayerTrace[], steps: number}} Trace */

/**
 * @param {Sum} sum
 * @param {Trace} trace
 * @param {number} layer index into the trace's layers
 * @param {string} quantity
 * @param {number} unit
 * @param {number} step
 * @returns {Listed}
 */
export function listedTerms({ terms }, trace, layer, quantity, unit, step) {
  /** @type {Map<string, SourceTotal>} */
  const sources = new Map();
  const from = { trace, layer, quantity, unit, step };
  const listed = terms.map((term, index) => {
    const total = sources.get(term.source) ?? { source: term.source, product: 0, count: 0 };
    sources.set(term.source, { ...total, product: total.product + term.product, count: total.count + 1 });
    const to = destination(term, from);
    // The page counts layers from 1, the server from 0.
    const text = to === "input" ? visible(term.label) : term.label.replace(/ of layer (\d+)/, (_, number) => ` of layer ${Number(number) + 1}`);
    return { ...term, key: `${term.source} ${term.index ?? ""} ${index}`, text, note: noteOf(term, to), to, search: `${term.source} ${term.label} ${text}`.toLowerCase() };
  });
  listed.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  return { terms: listed, sources: [...sources.values()], reach: Math.abs(listed[0]?.product ?? 0) };
}

/**
 * Where the value of a term comes from.
 * @param {Term} term
 * @param {{trace: Trace, layer: number, quantity: string, unit: number, step: number}} from
 * @returns {Place | "input" | null}
 */
function destination({ source, index }, { trace, layer, quantity, unit, step }) {
  const here = trace.layers[layer];
  const earlier = here.direction === "backward" ? step + 1 : step - 1;
  const before = earlier >= 0 && earlier < trace.steps ? earlier : null;
  const state = "cell_state" in here.quantities ? "cell_state" : "hidden_state";
  const at = (/** @type {string} */ name, /** @type {number | null} */ when, /** @type {number} */ which) => (when === null || !(name in here.quantities) ? null : place(here, layer, name, which, when, unit));
  if (source === "input" && index !== null) return below(trace, here.layer, index, step);
  if (source === "hidden" && index !== null) return at("hidden_state", before, index);
  if (source === "peephole") return at("cell_state", quantity === "output_gate" ? step : before, unit);
  if (source === "kept") return at(state, before, unit);
  if (source === "written") return at("candidate", step, unit);
  if (source === "read out") return at("cell_state", step, index ?? unit);
  if (source === "coupled") return at("input_gate", step, unit);
  return null;
}

/**
 * @param {LayerTrace} info
 * @param {number} layer
 * @param {string} quantity
 * @param {number} which
 * @param {number} step
 * @param {number} unit kept where the quantity's rows are no units
 * @returns {Place}
 */
function place(info, layer, quantity, which, step, unit) {
  const own = !(quantity === "hidden_state" && (info.form?.projected || info.quantities[quantity].columns !== info.hiddenSize));
  return { layer, quantity, step, unit: own ? which : Math.min(unit, info.hiddenSize - 1), row: own ? null : which };
}

/**
 * What stands at one place of a layer's input: the sequence itself, or a unit of the layer below, whose directions stand one after the other.
 * @param {Trace} trace
 * @param {number} number of the layer that reads
 * @param {number} index
 * @param {number} step
 * @returns {Place | "input" | null}
 */
function below(trace, number, index, step) {
  if (number === 0) return "input";
  let first = 0;
  for (const [layer, info] of trace.layers.entries()) {
    if (info.layer !== number - 1) continue;
    const { columns } = info.quantities.hidden_state;
    if (index < first + columns) return place(info, layer, "hidden_state", index - first, step, 0);
    first += columns;
  }
  return null;
}

/** @param {Term} term @param {Place | "input" | null} to */
const noteOf = ({ source }, to) => (to === null && (source === "hidden" || source === "kept" || source === "peephole") ? "initial state" : "");
