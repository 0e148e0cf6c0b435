/**
 * What tells one number of one trace from all others: an answer for another one is late.
 * @param {{id: string}} trace
 * @param {import("./inside-types.js").Place} place
 */
export const keyOf = ({ id }, { layer, unit, step, quantity, row }) => [id, layer, quantity, row ?? unit, step].join(" ");
