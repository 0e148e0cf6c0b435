/** Text in which variables stand between asterisks and names between backticks, cut into its pieces. Pure. */

/** What the variables of the cells' equations are, so that they can have its colour. @type {Record<string, string>} */
const QUANTITIES = { f: "forget_gate", i: "input_gate", g: "candidate", o: "output_gate", c: "cell_state", h: "hidden_state", z: "update_gate", r: "reset_gate", n: "candidate" };

/** @typedef {{kind: "plain" | "variable" | "name", text: string, quantity: string | null}} Piece */

/**
 * @param {string} text
 * @returns {Piece[]}
 */
export const pieces = (text) =>
  [...text.matchAll(/\*([^*]+)\*|`([^`]+)`|[^*`]+/g)].map(([whole, variable, name]) => ({
    kind: variable ? "variable" : name ? "name" : "plain",
    text: variable ?? name ?? whole,
    quantity: QUANTITIES[/^([a-z])[₀₁₂₋]*$/.exec(variable ?? "")?.[1] ?? ""] ?? null,
  }));
