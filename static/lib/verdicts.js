/** What several verdicts say together. Pure. */

/** @typedef {{right: boolean, text: string}} Verdict */

/**
 * What a goal's sequences say together: the first that is missed, or that all are met.
 * @param {string} met
 * @param {(Verdict | null)[]} verdicts
 * @returns {Verdict | null} null while one of them has not been tried
 */
export function overall(met, verdicts) {
  if (verdicts.length === 0 || verdicts.includes(null)) return null;
  return verdicts.find((verdict) => !verdict?.right) ?? { right: true, text: met };
}

/** The word that a verdict begins with. @param {boolean} right @param {boolean} goal something to make, which may yet come */
export const leadOf = (right, goal) => (right ? "Right." : goal ? "Not yet." : "No.");
