/** Where a sequence comes from: typed, pasted, dropped, chosen, or an example. What was typed is never taken away. */

import { h, setText, shallowEqual } from "../lib/dom.js";
import { icon } from "../lib/svg.js";

/** @typedef {import("../types.js").Emit} Emit */

/**
 * @typedef {object} InputBarProps
 * @property {"tokens" | "values"} kind
 * @property {number} size numbers a step, or the size of the vocabulary
 * @property {boolean} ids whether tokens are typed as their ids
 * @property {string} place changes with the network and the example
 * @property {string} text
 * @property {string | null} file what lies over the text, in words
 * @property {string | null} example
 * @property {{name: string}[]} examples
 * @property {{tone: "error" | "note", text: string, again?: boolean, elsewhere?: boolean} | null} message
 * @property {boolean} tracing
 * @property {string} summary how long the sequence is
 * @property {boolean | null} [continuing] whether it is being asked how the network is to go on; null where it cannot
 */

/** Work shorter than this shows no progress, in milliseconds. */
const PATIENCE = 350;

/**
 * @param {HTMLElement} root
 * @param {Emit} emit
 * @param {string} [prefix] of the ids of its controls, where the page has another input bar
 * @returns {import("../types.js").View<InputBarProps>}
 */
export function create(root, emit, prefix = "") {
  /** @param {string} id */
  const own = (id) => prefix + id;
  const field = h("textarea", { id: own("sequence"), rows: 1, spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-describedby": own("input-message"), on: { input: () => { grow(); emit({ type: "draft-typed", text: field.value }); } } });
  const label = h("label", { for: own("sequence") });
  const chip = h("span", { class: "file-chip" });
  const chipText = h("span");
  chip.append(icon("file"), chipText, h("button", { type: "button", "aria-label": "Take the file away", title: "Take the file away", on: { click: () => emit({ type: "file-removed" }) } }, icon("close")));
  const summary = h("span", { class: "input-summary" });
  const examples = h("select", { id: own("examples"), "aria-label": "Examples", on: { change: () => examples.value && emit({ type: "example-chosen", name: examples.value }) } });
  const chooser = h("input", { type: "file", id: own("file"), class: "visually-hidden", tabindex: -1, "aria-label": "Sequence from a file", accept: ".txt,.csv,.tsv,.npy,.py,text/*", on: { change: () => { if (chooser.files?.length) emit({ type: "files-dropped", files: [...chooser.files], reference: false }); chooser.value = ""; } } });
  const choose = h("button", { class: "icon-button wide", type: "button", title: "Text, CSV or .npy; or drop a file anywhere on the page", on: { click: () => chooser.click() } }, icon("file"), h("span", { text: "File" }));
  const goOn = h("button", { class: "icon-button wide", type: "button", title: "Let the network go on by itself", "aria-controls": "continuing", on: { click: () => emit({ type: "continuing-toggled" }) } }, icon("forward"), h("span", { text: "Go on" }));
  const message = h("p", { id: own("input-message"), class: "input-message", role: "status" });
  const again = h("button", { type: "button", class: "text-button", hidden: true, on: { click: () => emit({ type: "retry-asked" }) } }, "Try again");
  const progress = h("div", { class: "progress", hidden: true }, h("progress", { "aria-label": "Tracing" }), h("span", { text: "Tracing…" }), h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "trace-cancelled" }) } }, "Cancel"));
  root.append(h("div", { class: "input-row" }, label, h("div", { class: "field" }, field, chip, summary), examples, chooser, choose, goOn), h("div", { class: "input-outcome" }, message, again), progress);

  /** The field is as tall as what stands in it, up to a few lines. */
  const grow = () => {
    const lines = Math.min(4, field.value.replace(/\n$/, "").split("\n").length);
    if (field.rows !== lines) field.rows = lines;
  };

  let waiting = 0;
  /** @type {InputBarProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      // Without a network nothing could be done with what is typed.
      field.readOnly = props.size === 0;
      setText(label, props.kind === "values" ? "Numbers" : props.ids ? "Token ids" : "Text");
      field.placeholder = props.ids ? `Type token ids from 0 to ${props.size - 1}, such as 3 1 4` : props.kind === "tokens" ? "Type a sequence; it is traced as you type" : `Type, paste or drop numbers${props.size > 1 ? `: ${props.size} a line` : ""}`;
      // While somebody types, the field is ahead of the state and must not be written to.
      if (field.value !== props.text && (document.activeElement !== field || props.text !== before?.text)) field.value = props.text;
      grow();
      // Another sequence is read from its beginning.
      if (props.place !== before?.place && document.activeElement !== field) field.scrollTo(0, 0);
      field.hidden = props.file !== null;
      chip.hidden = props.file === null;
      setText(chipText, props.file ?? "");
      setText(summary, props.file === null ? props.summary : "");
      if (props.examples !== before?.examples) {
        examples.replaceChildren(h("option", { value: "", text: "Examples" }), ...props.examples.map(({ name }) => h("option", { value: name, text: name })));
        examples.hidden = props.examples.length === 0;
      }
      examples.value = props.example ?? "";
      goOn.hidden = props.continuing == null;
      goOn.setAttribute("aria-expanded", String(props.continuing === true));
      setText(message, props.message?.text ?? "");
      message.dataset.tone = props.message?.tone ?? "";
      again.hidden = !props.message?.again;
      field.setAttribute("aria-invalid", String(props.message?.tone === "error" && !props.message.elsewhere));
      if (props.tracing !== before?.tracing) {
        clearTimeout(waiting);
        if (props.tracing) waiting = window.setTimeout(() => (progress.hidden = false), PATIENCE);
        else progress.hidden = true;
      }
    },
    destroy() {
      clearTimeout(waiting);
      root.replaceChildren();
    },
  };
}
