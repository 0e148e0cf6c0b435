/** The lessons: a list of them, and one at a time with its text and questions beside its pictures. */

import { h, setHidden } from "../lib/dom.js";
import { recall } from "../lib/remember.js";
import { attachLessons, PROGRESS } from "../state/effects/lessons.js";
import { articleProps, contentsProps, controlsProps, echoProps, insideProps, openLesson, questionsProps, stackProps } from "../state/learn-props.js";
import { atLesson, isCovered, learnOf, learnTransitions, lessonFields, NOTHING_LEARNT } from "../state/learn-transitions.js";
import { createInspector } from "../views/inspector.js";
import * as article from "../views/lesson-article.js";
import * as contents from "../views/lesson-contents.js";
import * as controls from "../views/lesson-controls.js";
import * as echo from "../views/lesson-echo.js";
import * as inside from "../views/lesson-inside.js";
import * as questions from "../views/lesson-questions.js";
import * as steps from "../views/lesson-steps.js";
import { createStack } from "./learn-stack.js";

/** @typedef {import("../state/types.js").State} State */

/** What has been solved on this machine; anything else that stands there is passed over. @returns {string[]} */
function solvedBefore() {
  try {
    const known = JSON.parse(recall(PROGRESS) ?? "[]");
    return Array.isArray(known) ? known.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** @type {import("../state/types.js").Place} */
export const place = {
  styles: ["/static/css/learn.css"],
  initial: { ...NOTHING_LEARNT, solved: solvedBefore() },
  transitions: learnTransitions,
  moves: ["lesson-opened"],
  at: atLesson,
  fields: lessonFields,
  attach: attachLessons,
  create(root, emit) {
    const list = h("div", { class: "lesson-contents" });
    const page = h("div", { class: "lesson" });
    const text = h("article", { class: "lesson-article" });
    const bench = h("section", { class: "lesson-bench", "aria-label": "The network of this lesson" });
    const [desk, stackRoot, moving, insideRoot, echoRoot] = ["lesson-desk", "lesson-stack", "lesson-steps", "lesson-inside", "lesson-verdict lesson-echo"].map((name) => h("div", { class: name }));
    const cover = h("div", { class: "lesson-cover" }, h("p", {}, "Predict first: the picture opens when you have answered."));
    bench.append(desk, h("div", { class: "lesson-frame" }, stackRoot, cover), moving, insideRoot, echoRoot);
    page.append(text, bench);
    root.append(list, page);

    const articleView = article.create(text, emit);
    const insideView = inside.create(insideRoot, emit);
    const views = {
      contents: contents.create(list, emit),
      questions: questions.create(articleView.slot, emit),
      controls: controls.create(desk, emit),
      echo: echo.create(echoRoot),
      stack: createStack(stackRoot, emit),
      steps: steps.create(moving, emit),
      // Here a unit is a lesson's, not the one that Explore shows.
      inspector: createInspector(insideView.slot, (event) => event.type === "unit-chosen" && emit({ type: "lesson-place", unit: event.unit })),
    };

    return {
      update(state) {
        const lesson = openLesson(state);
        setHidden(list, lesson !== null);
        setHidden(page, lesson === null);
        if (!lesson) return views.contents.update(contentsProps(state));
        articleView.update(articleProps(state, lesson));
        views.questions.update(questionsProps(state, lesson));
        views.controls.update(controlsProps(state, lesson));
        views.echo.update(echoProps(state, lesson));
        const covered = isCovered(learnOf(state), lesson);
        setHidden(cover, !covered);
        stackRoot.inert = covered;
        page.classList.toggle("is-covered", covered);
        const stack = stackProps(state, lesson);
        setHidden(moving, covered || !stack);
        setHidden(insideRoot, !stack);
        if (!stack) return;
        views.stack.update(stack);
        views.steps.update({ step: stack.step, steps: stack.steps, label: stack.label, unit: stack.unit, units: stack.units, explore: stack.explore });
        const cell = insideProps(state, lesson);
        if (!cell) return;
        insideView.update(cell);
        if (cell.unfolded.cell && !covered) views.inspector.update(cell.inspector);
      },
      destroy() {
        for (const view of [articleView, insideView, ...Object.values(views)]) view.destroy();
        root.replaceChildren();
      },
    };
  },
};
