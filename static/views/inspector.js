/**
 * The cell inspector: one unit at one step, as the textbook draws the cell and as its equations with the numbers filled in.
 *
 * Built once for a way of computing; a step changes numbers only.
 *
 * @module
 */

import { h, setText, shallowEqual } from "../lib/dom.js";
import { formOf } from "../lib/cell-form.js";
import { spoken, visible, words } from "../lib/format.js";
import { stageName } from "../lib/stages.js";
import { icon } from "../lib/svg.js";
import { quantityNamed, quantityOfValue } from "../lib/value-quantities.js";
import { cellDiagram } from "./cell-diagram.js";
import { cellStages } from "./cell-stages.js";
import { cellValues } from "./cell-values.js";
import { equationView } from "./equations.js";

/** @typedef {import("../types.js").InspectorProps} InspectorProps */
/** @typedef {import("../types.js").Stage} Stage */
/** @typedef {import("../types.js").Emit} Emit */
/** @typedef {import("../lib/cell-form.js").CellForm} CellForm */
/** @typedef {import("./cell-stages.js").Known} Known */
/** @typedef {import("./cell-values.js").CellValues} CellValues */

const CELL_NAMES = { lstm: "LSTM cell", gru: "GRU cell", rnn: "simple recurrent cell" };

/**
 * Emits {type: "unit-chosen", unit}, {type: "clamp-asked", quantity, at} for a gate's box or the button beside an equation, and {type: "arithmetic-asked", quantity, before} for a value that was clicked. The Arithmetic tab has the same
 * quantities as buttons, so that the values need not be two dozen stops of the Tab key.
 *
 * @param {HTMLElement} root
 * @param {Emit} emit
 * @returns {import("../types.js").View<InspectorProps>}
 */
export function createInspector(root, emit) {
  const title = h("h2", { class: "inspector-title" });
  const token = h("kbd", { class: "inspector-token" });
  const place = h("span");
  title.append(place, token);
  const stepper = unitStepper(emit);
  const body = h("div", { class: "inspector-body", on: { click: (/** @type {Event} */ event) => {
    const clamp = event.target instanceof Element && event.target.closest("[data-clamp]");
    if (clamp) {
      const { right, bottom } = clamp.getBoundingClientRect();
      return emit({ type: "clamp-asked", quantity: /** @type {HTMLElement} */ (clamp).dataset.clamp, at: { x: right, y: bottom } });
    }
    const value = event.target instanceof Element && event.target.closest("[data-value]");
    const asked = value && shown && quantityOfValue(shown.layer.cell, /** @type {HTMLElement} */ (value).dataset.value ?? "");
    if (asked) emit({ type: "arithmetic-asked", ...asked });
  } } });
  root.classList.add("inspector");
  root.append(h("header", { class: "inspector-head" }, title, stepper.element), body);

  /** @type {InspectorProps | null} */
  let shown = null;
  /** @type {ReturnType<typeof inspectorBody> | null} */
  let parts = null;

  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      const { layer, unit, step, steps, stage, label, playing, reducedMotion, notes } = props;
      const form = formOf(layer);
      if (!parts || parts.form !== form || before?.quantities !== props.quantities) {
        parts = inspectorBody(form, layer.cell, props.quantities);
        body.replaceChildren(...parts.elements);
        root.dataset.cell = layer.cell;
      }
      const values = cellValues(layer, props.preActivations, unit, step);
      parts.fill(values, notes ?? NO_NOTES, visible(label), `${CELL_NAMES[layer.cell]}, unit ${unit}, step ${step + 1} of ${steps}, input ${spoken(label)}.`);
      // A whole step has no current stage, unless steps are taken in stages.
      parts.reveal(stage, stage < 3 || props.staged ? stage : null);
      setText(place, `Step ${step + 1} of ${steps} · unit ${unit} · `);
      title.title = `t = ${step} and unit ${unit} in the API, which counts from 0${layer.direction === "backward" ? "; this layer reads from the end" : ""}`;
      setText(token, visible(label));
      stepper.update(unit, layer.hiddenSize);
      root.classList.toggle("is-flowing", playing && !reducedMotion);
    },
    destroy() {
      root.classList.remove("inspector", "is-flowing");
      delete root.dataset.cell;
      root.replaceChildren();
      shown = null;
      parts = null;
    },
  };
}

/** @type {NonNullable<InspectorProps["notes"]>} */
const NO_NOTES = {};

/** @param {string} quantity */
const clampButton = (quantity) =>
  h("button", { type: "button", class: "icon-button small equation-clamp", title: `Clamp the ${words(quantity)} of this unit at this step…`, "aria-label": `Clamp the ${words(quantity)} of this unit at this step`, data: { clamp: quantity } }, icon("sliders"));

/**
 * Diagram, the three stages with their equations, and the glossary.
 *
 * @param {CellForm} form
 * @param {"lstm" | "gru" | "rnn"} cell
 * @param {InspectorProps["quantities"]} quantities
 */
function inspectorBody(form, cell, quantities) {
  const diagram = cellDiagram(form);
  const stages = cellStages(form).map(({ sentence, equations }, index) => {
    const stage = /** @type {Stage} */ (index + 1);
    const words = h("p", { class: "stage-sentence" });
    const views = equations.map(equationView);
    for (const { element, result } of views) {
      const quantity = result && quantityNamed(cell, result);
      if (quantity) element.append(clampButton(quantity));
    }
    const heading = h("h3", {}, h("span", { class: "stage-number", "aria-hidden": "true" }, String(stage)), stageName(cell, stage));
    const element = h("li", { class: "stage" }, heading, words, ...views.map((view) => view.element));
    return { element, stage, sentence, words, views };
  });
  const list = h("ol", { class: "stages" }, ...stages.map(({ element }) => element));
  return {
    form,
    elements: [diagram.element, list, glossary(form, quantities)],
    /**
     * @param {CellValues} values
     * @param {NonNullable<InspectorProps["notes"]>} notes
     * @param {string} label
     * @param {string} opening of the diagram's description
     */
    fill(values, notes, label, opening) {
      const sentences = stages.map(({ sentence, words, views }) => {
        const text = sentence(/** @type {Known} */ (values));
        setText(words, text);
        for (const view of views) view.fill(values, notes);
        return text;
      });
      diagram.fill(values, label, [opening, ...sentences].join(" "));
    },
    /**
     * @param {Stage} revealed
     * @param {Stage | null} emphasised
     */
    reveal(revealed, emphasised) {
      diagram.reveal(revealed, emphasised);
      for (const { element, stage } of stages) {
        element.classList.toggle("is-ahead", stage > revealed);
        element.classList.toggle("is-current", stage === emphasised);
      }
    },
  };
}

/**
 * @param {CellForm} form
 * @param {InspectorProps["quantities"]} quantities
 */
function glossary({ cell, activation, gates, output }, quantities) {
  const meanings = [...new Set([gates, activation, output].map(({ meaning }) => meaning).filter((meaning) => meaning !== null))];
  const entries = quantities
    .filter(({ cells }) => cells.includes(cell))
    .flatMap(({ name, symbol, range, formula, description }) => [
      h("dt", {}, h("i", {}, symbol), ` ${words(name)}`),
      h("dd", {}, description, h("span", { class: "glossary-formula" }, formula), range ? h("span", { class: "glossary-range" }, `between ${range.join(" and ").replaceAll("-", "−")}`) : null),
    ]);
  return h("details", { class: "glossary" }, h("summary", {}, "What do these mean?"), h("dl", {}, ...entries), ...meanings.map((text) => h("p", { class: "glossary-formula" }, text)));
}

/**
 * Previous unit, the unit's number, next unit.
 *
 * @param {Emit} emit
 */
function unitStepper(emit) {
  let current = 0;
  let count = 1;
  const choose = (/** @type {number} */ unit) => {
    if (Number.isInteger(unit) && unit >= 0 && unit < count && unit !== current) emit({ type: "unit-chosen", unit });
    else number.value = String(current);
  };
  const button = (/** @type {string} */ name, /** @type {string} */ shape, /** @type {number} */ by) =>
    h("button", { type: "button", class: "unit-step", title: name, "aria-label": name, on: { click: () => choose(current + by) } }, icon(shape));
  const previous = button("Previous unit", "back", -1);
  const next = button("Next unit", "forward", 1);
  const number = h("input", { type: "number", min: 0, step: 1, class: "unit-number", "aria-label": "Unit", on: { change: () => choose(number.valueAsNumber) } });
  return {
    element: h("div", { class: "unit-stepper", role: "group", "aria-label": "Choose the unit" }, previous, number, next),
    /**
     * @param {number} unit
     * @param {number} units
     */
    update(unit, units) {
      if (unit === current && units === count && number.value !== "") return;
      [current, count] = [unit, units];
      number.value = String(unit);
      number.max = String(units - 1);
      previous.disabled = unit <= 0;
      next.disabled = unit >= units - 1;
    },
  };
}
