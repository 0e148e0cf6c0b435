/**
 * A selector that computes again only when one of its inputs is another value than last time.
 * @template {any[]} Inputs
 * @template Result
 * @param {(...inputs: Inputs) => Result} compute
 * @returns {(...inputs: Inputs) => Result}
 */
export function memo(compute) {
  /** @type {Inputs | null} */
  let last = null;
  /** @type {Result} */
  let result;
  return (...inputs) => {
    const known = last;
    if (known === null || inputs.some((value, index) => !Object.is(value, known[index]))) {
      result = compute(...inputs);
      last = inputs;
    }
    return result;
  };
}
