/** A network beside what its framework computed: how to make the reference, and what came of comparing them. A part of the Models view. */

import { h, setHidden, setText } from "../lib/dom.js";
import { asSentence, countedFromOne, words } from "../lib/format.js";
import { formatNumber } from "../lib/numerals.js";
import { icon, s } from "../lib/svg.js";
import { differencePlot, PLOT } from "./difference-plot-layout.js";

/**
 * @typedef {{step: number | null, unit: number, difference: number, reference: number, here: number}} Difference
 * @typedef {{name: string, layer: number | null, direction: string | null, quantity: string, largest: Difference, by_step: number[], tolerance: number, first: Difference | null}} Comparison
 * @typedef {{matches: boolean, sentence: string, largest: number, tolerance: number, steps: number, comparisons: Comparison[], departure: Comparison | null,
 *   hints: {sentence: string, options: Record<string, any>}[], notes: string[]}} Outcome
 * @typedef {{name: string, running: boolean, error: string | null, outcome: Outcome | null}} Check
 * @typedef {{framework: string, names: Record<string, string>, code: string}} Snippet
 */

/** Below this width of the page, in CSS pixels, the plot is drawn for a phone. */
const NARROW = 860;

/**
 * @param {import("../types.js").Emit} emit
 * @returns {{element: HTMLElement, update: (model: {id: string} | null, check: Check | null, snippets: {list: Snippet[], error: string | null} | null, again: boolean) => void}}
 */
export function verification(emit) {
  const chooser = h("input", { type: "file", id: "reference-file", class: "visually-hidden", tabindex: -1, "aria-label": "Reference file", accept: ".npz,.safetensors", on: { change: () => {
    if (chooser.files?.[0] && id) emit({ type: "reference-chosen", id, file: chooser.files[0] });
    chooser.value = "";
  } } });
  const choose = h("button", { type: "button", class: "action", on: { click: () => chooser.click() } }, icon("file"), "Choose a reference file");
  const zone = h("div", { class: "drop-zone is-small", data: { takes: "reference" } }, choose, h("p", { class: "hint" }, "or drop it here: .npz or .safetensors"), chooser);
  const recipes = h("div", { class: "recipes" });
  const waiting = h("div", { class: "progress" }, h("progress", { "aria-label": "Comparing" }), h("span"), h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "check-cancelled", id }) } }, "Cancel"));
  const error = h("p", { class: "form-error", role: "alert" });
  const outcome = h("div", { class: "outcome", role: "status" });
  const element = h("section", { class: "verification", "aria-labelledby": "verify-title" },
    h("h3", { id: "verify-title", text: "Verify it against your framework" }),
    h("p", {}, "These lines write a reference file: an input, and what your framework computes for it. Comparing it shows that every gate here is right, or where the two first part."),
    recipes, zone, waiting, error, outcome);

  let id = "";
  /** @type {Outcome | null} */
  let drawn = null;
  let withAgain = false;
  /** @type {Snippet[] | null} */
  let listed = null;

  return {
    element,
    update(model, check, snippets, again) {
      id = model?.id ?? "";
      if (snippets && snippets.list !== listed) {
        listed = snippets.list;
        recipes.replaceChildren(...(snippets.error ? [h("p", { class: "form-error", text: snippets.error })] : listed.map((snippet) => recipe(snippet, emit))));
      }
      setHidden(waiting, !check?.running);
      setText(/** @type {HTMLElement} */ (waiting.children[1]), check?.running ? `Comparing ${check.name}…` : "");
      setText(error, check?.error ? `${check.name}: ${check.error}` : "");
      const result = check?.outcome ?? null;
      if (result === drawn && again === withAgain) return;
      drawn = result;
      withAgain = again;
      outcome.replaceChildren(...(result ? outcomeNodes(result, check?.name ?? "", again, emit) : []));
    },
  };
}

/** @param {Snippet} snippet @param {import("../types.js").Emit} emit */
function recipe({ framework, names, code }, emit) {
  const copy = h("button", { type: "button", class: "tool", "aria-label": `Copy the lines for ${framework}`, on: { click: () => emit({ type: "copy-asked", what: `Lines for ${framework}`, text: code }) } }, "Copy");
  const meaning = Object.entries(names ?? {}).flatMap(([name, text]) => [h("dt", {}, h("code", { text: name })), h("dd", { text })]);
  return h("details", { class: "recipe" }, h("summary", { text: framework }), h("div", { class: "recipe-code" }, h("pre", { tabindex: 0 }, h("code", { text: code.trimEnd() })), copy), h("dl", { class: "recipe-names" }, ...meaning));
}

/**
 * @param {Outcome} result
 * @param {string} file
 * @param {boolean} again whether the network can be understood in another way, its file being at hand
 * @param {import("../types.js").Emit} emit
 * @returns {HTMLElement[]}
 */
function outcomeNodes(result, file, again, emit) {
  const { matches, sentence, comparisons, tolerance, departure, hints, notes } = result;
  const verdict = h("p", { class: "verdict", data: { tone: matches ? "good" : "bad" } }, h("strong", { text: matches ? "Verified" : "Not the same" }), h("span", { text: departure?.first ? departs(departure, departure.first) : asSentence(sentence) }), h("small", { text: file }));
  const suggestions = hints.map((hint) => h("li", {}, `${asSentence(hint.sentence)} `, again && Object.keys(hint.options).length > 0 && h("button", { type: "button", class: "tool", on: { click: () => {
    for (const [option, value] of Object.entries(hint.options)) emit({ type: "upload-answered", option, value });
    emit({ type: "upload-asked" });
  } } }, "Understand it this way")));
  const plot = plotOf(comparisons, tolerance, departure);
  return [
    verdict,
    hints.length ? h("ul", { class: "notes hints" }, ...suggestions) : null,
    plot,
    table(comparisons),
    notes.length ? h("ul", { class: "notes" }, ...notes.map((text) => h("li", { text: asSentence(countedFromOne(text)) }))) : null,
  ].filter((node) => node !== null);
}

/**
 * Where they first part, in the page's own counting from 1.
 * @param {Comparison} comparison
 * @param {Difference} first
 */
function departs(comparison, { step, unit, difference, reference, here }) {
  const readout = comparison.layer === null;
  const what = readout ? "output" : words(comparison.quantity);
  return `Departs from your framework ${step === null ? "at the end" : `at step ${step + 1}`} of ${readout ? "the readout" : placeOf(comparison)}: the ${what} differs by ${formatNumber(difference, 2)}; ${readout ? "output" : "unit"} ${unit} is ${formatNumber(reference)} there and ${formatNumber(here)} here.`;
}

/** @param {Comparison} comparison */
const placeOf = ({ layer, direction }) => (layer === null ? "readout" : `layer ${layer + 1}${direction === "backward" ? ", backward" : ""}`);

/** @param {Comparison[]} comparisons */
function table(comparisons) {
  /** @param {Comparison} one */
  const row = (one) => h("tr", { class: one.first ? "is-off" : "" },
    h("th", { scope: "row", text: placeOf(one) }),
    h("td", { text: words(one.quantity) }),
    h("td", { text: one.largest.difference === 0 ? "0" : formatNumber(one.largest.difference, 2) }),
    h("td", { text: `${one.largest.step === null || one.largest.step === undefined ? "at the end" : `step ${one.largest.step + 1}`}, unit ${one.largest.unit}` }),
    h("td", { text: one.first ? (one.first.step === null ? "at the end" : `from step ${one.first.step + 1}`) : "no" }));
  return h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Differences" }, h("table", { class: "layers" },
    h("caption", { text: "Largest difference" }),
    h("thead", {}, h("tr", {}, ...["Where", "Quantity", "Largest", "At", "Departs"].map((text) => h("th", { scope: "col", text })))),
    h("tbody", {}, ...comparisons.map(row))));
}

/**
 * @param {Comparison[]} comparisons
 * @param {number} tolerance
 * @param {Comparison | null} departure
 */
function plotOf(comparisons, tolerance, departure) {
  const step = departure?.first?.step ?? null;
  const width = innerWidth < NARROW ? PLOT.narrow : PLOT.wide;
  const layout = differencePlot(comparisons, tolerance, departure && departure.by_step.length > 1 ? step : null, width);
  if (!layout) return null;
  const right = width - PLOT.right;
  const floor = PLOT.height - PLOT.bottom;
  const svg = s("svg", { class: "difference-plot", viewBox: `0 0 ${width} ${PLOT.height}`, role: "img", "aria-label": `Largest difference by step, on a logarithmic scale${step === null ? "" : `; it departs at step ${step + 1}`}` },
    ...layout.decades.flatMap(({ y, text }) => [s("line", { class: "plot-grid", x1: PLOT.left, x2: right, y1: y, y2: y }), s("text", { class: "plot-tick is-value", x: PLOT.left - 6, y: y + 4 }, new Text(text))]),
    ...layout.steps.map(({ x, text }) => s("text", { class: "plot-tick", x, y: floor + 17 }, new Text(text))),
    s("line", { class: "plot-tolerance", x1: PLOT.left, x2: right, y1: layout.tolerance, y2: layout.tolerance }),
    s("text", { class: "plot-tick is-tolerance", x: right - 4, y: layout.tolerance - 4 }, new Text("what rounding explains")),
    ...layout.curves.map(({ path, name, departs }) => s("path", { class: departs ? "plot-curve is-off" : "plot-curve", d: path }, s("title", {}, new Text(name)))));
  if (layout.departure !== null) svg.append(s("line", { class: "plot-departure", x1: layout.departure, x2: layout.departure, y1: PLOT.top, y2: floor }), s("text", { class: "plot-tick is-departure", x: Math.min(layout.departure + 5, right - 100), y: PLOT.top + 10 }, new Text(`departs at step ${(step ?? 0) + 1}`)));
  return h("figure", { class: "differences" }, h("figcaption", { text: "Largest difference at each step" }), svg);
}
