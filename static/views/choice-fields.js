/** What a file leaves open, as questions with answers to choose from. A part of the Models view. */

import { h } from "../lib/dom.js";
import { asSentence } from "../lib/format.js";

/** @typedef {{option: string, values: {value: any, label: string}[], chosen: any, sentence: string}} Choice */

/** Up to this many answers stand side by side; more of them are a list. */
const FEW = 5;

/** Two answers are the same where the API would take them for the same. @param {any} a @param {any} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

let forms = 0;

/**
 * @param {(option: string, value: any) => void} answer
 * @returns {{element: HTMLElement, update: (choices: Choice[], answers: Record<string, any>) => void}}
 */
export function choiceFields(answer) {
  const element = h("div", { class: "choices" });
  const form = `choice-${forms++}`;
  /** @type {Choice[] | null} */
  let shown = null;
  /** @type {((answers: Record<string, any>) => void)[]} */
  let fills = [];

  /** @param {Choice} choice */
  const field = (choice) => {
    const { option, values, sentence, chosen } = choice;
    const id = `${form}-${option}`;
    /** @param {Record<string, any>} answers */
    const current = (answers) => (option in answers ? answers[option] : chosen);
    if (values.length > FEW) {
      const none = h("option", { value: "", text: "Choose…", disabled: true });
      const select = h("select", { id, on: { change: () => answer(option, values[Number(select.value)].value) } }, none, ...values.map(({ label }, index) => h("option", { value: index, text: label })));
      fills.push((answers) => {
        const index = values.findIndex(({ value }) => same(value, current(answers)));
        select.value = index < 0 ? "" : String(index);
      });
      return h("div", { class: "choice", data: { option } }, h("label", { for: id, text: asSentence(sentence) }), select);
    }
    const radios = values.map(({ value }, index) => h("input", { type: "radio", name: id, value: index, on: { change: () => answer(option, value) } }));
    fills.push((answers) => {
      const unanswered = !(option in answers) && chosen === null && !values.some(({ value }) => value === null);
      radios.forEach((radio, index) => (radio.checked = !unanswered && same(values[index].value, current(answers))));
    });
    return h("fieldset", { class: "choice", data: { option } }, h("legend", { text: asSentence(sentence) }), ...radios.map((radio, index) => h("label", { class: "choice-value" }, radio, h("span", { text: values[index].label }))));
  };

  return {
    element,
    update(choices, answers) {
      if (choices !== shown) {
        shown = choices;
        fills = [];
        element.replaceChildren(...choices.map(field));
      }
      for (const fill of fills) fill(answers);
    },
  };
}
