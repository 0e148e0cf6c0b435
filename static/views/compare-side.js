/** One side of a comparison, beside its sequence: which network it is, and what is done to it on the way. */

import { h, setHidden, shallowEqual } from "../lib/dom.js";
import { describe } from "../lib/interventions.js";
import { icon } from "../lib/svg.js";

/** @typedef {import("../lib/side-address.js").SideIntervention} SideIntervention */

/**
 * @typedef {object} CompareSideProps
 * @property {"a" | "b"} name
 * @property {{id: string, name: string, title?: string}[]} models
 * @property {string | null} modelId
 * @property {SideIntervention[]} interventions
 * @property {{layer: number, direction: string}[]} layers of its network
 * @property {boolean} sharable whether it can take over the other side's sequence
 * @property {boolean} explorable whether Explore shows something else
 */

/**
 * Emits model-chosen, input-shared, explore-taken, intervention-switched and intervention-removed.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<CompareSideProps>}
 */
export function create(root, emit) {
  const badge = h("span", { class: "badge side-badge", "aria-hidden": "true" });
  const model = h("select", { class: "side-model", on: { change: () => emit({ type: "model-chosen", id: model.value }) } });
  const share = h("button", { class: "tool side-share", type: "button", on: { click: () => emit({ type: "input-shared" }) } });
  const explore = h("button", { class: "tool side-explore", type: "button", title: "What Explore shows now", on: { click: () => emit({ type: "explore-taken" }) } }, "From Explore");
  const list = h("ul", { class: "side-interventions" });
  root.append(badge, model, h("span", { class: "side-actions" }, share, explore), list);

  /** @type {CompareSideProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      const name = props.name.toUpperCase();
      const other = props.name === "a" ? "B" : "A";
      badge.textContent = name;
      model.setAttribute("aria-label", `Network of ${name}`);
      if (props.models !== before?.models) model.replaceChildren(...props.models.map(({ id, title, name: given }) => h("option", { value: id, text: title || given })));
      model.value = props.modelId ?? "";
      share.textContent = `Same as ${other}`;
      share.title = `Read in ${name} what stands in ${other}`;
      share.disabled = !props.sharable;
      setHidden(explore, !props.explorable);
      if (props.interventions !== before?.interventions) list.replaceChildren(...props.interventions.map((one, index) => item(one, describe(one, props.layers), index, emit)));
      setHidden(list, props.interventions.length === 0);
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {SideIntervention} intervention
 * @param {string} text
 * @param {number} index
 * @param {import("../types.js").Emit} emit
 */
function item(intervention, text, index, emit) {
  const box = h("input", { type: "checkbox", on: { change: () => emit({ type: "intervention-switched", index }) } });
  box.checked = intervention.on;
  const away = h("button", { type: "button", "aria-label": `Take away: ${text}`, title: "Take it away", on: { click: () => emit({ type: "intervention-removed", index }) } }, icon("close"));
  return h("li", { class: "side-intervention", data: { quantity: intervention.quantity } }, h("label", {}, box, h("span", { text })), away);
}
