/** What a reader may change: the numbers of the network, and the sequence that it reads. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";

/** @typedef {import("../lessons/types.js").Control} Control */
/** @typedef {import("../lessons/types.js").Settings} Settings */

/**
 * `chosen` is null where the sequence is none of the listed ones. `again` says that the same may work when it is tried again.
 * @typedef {{controls: Control[], features: string[], settings: Settings, changed: boolean, sequences: {id: string, name: string}[], chosen: string | null, typed: string, error: string | null, again: boolean}} ControlsProps
 */

/**
 * Emits `lesson-set`, `lesson-restored`, `lesson-sequence`, `lesson-written` and `lesson-retried`.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<ControlsProps>}
 */
export function create(root, emit) {
  const grid = h("div", { class: "control-grid", role: "group", "aria-label": "Numbers of the network" });
  const restore = h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "lesson-restored" }) } }, "Back to the first numbers");
  const tabs = h("div", { class: "sequence-tabs", role: "group", "aria-label": "Sequences" });
  const label = h("label", { for: "lesson-sequence" }, "Reads");
  const field = h("textarea", { id: "lesson-sequence", rows: 1, spellcheck: "false", autocomplete: "off", "aria-describedby": "lesson-message", on: { input: () => emit({ type: "lesson-written", text: field.value }) } });
  const message = h("p", { class: "form-error", id: "lesson-message", role: "status" });
  const again = h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "lesson-retried" }) } }, "Try again");
  root.append(grid, h("div", { class: "control-ways" }, restore), h("div", { class: "sequence-row" }, tabs, h("div", { class: "sequence-field" }, label, field)), h("div", { class: "sequence-message" }, message, again));

  /** @type {((settings: Settings) => void)[]} */
  let fills = [];
  /** @type {ControlsProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      if (props.controls !== before?.controls) {
        const views = props.controls.map((control) => (control.switch ? switchView : sliderView)(control, emit));
        fills = views.map(({ fill }) => fill);
        grid.replaceChildren(...views.map(({ element }) => element));
        grid.dataset.many = String(props.controls.length > 4);
        setHidden(grid, props.controls.length === 0);
      }
      for (const fill of fills) fill(props.settings);
      setHidden(restore, !props.changed);
      if (props.sequences !== before?.sequences || props.chosen !== before.chosen) {
        const focused = tabs.contains(document.activeElement);
        tabs.replaceChildren(...props.sequences.map(({ id, name }) => h("button", { type: "button", class: "tool", "aria-pressed": String(id === props.chosen), on: { click: () => emit({ type: "lesson-sequence", id }) } }, name)));
        if (focused) /** @type {HTMLElement | null} */ (tabs.querySelector('[aria-pressed="true"]'))?.focus();
      }
      if (field.value !== props.typed) field.value = props.typed;
      field.rows = Math.min(3, props.typed.trimEnd().split("\n").length);
      field.title = props.features.length === 0 ? "A text, read character by character" : props.features.length === 1 ? "Numbers with spaces between them, one a step" : `At each step ${props.features.join(",")}, joined by a comma; spaces between the steps`;
      field.setAttribute("aria-invalid", String(props.error !== null && !props.again));
      setText(message, props.error ?? "");
      setHidden(again, !props.again);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @typedef {{element: HTMLElement, fill: (settings: Settings) => void}} ControlView */

/** @param {Control} control @param {import("../types.js").Emit} emit @returns {ControlView} */
function sliderView({ name, symbol, label, lowest, highest, step, quantity }, emit) {
  const set = (/** @type {number} */ value) => Number.isFinite(value) && emit({ type: "lesson-set", settings: { [name]: value } });
  const bounds = { min: lowest, max: highest, step };
  const range = h("input", { type: "range", ...bounds, id: `control-${name}`, "aria-label": label, on: { input: () => set(range.valueAsNumber) } });
  let told = "";
  // While it is typed in, it is left alone; what has come of it stands there afterwards.
  /** @type {HTMLInputElement} */
  const number = h("input", { type: "number", ...bounds, "aria-label": `${label}, as a number`, on: { change: () => set(number.valueAsNumber), blur: () => (number.value = told) } });
  const [letter, below] = symbol.split("_");
  const words = h("label", { for: `control-${name}`, title: label }, h("i", { class: "variable" }, letter, below ? h("sub", {}, below) : null), h("span", { class: "control-words" }, label));
  return {
    element: h("div", { class: "control", data: { ...(quantity && { quantity }), control: name } }, words, range, number),
    fill(settings) {
      told = String(settings[name]);
      if (range.value !== told) range.value = told;
      if (number.value !== told && document.activeElement !== number) number.value = told;
    },
  };
}

/** @param {Control} control @param {import("../types.js").Emit} emit @returns {ControlView} */
function switchView({ name, label }, emit) {
  const box = h("input", { type: "checkbox", on: { change: () => emit({ type: "lesson-set", settings: { [name]: box.checked ? 1 : 0 } }) } });
  return { element: h("label", { class: "control is-switch", data: { control: name } }, box, h("span", {}, label)), fill: (settings) => (box.checked = settings[name] === 1) };
}
