/** What the gradients say, in words, with a verdict for each network; and what went wrong. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";

/**
 * @typedef {object} GradientSummaryProps
 * @property {{key: string, name: string, hue: string, fate: string | null, share: string, error: string | null}[]} subjects
 * @property {string[]} sentences
 * @property {string | null} problem why nothing can be asked
 * @property {boolean} waiting
 */

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<GradientSummaryProps>}
 */
export function create(root) {
  const verdicts = h("ul", { class: "verdicts" });
  const words = h("div", { class: "gradient-words" });
  const problem = h("p", { class: "form-error", role: "alert" });
  const waiting = h("span", { class: "gradient-waiting", text: "working…", hidden: true });
  root.append(h("div", { class: "gradients-title" }, h("h2", { text: "Gradients through time" }), verdicts, waiting), problem, words);
  /** @type {GradientSummaryProps | null} */
  let shown = null;
  return {
    update(props) {
      const before = shown;
      if (shallowEqual(before, props)) return;
      shown = props;
      setHidden(waiting, !props.waiting);
      setText(problem, props.problem ?? "");
      if (props.subjects !== before?.subjects) verdicts.replaceChildren(...props.subjects.map(verdict));
      if (props.sentences !== before?.sentences) words.replaceChildren(...props.sentences.map((text) => h("p", { text })));
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {GradientSummaryProps["subjects"][number]} subject */
function verdict({ name, hue, fate, share, error }) {
  return h("li", { class: `verdict-card${error ? " is-refused" : ""}`, data: { hue, fate: fate ?? "" } },
    h("strong", { text: name }),
    error ? h("span", { class: "form-error", text: error }) : fate && h("span", { class: "verdict-fate", text: `the gradient ${fate}` }),
    !error && share !== "" && h("span", { class: "verdict-share", text: share }));
}
