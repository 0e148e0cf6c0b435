/** The numbers of two traces at one place: of the chosen unit, of the outputs, and what became more or less likely. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { number, percent, visible } from "../lib/format.js";
import { formatExact, formatShortSigned } from "../lib/numerals.js";

/**
 * @typedef {object} StepComparisonProps
 * @property {number} unit
 * @property {string[]} steps what each side reads there, in words
 * @property {{quantity: string, symbol: string, text: string, a: number | null, b: number | null}[]} rows null where a side has no step
 * @property {{quantity: string, symbol: string, text: string, a: number | null, b: number | null}[]} outputs
 * @property {import("../types.js").Moved[] | null} moved
 * @property {{a: import("../types.js").Prediction[] | null, b: import("../types.js").Prediction[] | null}} expected
 * @property {{a: boolean, b: boolean}} nextInput whether that is about the token that follows
 */

/** A change smaller than this, in probability, is not worth a line. */
const SLIGHT = 0.0005;

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<StepComparisonProps>}
 */
export function create(root) {
  const steps = h("p", { class: "compared-steps" });
  const chances = h("section", { class: "chances", "aria-label": "What comes out" });
  const caption = h("caption");
  const body = h("tbody");
  root.append(h("h2", { text: "At this step" }), steps, chances,
    h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Numbers of both at this step" },
      h("table", { class: "numbers compared-numbers" }, caption, h("thead", {}, h("tr", {}, ...["quantity", "A", "B", "A − B"].map((text) => h("th", { scope: "col", text })))), body)));

  /** @type {StepComparisonProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      steps.replaceChildren(...props.steps.map((text) => h("span", { text })));
      setText(caption, `Unit ${props.unit}`);
      body.replaceChildren(...[...props.rows, ...props.outputs].map(row));
      const parts = [...movedPart(props), ...expectedPart(props)];
      setHidden(chances, parts.length === 0);
      chances.replaceChildren(...parts);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {StepComparisonProps["rows"][number]} row */
function row({ quantity, symbol, text, a, b }) {
  /** @param {number | null} value @param {(value: number) => string} [words] */
  const cell = (value, words = number) => h("td", value === null ? { text: "–" } : { text: words(value), title: formatExact(value) });
  return h("tr", { data: { quantity } }, h("th", { scope: "row" }, h("i", { text: symbol }), ` ${text}`), cell(a), cell(b), cell(a === null || b === null ? null : a - b, formatShortSigned));
}

/** @param {StepComparisonProps} props */
function movedPart({ moved, nextInput: { a, b } }) {
  const nextInput = a || b;
  const told = (moved ?? []).filter(({ difference }) => Math.abs(difference) >= SLIGHT);
  if (told.length === 0) return moved ? [h("p", { class: "hint", text: nextInput ? "Both expect the same next." : "Both say the same." })] : [];
  const heads = [nextInput ? "next" : "says", "in A", "in B", "A − B"].map((text) => h("th", { scope: "col", text }));
  return [h("table", { class: "numbers compared-chances" }, h("caption", { text: "More or less likely in A than in B" }), h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...told.map(movedRow)))];
}

/** @param {import("../types.js").Moved} moved */
function movedRow({ label, probability, baseline, difference }) {
  const bar = h("i", { class: difference < 0 ? "is-negative" : "" });
  bar.style.setProperty("--share", String(Math.abs(difference)));
  return h("tr", {}, h("th", { scope: "row" }, h("kbd", { text: visible(label) })), h("td", { text: percent(probability) }), h("td", { text: percent(baseline) }),
    h("td", { class: "compared-by" }, h("span", { class: "sum-bar" }, bar), h("span", { text: `${difference < 0 ? "−" : "+"}${percent(Math.abs(difference))}` })));
}

/** Where the two cannot be set against each other, each says for itself. @param {StepComparisonProps} props */
function expectedPart({ moved, expected, nextInput }) {
  if (moved) return [];
  return /** @type {const} */ (["a", "b"]).flatMap((name) => {
    const list = expected[name];
    return list ? [h("p", { class: "expected" }, h("span", { class: "badge", text: name.toUpperCase() }), ` ${nextInput[name] ? "expects" : "says"} ${list.slice(0, 3).map(({ label, probability }) => `${visible(label)} ${percent(probability)}`).join(", ")}`)] : [];
  });
}
