/** What an address says of the Gradients view: what differs from a first visit. */

import { inputField, parseInput } from "../lib/input-address.js";
import { SHAPES } from "../lib/sketch-input.js";
import { FIRST, FIRST_SKETCHES, FIRST_TARGET, gradientsOf, LIMITS, SENSITIVITIES, UNITS, withGradients } from "./gradients-slice.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./gradients-types.js").Sketches} Sketches */
/** @typedef {import("./gradients-types.js").Kind} Kind */

/** @type {Kind[]} */
const KINDS = ["lstm", "gru", "rnn"];
const TARGETS = /** @type {const} */ (["hidden_state", "cell_state", "loss"]);
const LARGEST_SEED = 999_999;
const LONGEST_TEXT = 6000;

/** @param {State} state @returns {Record<string, string>} */
export function gradientsFields(state) {
  const slice = gradientsOf(state);
  const { sketches, network, target } = slice;
  /** @type {Record<string, string | number | null>} */
  const own = slice.of === "sketches" ? sketchFields(sketches) : { of: "network", model: network.model, example: network.text === null ? network.example : null, text: network.text !== null && network.text.length <= LONGEST_TEXT ? network.text : null, ...givenField(network.given), layer: network.layer || null };
  const fields = {
    ...own,
    target: target.kind === FIRST_TARGET.kind ? null : target.kind,
    step: target.step,
    unit: target.unit,
    sensitivity: slice.sensitivity || null,
    cursor: slice.step,
    window: slice.window && `${Number(slice.window.from.toFixed(2))}~${Number(slice.window.to.toFixed(2))}`,
  };
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])));
}

/** @param {Sketches} sketches @returns {Record<string, string | number | null>} */
function sketchFields(sketches) {
  /** @param {keyof Sketches} name @returns {any} */
  const changed = (name) => (sketches[name] === FIRST_SKETCHES[name] ? null : sketches[name]);
  const cells = sketches.cells.length === KINDS.length ? null : sketches.cells.join(".");
  return { cells, bias: changed("forgetBias"), scale: changed("weightScale"), length: changed("length"), units: changed("units"), seed: changed("seed"), activation: changed("activation"), input: changed("shape") };
}

/**
 * The view at an address. What cannot be understood is passed over: an address comes from anywhere.
 * @param {State} state
 * @param {Record<string, string>} fields
 * @returns {State}
 */
export function atGradients(state, fields) {
  /** @param {string} name @param {number} most */
  const whole = (name, most) => (/^\d{1,9}$/.test(fields[name] ?? "") && Number(fields[name]) <= most ? Number(fields[name]) : null);
  /** @param {string} name @param {keyof typeof LIMITS} limit */
  const within = (name, limit) => {
    const value = Number(fields[name] ?? NaN);
    const { min, max } = LIMITS[limit];
    return value >= min && value <= max ? value : null;
  };
  const cells = KINDS.filter((kind) => fields.cells?.split(".").includes(kind));
  const length = within("length", "length");
  const units = whole("units", 1000);
  const window = /^(\d+(?:\.\d+)?)~(\d+(?:\.\d+)?)$/.exec(fields.window ?? "");
  const sketches = {
    ...FIRST_SKETCHES,
    ...(cells.length && { cells }),
    ...kept({ forgetBias: within("bias", "forgetBias"), weightScale: within("scale", "weightScale"), length: length === null ? null : Math.round(length), units: units !== null && UNITS.includes(units) ? units : null, seed: whole("seed", LARGEST_SEED) }),
    ...(fields.activation === "relu" && { activation: /** @type {const} */ ("relu") }),
    ...(Object.hasOwn(SHAPES, fields.input ?? "") && { shape: /** @type {import("../lib/sketch-input.js").Shape} */ (fields.input) }),
  };
  const of = fields.of === "network" ? /** @type {const} */ ("network") : /** @type {const} */ ("sketches");
  const kind = TARGETS.find((name) => name === fields.target && (of === "network" || name === "hidden_state"));
  const sensitivity = whole("sensitivity", 99);
  const { room, folded, enlarged, answer } = gradientsOf(state);
  return withGradients(state, {
    ...FIRST,
    room,
    folded,
    enlarged,
    answer,
    of,
    sketches,
    network: { model: fields.model ?? null, example: fields.example ?? null, text: fields.text?.slice(0, LONGEST_TEXT) ?? null, given: givenIn(fields), layer: whole("layer", 999) ?? 0 },
    target: { kind: kind ?? FIRST_TARGET.kind, step: whole("step", 1e6), unit: whole("unit", 1e6) },
    sensitivity: sensitivity !== null && SENSITIVITIES.includes(sensitivity) ? sensitivity : 0,
    step: whole("cursor", 1e6),
    window: window && Number(window[2]) > Number(window[1]) ? { from: Number(window[1]), to: Number(window[2]) } : null,
  });
}

/**
 * What was taken from Explore, where it is short enough for an address.
 * @param {import("../lib/input.js").Input | null} given
 * @returns {Record<string, string>}
 */
function givenField(given) {
  const [name, text] = given ? inputField(given) : ["", ""];
  return given && text.length <= LONGEST_TEXT ? { [name]: text } : {};
}

/** @param {Record<string, string>} fields */
const givenIn = ({ text, ...others }) => (text === undefined ? (parseInput(new URLSearchParams(others)) ?? null) : null);

/** @param {{[Name in keyof Sketches]?: Sketches[Name] | null}} fields @returns {Partial<Sketches>} those that are there */
const kept = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
