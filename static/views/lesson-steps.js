/** Moves along the steps of a lesson's sequence. */

import { h, setText, shallowEqual } from "../lib/dom.js";
import { spoken, visible } from "../lib/format.js";
import { icon } from "../lib/svg.js";

/** @typedef {{step: number, steps: number, label: string, unit: number, units: number, explore: string | null}} StepsProps `explore` leads to the same sequence and unit in Explore */

/**
 * Emits `lesson-place`.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<StepsProps>}
 */
export function create(root, emit) {
  /** @type {StepsProps | null} */
  let shown = null;
  const go = (/** @type {number} */ by) => shown && emit({ type: "lesson-place", step: Math.max(0, Math.min(shown.steps - 1, shown.step + by)) });
  const button = (/** @type {string} */ name, /** @type {string} */ shape, /** @type {number} */ by) => h("button", { type: "button", class: "icon-button", "aria-label": name, title: name, on: { click: () => go(by) } }, icon(shape));
  const range = h("input", { type: "range", min: 0, step: 1, "aria-label": "Step", on: { input: () => emit({ type: "lesson-place", step: range.valueAsNumber }) } });
  const words = h("output", { class: "step-words" });
  const unit = h("input", { type: "number", min: 0, step: 1, id: "lesson-unit", on: { change: () => Number.isInteger(unit.valueAsNumber) && emit({ type: "lesson-place", unit: Math.max(0, Math.min(Number(unit.max), unit.valueAsNumber)) }) } });
  const units = h("span", { class: "unit-choice" }, h("label", { for: "lesson-unit" }, "unit"), unit);
  const explore = h("a", { class: "explore-link" }, "Open in Explore");
  root.append(button("Step back", "back", -1), range, button("Step forward", "forward", 1), words, units, explore);
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      range.max = String(props.steps - 1);
      range.value = String(props.step);
      range.setAttribute("aria-valuetext", `Step ${props.step + 1} of ${props.steps}, reads ${spoken(props.label)}`);
      setText(words, `Step ${props.step + 1} of ${props.steps}, reads ${visible(props.label)}`);
      explore.hidden = props.explore === null;
      if (props.explore) explore.href = props.explore;
      units.hidden = props.units <= 1;
      unit.max = String(props.units - 1);
      if (document.activeElement !== unit || unit.valueAsNumber !== props.unit) unit.value = String(props.unit);
    },
    destroy: () => root.replaceChildren(),
  };
}
