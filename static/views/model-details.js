/** One network: its layers, what it reads and says, what was assumed about it, and what can be done with it. A part of the Models view. */

import { h, setHidden, setText } from "../lib/dom.js";
import { visible } from "../lib/format.js";
import { icon } from "../lib/svg.js";
import { modelCard } from "./model-card.js";
import { cellName, counted, inputWords, ORIGINS, readoutWords, readsOf, titleOf, variantOf, weightsLine } from "./model-words.js";

/** @typedef {import("./model-words.js").Model} Model */
/** @typedef {{id: string, name: string, error: string | null, busy: boolean} | null} Renaming */
/** @typedef {{id: string, error: string | null, busy: boolean} | null} Deleting */

/** How many tokens of a vocabulary are shown. */
const SHOWN_LABELS = 48;

/**
 * @param {import("../types.js").Emit} emit
 * @param {HTMLElement} verification the comparison's element, which stands below the facts
 * @returns {{element: HTMLElement, update: (model: Model | null, renaming: Renaming, deleting: Deleting) => void, focus: () => void}}
 */
export function modelDetails(emit, verification) {
  const title = h("h2", { id: "details-title", tabindex: -1 });
  const origin = h("span", { class: "model-origin" });
  const name = h("input", { type: "text", id: "new-name", maxlength: 100, autocomplete: "off", spellcheck: "false", "aria-label": "New name", on: { keydown: (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") emit({ type: "rename-dropped" });
  } } });
  const nameError = h("p", { class: "form-error", role: "alert" });
  const save = h("button", { type: "submit", class: "action is-main" }, "Save");
  const renameForm = h("form", { class: "rename-form", on: { submit: (/** @type {Event} */ event) => { event.preventDefault(); emit({ type: "rename-sent", name: name.value.trim() }); } } },
    name, save, h("button", { type: "button", class: "action", on: { click: () => emit({ type: "rename-dropped" }) } }, "Cancel"), nameError);
  const explore = h("button", { type: "button", class: "action is-main", on: { click: () => shown && emit({ type: "model-explored", id: shown.id }) } }, icon("play"), "Explore");
  const rename = h("button", { type: "button", class: "action", on: { click: () => shown && emit({ type: "rename-asked", id: shown.id, name: shown.name }) } }, "Rename");
  const download = h("a", { class: "action", download: "" }, icon("export"), "Download .safetensors");
  const remove = h("button", { type: "button", class: "action is-danger", on: { click: () => shown && emit({ type: "delete-asked", id: shown.id }) } }, "Delete");
  const question = h("p");
  const deleteError = h("p", { class: "form-error", role: "alert" });
  const keep = h("button", { type: "button", class: "action", on: { click: () => emit({ type: "delete-dropped" }) } }, "Keep it");
  const confirm = h("button", { type: "button", class: "action is-danger is-main", on: { click: () => emit({ type: "delete-confirmed" }) } }, "Delete it");
  const confirmation = h("div", { class: "confirmation", role: "group", "aria-label": "Confirm deleting", on: { keydown: (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") emit({ type: "delete-dropped" });
  } } }, question, h("div", { class: "actions" }, confirm, keep), deleteError);
  const facts = h("div", { class: "facts" });
  const element = h("section", { class: "model-details", "aria-labelledby": "details-title" },
    h("header", { class: "details-head" }, title, origin, renameForm), h("div", { class: "actions" }, explore, rename, download, remove), confirmation, facts, verification);

  /** @type {Model | null} */
  let shown = null;
  /** @type {Renaming} */
  let renamed = null;
  /** @type {Deleting} */
  let deleted = null;

  return {
    element,
    update(model, renaming, deleting) {
      setHidden(element, !model);
      if (!model) return;
      const before = shown;
      shown = model;
      if (model !== before) {
        setText(title, titleOf(model));
        setText(origin, ORIGINS[model.origin] ?? model.origin);
        const own = model.origin !== "bundled";
        setHidden(rename, !own);
        setHidden(remove, !own);
        download.href = `/api/v1/models/${encodeURIComponent(model.id)}/weights`;
        facts.replaceChildren(...factsOf(model, emit));
      }
      const naming = renaming?.id === model.id ? renaming : null;
      setHidden(renameForm, !naming);
      setHidden(title, naming !== null);
      setHidden(origin, naming !== null);
      setText(nameError, naming?.error ?? "");
      save.disabled = naming?.busy ?? false;
      if (naming && renamed?.id !== naming.id) {
        name.value = naming.name;
        name.focus();
        name.select();
      }
      if (!naming && renamed?.id === model.id) rename.focus();
      renamed = naming;
      const asking = deleting?.id === model.id ? deleting : null;
      setHidden(confirmation, !asking);
      setText(question, `Delete “${titleOf(model)}”? Its weights are removed from this server; the file it came from is not touched.`);
      setText(deleteError, asking?.error ?? "");
      confirm.disabled = asking?.busy ?? false;
      if (asking && deleted?.id !== asking.id) keep.focus();
      if (!asking && deleted?.id === model.id) remove.focus();
      deleted = asking;
    },
    focus: () => title.focus(),
  };
}

/**
 * @param {Model} model
 * @param {import("../types.js").Emit} emit
 * @returns {HTMLElement[]}
 */
function factsOf(model, emit) {
  /** @param {string} name @param {...import("../lib/dom.js").Child} content */
  const row = (name, ...content) => [h("dt", { text: name }), h("dd", {}, ...content)];
  const file = [model.file_name, model.format && model.origin !== "bundled" ? `read as ${model.format}` : ""].filter(Boolean).join(", ");
  const shared = [
    layersTable(model),
    h("dl", { class: "card" },
      ...row("Reads", inputWords(model)),
      ...(model.input.labels?.length ? (model.input.kind === "tokens" ? row("Vocabulary", vocabulary(model.input.labels)) : row("Columns", model.input.labels.join(", "))) : []),
      ...row("Readout", readoutWords(model)),
      ...(model.readout?.labels?.length && model.readout.labels.join("\n") !== model.input.labels?.join("\n") ? row("Says", vocabulary(model.readout.labels)) : []),
      ...row("Weights", weightsLine(model)),
      ...(file ? row("From the file", file) : []),
      ...(model.created ? row("Added", when(model.created)) : []),
      ...row("Id", h("code", { class: "model-id", text: model.id }))),
  ];
  const notes = model.notes.length > 0 && h("section", {}, h("h3", { text: "Understood and assumed" }), h("ul", { class: "notes" }, ...model.notes.map((text) => h("li", { text }))));
  const card = model.card && h("section", { class: "own-card" }, h("h3", { text: "About it" }), ...modelCard(model, emit, true));
  return [...shared, notes, card].filter((element) => element instanceof HTMLElement);
}

/**
 * A row for each layer and direction. On a phone, where seven columns have no room, a row's cells stand below each other with their column's name.
 * @param {Model} model
 */
function layersTable(model) {
  const head = ["Layer", "Direction", "Cell", "Reads", "Units", "Gives", "Variant"];
  /** @param {Model["layers"][number]} layer */
  const cells = (layer) => [
    layer.direction,
    cellName(layer.cell),
    readsOf(model, layer),
    String(layer.hidden_size),
    layer.projection_size ? `${layer.projection_size} (projected)` : String(layer.hidden_size),
    variantOf(layer) || "as in textbooks",
  ];
  return h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Layers" },
    h("table", { class: "layers is-stacked" },
      h("caption", { text: "Layers" }),
      h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col", text })))),
      h("tbody", {}, ...model.layers.map((layer) => h("tr", {},
        h("th", { scope: "row", text: String(layer.layer + 1), data: { column: head[0] } }),
        ...cells(layer).map((text, index) => h("td", { text, data: { column: head[index + 1] } })))))));
}

/** @param {string[]} labels */
function vocabulary(labels) {
  const list = h("span", { class: "labels" }, ...labels.slice(0, SHOWN_LABELS).map((label) => h("kbd", { text: visible(label), title: JSON.stringify(label) })));
  if (labels.length > SHOWN_LABELS) list.append(` and ${counted(labels.length - SHOWN_LABELS, "more")}`.replace("mores", "more"));
  return list;
}

/** @param {string} time in UTC */
function when(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
