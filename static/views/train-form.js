/** What to train: the task, the cells, sizes and rates. Every field knows its range; a refusal stands beside the field that caused it. */

import { h, setHidden, setText } from "../lib/dom.js";
import { asSentence } from "../lib/format.js";
import { CELLS, typedOf } from "../lib/plan-form.js";
import { richText } from "./rich-text.js";

/** @typedef {import("../state/train-types.js").Option} Option */
/** @typedef {import("../state/train-types.js").Task} Task */
/** @typedef {import("../state/train-types.js").Form} Form */

/**
 * @typedef {object} TrainFormProps
 * @property {Task[]} tasks
 * @property {Task | null} task
 * @property {{first: Option[], more: Option[]} | null} options
 * @property {Form} form
 * @property {string | null} away
 */

/** @param {string} name */
const label = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<TrainFormProps>}
 */
export function create(root, emit) {
  const away = h("p", { class: "form-error", role: "alert" });
  const task = h("select", { id: "train-task", on: { change: () => emit({ type: "train-task-chosen", name: task.value }) } });
  const described = h("p", { class: "task-description" });
  const measured = h("p", { class: "hint task-measured" });
  const cells = CELLS.map(({ name, label: text }) => {
    const box = h("input", { type: "checkbox", value: name, on: { change: () => emit({ type: "train-cell-toggled", name }) } });
    return { name, box, element: h("label", { class: "cell-choice" }, box, h("span", { text })) };
  });
  const cellsError = h("p", { class: "form-error" });
  const taskFields = h("div", { class: "fields" });
  const firstFields = h("div", { class: "fields" });
  const moreFields = h("div", { class: "fields" });
  const more = h("details", { class: "more-fields" }, h("summary", {}, "More"), moreFields);
  const refused = h("p", { class: "form-error", role: "alert" });
  const start = h("button", { type: "submit", class: "action is-main" });
  const form = h("form", { class: "train-form", novalidate: true, on: { submit: (event) => (event.preventDefault(), emit({ type: "train-asked" })) } },
    h("h2", { text: "Train" }), away,
    h("div", { class: "field-row wide" }, h("label", { for: "train-task", text: "Task" }), task), described, measured, taskFields,
    h("fieldset", { class: "cells" }, h("legend", { text: "Cells, side by side from one seed" }), ...cells.map(({ element }) => element), cellsError),
    firstFields, more, h("div", { class: "actions" }, start), refused);
  root.append(form);

  /** @type {Map<string, ReturnType<typeof fieldOf>>} */
  let fields = new Map();
  /** @type {TrainFormProps | null} */
  let shown = null;

  /** @param {TrainFormProps} props */
  const build = ({ task: chosen, options }) => {
    fields = new Map();
    /** @param {HTMLElement} place @param {"plan" | "options"} of @param {Option[]} list */
    const fill = (place, of, list) => {
      place.replaceChildren(...list.map((option) => {
        const field = fieldOf(of, option, emit);
        fields.set(`${of}.${option.name}`, field);
        return field.element;
      }));
      setHidden(place, list.length === 0);
    };
    fill(taskFields, "options", chosen?.options ?? []);
    fill(firstFields, "plan", options?.first ?? []);
    fill(moreFields, "plan", options?.more ?? []);
  };

  return {
    update(props) {
      if (shown && props.tasks === shown.tasks && props.task === shown.task && props.form === shown.form && props.away === shown.away) return;
      const before = shown;
      shown = props;
      setText(away, props.away ?? "");
      if (props.tasks !== before?.tasks) task.replaceChildren(...props.tasks.map(({ name, title }) => h("option", { value: name, text: title })));
      if (props.task !== before?.task) {
        task.value = props.task?.name ?? "";
        setText(described, props.task ? asSentence(props.task.description) : "");
        measured.replaceChildren(...richText(props.task ? asSentence(props.task.measured) : ""));
        build(props);
      }
      const { form: chosen } = props;
      for (const { name, box } of cells) box.checked = chosen.cells.includes(name);
      const typed = { plan: chosen.plan, options: chosen.options[props.task?.name ?? ""] ?? {} };
      let beside = false;
      for (const { of, option, show, refuse } of fields.values()) {
        show(typed[of][option.name] ?? typedOf(option, option.default));
        const mine = chosen.refused?.field === option.name;
        beside ||= mine;
        refuse(mine ? (chosen.refused?.text ?? "") : "");
        if (mine && props.options?.more.includes(option)) more.open = true;
      }
      setText(cellsError, chosen.refused?.field === "cells" ? chosen.refused.text : "");
      setText(refused, !beside && chosen.refused && chosen.refused.field !== "cells" ? chosen.refused.text : "");
      const count = chosen.cells.length;
      setText(start, chosen.sending ? "Starting…" : count > 1 ? `Train ${count} networks` : "Train");
      start.disabled = chosen.sending || !props.task;
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {"plan" | "options"} of
 * @param {Option} option
 * @param {import("../types.js").Emit} emit
 */
function fieldOf(of, option, emit) {
  const id = `train-${of}-${option.name}`;
  const error = h("p", { class: "form-error", id: `${id}-error` });
  /** @param {string | boolean} value */
  const typed = (value) => emit({ type: "train-field-typed", of, name: option.name, value });
  const control = controlOf(option, { id, title: option.description, "aria-describedby": `${id}-error` }, typed);
  const wide = option.kind === "text" || option.kind === "numbers";
  const file = wide ? fileOf(id, typed) : null;
  const element = h("div", { class: wide ? "field-row wide" : "field-row" }, h("label", { for: id, text: label(option.name), title: option.description }), control, file, error);
  return {
    of,
    option,
    element,
    /** @param {string | boolean} value */
    show(value) {
      if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = value === true;
      else if (control.value !== String(value)) control.value = String(value);
    },
    /** @param {string} text */
    refuse(text) {
      setText(error, text);
      if (text) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    },
  };
}

/**
 * @param {Option} option
 * @param {Record<string, any>} attributes
 * @param {(value: string | boolean) => void} typed
 */
function controlOf({ kind, lowest, highest, choices, optional }, attributes, typed) {
  if (kind === "boolean") {
    const box = h("input", { ...attributes, type: "checkbox", on: { change: () => typed(box.checked) } });
    return box;
  }
  if (kind === "choice") {
    const list = h("select", { ...attributes, on: { change: () => typed(list.value) } }, ...(optional ? [h("option", { value: "", text: "as usual" })] : []), ...(choices ?? []).map((choice) => h("option", { value: choice, text: choice })));
    return list;
  }
  if (kind === "text" || kind === "numbers") {
    const area = h("textarea", { ...attributes, rows: 3, spellcheck: "false", on: { input: () => typed(area.value) } });
    return area;
  }
  const input = h("input", { ...attributes, type: "text", inputmode: kind === "integer" ? "numeric" : "decimal", autocomplete: "off", placeholder: optional ? "none" : lowest === null ? "" : `${lowest} to ${highest}`, on: { input: () => typed(input.value) } });
  return input;
}

/**
 * A file instead of typing. Its text stands in the field, where it can be seen.
 * @param {string} id
 * @param {(value: string) => void} typed
 */
function fileOf(id, typed) {
  const input = h("input", { type: "file", class: "visually-hidden", id: `${id}-file`, accept: ".txt,.csv,.tsv,.py,.md,text/*", on: { change: async () => {
    const [file] = input.files ?? [];
    if (file) typed(await file.text());
    input.value = "";
  } } });
  return h("label", { class: "tool file-tool" }, input, "File…");
}
