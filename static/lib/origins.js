/** Who wrote what a unit remembers: the origins that get a band, a colour and a name of their own, and where each has its band. Pure. */

import { courseOf, rowAt, signedSums, weights } from "./ledger.js";

/** @typedef {import("./ledger.js").Account} Account */
/** @typedef {ReturnType<typeof import("./ledger.js").ledgerAt>} Held */

/** So many origins are named for what they are over the whole sequence, and so many more for what they are at the chosen step. */
const LASTING = 6;
const PRESENT = 2;

/** The initial state, among origins that are places in the order of reading. */
export const INITIAL = -1;

/**
 * An origin with a band of its own: `place` in the order of reading, `row` of the trace, null for the initial state; `slot` its colour, 0 for the
 * initial state; `course` what is left of it after each step, in the order of reading.
 * @typedef {{place: number, row: number | null, slot: number, course: Float64Array}} Named
 *
 * The bands of one unit: the named origins from the oldest on, and how far all positive and all negative ones reach.
 * @typedef {{account: Account, named: Named[], positive: Float64Array, negative: Float64Array}} Bands
 *
 * What one unit holds after one step: `left` of each row's writing, of the named origins that still count, of the `counted` others together.
 * @typedef {{step: number, total: number, initial: number, left: Float64Array, named: {place: number, row: number | null, slot: number, left: number}[], others: number, counted: number}} Holding
 */

/** A named origin of which less than this share of the largest is left is told among the others. */
const TOLD = 0.005;

/** The places with the largest amounts, at most `count`, none of them zero. @param {ArrayLike<number>} amounts @param {number} count */
function largest(amounts, count) {
  /** @type {number[]} */
  const found = [];
  for (let place = 0; place < amounts.length; place++) {
    const size = Math.abs(amounts[place]);
    if (size === 0 || (found.length === count && size <= Math.abs(amounts[found[count - 1]]))) continue;
    let at = found.length;
    while (at > 0 && Math.abs(amounts[found[at - 1]]) < size) at--;
    found.splice(at, 0, place);
    if (found.length > count) found.pop();
  }
  return found;
}

/** The origins that count most over the whole sequence. @param {Account} account */
export const lastingOrigins = (account) => largest(weights(account).subarray(1), LASTING).sort((a, b) => a - b);

/**
 * Further origins that count most at one step; as text, so that two equal choices are the same.
 * @param {number[]} lasting
 * @param {Held} held
 */
export function presentOrigins(lasting, held) {
  return largest(held.writes, LASTING + PRESENT).filter((place) => !lasting.includes(place)).slice(0, PRESENT).sort((a, b) => a - b).join();
}

/**
 * @param {Account} account
 * @param {number[]} lasting
 * @param {string} present
 * @returns {Bands}
 */
export function originBands(account, lasting, present) {
  const others = present === "" ? [] : present.split(",").map(Number);
  const places = [INITIAL, ...lasting, ...others].sort((a, b) => a - b);
  const slotOf = (/** @type {number} */ place) => (place === INITIAL ? 0 : 1 + (lasting.includes(place) ? lasting.indexOf(place) : LASTING + others.indexOf(place)));
  const named = places.map((place) => ({ place, row: place === INITIAL ? null : rowAt(account, place), slot: slotOf(place), course: courseOf(account, place) }));
  return { account, named, ...signedSums(account) };
}

/**
 * @param {Bands} bands
 * @param {Held} held
 * @param {number} step
 * @returns {Holding}
 */
export function holdingOf({ account, named }, held, step) {
  const left = new Float64Array(account.keep.length);
  held.writes.forEach((value, place) => (left[rowAt(account, place)] = value));
  const amounts = named.map(({ place, row, slot }) => ({ place, row, slot, left: place === INITIAL ? held.initial : (held.writes[place] ?? 0) }));
  const least = Math.max(...amounts.map((origin) => Math.abs(origin.left))) * TOLD;
  const told = amounts.filter((origin) => origin.row === null || (origin.left !== 0 && Math.abs(origin.left) >= least));
  const said = new Set(told.map(({ place }) => place));
  let others = 0;
  let counted = 0;
  held.writes.forEach((value, place) => {
    if (said.has(place)) return;
    others += value;
    counted++;
  });
  return { step, total: held.total, initial: held.initial, left, named: told, others, counted };
}
