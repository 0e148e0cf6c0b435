/** What the unit tests claim. A claim that does not hold throws, and says what was found. */

/**
 * @param {unknown} found
 * @param {unknown} wanted compared as JSON, so that typed arrays and objects compare by content
 */
export function equal(found, wanted) {
  const [a, b] = [found, wanted].map((value) => JSON.stringify(value, (_, part) => (ArrayBuffer.isView(part) ? Array.from(/** @type {any} */ (part)) : part === undefined ? "undefined" : Number.isNaN(part) ? "NaN" : part)));
  if (a !== b) throw new Error(`expected ${b}, found ${a}`);
}

/**
 * @param {boolean} holds
 * @param {string} claim
 */
export function check(holds, claim) {
  if (!holds) throw new Error(claim);
}

/**
 * @param {() => unknown} act
 * @param {RegExp} message
 */
export function throws(act, message) {
  try {
    act();
  } catch (error) {
    check(error instanceof Error && message.test(error.message), `expected an error like ${message}, found ${error}`);
    return;
  }
  throw new Error(`expected an error like ${message}, found none`);
}
