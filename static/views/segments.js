/** A few choices of which one holds, side by side. */

import { h } from "../lib/dom.js";

let groups = 0;

/**
 * @template {string} Value
 * @param {string} legend what is chosen, for whoever does not see it
 * @param {{value: Value, text: string, title?: string}[]} choices
 * @param {(value: Value) => void} choose
 * @returns {{element: HTMLFieldSetElement, update: (value: Value, enabled?: boolean) => void}}
 */
export function segments(legend, choices, choose) {
  const name = `segments-${groups++}`;
  const radios = choices.map(({ value }) => h("input", { type: "radio", name, value, class: "visually-hidden", on: { change: () => choose(value) } }));
  const element = h("fieldset", { class: "segments" }, h("legend", { class: "visually-hidden", text: legend }), ...choices.map(({ text, title }, index) => h("label", { class: "segment", title: title ?? null }, radios[index], h("span", { text }))));
  return {
    element,
    update(value, enabled = true) {
      element.disabled = !enabled;
      radios.forEach((radio, index) => (radio.checked = choices[index].value === value));
    },
  };
}
