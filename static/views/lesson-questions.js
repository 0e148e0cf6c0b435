/** The questions of a lesson: what is asked, how it is answered, hints, and what the tool makes of the answer. */

import { h, keyed, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { leadOf, overall } from "../lib/verdicts.js";
import { answering } from "./lesson-answers.js";
import { richText } from "./rich-text.js";

/** @typedef {import("../lessons/types.js").Question} Question */
/** @typedef {import("../lessons/types.js").Verdict} Verdict */
/** @typedef {{answer: any, verdict: Verdict | null, busy: boolean, error: string | null, hints: number}} Attempt */
/** @typedef {{id: string, name: string, chosen: boolean, verdict: Verdict | null}} TrialMark */
/** @typedef {{question: Question, attempt: Attempt, solved: boolean, covered: boolean, unit: number, trials: TrialMark[]}} Asked */
/** @typedef {{questions: Asked[]}} QuestionsProps */

/**
 * Emits `lesson-drafted`, `lesson-answered`, `lesson-hint`, `lesson-sequence`, `lesson-set`, `lesson-restored` and `lesson-uncovered`.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<QuestionsProps>}
 */
export function create(root, emit) {
  /** @type {Map<string, HTMLElement>} */
  const known = new Map();
  /** @type {WeakMap<HTMLElement, (asked: Asked) => void>} */
  const updates = new WeakMap();
  /** @type {QuestionsProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      // Questions of another lesson may bear the same names.
      if (shown?.questions[0]?.question !== props.questions[0]?.question) {
        for (const element of known.values()) element.remove();
        known.clear();
      }
      shown = props;
      keyed(root, known, props.questions, ({ question }) => question.id, ({ question }) => {
        const { element, update } = questionView(question, emit);
        updates.set(element, update);
        return element;
      });
      for (const asked of props.questions) updates.get(/** @type {HTMLElement} */ (known.get(asked.question.id)))?.(asked);
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {Question} question
 * @param {import("../types.js").Emit} emit
 * @returns {{element: HTMLElement, update: (asked: Asked) => void}}
 */
function questionView(question, emit) {
  const name = `question-${question.id}`;
  const kind = h("p", { class: "question-kind" });
  const answers = answering(question, name, emit);
  const verdict = h("div", { class: "lesson-verdict", role: "status", hidden: true });
  const error = h("p", { class: "form-error", role: "alert" });
  const hints = h("ol", { class: "lesson-hints", "aria-label": "Hints" });
  const more = h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "lesson-hint", question: question.id }) } });
  const solution = "solution" in question ? h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "lesson-set", settings: question.solution }) } }, "Show one solution") : null;
  const skip = question.predicts ? h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "lesson-uncovered" }) } }, "Look without predicting") : null;
  const element = h("section", { class: "question", data: { kind: question.kind }, "aria-labelledby": `${name}-ask` },
    kind, h("h2", { id: `${name}-ask`, class: "question-ask" }, ...richText(question.ask)), answers.element, error, verdict, hints, h("div", { class: "question-ways" }, more, solution, skip));
  /** @type {Asked | null} */
  let before = null;
  return {
    element,
    update(asked) {
      if (before && shallowEqual(before, asked)) return;
      const answered = before !== null && asked.attempt.verdict !== null && asked.attempt.verdict !== before.attempt.verdict;
      before = asked;
      const { attempt, solved, covered, trials } = asked;
      const verdicts = trials.map((trial) => trial.verdict);
      const judged = question.kind === "goal" ? overall(question.met, verdicts) : attempt.verdict;
      element.classList.toggle("is-solved", solved);
      setText(kind, `${question.predicts ? "Predict" : KINDS[question.kind]}${solved ? " · done" : ""}`);
      answers.update(asked);
      setText(error, attempt.error ?? "");
      setHidden(verdict, judged === null);
      if (judged) {
        verdict.dataset.tone = judged.right ? "good" : question.kind === "goal" ? "open" : "bad";
        const said = h("strong", {}, leadOf(judged.right, question.kind === "goal"));
        if (verdict.textContent !== `${said.textContent} ${judged.text}`) verdict.replaceChildren(said, ` ${judged.text}`);
      }
      const given = question.hints.slice(0, attempt.hints);
      if (hints.children.length !== given.length) hints.replaceChildren(...given.map((hint) => h("li", {}, ...richText(hint))));
      setHidden(hints, given.length === 0);
      setText(more, attempt.hints === 0 ? "Hint" : "Another hint");
      setHidden(more, attempt.hints >= question.hints.length || (solved && judged?.right === true));
      if (solution) setHidden(solution, attempt.hints < question.hints.length || judged?.right === true);
      if (skip) setHidden(skip, !covered);
      if (answered) verdict.scrollIntoView({ block: "nearest" });
    },
  };
}

/** @type {Record<Question["kind"], string>} */
const KINDS = { choice: "Answer", number: "Answer", goal: "Make it do this", unit: "Find it" };
