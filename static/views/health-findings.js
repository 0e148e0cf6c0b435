/** What deserves a look, in sentences: each about units leads to them. A part of the Health place. */

import { h } from "../lib/dom.js";

/** @typedef {import("../lib/health-words.js").HealthSentence} HealthSentence */

/**
 * @param {import("../types.js").Emit} emit
 * @returns {{element: HTMLElement, update: (props: {findings: HealthSentence[], index: number}) => void}}
 */
export function healthFindings(emit) {
  const list = h("ul", { class: "health-findings" });
  const element = h("section", { "aria-labelledby": "findings-title" }, h("h3", { id: "findings-title", text: "What deserves a look" }), list);
  /** @type {HealthSentence[] | null} */
  let listed = null;
  let chosen = -1;

  /** @param {HealthSentence} finding */
  const item = ({ text, where, index, tone, flag }) => {
    const sentence = where ? [h("b", { text: `${where}: ` }), text] : [text];
    const open = () => {
      if (index !== null) emit({ type: "layer-chosen", index });
      if (flag) emit({ type: "unit-explored", unit: flag.units[0], flag });
    };
    const list = () => {
      if (index !== null) emit({ type: "layer-chosen", index });
      emit({ type: "health-filtered", filter: { only: flag?.kind } });
      document.getElementById("health-units")?.scrollIntoView({ block: "nearest" });
    };
    return h("li", { class: index !== null && index !== chosen ? "is-elsewhere" : "", data: { tone } },
      flag ? h("button", { type: "button", class: "finding", title: `Show ${flag.units.length === 1 ? `unit ${flag.units[0]}` : "these units"} in Explore`, on: { click: open } }, ...sentence) : h("span", { class: "finding" }, ...sentence),
      flag && h("button", { type: "button", class: "tool", "aria-label": `List in the table: ${text}`, on: { click: list } }, "List"));
  };

  return {
    element,
    update({ findings, index }) {
      if (findings === listed && index === chosen) return;
      listed = findings;
      chosen = index;
      // Flags first, then what could be done, then what is only told.
      const order = ["flag", "hint", "told"];
      list.replaceChildren(...findings.slice().sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone)).map(item));
    },
  };
}
