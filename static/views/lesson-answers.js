/** How a question is answered: one row for each kind of it. */

import { h, setText } from "../lib/dom.js";
import { richText } from "./rich-text.js";

/** @typedef {import("../lessons/types.js").Question} Question */
/** @typedef {import("./lesson-questions.js").Asked} Asked */
/** @typedef {import("../types.js").Emit} Emit */
/** @typedef {{element: HTMLElement, update: (asked: Asked) => void}} Answering */

/**
 * @param {Question} question
 * @param {string} name unique on the page
 * @param {Emit} emit
 * @returns {Answering}
 */
export const answering = (question, name, emit) => /** @type {any} */ (KINDS[question.kind])(question, name, emit);

/** @param {string} question @param {Emit} emit @param {() => any} [read] the answer, where it has not been told yet */
const submit = (question, emit, read) => (/** @type {Event} */ event) => {
  event.preventDefault();
  if (read) emit({ type: "lesson-drafted", question, answer: read() });
  emit({ type: "lesson-answered", question });
};

const button = () => h("button", { type: "submit", class: "action" }, "Answer");

/** @type {{[Kind in Question["kind"]]: (question: Extract<Question, {kind: Kind}>, name: string, emit: Emit) => Answering}} */
const KINDS = {
  choice({ id, options }, name, emit) {
    const radios = options.map((option) => h("input", { type: "radio", name, value: option.id, on: { change: () => emit({ type: "lesson-drafted", question: id, answer: option.id }) } }));
    const send = button();
    const rows = options.map(({ text }, index) => h("label", { class: "answer" }, radios[index], h("span", {}, ...richText(text))));
    return {
      element: h("form", { class: "answers", on: { submit: submit(id, emit) } }, h("div", { class: "answer-list", role: "radiogroup", "aria-labelledby": `${name}-ask` }, ...rows), send),
      update({ attempt: { answer, verdict, busy } }) {
        radios.forEach((radio, index) => {
          radio.checked = radio.value === answer;
          rows[index].dataset.tone = verdict && radio.checked ? (verdict.right ? "good" : "bad") : "";
        });
        send.disabled = busy || answer === null;
        send.classList.toggle("is-main", answer !== null && verdict === null);
      },
    };
  },

  number({ id, unit }, name, emit) {
    const field = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "answer-number", "aria-labelledby": `${name}-ask`, on: { input: () => emit({ type: "lesson-drafted", question: id, answer: null }) } });
    const send = button();
    return {
      element: h("form", { class: "answers is-line", on: { submit: submit(id, emit, () => numberOf(field.value)) } }, field, unit ? h("span", { class: "answer-unit", text: unit }) : null, send),
      update({ attempt: { verdict, busy } }) {
        field.dataset.tone = verdict ? (verdict.right ? "good" : "bad") : "";
        send.disabled = busy;
        send.classList.toggle("is-main", verdict === null);
      },
    };
  },

  goal(_question, _name, emit) {
    const list = h("ul", { class: "trials", "aria-label": "Tried on" });
    /** @type {import("./lesson-questions.js").TrialMark[]} */
    let shown = [];
    return {
      element: list,
      update({ trials }) {
        if (trials === shown) return;
        shown = trials;
        const focused = [...list.querySelectorAll("button")].findIndex((one) => one === document.activeElement);
        list.replaceChildren(...trials.map((trial) => h("li", {}, trialButton(trial, emit))));
        list.querySelectorAll("button")[focused]?.focus();
      },
    };
  },

  unit({ id }, _name, emit) {
    let unit = 0;
    const send = button();
    return {
      element: h("form", { class: "answers is-line", on: { submit: submit(id, emit, () => unit) } }, send),
      update({ unit: chosen, attempt: { busy, verdict, answer } }) {
        unit = chosen;
        setText(send, `It is unit ${chosen}`);
        send.disabled = busy;
        send.classList.toggle("is-main", verdict === null || answer !== chosen);
      },
    };
  },
};

/** @param {import("./lesson-questions.js").TrialMark} trial @param {Emit} emit */
function trialButton({ id, name, chosen, verdict }, emit) {
  const [sign, words] = verdict === null ? ["·", "not tried yet"] : verdict.right ? ["✓", "met"] : ["✗", "not met"];
  return h("button", { type: "button", class: "trial", "aria-pressed": String(chosen), data: { tone: verdict === null ? "" : verdict.right ? "good" : "bad" }, title: verdict?.text ?? "", on: { click: () => emit({ type: "lesson-sequence", id }) } },
    h("span", { class: "trial-sign", "aria-hidden": "true" }, sign), name, h("span", { class: "visually-hidden" }, `: ${words}`));
}

/** A number as people type it: with a comma, or with a true minus. @param {string} text */
function numberOf(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}
