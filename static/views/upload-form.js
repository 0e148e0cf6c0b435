/** Adding a network: drop or choose files, name it, watch it go, answer what the file leaves open. A part of the Models view. */

import { h, keyed, setHidden, setText } from "../lib/dom.js";
import { sizeWords } from "../lib/files.js";
import { icon } from "../lib/svg.js";
import { choiceFields } from "./choice-fields.js";
import { cellsLine, titleOf, weightsLine } from "./model-words.js";

/** @typedef {import("./model-words.js").Model} Model */
/** @typedef {{key: number, file: File, role: "weights" | "vocabulary"}} Held */
/**
 * @typedef {{files: Held[], name: string, phase: "waiting" | "sending" | "reading" | "done", sent: number, total: number,
 *   choices: import("./choice-fields.js").Choice[], answers: Record<string, any>, error: string | null, result: {id: string, created: boolean} | null}} Upload
 */

const FORMATS = "PyTorch (.pt, .pth), Keras (.keras, .weights.h5, .h5), ONNX, .safetensors, .npz";
const ACCEPT = ".safetensors,.pt,.pth,.ckpt,.bin,.keras,.h5,.hdf5,.onnx,.npz,.json,.txt,.vocab";

/**
 * @param {import("../types.js").Emit} emit
 * @returns {{element: HTMLElement, update: (upload: Upload, model: Model | null, unanswered: boolean) => void}}
 */
export function uploadForm(emit) {
  const chooser = h("input", { type: "file", id: "weights-file", class: "visually-hidden", multiple: true, tabindex: -1, "aria-label": "Files of a network", accept: ACCEPT, on: { change: () => {
    if (chooser.files?.length) emit({ type: "files-dropped", files: [...chooser.files], reference: false });
    chooser.value = "";
  } } });
  const choose = h("button", { type: "button", class: "action", on: { click: () => chooser.click() } }, icon("file"), h("span"));
  const hint = h("p", { class: "hint" });
  const files = h("ul", { class: "held-files" });
  const name = h("input", { type: "text", id: "upload-name", maxlength: 100, autocomplete: "off", spellcheck: "false", on: { input: () => emit({ type: "upload-named", name: name.value }) } });
  const naming = h("div", { class: "naming" }, h("label", { for: "upload-name", text: "Name" }), name);
  const error = h("p", { class: "form-error", role: "alert", id: "upload-error" });
  const choices = choiceFields((option, value) => emit({ type: "upload-answered", option, value }));
  const asked = h("p", { class: "hint", role: "status" });
  const found = h("div", { class: "found" });
  const bar = h("progress", { "aria-label": "Upload" });
  const barText = h("span");
  const progress = h("div", { class: "progress" }, bar, barText, h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "upload-cancelled" }) } }, "Cancel"));
  const send = h("button", { type: "submit", class: "action is-main" });
  const explore = h("button", { type: "button", class: "action is-main", on: { click: () => shown?.result && emit({ type: "model-explored", id: shown.result.id }) } }, "Explore it");
  const clear = h("button", { type: "button", class: "action", on: { click: () => { emit({ type: "upload-cleared" }); choose.focus(); } } });
  const form = h("form", { class: "upload-form", on: { submit: (/** @type {Event} */ event) => { event.preventDefault(); emit({ type: "upload-asked" }); } } },
    files, naming, found, asked, choices.element, error, progress, h("div", { class: "actions" }, explore, send, clear));
  const zone = h("div", { class: "drop-zone" }, choose, hint, chooser);

  /** @type {Upload | null} */
  let shown = null;
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();

  /** @param {Held} held */
  const makeRow = ({ key, file }) => {
    const role = h("select", { "aria-label": `What ${file.name} is`, on: { change: () => emit({ type: "role-chosen", key, role: role.value }) } }, h("option", { value: "weights", text: "Weights" }), h("option", { value: "vocabulary", text: "Vocabulary" }));
    return h("li", {}, icon("file"), h("span", { class: "held-name", title: file.name, text: file.name }), h("span", { class: "held-size", text: sizeWords(file.size) }), role,
      h("button", { type: "button", class: "icon-button small", "aria-label": `Take ${file.name} away`, title: "Take it away", on: { click: () => emit({ type: "upload-file-removed", key }) } }, icon("close")));
  };

  /** @param {Upload} upload @param {Model | null} model */
  const describe = (upload, model) => {
    setHidden(found, upload.phase !== "done" || !model);
    if (!model || upload.phase !== "done") return;
    found.replaceChildren(
      h("p", { class: "found-title" }, h("strong", { text: titleOf(model) }), upload.result?.created ? " was added: " : " was here already, from the same weights: ", `${cellsLine(model)}, ${weightsLine(model)}.`),
      h("ul", { class: "notes" }, ...model.notes.map((text) => h("li", { text }))),
    );
  };

  return {
    element: h("section", { class: "adding", "aria-labelledby": "adding-title" }, h("h2", { id: "adding-title" }, "Add a network"), zone, form),
    update(upload, model, unanswered) {
      const before = shown;
      shown = upload;
      const weights = upload.files.find(({ role }) => role === "weights");
      const busy = upload.phase === "sending" || upload.phase === "reading";
      const done = upload.phase === "done";
      setText(/** @type {HTMLElement} */ (choose.lastElementChild), upload.files.length && !done ? "Choose another file" : "Choose a file");
      setText(hint, upload.files.length && !done ? (weights ? "A vocabulary can be added, as .json or .txt" : "The file of weights is still missing") : `or drop it anywhere here: ${FORMATS}. A vocabulary, .json or .txt, can come with it.`);
      setHidden(zone, busy);
      setHidden(form, upload.files.length === 0);
      keyed(files, rows, upload.files, ({ key }) => String(key), makeRow);
      for (const { key, role } of upload.files) {
        const row = /** @type {HTMLElement} */ (rows.get(String(key)));
        const select = /** @type {HTMLSelectElement} */ (row.querySelector("select"));
        select.value = role;
        select.disabled = busy;
        setHidden(/** @type {HTMLElement} */ (row.lastElementChild), busy);
      }
      setHidden(naming, done);
      setHidden(files, done);
      name.readOnly = busy;
      if (name.value !== upload.name) name.value = upload.name;
      setText(error, upload.error ?? "");
      describe(upload, model);
      choices.update(upload.choices, upload.answers);
      setHidden(choices.element, upload.choices.length === 0);
      choices.element.toggleAttribute("inert", busy);
      setHidden(progress, !busy);
      if (upload.phase === "sending" && upload.total > 0) {
        bar.max = upload.total;
        bar.value = upload.sent;
      } else bar.removeAttribute("value");
      setText(barText, upload.phase === "reading" ? "Reading the network…" : upload.total > 0 ? `${sizeWords(upload.sent)} of ${sizeWords(upload.total)}` : "Sending…");
      setHidden(explore, !done);
      const changed = Object.keys(upload.answers).length > 0;
      setHidden(send, busy || (done && !changed));
      send.disabled = !weights || unanswered;
      setText(asked, unanswered && !busy ? "The file can be understood in more than one way. Choose, then add it." : "");
      setText(send, done ? "Understand it this way" : "Add it");
      setHidden(clear, busy);
      setText(clear, done ? "Add another" : "Put away");
      if (done && before?.phase !== "done") explore.focus();
      else if (!before?.files.length && upload.files.length) send.focus();
      else if (before && before.phase !== "waiting" && upload.phase === "waiting" && unanswered) /** @type {HTMLElement | null} */ (choices.element.querySelector("input, select"))?.focus();
    },
  };
}
