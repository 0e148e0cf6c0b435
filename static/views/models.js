/** The Models view: all networks, one of them in detail, and adding others. */

import { h, setText, shallowEqual } from "../lib/dom.js";
import { modelDetails } from "./model-details.js";
import { modelList } from "./model-list.js";
import { uploadForm } from "./upload-form.js";
import { verification } from "./verification.js";

/** @typedef {import("./model-words.js").Model} Model */

/**
 * @typedef {object} ModelsProps
 * @property {Model[]} models
 * @property {Model | null} open
 * @property {boolean} chosen whether the open one was chosen here, and is not only the one that Explore shows
 * @property {import("./upload-form.js").Upload} upload
 * @property {boolean} unanswered whether something is asked about the file that nobody has answered
 * @property {Model | null} added
 * @property {import("./model-details.js").Renaming} renaming
 * @property {import("./model-details.js").Deleting} deleting
 * @property {import("./verification.js").Check | null} check
 * @property {{list: import("./verification.js").Snippet[], error: string | null} | null} snippets
 * @property {string} said
 */

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<ModelsProps>}
 */
export function create(root, emit) {
  const list = modelList(emit);
  const form = uploadForm(emit);
  const check = verification(emit);
  const details = modelDetails(emit, check.element);
  const said = h("p", { class: "visually-hidden", role: "status" });
  root.append(h("h1", { class: "visually-hidden" }, "Models"), h("div", { class: "models-side" }, form.element, list.element), details.element, said);

  /** @type {ModelsProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      list.update(props.models, props.open?.id ?? null);
      form.update(props.upload, props.added, props.unanswered);
      details.update(props.open, props.renaming, props.deleting);
      check.update(props.open, props.check, props.snippets, props.upload.result !== null && props.upload.result.id === props.open?.id);
      setText(said, props.said);
      if (props.open?.id !== before?.open?.id) details.element.scrollTop = 0;
      if (before && props.chosen && props.open && props.open.id !== before.open?.id && props.upload === before.upload) {
        details.focus();
        details.element.scrollIntoView({ block: "nearest" });
      }
      // Where the focus was on what is gone, it would fall to the page's beginning.
      if (before && before.open && !props.models.some(({ id }) => id === before.open?.id)) list.focus("");
    },
    destroy: () => root.replaceChildren(),
  };
}
