/** How the rows are ordered and which of them are shown, as fields of an address, and back: `mean~forget_gate~up`, `least~0.5`, `open~input_gate`. */

import { KINDS } from "../lib/health.js";
import { ALL_ROWS, ORDER_KEYS } from "./rows.js";

/** @typedef {import("./types.js").Order} Order */
/** @typedef {import("./types.js").Rows} Rows */

const QUANTITY = /^[a-z_]{1,40}$/;

/** @param {Order} order */
export const formatOrder = ({ by, quantity, up }) => `${by}~${quantity ?? ""}~${up ? "up" : ""}`.replace(/~+$/, "");

/** @param {string} text @returns {Order | undefined} */
export function parseOrder(text) {
  const [key, quantity = "", up] = text.split("~");
  const by = ORDER_KEYS.find((known) => known === key);
  return by && { by, quantity: QUANTITY.test(quantity) ? quantity : null, up: up === "up" };
}

/** @param {Rows} rows */
export const formatRows = ({ only, quantity, value }) => (only === "least" || only === "most" ? `${only}~${value}` : `${only}~${quantity ?? ""}`.replace(/~$/, ""));

/** @param {string} text @returns {Rows | undefined} */
export function parseRows(text) {
  const [key, rest = ""] = text.split("~");
  if (key === "least" || key === "most") return rest !== "" && Number.isFinite(Number(rest)) ? { ...ALL_ROWS, only: key, value: Number(rest) } : undefined;
  const only = KINDS.find((kind) => kind === key);
  return only && { ...ALL_ROWS, only, quantity: QUANTITY.test(rest) ? rest : null };
}
