/** A comparison as fields of the address, and back: both sides, how they are aligned, and what of them is looked at. */

import { memo } from "../lib/memo.js";
import { formatSide, parseSide } from "../lib/side-address.js";
import { compareOf, fromExplore, sideDraft, sideModel, sideOf, withCompare, withSide, withSideDraft } from "./compare-sides.js";
import { exampleDraft, inputDraft, readsOf } from "./input-transitions.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./compare-types.js").SideName} SideName */

/** @typedef {import("./compare-types.js").Compare} Compare */

const METHODS = /** @type {const} */ (["index", "edit"]);

/** Long inputs are written once, and not with every frame. */
const formatted = { a: memo(formatParts), b: memo(formatParts) };

/**
 * @param {string} model
 * @param {import("./types.js").Draft} draft
 * @param {import("../lib/input.js").Input | undefined} read
 * @param {import("../lib/side-address.js").SideIntervention[]} interventions
 */
function formatParts(model, draft, read, interventions) {
  return formatSide({ model, example: draft.example, input: draft.file?.input ?? read ?? { text: draft.text }, interventions });
}

/**
 * What the address says of a side.
 * @param {State} state
 * @param {SideName} name
 */
export function formattedSide(state, name) {
  const side = sideOf(state, name);
  return formatted[name](side.modelId ?? "", sideDraft(side), side.wanted?.input ?? side.shown?.wanted.input, side.interventions);
}

/**
 * @param {State} state
 * @returns {Record<string, string>}
 */
export function fieldsOfComparison(state) {
  const { align, quantity, all, unit, column, sorted, window, layer } = compareOf(state);
  const info = sideModel(state, "a")?.layers[layer];
  /** @type {Record<string, string | null>} */
  const fields = {
    a: sideOf(state, "a").modelId === null ? null : formattedSide(state, "a").text,
    b: sideOf(state, "b").open ? null : formattedSide(state, "b").text,
    align,
    quantity: all ? "all" : quantity,
    layer: info && layer > 0 ? String(info.layer) : null,
    direction: info?.direction === "backward" ? "backward" : null,
    unit: unit === null ? null : String(unit),
    column: column === null ? null : String(column),
    order: sorted ? "difference" : null,
    window: window && `${Number(window.from.toFixed(2))}~${Number(window.to.toFixed(2))}`,
  };
  return Object.fromEntries(Object.entries(fields).flatMap(([name, text]) => (text === null ? [] : [[name, text]])));
}

/**
 * @param {State} state with a comparison of which nothing is chosen yet
 * @param {Record<string, string>} fields from anywhere; what cannot be understood is passed over
 * @returns {State}
 */
export function atComparison(state, fields) {
  const sided = withSideSaid(withSideSaid(state, "a", fields.a), "b", fields.b);
  const next = sideOf(sided, "a").modelId === null ? withSide(fromExplore(sided, "a"), "a", { message: sideOf(sided, "a").message }) : sided;
  const window = /^(\d+(?:\.\d+)?)~(\d+(?:\.\d+)?)$/.exec(fields.window ?? "");
  const layers = sideModel(next, "a")?.layers ?? [];
  const layer = layers.findIndex((info) => info.layer === (whole(fields.layer) ?? 0) && info.direction === (fields.direction ?? "forward"));
  const quantity = /^[a-z_]{1,40}$/.exec(fields.quantity ?? "")?.[0] ?? null;
  return withCompare(next, {
    align: METHODS.find((method) => method === fields.align) ?? null,
    quantity: quantity === "all" ? null : quantity,
    all: quantity === "all",
    layer: Math.max(0, layer),
    unit: whole(fields.unit),
    column: whole(fields.column),
    sorted: fields.order === "difference",
    window: window && Number(window[2]) > Number(window[1]) ? { from: Number(window[1]), to: Number(window[2]) } : null,
  });
}

/** @param {string | undefined} text */
const whole = (text) => (/^\d{1,9}$/.test(text ?? "") ? Number(text) : null);

/**
 * @param {State} state
 * @param {SideName} name
 * @param {string | undefined} text
 * @returns {State}
 */
function withSideSaid(state, name, text) {
  const said = parseSide(text);
  if (!said) return state;
  const model = state.models.find(({ id }) => id === said.model);
  if (!model) return withSide(state, name, { message: { tone: "error", text: `The address asks for the model “${said.model}”, which this server does not have.`, elsewhere: true } });
  const draft = said.input ? inputDraft(said.input, readsOf(model), "Sequence from the address", null) : exampleDraft(model, said.example ?? null);
  const next = withSideDraft(state, name, draft, { modelId: model.id, interventions: said.interventions });
  if (said.input || said.example) return next;
  return withSide(next, name, { message: { tone: "note", text: "The sequence was too long for the address; this is one of the network's own.", elsewhere: true } });
}
