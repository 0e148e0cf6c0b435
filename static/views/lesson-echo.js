/**
 * What has just been made of a goal, at the foot of the network that somebody moves: on a phone the question and its verdict are out of sight by then.
 * Screen readers hear the verdict itself.
 */

import { h, setHidden, setText } from "../lib/dom.js";

/** @typedef {{echo: {lead: string, text: string, right: boolean} | null}} EchoProps */

/**
 * @param {HTMLElement} root
 * @returns {import("../types.js").View<EchoProps>}
 */
export function create(root) {
  const lead = h("strong");
  const words = h("span");
  root.setAttribute("aria-hidden", "true");
  root.append(lead, " ", words);
  return {
    update({ echo }) {
      setHidden(root, echo === null);
      if (!echo) return;
      root.dataset.tone = echo.right ? "good" : "open";
      setText(lead, echo.lead);
      setText(words, echo.text);
    },
    destroy: () => root.replaceChildren(),
  };
}
