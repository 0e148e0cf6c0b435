/** What a lesson says: its title, its paragraphs, the works that it leans on, and the way to the lessons before and after it. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { lessonLink } from "./lesson-link.js";
import { richText } from "./rich-text.js";

/** @typedef {import("../lessons/types.js").Lesson} Lesson */
/** @typedef {{lesson: Lesson, number: number, count: number, previous: Lesson | null, next: Lesson | null, done: boolean}} ArticleProps */

/**
 * Emits `lesson-opened`. The questions stand in `slot`, between what is said and where it is said.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<ArticleProps> & {slot: HTMLElement}}
 */
export function create(root, emit) {
  const place = h("p", { class: "lesson-place" });
  const title = h("h1", { tabindex: -1 });
  const text = h("div", { class: "lesson-text" });
  const slot = h("div", { class: "questions" });
  const done = h("p", { class: "lesson-done", role: "status" });
  const further = h("ul", { class: "lesson-further", "aria-label": "From here" });
  const sources = h("ul", { class: "sources" });
  const ways = h("nav", { class: "lesson-ways", "aria-label": "Lessons" });
  root.append(h("header", { class: "lesson-head" }, place, title), text, slot, done, further, ways, h("section", { class: "lesson-sources", "aria-label": "Sources" }, h("h2", {}, "Where this comes from"), sources));

  /** @type {ArticleProps | null} */
  let shown = null;
  return {
    slot,
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      const { lesson, number, count, previous, next } = props;
      setText(done, props.done ? (next ? "All answered. On to the next lesson." : "All answered, and this was the last lesson.") : "");
      setHidden(done, !props.done);
      const onward = ways.querySelector(".is-next");
      onward?.classList.toggle("is-main", props.done);
      if (lesson === before?.lesson) return;
      place.replaceChildren(lessonLink(null, emit, {}, "All lessons"), ` · ${lesson.chapter} · ${number} of ${count}`);
      setText(title, lesson.title);
      text.replaceChildren(...lesson.paragraphs.map((paragraph) => h("p", {}, ...richText(paragraph))));
      further.replaceChildren(...(lesson.further ?? []).map(({ text: words, fields }) => h("li", {}, h("a", { href: `#${new URLSearchParams(fields)}` }, words))));
      setHidden(further, !lesson.further);
      sources.replaceChildren(...lesson.sources.map(({ authors, year, title: work, where, claim }) => h("li", {}, h("p", {}, claim), h("p", { class: "source" }, `${authors} (${year}): `, h("cite", {}, work), `. ${where}.`))));
      ways.replaceChildren(
        previous ? lessonLink(previous.id, emit, { class: "action", rel: "prev" }, `← ${previous.title}`) : h("span"),
        next ? lessonLink(next.id, emit, { class: `action is-next${props.done ? " is-main" : ""}`, rel: "next" }, `${next.title} →`) : lessonLink(null, emit, { class: "action is-next" }, "All lessons"));
      if (before) {
        root.scrollTop = 0;
        title.focus({ preventScroll: true });
      }
    },
    destroy: () => root.replaceChildren(),
  };
}
