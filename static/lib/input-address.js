/** A sequence as one field of an address, and back. Pure. */

/** @typedef {import("./input.js").Input} Input */

/**
 * The field's name and what stands in it.
 * @param {Input} input
 * @returns {[string, string]}
 */
export function inputField(input) {
  if ("text" in input) return ["text", input.text];
  if ("tokens" in input) return ["tokens", input.tokens.join(".")];
  return ["values", input.values.map((row) => row.join(",")).join(";")];
}

/**
 * What can be understood as a sequence: an address comes from anywhere.
 * @param {URLSearchParams} fields
 * @returns {Input | undefined}
 */
export function parseInput(fields) {
  const text = fields.get("text");
  if (text !== null) return { text };
  const tokens = fields.get("tokens")?.split(".").map(Number);
  if (tokens?.length && tokens.every((token) => Number.isSafeInteger(token) && token >= -1)) return { tokens };
  const values = fields.get("values")?.split(";").map((row) => row.split(",").map(Number));
  if (values?.length && values.every((row) => row.every(Number.isFinite))) return { values };
  return undefined;
}
