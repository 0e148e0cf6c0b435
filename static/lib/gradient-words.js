/** What gradients through time say, in sentences. Pure. */

import { visible } from "./format.js";
import { formatNumber } from "./numerals.js";

/** @typedef {import("../types.js").Matrix} Matrix */
/** @typedef {{focus: number, hidden: ArrayLike<number>, cellState: ArrayLike<number> | null, carry: Matrix | null, jacobian: ArrayLike<number> | null, direction: "forward" | "backward"}} Past the norms of one layer, and of its memory's Jacobian */
/** @typedef {"vanishes" | "fades" | "survives" | "explodes"} Fate */

/** Shares of the gradient below which it has vanished or faded, and above which it has exploded. */
const VANISHED = 1e-3;
const FADED = 0.1;
const EXPLODED = 10;

/** Between these it is called all of it. */
const ABOUT_ALL = [0.8, 1.25];

/** @param {Past} past what a cell remembers by: its cell state, or its hidden state where it has none */
const memoryOf = ({ hidden, cellState }) => cellState ?? hidden;

/** The end of the way back. @param {Past} past */
export const farEnd = (past) => (past.direction === "forward" ? 0 : past.hidden.length - 1);

/** One step further on the way back. @param {Past} past */
const back = ({ direction }) => (direction === "forward" ? -1 : 1);

/** Below this share of what comes a step later on the way back, a cell state is at the end of its tanh at the focus, and no measure for the rest. */
const SATURATED = 0.01;

/**
 * Where the way back begins: at the focus, or at the step before it, where the focus hears of its own memory next to nothing.
 * @param {Past} past
 */
export function startOf(past) {
  const { focus, cellState: norms } = past;
  const before = focus + back(past);
  return norms && before >= 0 && before < norms.length && norms[focus] < SATURATED * norms[before] ? before : focus;
}

/**
 * How much of the gradient by the memory is left at a step, of what there is where the way back begins; null where there is none.
 * @param {Past} past
 * @param {number} step
 */
export function shareLeft(past, step) {
  const norms = memoryOf(past);
  const start = norms[startOf(past)];
  return start > 0 ? norms[step] / start : null;
}

/** @param {number} share @returns {Fate} */
export const fateOf = (share) => (share > EXPLODED ? "explodes" : share < VANISHED ? "vanishes" : share < FADED ? "fades" : "survives");

/** How much of it there is at the far end, beside its name. @param {number} share */
export const leftWords = (share) => (share > ABOUT_ALL[1] ? `${brief(share)} times as large` : `${brief(share)} of it left`);

/**
 * How many steps back from where it begins less than half of the gradient is left for the first time; null where that never happens.
 * @param {Past} past
 */
export function halfLife(past) {
  const start = startOf(past);
  for (let step = start + back(past); step >= 0 && step < past.hidden.length; step += back(past)) {
    const share = shareLeft(past, step);
    if (share !== null && share < 0.5) return Math.abs(start - step);
  }
  return null;
}

/** @param {number} value */
const brief = (value) => formatNumber(value, 2);

/** @param {string[]} parts */
const listed = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`);

/** @param {number} count */
const steps = (count) => `${count} step${count === 1 ? "" : "s"}`;

/**
 * What becomes of a gradient on its way back: "keeps 0.3 of it".
 * @param {number} share
 * @param {string} whole
 */
function becomes(share, whole) {
  if (share === 0) return `keeps none of ${whole}`;
  if (share > ABOUT_ALL[1]) return `makes ${whole} ${brief(share)} times as large`;
  if (share >= ABOUT_ALL[0]) return `keeps about all of ${whole} (${brief(share)})`;
  return `keeps ${brief(share)} of ${whole}`;
}

/**
 * What is left of the gradient at the far end, and how far half of it comes.
 * @param {{name: string, past: Past}[]} all by their names in a sentence, such as "the LSTM"
 * @returns {string[]}
 */
export function pastWords(all) {
  const left = all.map(({ name, past }) => ({ name, past, end: farEnd(past), share: shareLeft(past, farEnd(past)) })).filter(({ past, end, share }) => share !== null && startOf(past) !== end);
  const ordered = left.sort((a, b) => Number(a.share) - Number(b.share));
  const starts = new Set(ordered.map(({ past }) => startOf(past)));
  const told = Array.from(starts, (start) => {
    const those = ordered.filter(({ past }) => startOf(past) === start);
    return `From step ${start + 1} back to step ${those[0].end + 1}, ${listed(those.map(({ name, share }, index) => `${name} ${becomes(Number(share), index === 0 ? "the gradient" : "it")}`))}.`;
  });
  const halves = ordered.map(({ name, past: one }) => ({ name, half: halfLife(one) }));
  const gone = halves.filter(({ half }) => half !== null).map(({ name, half }, index) => `${index === 0 ? steps(Number(half)) : half} back${within(name, ordered)}`);
  return [...told, ...(gone.length ? [`Half of it is gone ${listed(gone)}.`] : []), ...all.flatMap(silentWords)];
}

/**
 * That nothing can be told of a gradient which is 0 where it begins.
 * @param {{name: string, past: Past}} one
 */
function silentWords({ name, past }) {
  const { focus, cellState } = past;
  if (past.focus === farEnd(past) || shareLeft(past, focus) !== null) return [];
  return [`At step ${focus + 1} the target does not change with the ${cellState ? "cell" : "hidden"} state of ${name}, so that no share of a gradient can be told.`];
}

/**
 * What the carry paths alone would let through, beside the whole Jacobians.
 * @param {{name: string, keeper: string, past: Past}[]} all `keeper` is what the cell keeps its memory by, such as "forget"
 * @returns {string[]}
 */
export function carryWords(all) {
  const carrying = all.flatMap(({ name, keeper, past }) => {
    const end = farEnd(past);
    if (!past.carry || !past.jacobian || end === past.focus) return [];
    const { data, columns } = past.carry;
    return [{ name, keeper, alone: Math.max(...data.subarray(end * columns, (end + 1) * columns)), whole: past.jacobian[end] }];
  });
  if (carrying.length === 0) return [];
  const gates = listed([...new Set(carrying.map(({ keeper }) => keeper))]);
  const alone = listed(carrying.map(({ name, alone: share }) => brief(share) + within(name, carrying)));
  const whole = listed(carrying.map(({ whole: norm }) => brief(norm)));
  return [`Through the ${gates} gates alone, the most open unit would keep ${alone}; the norm of the whole Jacobian is ${whole}.`];
}

/** Where several are told of, in which of them. @param {string} name @param {any[]} all */
const within = (name, all) => (all.length > 1 ? ` in ${name}` : "");

/**
 * Which input matters most.
 * @param {ArrayLike<number>} norms by step
 * @param {string[]} labels of the steps, where they are tokens
 * @param {string} target such as "the loss"
 */
export function inputWords(norms, labels, target) {
  let best = 0;
  for (let step = 1; step < norms.length; step++) if (norms[step] > norms[best]) best = step;
  if (!(norms[best] > 0)) return `Nothing that was read changes ${target}.`;
  const label = labels[best] === undefined ? "" : ` (“${visible(labels[best])}”)`;
  return `Of all that was read, step ${best + 1}${label} matters most to ${target}.`;
}
