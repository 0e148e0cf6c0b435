/** The table of a layer's health: which columns it has, and which rows in which order. Pure. */

import { grouped, number, percent, words } from "./format.js";

/** @typedef {import("./health-types.js").LayerHealth} LayerHealth */
/** @typedef {import("./health-types.js").HealthFlag} HealthFlag */
/** @typedef {import("./health-types.js").QuantityHealth} QuantityHealth */

/**
 * A column: `key` is its name in an address, `text` heads it, `title` explains it, `quantity` colours it. `values` has one a unit, in words only through `show`.
 * @typedef {{key: string, text: string, title: string, quantity: string | null, values: number[], show: (unit: number) => string}} Column
 */

/** The name of the table with a little of everything; other tables bear a quantity's. */
export const OVERVIEW = "overview";

/**
 * Steps of memory as people say them.
 * @param {number} steps
 */
export const stepsText = (steps) => (steps === Infinity ? "never" : steps === 0 ? "at once" : steps < 1000 ? number(steps, steps < 10 ? 2 : 1) : grouped(Math.round(steps)));

/**
 * What is wrong with each unit: the kinds of the flags that name it, of one quantity or of any.
 * @param {LayerHealth} layer
 * @param {HealthFlag[]} flags of that layer
 * @param {string} [quantity]
 * @returns {string[][]}
 */
export function foundOf(layer, flags, quantity) {
  /** @type {string[][]} */
  const found = Array.from({ length: layer.hidden_size }, () => []);
  for (const { kind, quantity: of, units } of flags) {
    if (quantity !== undefined && of !== quantity) continue;
    const text = quantity === undefined && of !== "hidden_state" && kind !== "forgetful" ? `${words(of)} ${kind}` : kind;
    for (const unit of units) found[unit]?.push(text);
  }
  return found;
}

/**
 * The flags of one direction of one layer.
 * @param {HealthFlag[]} flags
 * @param {LayerHealth} layer
 * @param {boolean} projected whether its hidden state has rows that are no units
 */
export const flagsIn = (flags, { layer, direction }, projected) => flags.filter((flag) => flag.layer === layer && flag.direction === direction && !(projected && flag.quantity === "hidden_state"));

/**
 * The quantities of which every unit has one.
 * @param {LayerHealth} layer
 * @param {boolean} projected
 */
export const unitQuantities = ({ quantities }, projected) => quantities.filter(({ quantity }) => !(projected && quantity === "hidden_state"));

/**
 * @param {LayerHealth} layer
 * @param {HealthFlag[]} flags of that layer
 * @param {string} shown `OVERVIEW`, or a quantity
 * @param {{symbols: Record<string, string>, projected: boolean}} about
 * @returns {Column[]} the first one has the units' numbers
 */
export function columnsOf(layer, flags, shown, { symbols, projected }) {
  const one = layer.quantities.find(({ quantity }) => quantity === shown);
  const found = foundOf(layer, flags, one?.quantity);
  const units = Array.from({ length: layer.hidden_size }, (_, unit) => unit);
  return [
    column("unit", "unit", "The unit's number", null, units, String),
    ...(one ? figuresOf(one) : overviewOf(layer, unitQuantities(layer, projected), symbols)),
    { ...column("found", "found to be", "What deserves a look", null, found.map(({ length }) => length), String), show: (unit) => found[unit].join(", ") },
  ];
}

/** @param {QuantityHealth} one @returns {Column[]} */
function figuresOf({ quantity, mean, variance, minimum, maximum, low, high }) {
  const numbers = /** @type {const} */ ([["mean", mean, "The mean over all steps"], ["variance", variance, "The variance over all steps"], ["minimum", minimum, "The smallest value"], ["maximum", maximum, "The largest value"]]);
  const shares = /** @type {const} */ ([["low", low, `The share of steps below ${minimumOf(quantity)}: saturated low`], ["high", high, "The share of steps above 0.9: saturated high"]]);
  return [
    ...numbers.map(([key, values, title]) => column(key, key, title, quantity, values, (value) => number(value))),
    ...shares.flatMap(([key, values, title]) => (values ? [column(key, `share ${key}`, title, quantity, values, percent)] : [])),
  ];
}

/** @param {string} quantity */
const minimumOf = (quantity) => (quantity.endsWith("_gate") ? "0.1" : "−0.9");

/** @param {LayerHealth} layer @param {QuantityHealth[]} quantities @param {Record<string, string>} symbols @returns {Column[]} */
function overviewOf({ half_life }, quantities, symbols) {
  const lives = half_life && [column("half_life", "half-life", "Steps until half of a memory is forgotten", null, half_life.map((steps) => steps ?? Infinity), stepsText)];
  return [
    ...(lives ?? []),
    ...quantities.flatMap(({ quantity, mean, low, high }) => {
      const name = symbols[quantity] ?? quantity;
      const gate = quantity.endsWith("_gate");
      if (!low || !high) return [];
      const saturated = column(`saturated.${quantity}`, `${name} saturated`, `The share of steps at which the ${words(quantity)} is ${gate ? "below 0.1 or above 0.9" : "beyond ±0.9"}`, quantity, low.map((share, unit) => share + high[unit]), percent);
      return gate ? [column(`mean.${quantity}`, `${name} open`, `How open the ${words(quantity)} is, on average`, quantity, mean, (value) => number(value)), saturated] : [saturated];
    }),
  ];
}

/**
 * @param {string} key
 * @param {string} text
 * @param {string} title
 * @param {string | null} quantity
 * @param {number[]} values
 * @param {(value: number) => string} tell
 * @returns {Column}
 */
const column = (key, text, title, quantity, values, tell) => ({ key, text, title, quantity, values, show: (unit) => tell(values[unit]) });

/**
 * Which rows are shown: all, those whose sorted column is at `least` or at `most` a value, or those found to be something.
 * @typedef {{only: "all" | "least" | "most" | import("./health.js").FindingKind, value: number}} RowFilter
 */

/**
 * The units of the table from the top.
 * @param {Column[]} columns
 * @param {HealthFlag[]} flags of the layer
 * @param {{by: string, up: boolean}} sort
 * @param {RowFilter} filter
 * @returns {number[]}
 */
export function rowsOf(columns, flags, { by, up }, { only, value }) {
  const { values } = columns.find(({ key }) => key === by) ?? columns[0];
  const wanted = new Set(flags.filter(({ kind }) => kind === only).flatMap(({ units }) => units));
  /** @param {number} unit */
  const fits = (unit) => (only === "all" ? true : only === "least" ? values[unit] >= value : only === "most" ? values[unit] <= value : wanted.has(unit));
  return columns[0].values.filter(fits).sort((a, b) => (values[a] === values[b] ? 0 : up ? values[a] - values[b] : values[b] - values[a]) || a - b);
}
