/** All interventions in a list, each to be switched, edited or removed, and a form that adds one without a pointer. */

import { h, keyed, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { words } from "../lib/format.js";
import { icon } from "../lib/svg.js";
import { interventionFields } from "./intervention-fields.js";

/** @typedef {import("../types.js").Listed} Listed */

/**
 * @typedef {{key: number, one: Listed, text: string, fault: string | null}} Entry `fault` says why one that is on is not done
 * @typedef {object} InterventionsProps
 * @property {Entry[]} entries
 * @property {string | null} refusal the server's
 * @property {string[]} quantities of the chosen layer
 * @property {Record<string, import("./intervention-fields.js").Bounds>} bounds by quantity
 * @property {{layer: number, direction: "forward" | "backward"}} place
 * @property {string} where the chosen layer in words, empty where there is only one
 * @property {number} unit
 * @property {number} step
 */

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<InterventionsProps>}
 */
export function create(root, emit) {
  const list = h("ol", { class: "intervention-list", "aria-label": "Interventions" });
  const none = h("p", { class: "hint", text: "What would the network do if a gate had stayed shut, or a unit were gone? Switch “Intervene” on and drag over a heatmap, or fill in the form. The sequence runs again with it." });
  const refusal = h("p", { class: "form-error", role: "alert" });
  const clear = h("button", { type: "button", class: "text-button", text: "Remove all", on: { click: () => emit({ type: "interventions-cleared" }) } });

  const quantity = h("select", { id: "intervention-quantity", on: { change: () => shown && follow(shown, true) } });
  const where = h("span", { class: "editor-where" });
  const fields = interventionFields((change) => (draft = { ...draft, ...change }));
  const form = h("form", { class: "intervention-form", on: { submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    const found = fields.read();
    if (!found || !shown) return;
    draft = {};
    emit({ type: "intervention-added", intervention: { ...shown.place, quantity: quantity.value, ...found } });
  } } },
    h("h3", { text: "Add an intervention" }),
    h("div", { class: "intervention-what" }, h("label", { for: quantity.id, text: "Quantity" }), quantity, where),
    fields.element,
    h("button", { type: "submit", class: "action is-main", text: "Add" }));
  root.append(h("header", { class: "interventions-head" }, h("h2", { text: "Interventions" }), clear), refusal, list, none, form);

  /** @type {InterventionsProps | null} */
  let shown = null;
  /** @type {Partial<import("./intervention-fields.js").Fields>} what somebody has chosen in the form; all else follows the cursor */
  let draft = {};
  /** @type {Map<string, HTMLElement>} */
  const items = new Map();

  /** @param {InterventionsProps} props @param {boolean} [afresh] */
  const follow = ({ bounds, unit, step }, afresh = false) => {
    if (afresh) draft = { ...draft, operation: undefined, value: undefined };
    const { units = [unit], steps = [step, step + 1], operation = "set", value = 0 } = draft;
    const within = bounds[quantity.value];
    if (within) fields.fill({ units, steps: /** @type {[number, number] | null} */ (steps), operation, value }, within);
  };

  /** @param {Entry} entry */
  const item = ({ key }) => {
    const on = h("input", { type: "checkbox", id: `intervention-on-${key}`, on: { change: () => emit({ type: "intervention-switched", key, on: on.checked }) } });
    const edit = h("button", { type: "button", class: "icon-button small", on: { click: () => {
      const { left, bottom } = edit.getBoundingClientRect();
      emit({ type: "intervention-edited", key, at: { x: left, y: bottom } });
    } } }, icon("edit"));
    const remove = h("button", { type: "button", class: "icon-button small", on: { click: () => emit({ type: "intervention-removed", key }) } }, icon("close"));
    return h("li", {}, on, h("label", { for: on.id }), edit, remove, h("p", { class: "intervention-fault" }));
  };

  /** @param {HTMLElement} element @param {Entry} entry */
  const fill = (element, { one, text, fault }) => {
    const [on, label, edit, remove, words] = /** @type {HTMLElement[]} */ ([...element.children]);
    /** @type {HTMLInputElement} */ (on).checked = one.on;
    element.dataset.quantity = one.quantity;
    element.classList.toggle("is-off", !one.on || fault !== null);
    setText(label, text);
    for (const [button, does] of /** @type {[HTMLElement, string][]} */ ([[edit, "Edit"], [remove, "Remove"]])) {
      button.title = does;
      button.setAttribute("aria-label", `${does}: ${text}`);
    }
    setText(words, fault === null ? "" : `Off: ${fault}`);
    setHidden(words, fault === null);
  };

  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      if (props.entries !== before?.entries) {
        keyed(list, items, props.entries, ({ key }) => String(key), item);
        for (const entry of props.entries) fill(/** @type {HTMLElement} */ (items.get(String(entry.key))), entry);
      }
      setHidden(none, props.entries.length > 0);
      setHidden(clear, props.entries.length === 0);
      setText(refusal, props.refusal ?? "");
      if (props.quantities !== before?.quantities) {
        const chosen = quantity.value;
        quantity.replaceChildren(...props.quantities.map((name) => h("option", { value: name, text: words(name) })));
        if (props.quantities.includes(chosen)) quantity.value = chosen;
      }
      setText(where, props.where);
      follow(props);
    },
    destroy: () => root.replaceChildren(),
  };
}
