/** The list of all lessons by chapter, and how far one has come. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { lessonLink } from "./lesson-link.js";

/**
 * @typedef {{id: string, number: number, chapter: string, title: string, summary: string, questions: number, solved: number}} Entry
 * @typedef {{lessons: Entry[], current: string | null}} ContentsProps
 */

/**
 * Emits `lesson-opened` and `progress-cleared`.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<ContentsProps>}
 */
export function create(root, emit) {
  const list = h("div", { class: "chapters" });
  const begin = h("div", { class: "contents-begin" });
  const total = h("p", { class: "contents-total", role: "status" });
  const clear = h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "progress-cleared" }) } }, "Forget my progress");
  root.append(
    h("header", { class: "contents-head" },
      h("h1", {}, "Learn"),
      h("p", { class: "lead" }, "Short lessons on how recurrent networks remember. In each there is a network to handle and a question or two. Predict first, then look: every number is computed as you move the sliders, and so is what is right."),
      begin,
      h("div", { class: "contents-progress" }, total, clear)),
    list);

  /** @type {ContentsProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      const { lessons } = props;
      const chapters = [...new Set(lessons.map(({ chapter }) => chapter))];
      list.replaceChildren(...chapters.map((chapter) =>
        h("section", { class: "chapter" }, h("h2", {}, chapter), h("ol", { class: "lesson-list", start: lessons.find((one) => one.chapter === chapter)?.number ?? 1 }, ...lessons.filter((one) => one.chapter === chapter).map((one) => entry(one, emit))))));
      const first = lessons.find(({ solved, questions }) => solved < questions) ?? lessons[0];
      const done = lessons.reduce((sum, { solved }) => sum + solved, 0);
      begin.replaceChildren(lessonLink(first.id, emit, { class: "action is-main" }, done === 0 ? "Begin" : `Go on with “${first.title}”`));
      setText(total, done === 0 ? "" : `${done} of ${lessons.reduce((sum, { questions }) => sum + questions, 0)} questions answered. This is kept in this browser only.`);
      setHidden(clear, done === 0);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {Entry} lesson @param {import("../types.js").Emit} emit */
function entry({ id, number, title, summary, questions, solved }, emit) {
  const progress = h("span", { class: "lesson-progress", title: `${solved} of ${questions} questions answered` },
    ...Array.from({ length: questions }, (_, index) => h("span", { class: index < solved ? "dot is-done" : "dot" })), h("span", { class: "visually-hidden" }, `${solved} of ${questions} questions answered`));
  return h("li", {}, lessonLink(id, emit, { class: solved === questions ? "lesson-entry is-done" : "lesson-entry" }, h("span", { class: "lesson-number", "aria-hidden": "true" }, String(number)), h("span", { class: "lesson-words" }, h("strong", {}, title), h("span", {}, summary)), progress));
}
