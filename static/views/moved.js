/** What the network gives out at the chosen step with the interventions and without: which outputs became more likely and which less, or its numbers. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { spoken, visible } from "../lib/format.js";
import { formatExact, formatPercent, formatShort, formatShortSigned } from "../lib/numerals.js";

/** @typedef {import("../types.js").Moved} Moved */

/**
 * @typedef {object} MovedProps
 * @property {boolean} open
 * @property {number} step
 * @property {string | null} label of the step; null where it is a number
 * @property {boolean} nextInput whether what is given out is expected as the next input
 * @property {Moved[] | null} moved the outputs whose probabilities moved most, the largest first; null where the network gives out numbers
 * @property {boolean} waiting whether they are not known yet
 * @property {{name: string, here: number, baseline: number}[] | null} outputs
 */

/** A probability that moved by less has not moved. */
const SEEN = 5e-5;

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<MovedProps>}
 */
export function create(root) {
  const token = h("kbd");
  const place = h("span");
  const what = h("span");
  const title = h("h2", {}, what, token, place);
  const note = h("p", { class: "hint" });
  const more = list("More likely");
  const less = list("Less likely");
  const columns = h("div", { class: "moved-columns" }, more.element, less.element);
  const outputs = h("ul", { class: "moved-list" });
  root.append(title, note, columns, outputs);

  /** @type {MovedProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      setHidden(root, !props.open);
      if (!props.open) return;
      const { moved, nextInput, step, label } = props;
      setText(what, props.outputs ? (nextInput ? "Forecast at" : "Output at") : nextInput ? "Expected next after " : "Predicted after ");
      setHidden(token, label === null);
      setText(token, label === null ? "" : visible(label));
      setText(place, ` step ${step + 1}`);
      const seen = (moved ?? []).filter(({ difference }) => Math.abs(difference) >= SEEN);
      more.fill(seen.filter(({ difference }) => difference > 0));
      less.fill(seen.filter(({ difference }) => difference < 0));
      setHidden(columns, seen.length === 0);
      setText(note, props.outputs || seen.length ? "" : props.waiting ? "Comparing…" : "No probability changed at this step.");
      setHidden(note, note.textContent === "");
      setHidden(outputs, props.outputs === null);
      outputs.replaceChildren(...(props.outputs ?? []).map(outputRow));
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {string} name */
function list(name) {
  const rows = h("ul", { class: "moved-list", "aria-label": name });
  const element = h("section", { class: name.startsWith("More") ? "is-more" : "is-less" }, h("h3", { text: name }), rows);
  return {
    element,
    /** @param {Moved[]} moved */
    fill(moved) {
      rows.replaceChildren(...(moved.length ? moved.map(movedRow) : [h("li", { class: "hint", text: "none" })]));
    },
  };
}

/** @param {Moved} moved */
function movedRow({ label, probability, baseline, token }) {
  const bar = h("span", { class: "moved-bar", "aria-hidden": "true" });
  bar.style.setProperty("--from", String(Math.min(probability, baseline)));
  bar.style.setProperty("--to", String(Math.max(probability, baseline)));
  return h("li", { data: { token: String(token) }, title: `${formatExact(baseline)} → ${formatExact(probability)}` },
    h("kbd", { text: visible(label), "aria-label": spoken(label) }), bar,
    h("span", { class: "moved-numbers" }, h("span", { class: "moved-before", text: formatPercent(baseline) }), " → ", h("b", { text: formatPercent(probability) })));
}

/** @param {{name: string, here: number, baseline: number}} output */
function outputRow({ name, here, baseline }) {
  return h("li", { title: `${formatExact(baseline)} → ${formatExact(here)}` }, h("span", { text: name }), h("span", { class: "moved-numbers" }, h("span", { class: "moved-before", text: formatShort(baseline) }), " → ", h("b", { text: formatShort(here) }), ` (${formatShortSigned(here - baseline)})`));
}
