/** Whole numbers as people list them, "3, 5–8", and back. Pure; errors are sentences. */

/** More numbers than this are not spelled out in a sentence. */
const TOLD = 6;

const RANGE = /^(\d{1,9})(?:\s*(?:-|–|—|to)\s*(\d{1,9}))?$/;

/**
 * Runs of consecutive numbers, as [first, last].
 * @param {ArrayLike<number>} numbers rising
 * @returns {[number, number][]}
 */
export function runsOf(numbers) {
  /** @type {[number, number][]} */
  const runs = [];
  for (const each of Array.from(numbers)) {
    const last = runs[runs.length - 1];
    if (last && each === last[1] + 1) last[1] = each;
    else runs.push([each, each]);
  }
  return runs;
}

/** @param {[number, number]} run @param {string} dash */
const runText = ([first, last], dash) => (first === last ? String(first) : `${first}${dash}${last}`);

/**
 * "3, 5–8"; of many runs the first ones, and how many more numbers there are.
 * @param {ArrayLike<number>} numbers rising
 * @param {number} [most] runs that are spelled out
 */
export function formatIntervals(numbers, most = TOLD) {
  const runs = runsOf(numbers);
  const told = runs.length <= most ? runs : runs.slice(0, most - 1);
  const more = numbers.length - told.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return [...told.map((run) => runText(run, "–")), ...(more ? [`${more} more`] : [])].join(", ");
}

/**
 * @param {string} text "3, 5-8"; nothing, "all", or every number there is stands for all
 * @param {{size: number, first?: number, noun: string}} range the numbers are `first` and the size - 1 that follow it
 * @returns {number[] | null} rising, each once; null for all
 * @throws {RangeError}
 */
export function parseIntervals(text, { size, first = 0, noun }) {
  const parts = text.trim().split(/\s*[,;]\s*/).filter((part) => part !== "");
  if (parts.length === 0 || (parts.length === 1 && /^(all|\*)$/i.test(parts[0]))) return null;
  const last = first + size - 1;
  /** @type {Set<number>} */
  const found = new Set();
  for (const part of parts) {
    const match = RANGE.exec(part);
    if (!match) throw new RangeError(`Expected ${noun}s such as 3, 5-8, or all; not “${part.slice(0, 20)}”.`);
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (to < from) throw new RangeError(`A range goes from the smaller to the larger number, not from ${from} to ${to}.`);
    if (from < first || to > last) throw new RangeError(`There are ${noun}s ${first} to ${last}; ${from < first ? from : to} is none of them.`);
    for (let each = from; each <= to; each++) found.add(each);
  }
  return found.size === size ? null : [...found].sort((a, b) => a - b);
}
