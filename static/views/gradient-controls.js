/** What is looked at in the Gradients view: sketches on sliders, or a network and its sequence; and what is differentiated. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { segments } from "./segments.js";
import { sliderField } from "./slider-field.js";

/** @typedef {import("../types.js").Emit} Emit */
/** @typedef {{value: string, text: string}} Option */

/**
 * @typedef {object} GradientControlsProps
 * @property {"sketches" | "network"} of
 * @property {import("../lib/sketch-input.js").Sketches} sketches
 * @property {Option[]} networks
 * @property {string} network id of the chosen one
 * @property {Option[]} examples
 * @property {string | null} example null where something else was typed
 * @property {string} text
 * @property {Option[]} layers
 * @property {string} given how long the sequence is that was taken from Explore, where it cannot be typed
 * @property {number} layer
 * @property {boolean} backward whether that layer reads from the end
 * @property {Option[]} kinds what can be differentiated
 * @property {import("../lib/gradients.js").Target} target
 * @property {number} steps
 * @property {number} targetStep where it stands if it is at one
 * @property {number} units of the layer that is looked at
 * @property {number} sensitivity
 * @property {boolean} explored whether Explore shows something that can be taken over
 */

/**
 * @typedef {object} Limits what the controls can be set to
 * @property {Record<"forgetBias" | "weightScale" | "length", {min: number, max: number, step: number}>} sliders
 * @property {number[]} units
 * @property {number[]} sensitivities
 * @property {Record<string, string>} shapes
 * @property {Record<string, string>} kinds of cells
 */

const PRESETS = { vanish: "Vanish", survive: "Survive", explode: "Explode" };

/**
 * @param {HTMLElement} root
 * @param {Emit} emit
 * @param {Limits} limits
 * @param {boolean} roomy whether there is room for all of them at once
 * @returns {import("../types.js").View<GradientControlsProps>}
 */
export function create(root, emit, limits, roomy) {
  /** @param {Record<string, any>} change */
  const sketch = (change) => emit({ type: "gradients-sketches-changed", change });
  /** @param {Record<string, any>} change */
  const network = (change) => emit({ type: "gradients-network-changed", change });
  /** @param {Record<string, any>} change */
  const target = (change) => emit({ type: "gradients-target-changed", change });

  const of = segments("What to look at", [{ value: /** @type {const} */ ("sketches"), text: "Cells side by side" }, { value: "network", text: "A network" }], (value) => emit({ type: "gradients-of-chosen", of: value }));

  const presets = h("div", { class: "presets", role: "group", "aria-label": "Settings to begin with" }, ...Object.entries(PRESETS).map(([preset, text]) => h("button", { type: "button", class: "tool", on: { click: () => emit({ type: "gradients-preset-chosen", preset }) } }, text)));
  const cells = Object.entries(limits.kinds).map(([kind, text]) => {
    const box = h("input", { type: "checkbox", value: kind, on: { change: () => sketch({ cells: cells.filter(({ checked }) => checked).map(({ value }) => value) }) } });
    box.setAttribute("aria-label", text);
    return box;
  });
  const bias = sliderField({ name: "Forget bias", ...limits.sliders.forgetBias, hint: "opens the LSTM's forget gate and the GRU's update gate" }, (forgetBias) => sketch({ forgetBias }));
  const scale = sliderField({ name: "Weight scale", ...limits.sliders.weightScale, hint: "below √3 the recurrent weights shrink a state, above they stretch it" }, (weightScale) => sketch({ weightScale }));
  const length = sliderField({ name: "Sequence length", ...limits.sliders.length }, (value) => sketch({ length: value }));
  const units = select(limits.units.map((count) => ({ value: String(count), text: `${count} units` })), "Units of each cell", (value) => sketch({ units: Number(value) }));
  const shape = select(Object.entries(limits.shapes).map(([value, text]) => ({ value, text })), "What the cells read", (value) => sketch({ shape: value }));
  const activation = select([{ value: "tanh", text: "tanh" }, { value: "relu", text: "relu" }], "Activation of the simple RNN", (value) => sketch({ activation: value }));
  const seed = h("input", { type: "number", id: "gradients-seed", min: 0, max: 999999, inputmode: "numeric", on: { change: () => {
    const value = Math.round(Number(seed.value));
    if (seed.value !== "" && value >= 0 && value <= 999999) sketch({ seed: value });
    else seed.value = String(shown?.sketches.seed ?? 0);
  } } });
  const sketches = h("fieldset", { class: "control-group" }, h("legend", { class: "visually-hidden", text: "The cells" }),
    presets,
    h("div", { class: "cell-boxes" }, ...cells.map((box) => h("label", { class: "cell-box", data: { hue: box.value } }, box, h("span", { text: limits.kinds[box.value] })))),
    bias.element, scale.element, length.element);
  const drawing = h("fieldset", { class: "control-group" }, h("legend", { class: "visually-hidden", text: "How they are drawn" }),
    labelled("Size", units), labelled("Input", shape), labelled("Simple RNN", activation),
    h("div", { class: "control-row" }, h("label", { for: "gradients-seed", text: "Seed" }), h("span", { class: "seed" }, seed, h("button", { type: "button", class: "tool", on: { click: () => sketch({ seed: ((shown?.sketches.seed ?? 0) + 1) % 1000000 }) } }, "Draw others"))));

  const model = select([], "Network", (value) => network({ model: value }));
  const example = select([], "Example", (value) => network({ example: value, text: null }));
  const text = h("textarea", { id: "gradients-text", rows: 3, spellcheck: "false", autocapitalize: "off", on: { input: () => network({ text: text.value }) } });
  const layer = select([], "Layer", (value) => network({ layer: Number(value) }));
  const explore = h("button", { type: "button", class: "tool", on: { click: () => emit({ type: "gradients-explore-taken" }) } }, "As in Explore: its unit and step");
  const own = h("fieldset", { class: "control-group" }, h("legend", { class: "visually-hidden", text: "The network" }), explore, labelled("Network", model), labelled("Example", example), h("div", { class: "control-column" }, h("label", { for: "gradients-text", text: "Sequence" }), text), labelled("Layer", layer));

  const kind = select([], "What is differentiated", (value) => target({ kind: value, step: null, unit: null }));
  const unit = h("input", { type: "number", id: "gradients-unit", min: 0, inputmode: "numeric", placeholder: "all", on: { change: () => {
    const value = Math.round(Number(unit.value));
    if (unit.value === "") target({ unit: null });
    else if (value >= 0 && value < (shown?.units ?? 0)) target({ unit: value });
    else unit.value = shown?.target.unit === null ? "" : String(shown?.target.unit);
  } } });
  const step = sliderField({ name: "At step", min: 1, max: 2, step: 1 }, (value) => target({ step: value - 1 }));
  const last = h("button", { type: "button", class: "tool", on: { click: () => target({ step: null }) } });
  const unitRow = h("div", { class: "control-row" }, h("label", { for: "gradients-unit", text: "Unit" }), unit);
  const kindRow = labelled("Of the", kind);
  const sensitivity = select(limits.sensitivities.map((power) => ({ value: String(power), text: power === 0 ? "the largest" : `1/${10 ** power} of it` })), "Where the colours end", (value) => emit({ type: "gradients-sensitivity-chosen", sensitivity: Number(value) }));
  root.append(of.element, sketches, own,
    h("details", { class: "more-controls", open: roomy }, h("summary", { text: "More settings" }),
      drawing,
      h("fieldset", { class: "control-group" }, h("legend", { text: "What is differentiated" }), kindRow, unitRow, step.element, last),
      h("fieldset", { class: "control-group" }, h("legend", { text: "Colours" }), labelled("Strongest at", sensitivity))));

  /** @type {GradientControlsProps | null} */
  let shown = null;
  return {
    update(props) {
      const before = shown;
      if (shallowEqual(before, props)) return;
      shown = props;
      of.update(props.of);
      setHidden(sketches, props.of !== "sketches");
      setHidden(drawing, props.of !== "sketches");
      setHidden(own, props.of !== "network");
      setHidden(explore, !props.explored);
      const { sketches: { forgetBias, weightScale, length: count, ...drawn }, target: wanted } = props;
      for (const box of cells) box.checked = drawn.cells.includes(/** @type {any} */ (box.value));
      bias.update(forgetBias, String(forgetBias).replace("-", "−"));
      scale.update(weightScale, `× ${weightScale}`);
      length.update(count, `${count} steps`);
      units.value = String(drawn.units);
      shape.value = drawn.shape;
      activation.value = drawn.activation;
      if (document.activeElement !== seed) seed.value = String(drawn.seed);
      fill(model, props.networks, before?.networks, props.network);
      fill(example, props.example === null ? [{ value: "", text: "your own" }, ...props.examples] : props.examples, null, props.example ?? "");
      if (document.activeElement !== text && text.value !== props.text) text.value = props.text;
      text.placeholder = props.given && `${props.given}, as in Explore`;
      fill(layer, props.layers, before?.layers, String(props.layer));
      setHidden(/** @type {HTMLElement} */ (layer.parentElement), props.layers.length < 2);
      fill(kind, props.kinds, before?.kinds, wanted.kind);
      setHidden(kindRow, props.kinds.length < 2);
      setHidden(unitRow, wanted.kind === "loss");
      unit.max = String(props.units - 1);
      if (document.activeElement !== unit) unit.value = wanted.unit === null ? "" : String(wanted.unit);
      const mean = wanted.kind === "loss" && wanted.step === null;
      step.update(props.targetStep + 1, mean ? "the mean over all" : `${props.targetStep + 1} of ${props.steps}`, props.steps);
      setText(last, wanted.kind === "loss" ? "The mean over all steps" : props.backward ? "The step that is read last" : "The last step");
      last.setAttribute("aria-pressed", String(wanted.step === null));
      sensitivity.value = String(props.sensitivity);
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {string} name
 * @param {HTMLElement} field
 */
const labelled = (name, field) => h("label", { class: "control-row" }, h("span", { text: name }), field);

/**
 * @param {Option[]} options
 * @param {string} name for screen readers
 * @param {(value: string) => void} change
 */
function select(options, name, change) {
  const field = h("select", { "aria-label": name, on: { change: () => change(field.value) } }, ...options.map(({ value, text }) => h("option", { value, text })));
  return field;
}

/**
 * @param {HTMLSelectElement} field
 * @param {Option[]} options
 * @param {Option[] | null | undefined} before
 * @param {string} value
 */
function fill(field, options, before, value) {
  if (options !== before && !(field.options.length === options.length && options.every((option, index) => field.options[index].value === option.value && field.options[index].text === option.text))) {
    field.replaceChildren(...options.map((option) => h("option", option)));
  }
  field.value = value;
}
