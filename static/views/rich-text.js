/** Text in which variables stand between asterisks and names between backticks, as nodes. */

import { h } from "../lib/dom.js";
import { pieces } from "../lib/rich-text.js";

/** @type {Record<import("../lib/rich-text.js").Piece["kind"], (piece: import("../lib/rich-text.js").Piece) => Node>} */
const NODES = {
  plain: ({ text }) => new Text(text),
  name: ({ text }) => h("code", { text }),
  variable: ({ text, quantity }) => h("i", { class: "variable", ...(quantity && { data: { quantity } }), text }),
};

/**
 * @param {string} text
 * @returns {Node[]}
 */
export const richText = (text) => pieces(text).map((piece) => NODES[piece.kind](piece));
