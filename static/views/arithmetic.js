/** The arithmetic of one number: its equation, what its sources add, and every product of its sum, each leading to where its value came from. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { words } from "../lib/format.js";
import { formatExact, formatNumber } from "../lib/numerals.js";
import { icon } from "../lib/svg.js";
import { interventionLine, leadText, productText, resultLine, roundingLine, signed, sourceName } from "./arithmetic-words.js";

/** @typedef {import("../lib/terms.js").ListedTerm} ListedTerm */
/** @typedef {import("../lib/terms.js").Listed} Listed */

/**
 * @typedef {object} ArithmeticProps
 * @property {{name: string, symbol: string}[]} quantities of the cell
 * @property {string} quantity
 * @property {string} title
 * @property {string} label of the step
 * @property {string} formula
 * @property {string} symbol
 * @property {string} cell
 * @property {import("../lib/terms.js").Sum | null} sum null while it is on its way
 * @property {Listed | null} listed
 * @property {boolean} waiting
 * @property {string | null} failure
 * @property {string} find
 * @property {boolean} all
 * @property {number | null} before what the number was without interventions; null where that is no other one
 * @property {string | null} back where a walk came from
 * @property {string} dtype
 */

/** So many terms are listed at first: the others are as a rule too small to see. */
const FIRST = 40;

/**
 * Emits quantity-chosen, walked, walked-back, step-looked-up, terms-searched and terms-unfolded.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<ArithmeticProps>}
 */
export function create(root, emit) {
  const chips = h("div", { class: "sum-quantities", role: "group", "aria-label": "Quantity" });
  const title = h("span");
  const token = h("kbd", { class: "inspector-token" });
  const heading = h("h2", { class: "inspector-title sum-title", tabindex: -1 }, title, token);
  /** What was clicked is gone with the sum it belonged to: the heading of the next one takes the focus, and is read out. @param {import("../types.js").ViewEvent} event */
  const walk = (event) => {
    emit(event);
    heading.focus();
  };
  const backText = h("span");
  const back = h("button", { type: "button", class: "sum-back", hidden: true, on: { click: () => walk({ type: "walked-back" }) } }, icon("back"), backText);
  const formula = h("p", { class: "sum-formula" });
  const result = h("p", { class: "sum-result" });
  const intervened = h("p", { class: "sum-intervened" });
  const sources = h("dl", { class: "sum-sources" });
  const total = h("p", { class: "sum-total" });
  const rounding = h("p", { class: "sum-rounding" });
  const search = h("input", { type: "search", class: "sum-search", placeholder: "Search the terms", "aria-label": "Search the terms", maxlength: 100, on: { input: () => emit({ type: "terms-searched", text: search.value }) } });
  const count = h("span", { class: "sum-count", role: "status" });
  const list = h("ol", { class: "sum-terms", "aria-label": "Terms, the largest first", on: { click: (/** @type {Event} */ event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    const term = button && shown?.listed?.terms.find(({ key }) => key === button.dataset.key);
    if (!term) return;
    if (term.to === "input") emit({ type: "step-looked-up" });
    else walk({ type: "walked", to: term.to });
  } } });
  const more = h("button", { type: "button", class: "tool sum-more", on: { click: () => emit({ type: "terms-unfolded" }) } });
  const failure = h("p", { class: "sum-failure", role: "alert" });
  const wait = h("p", { class: "sum-wait", text: "Adding up…" });
  const body = h("div", { class: "sum-body" }, formula, result, intervened, sources, total, rounding, h("div", { class: "sum-tools" }, search, count), list, more);
  root.append(chips, back, heading, failure, wait, body);

  /** @type {ArithmeticProps | null} */
  let shown = null;

  /** @param {ArithmeticProps} props @param {ArithmeticProps | null} before */
  const fillChips = ({ quantities, quantity }, before) => {
    if (quantities !== before?.quantities) {
      chips.replaceChildren(...quantities.map(({ name, symbol }) => h("button", { type: "button", class: "sum-quantity", title: words(name), "aria-label": words(name), data: { quantity: name }, on: { click: () => emit({ type: "quantity-chosen", quantity: name }) } }, h("i", { text: symbol }))));
    }
    for (const chip of chips.children) chip.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (chip).dataset.quantity === quantity));
  };

  /** @param {ArithmeticProps & {sum: import("../lib/terms.js").Sum, listed: Listed}} props */
  const fillSum = ({ sum, listed, formula: text, symbol, dtype, before }) => {
    setText(formula, text);
    setText(result, resultLine(symbol, sum));
    result.title = formatExact(sum.value);
    setText(intervened, [interventionLine(sum), before === null ? "" : `Without the interventions: ${formatNumber(before)}.`].filter(Boolean).join(" "));
    intervened.title = before === null ? "" : formatExact(before);
    const reach = Math.max(...listed.sources.map(({ product }) => Math.abs(product)), Number.MIN_VALUE);
    sources.replaceChildren(...listed.sources.flatMap(({ source, product, count: terms }) => [
      h("dt", {}, sourceName(source), terms > 1 ? h("span", { class: "sum-many", text: ` ${terms} terms` }) : null),
      h("dd", { title: formatExact(product) }, bar(product / reach), h("span", { class: "sum-number", text: signed(product) })),
    ]));
    setText(total, `Together ${formatNumber(sum.preActivation)}`);
    total.title = formatExact(sum.preActivation);
    setText(rounding, roundingLine(sum, dtype));
  };

  /** @param {Listed} listed @param {string} find @param {boolean} all */
  const fillTerms = (listed, find, all) => {
    const wanted = find.trim().toLowerCase();
    const found = wanted === "" ? listed.terms : listed.terms.filter((term) => term.search.includes(wanted));
    const visible = all ? found : found.slice(0, FIRST);
    list.classList.toggle("has-factors", listed.terms.some(({ factor }) => factor !== 1));
    list.replaceChildren(...visible.map((term) => termRow(term, listed.reach)));
    setText(count, wanted === "" ? `${listed.terms.length} term${listed.terms.length === 1 ? "" : "s"}` : `${found.length} of ${listed.terms.length}`);
    setHidden(more, visible.length === found.length);
    setText(more, `Show all ${found.length} terms`);
  };

  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      fillChips(props, before);
      root.dataset.quantity = props.quantity;
      root.dataset.ready = String(props.sum !== null);
      setHidden(back, props.back === null);
      setText(backText, `Back to ${props.back ?? ""}`);
      const heading = props.title.charAt(0).toUpperCase() + props.title.slice(1);
      setText(title, `${heading} `);
      setText(token, props.label);
      setText(failure, props.failure ?? "");
      setHidden(failure, props.failure === null);
      // The last sum stays until the next one is there, paler; so nothing jumps from step to step.
      setHidden(wait, !props.waiting || list.childElementCount > 0);
      setHidden(body, props.failure !== null || (props.sum === null && list.childElementCount === 0));
      body.classList.toggle("is-waiting", props.waiting);
      list.inert = props.waiting;
      if (search.value !== props.find) search.value = props.find;
      const { sum, listed } = props;
      if (!sum || !listed) return;
      const same = before?.listed === listed;
      if (!same || before.symbol !== props.symbol || before.before !== props.before || before.formula !== props.formula) fillSum({ ...props, sum, listed });
      if (!same || before.find !== props.find || before.all !== props.all) fillTerms(listed, props.find, props.all);
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * A signed bar about a middle line.
 * @param {number} share from -1 to 1
 */
function bar(share) {
  const fill = h("i", { class: share < 0 ? "is-negative" : "" });
  fill.style.setProperty("--share", String(Math.abs(share)));
  return h("span", { class: "sum-bar", "aria-hidden": "true" }, fill);
}

/**
 * @param {ListedTerm} term
 * @param {number} reach
 */
function termRow(term, reach) {
  const lead = leadText(term);
  const parts = [
    h("span", { class: "term-label" }, `${sourceName(term.source)} `, h("b", { text: term.text }), term.note ? ` ${term.note}` : ""),
    h("span", { class: "term-product", text: signed(term.product), title: formatExact(term.product) }),
    bar(reach > 0 ? term.product / reach : 0),
    h("span", { class: "term-factors", text: productText(term) }),
  ];
  return h("li", { data: { source: term.source } }, term.to === null ? h("div", { class: "term" }, ...parts) : h("button", { type: "button", class: "term", title: lead.charAt(0).toUpperCase() + lead.slice(1), data: { key: term.key } }, ...parts, h("span", { class: "visually-hidden", text: `: ${lead}` })));
}
