/** A link to a lesson, or to the list of them. It can be opened elsewhere; a plain click stays on the page. */

import { h } from "../lib/dom.js";

/**
 * @param {string | null} id null for the list of contents
 * @param {import("../types.js").Emit} emit
 * @param {import("../lib/dom.js").Attributes} attributes
 * @param {...import("../lib/dom.js").Child} children
 */
export const lessonLink = (id, emit, attributes, ...children) =>
  h("a", {
    href: `#view=learn${id ? `&lesson=${id}` : ""}`,
    ...attributes,
    on: {
      click(/** @type {MouseEvent} */ event) {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        emit({ type: "lesson-opened", id });
      },
    },
  }, ...children);
