/** The fields of one intervention: which units, which steps, what is done, and with what value. Shared by the form and the editor over the heatmaps. */

import { h, setText } from "../lib/dom.js";
import { firstValue, valueRange } from "../lib/interventions.js";
import { formatIntervals, parseIntervals } from "../lib/intervals.js";
import { segments } from "./segments.js";

/** @typedef {import("../types.js").Intervention} Intervention */
/** @typedef {Pick<Intervention, "units" | "steps" | "operation" | "value">} Fields */

/**
 * What there is to choose from, of the chosen quantity.
 * @typedef {{units: number, steps: number, range: [number, number] | null, magnitude: number}} Bounds
 */

/** @type {{value: Intervention["operation"], text: string, title: string}[]} */
const OPERATIONS = [
  { value: "set", text: "Set to", title: "Clamp: whatever was computed becomes this value" },
  { value: "scale", text: "Scale by", title: "What was computed is multiplied by this value" },
  { value: "add", text: "Shift by", title: "This value is added to what was computed" },
];

let forms = 0;

/**
 * @param {(change: Partial<Fields>) => void} changed called with what is valid, as it is typed or dragged
 * @returns {{element: HTMLElement, fill: (fields: Fields, bounds: Bounds) => void, read: () => Fields | null, focus: () => void}} `read` says beside
 * the field what is wrong, and gives null
 */
export function interventionFields(changed) {
  const id = `intervention-${forms++}`;
  const error = h("p", { class: "form-error", role: "alert" });
  const units = h("input", { type: "text", id: `${id}-units`, autocomplete: "off", spellcheck: false, placeholder: "all", on: { change: () => commit("units") } });
  const steps = h("input", { type: "text", id: `${id}-steps`, autocomplete: "off", spellcheck: false, placeholder: "all", on: { change: () => commit("steps") } });
  const slider = h("input", { type: "range", id: `${id}-slider`, "aria-label": "Value", on: { input: () => valueMoved(slider.valueAsNumber) } });
  const number = h("input", { type: "number", id: `${id}-value`, step: "any", "aria-label": "Value as a number", on: { input: () => valueMoved(number.valueAsNumber, false) } });
  const operations = segments("What is done", OPERATIONS, (operation) => {
    const value = firstValue(operation);
    known = known && { ...known, fields: { ...known.fields, operation, value } };
    show();
    changed({ operation, value });
  });
  const element = h("div", { class: "intervention-fields" },
    h("div", { class: "intervention-where" },
      h("label", { for: units.id, text: "Units" }), units,
      h("label", { for: steps.id, text: "Steps" }), steps),
    operations.element,
    h("div", { class: "intervention-value" }, slider, number),
    error);

  /** @type {{fields: Fields, bounds: Bounds} | null} */
  let known = null;

  const show = () => {
    if (!known) return;
    const { fields, bounds } = known;
    const { min, max, step } = valueRange(fields.operation, bounds.range, bounds.magnitude);
    operations.update(fields.operation);
    slider.min = String(Math.min(min, fields.value));
    slider.max = String(Math.max(max, fields.value));
    slider.step = String(step);
    slider.value = String(fields.value);
    if (document.activeElement !== number || number.valueAsNumber !== fields.value) number.value = String(Number(fields.value.toPrecision(7)));
    fillText(units, fields.units === null ? "" : formatIntervals(fields.units, Infinity));
    fillText(steps, fields.steps === null ? "" : formatIntervals(range(fields.steps), Infinity));
  };

  /** @param {number} value @param {boolean} [round] */
  const valueMoved = (value, round = true) => {
    setText(error, "");
    if (!known || !Number.isFinite(value)) return;
    const next = round ? Number(value.toPrecision(6)) : value;
    known = { ...known, fields: { ...known.fields, value: next } };
    slider.value = String(next);
    if (round) number.value = String(next);
    changed({ value: next });
  };

  /** @param {"units" | "steps"} name */
  const commit = (name) => {
    const found = parsed(name);
    if (!found || !known) return;
    known = { ...known, fields: { ...known.fields, ...found } };
    show();
    changed(found);
  };

  /** @param {"units" | "steps"} name @returns {Partial<Fields> | null} */
  const parsed = (name) => {
    if (!known) return null;
    const field = name === "units" ? units : steps;
    try {
      setText(error, "");
      field.removeAttribute("aria-invalid");
      if (name === "units") return { units: parseIntervals(units.value, { size: known.bounds.units, noun: "unit" }) };
      const found = parseIntervals(steps.value, { size: known.bounds.steps, first: 1, noun: "step" });
      if (found && found[found.length - 1] - found[0] + 1 !== found.length) throw new RangeError("Expected one run of steps, such as 5-9; another one can be an intervention of its own.");
      return { steps: found && [found[0] - 1, found[found.length - 1]] };
    } catch (refusal) {
      setText(error, /** @type {Error} */ (refusal).message);
      field.setAttribute("aria-invalid", "true");
      return null;
    }
  };

  return {
    element,
    fill(fields, bounds) {
      known = { fields, bounds };
      show();
    },
    read() {
      const where = parsed("units");
      const when = where && parsed("steps");
      if (!known || !where || !when) return null;
      if (Number.isFinite(number.valueAsNumber)) return { ...known.fields, ...where, ...when, value: number.valueAsNumber };
      setText(error, "Expected a number as the value.");
      return null;
    },
    focus: () => slider.focus(),
  };
}

/** @param {[number, number]} steps */
const range = ([from, to]) => Array.from({ length: to - from }, (_, index) => from + index + 1);

/** What somebody is typing, or has typed wrongly, is theirs. @param {HTMLInputElement} field @param {string} text */
function fillText(field, text) {
  if (document.activeElement !== field && field.getAttribute("aria-invalid") !== "true") field.value = text;
}
