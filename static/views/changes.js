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
  const list = h("button", { type: "button", class: "text-button changes-list", on: { click: () => emit({ type: "aside-chosen", aside: "interventions" }) } });
  root.append(seen.element, h("p", { class: "changes-sentence", "aria-live": "polite" }, words, largest, refusal), list);

  /** @type {ChangesProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      setHidden(root, !props.open);
      seen.update(props.seen, props.ready);
      setHidden(seen.element, props.count === 0);
      root.classList.toggle("is-waiting", props.waiting);
      setText(refusal, props.refusal ?? "");
      const told = props.refusal === null && props.largest !== null && props.largest.difference !== 0;
      setHidden(largest, !told);
      setText(largest, told ? props.sentence : "");
      setText(words, told || props.refusal !== null ? "" : props.sentence);
      setText(list, props.count === 0 ? "Fill in a form instead" : props.active === props.count ? `${props.count} intervention${props.count === 1 ? "" : "s"}` : `${props.active} of ${props.count} interventions on`);
    },
    destroy: () => root.replaceChildren(),
  };
}
