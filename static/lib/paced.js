/** Words that follow what moves, no more often than they can be read. */

/** Milliseconds between two readings: nobody reads faster. */
export const READING = 120;

/**
 * What calls `show` at once, and after that no more often than every `READING` milliseconds, the last time with what came last.
 * @template Value
 * @param {(value: Value) => void} show
 * @returns {(value: Value) => void}
 */
export function paced(show) {
  let before = -Infinity;
  /** @type {Value} */
  let latest;
  let waiting = false;
  const tell = () => {
    waiting = false;
    before = performance.now();
    show(latest);
  };
  return (value) => {
    latest = value;
    if (waiting) return;
    const wait = before + READING - performance.now();
    if (wait <= 0) return tell();
    waiting = true;
    setTimeout(tell, wait);
  };
}
