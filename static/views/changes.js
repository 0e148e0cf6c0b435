/** The strip over the heatmaps: which of the two traces is seen, and what changed most. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { segments } from "./segments.js";

/** @typedef {import("../types.js").Seen} Seen */

/**
 * @typedef {object} ChangesProps
 * @property {boolean} open
 * @property {Seen} seen
 * @property {boolean} ready whether there is an intervened trace to be seen
 * @property {boolean} waiting whether a newer one is on its way
 * @property {number} count of interventions
 * @property {number} active how many of them are done
 * @property {number} removed how many were removed last
 * @property {import("../lib/difference.js").Change | null} largest
 * @property {string} sentence what changed most
 * @property {string | null} refusal
 */

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<ChangesProps>}
 */
export function create(root, emit) {
  const seen = segments("Which trace is shown", [
    { value: /** @type {Seen} */ ("original"), text: "Original", title: "As the network computes it (D turns on)" },
    { value: /** @type {Seen} */ ("intervened"), text: "Intervened", title: "With the interventions (D turns on)" },
    { value: /** @type {Seen} */ ("difference"), text: "Difference", title: "Intervened less original (D turns on)" },
  ], (chosen) => emit({ type: "seen-chosen", seen: chosen }));
  const largest = h("button", { type: "button", class: "text-button", on: { click: () => shown?.largest && emit({ type: "change-followed", change: shown.largest }) } });
  const words = h("span", { class: "changes-words" });
  const refusal = h("span", { class: "form-error", role: "alert" });
  const undoText = h("span");
  const undo = h("span", { class: "undo" }, undoText, h("button", { type: "button", class: "text-button", text: "Undo", on: { click: () => emit({ type: "removal-undone" }) } }));
  const list = h("button", { type: "button", class: "text-button changes-list", on: { click: () => emit({ type: "aside-chosen", aside: "interventions" }) } });
  const compare = h("button", { type: "button", class: "text-button changes-compare", title: "Both traces and their difference over one time axis", on: { click: () => emit({ type: "place-chosen", place: "compare", asked: {} }) } }, "Compare with the original");
  const sentence = h("p", { class: "changes-sentence", "aria-live": "polite" }, words, largest, refusal);
  root.append(seen.element, sentence, undo, compare, list);

  /** @type {ChangesProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      setHidden(root, !props.open);
      seen.update(props.seen, props.ready);
      setHidden(seen.element, props.count === 0);
      setHidden(compare, props.active === 0);
      root.classList.toggle("is-waiting", props.waiting);
      setText(refusal, props.refusal ?? "");
      const told = props.refusal === null && props.largest !== null && props.largest.difference !== 0;
      setHidden(largest, !told);
      setText(largest, told ? props.sentence : "");
      setText(words, told || props.refusal !== null ? "" : props.sentence);
      setHidden(sentence, props.sentence === "" && props.refusal === null);
      setHidden(undo, props.removed === 0);
      setText(undoText, props.removed === 1 ? "One was removed. " : `${props.removed} were removed. `);
      setHidden(list, props.count === 0 && props.removed > 0);
      setText(list, props.count === 0 ? "Fill in a form instead" : props.active === props.count ? `${props.count} intervention${props.count === 1 ? "" : "s"}` : `${props.active} of ${props.count} interventions on`);
    },
    destroy: () => root.replaceChildren(),
  };
}
