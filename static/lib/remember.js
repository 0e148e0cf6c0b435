/** What this browser keeps for the page. Where it keeps nothing, the page works as on a first visit. */

/**
 * @param {string} name
 * @returns {string | null}
 */
export function recall(name) {
  try {
    return localStorage.getItem(`gatescope-${name}`);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(`gatescope-${name}`, value);
  } catch {
    // Storage is switched off or full: the choice holds until the page is closed.
  }
}
