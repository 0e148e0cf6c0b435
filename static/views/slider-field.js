/** A slider with its name and its value in words: a part of forms. */

import { h, setText } from "../lib/dom.js";

let fields = 0;

/**
 * @param {{name: string, min: number, max: number, step: number, hint?: string}} limits
 * @param {(value: number) => void} change told while it is being dragged
 * @returns {{element: HTMLElement, update: (value: number, text?: string, max?: number) => void}}
 */
export function sliderField({ name, min, max, step, hint }, change) {
  const id = `slider-${fields++}`;
  const output = h("output", { for: id });
  const words = hint ? h("span", { class: "slider-hint", id: `${id}-hint`, text: hint }) : null;
  const input = h("input", { type: "range", id, min, max, step, "aria-describedby": words?.id, on: { input: () => change(Number(input.value)) } });
  return {
    element: h("div", { class: "slider-field" }, h("label", { for: id, text: name }), output, input, words),
    update(value, text = String(value), most = max) {
      if (input.max !== String(most)) input.max = String(most);
      if (Number(input.value) !== value) input.value = String(value);
      if (input.getAttribute("aria-valuetext") !== text) input.setAttribute("aria-valuetext", text);
      setText(output, text);
    },
  };
}
