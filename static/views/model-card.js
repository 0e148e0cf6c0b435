/** A network's card: what it reads, what it was trained on and how well it does, for a person to judge. */

import { h } from "../lib/dom.js";
import { grouped, number } from "../lib/format.js";

/** @typedef {import("../lib/dom.js").Child} Child */

/**
 * @typedef {{command: string, updates: number, learning_rate: number, batch_size: number, steps: number, clip_norm: number, weight_decay: number, seed: number, optimiser: string, minutes: number}} Training
 * @typedef {{follows: string, unit: number, correlation: number}} Follower
 * @typedef {{measure: string, network: number, baseline?: number, baseline_name?: string, reference?: number, reference_name?: string, best_possible?: number, best_possible_name?: string, units?: Follower[]}} Results
 */

/**
 * @param {any} model as `GET /models` describes it
 * @param {import("../types.js").Emit} emit `unit-chosen` and `copy-asked`
 * @param {boolean} [brief] without what stands beside it already
 * @returns {HTMLElement[]}
 */
export function modelCard(model, emit, brief = false) {
  const { data, licence, training, results } = model.card ?? {};
  return [
    model.description && h("p", { text: model.description }),
    h("dl", { class: "card" },
      ...(brief ? [] : row("Reads", model.input.kind === "tokens" ? `tokens, ${model.input.size} different ones` : `${model.input.size} number${model.input.size === 1 ? "" : "s"} a step`)),
      ...(brief ? [] : row("Layers", layersOf(model.layers))),
      ...(brief ? [] : row("Parameters", `${grouped(model.parameters)} in ${model.dtype}`)),
      ...row("Trained on", data),
      ...(training?.command ? row("Training", trainingSentence(training), commandLine(training.command, emit)) : []),
      ...row("Licence", licence),
      ...(brief ? [] : row("Notes", model.notes?.join(" ")))),
    results?.measure && resultsTable(results),
    results?.units?.length && followers(results.units, emit),
  ].filter(Boolean);
}

/** @param {string} name @param {...Child} content @returns {HTMLElement[]} nothing where there is nothing to say */
const row = (name, ...content) => (content.some(Boolean) ? [h("dt", { text: name }), h("dd", {}, ...content)] : []);

/** @param {{layer: number, direction: string, cell: string, hidden_size: number}[]} layers */
function layersOf(layers) {
  const both = layers.some(({ direction }) => direction === "backward");
  const one = layers.every(({ layer }) => layer === 0) && !both;
  return layers.map(({ layer, direction, cell, hidden_size }) => `${one ? "" : `layer ${layer + 1}: `}${cell === "rnn" ? "simple RNN" : cell.toUpperCase()} with ${hidden_size} unit${hidden_size === 1 ? "" : "s"}${both ? `, ${direction}` : ""}`).join("; ");
}

/** @param {Training} training */
function trainingSentence({ updates, batch_size, steps, optimiser, learning_rate, clip_norm, weight_decay, seed, minutes }) {
  const decay = weight_decay ? `, weight decay ${weight_decay}` : "";
  const time = minutes < 1 ? "under a minute" : `${Math.round(minutes)} minute${Math.round(minutes) === 1 ? "" : "s"}`;
  return `${grouped(updates)} updates with ${optimiser}, each on ${batch_size} stretches of ${steps} steps: learning rate ${learning_rate}, gradients clipped at norm ${clip_norm}${decay}, seed ${seed}. It took ${time}; this does it again:`;
}

/**
 * @param {string} command
 * @param {import("../types.js").Emit} emit
 */
const commandLine = (command, emit) =>
  h("div", { class: "command" }, h("code", { text: command }), h("button", { type: "button", class: "tool", "aria-label": "Copy the command", on: { click: () => emit({ type: "copy-asked", what: "Command", text: command }) } }, "Copy"));

/**
 * The network beside what it is to be judged by, each with a bar from zero.
 * @param {Results} results
 */
function resultsTable({ measure, network, baseline, baseline_name, reference, reference_name, best_possible, best_possible_name }) {
  /** @type {[string, number | undefined, boolean?][]} */
  const all = [["This network", network, true], [`Baseline: ${baseline_name}`, baseline], [`For reference: ${reference_name}`, reference], [`Best possible: ${best_possible_name}`, best_possible]];
  const known = /** @type {[string, number, boolean?][]} */ (all.filter(([, value]) => value !== undefined));
  const longest = Math.max(...known.map(([, value]) => value));
  return h("table", { class: "results" },
    h("caption", { text: `How good it is: ${measure}` }),
    h("tbody", {}, ...known.map(([name, value, own]) => {
      const bar = h("span", { class: "result-bar" });
      bar.style.setProperty("--share", String(value / longest));
      return h("tr", { class: own ? "is-own" : "" }, h("th", { scope: "row", text: name }), h("td", { class: "result-value", text: String(value) }), h("td", { class: "result-place", "aria-hidden": "true" }, bar));
    })));
}

/**
 * @param {Follower[]} units
 * @param {import("../types.js").Emit} emit
 */
function followers(units, emit) {
  return h("section", { class: "followers" }, h("h3", { text: "What some units have learnt" }), h("ul", {}, ...units.map(({ follows, unit, correlation }) =>
    h("li", {}, sentence(follows, unit, correlation), " ", h("button", { type: "button", class: "tool", on: { click: () => { emit({ type: "unit-chosen", unit }); emit({ type: "dialog-closed" }); } } }, `Show unit ${unit}`)))));
}

/** @param {string} follows @param {number} unit @param {number} correlation */
const sentence = (follows, unit, correlation) => `The cell state of unit ${unit} follows “${follows}”, correlation ${number(correlation, 2)}.`;
