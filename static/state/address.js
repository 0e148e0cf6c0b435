/** The view as an address, and back. It lives behind the `#`, so what somebody types is never sent to the server by sharing or reloading. */

import { formatInterventions, parseInterventions } from "../lib/interventions.js";
import { inputField, parseInput } from "../lib/input-address.js";
import { draftOf, modelOf } from "./input-transitions.js";
import { SEEN } from "./intervening-list.js";
import { PLACE_NAMES } from "./place-names.js";
import { awaitsNetwork, meantSelection } from "./selectors.js";
import { formatOrder, formatRows, parseOrder, parseRows } from "./rows-address.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Input} Input */

/**
 * What an address may say. Everything is optional.
 * @typedef {object} Address
 * @property {string} [place] left out for Explore
 * @property {Record<string, string>} [fields] what else is said, for the place to understand
 * @property {string} [model]
 * @property {string} [example]
 * @property {Input} [input]
 * @property {number} [layer]
 * @property {"forward" | "backward"} [direction]
 * @property {number} [unit]
 * @property {(number | "mean")[]} [pins]
 * @property {number} [step]
 * @property {import("./types.js").Stage} [stage]
 * @property {boolean} [stages]
 * @property {import("./types.js").TimeWindow} [window]
 * @property {import("./types.js").Order} [order]
 * @property {import("./types.js").Rows} [rows]
 * @property {"arithmetic" | "numbers" | "interventions"} [aside] what the side shows; left out for the cell
 * @property {string} [quantity] whose arithmetic is shown
 * @property {number} [row] of a quantity whose rows are no units
 * @property {string} [find] among the terms
 * @property {boolean} [origins] whether memory is split by who wrote it
 * @property {(import("../types.js").Intervention & {on: boolean})[]} [interventions]
 * @property {import("./intervening-types.js").Seen} [seen] left out for the intervened trace
 * @property {boolean} [units] whether the origins of all units are shown
 */

/** A longer input does not fit into an address that mail and chat programs leave whole. */
const LONGEST_INPUT = 6000;

const ASIDES = /** @type {const} */ (["arithmetic", "numbers", "interventions"]);

/**
 * @param {State} state
 * @param {Record<string, string>} said what a place beside Explore has to say
 * @returns {{hash: string, complete: boolean}} `complete` is false when the input was too long to go in
 */
export function formatAddress(state, said = {}) {
  if (state.place !== "explore") return { hash: `#${new URLSearchParams({ view: state.place, ...said })}`, complete: true };
  const model = modelOf(state);
  if (!model) return { hash: "", complete: true };
  const { view } = state;
  const selection = meantSelection(state);
  const window = awaitsNetwork(state) ? state.arrival?.window : view.window;
  const draft = draftOf(state);
  const fields = new URLSearchParams({ model: model.id });
  let complete = true;
  if (draft.example !== null) fields.set("example", draft.example);
  else {
    const [name, text] = inputField(draft.file?.input ?? state.wanted?.input ?? { text: draft.text });
    if (text.length <= LONGEST_INPUT) fields.set(name, text);
    else complete = false;
  }
  const layer = model.layers[selection.layer];
  if (model.layers.length > 1 && layer) {
    fields.set("layer", String(layer.layer));
    if (layer.direction !== "forward") fields.set("direction", layer.direction);
  }
  if (selection.unit !== null) fields.set("unit", String(selection.unit));
  if (selection.pins.length) fields.set("pins", selection.pins.join("."));
  if (Number.isFinite(selection.step)) fields.set("step", String(selection.step));
  if (view.stages) fields.set("stages", String(selection.stage));
  if (window) fields.set("window", `${Number(window.from.toFixed(2))}~${Number(window.to.toFixed(2))}`);
  if (view.order.by !== "index") fields.set("order", formatOrder(view.order));
  if (view.rows.only !== "all") fields.set("rows", formatRows(view.rows));
  if (view.aside !== "cell") fields.set("aside", view.aside);
  for (const [name, value] of Object.entries({ ...insideFields(state), ...interveningFields(state) })) if (value !== null && value !== "") fields.set(name, value);
  return { hash: `#${fields}`, complete };
}

/** @param {State} state */
const insideFields = ({ inside, view }) => ({
  quantity: inside.quantity,
  row: inside.row === null ? null : String(inside.row),
  find: view.aside === "arithmetic" ? inside.find : null,
  origins: [inside.origins ? "unit" : "", inside.units ? "all" : ""].filter(Boolean).join("."),
});

/** @param {State} state */
const interveningFields = ({ intervening: { list, seen } }) => ({ interventions: formatInterventions(list), seen: list.length && seen !== "intervened" ? seen : null });

/**
 * Reads what can be understood and passes over the rest: an address comes from anywhere.
 * @param {string} hash
 * @returns {Address}
 */
export function parseAddress(hash) {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  /** @param {string} name */
  const whole = (name) => (/^\d{1,9}$/.test(fields.get(name) ?? "") ? Number(fields.get(name)) : undefined);
  const window = /^(\d+(?:\.\d+)?)~(\d+(?:\.\d+)?)$/.exec(fields.get("window") ?? "");
  const stage = whole("stages");
  return {
    place: PLACE_NAMES.find((name) => name === fields.get("view")),
    fields: Object.fromEntries([...fields].filter(([name]) => name !== "view")),
    model: fields.get("model") ?? undefined,
    example: fields.get("example") ?? undefined,
    input: parseInput(fields),
    layer: whole("layer"),
    direction: fields.get("direction") === "backward" ? "backward" : undefined,
    unit: whole("unit"),
    pins: fields.get("pins")?.split(".").filter((pin) => pin === "mean" || /^\d{1,9}$/.test(pin)).map((pin) => (pin === "mean" ? pin : Number(pin))),
    step: whole("step"),
    stage: stage !== undefined && stage <= 3 ? /** @type {import("./types.js").Stage} */ (stage) : undefined,
    stages: stage !== undefined,
    window: window && Number(window[2]) > Number(window[1]) ? { from: Number(window[1]), to: Number(window[2]) } : undefined,
    aside: ASIDES.find((name) => name === fields.get("aside")),
    quantity: /^[a-z_]{1,40}$/.exec(fields.get("quantity") ?? "")?.[0],
    row: whole("row"),
    find: fields.get("find")?.slice(0, 100),
    origins: fields.get("origins")?.split(".").includes("unit") ?? false,
    interventions: parseInterventions(fields.get("interventions") ?? ""),
    seen: SEEN.find((name) => name === fields.get("seen")),
    units: fields.get("origins")?.split(".").includes("all") ?? false,
    order: parseOrder(fields.get("order") ?? ""),
    rows: parseRows(fields.get("rows") ?? ""),
  };
}
