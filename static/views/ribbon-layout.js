/** Where the tokens and what is expected after each of them stand. Pure. */

import { percent, visible } from "../lib/format.js";
import { ticks, timeScale } from "../lib/scale.js";

/** Narrower steps cannot hold a letter that can be read; only the axis and the shades remain. */
const LEGIBLE = 6.4;

/** A label longer than one letter needs this many pixels a letter. */
const LETTER = 7.4;

/** Narrowest step, in pixels, in which a word can be read from top to bottom, and how many of its letters there is room for. */
const UPRIGHT = 11;
const UPRIGHT_LETTERS = 9;

/** Room for one number of the axis, and for half of the last one before the edge. */
const TICK_ROOM = 64;
export const HALF_NUMBER = 12;

/**
 * `mark` is what a comparison has to say of the step: it reads something else than the other, or is not there.
 * @typedef {{step: number, x: number, text: string, label: string, unknown: boolean, guess: string | null, shade: number, hit: boolean,
 *   changed: boolean, less: boolean, mark: Mark}} Cell `changed` says that the other trace expects something else; `less` that the guess became less likely
 * @typedef {"changed" | "alone" | "gap" | null} Mark
 */

/**
 * @param {object} props
 * @param {string[]} props.labels
 * @param {number} [props.words] letters of the longest, where labels are words that can stand upright; else 0
 * @param {number[]} props.unknown
 * @param {import("../types.js").Prediction[][] | null} props.predictions
 * @param {import("../types.js").Prediction[][] | null} [props.others] of the trace that this one is compared with
 * @param {import("../types.js").Moved[][] | null} [props.moved] instead of what is expected: what became more or less likely
 * @param {number[] | null} props.tokens
 * @param {boolean} props.nextInput whether a prediction is of the token that follows
 * @param {Mark[]} [props.marks]
 * @param {ArrayLike<number>} [props.places] the step in each column, -1 for none
 * @param {import("../types.js").TimeWindow} props.window
 * @param {number} props.width
 * @param {number} props.gutter
 * @returns {{legible: boolean, upright: boolean, stepWidth: number, cells: Cell[], ticks: {step: number, x: number}[]}}
 */
export function ribbonLayout({ labels, words = 0, unknown, predictions, others = null, moved = null, tokens, nextInput, marks, places, window, width, gutter }) {
  const scale = timeScale(window, width, gutter);
  const first = Math.max(0, Math.floor(window.from));
  const last = Math.min(labels.length, Math.ceil(window.to));
  // Steps are counted from 1 for people, so that round numbers are those of the count.
  const columns = places && columnsOf(places, first, last);
  const [from, to] = columns ? [columns.keys().next().value ?? 0, columns.size + (columns.keys().next().value ?? 0)] : [window.from, window.to];
  const numbered = ticks(from + 1, to + 1, (width - gutter) / TICK_ROOM).map((count) => ({ step: count - 1, x: scale.x((columns?.get(count - 1) ?? count - 1) + 0.5) })).filter(({ x }) => x <= width - HALF_NUMBER);
  const legible = scale.stepWidth >= (words ? UPRIGHT : LEGIBLE);
  const upright = scale.stepWidth < LETTER * Math.min(words, UPRIGHT_LETTERS);
  if (!legible) return { legible, upright, stepWidth: scale.stepWidth, cells: [], ticks: numbered };
  const strange = new Set(unknown);
  const letters = upright ? UPRIGHT_LETTERS : Math.max(1, Math.floor(scale.stepWidth / LETTER));
  /** @param {string} label */
  const fitting = (label) => {
    const signs = [...visible(label)];
    return signs.length > letters && signs.length > 1 ? `${signs.slice(0, Math.max(1, letters - 1)).join("")}…` : signs.join("");
  };
  const cells = [];
  for (let step = first; step < last; step++) {
    const best = moved ? moverOf(moved[step]) : predictions?.[step]?.[0];
    const other = moved ? undefined : others?.[step]?.[0];
    cells.push({
      step,
      x: scale.x(step),
      text: marks?.[step] === "gap" ? "" : fitting(labels[step]),
      label: labels[step],
      unknown: strange.has(step),
      guess: best ? fitting(best.label) : null,
      shade: !best ? 0 : moved ? Math.abs(/** @type {import("../types.js").Moved} */ (best).difference) : best.probability,
      changed: best !== undefined && other !== undefined && other.token !== best.token,
      less: moved !== null && best !== undefined && /** @type {import("../types.js").Moved} */ (best).difference < 0,
      hit: !moved && nextInput && best !== undefined && tokens?.[step + 1] === best.token,
      mark: marks?.[step] ?? null,
    });
  }
  return { legible, upright, stepWidth: scale.stepWidth, cells, ticks: numbered };
}

/**
 * Where each step stands.
 * @param {ArrayLike<number>} places the step in each column, -1 for none
 * @param {number} first
 * @param {number} last
 * @returns {Map<number, number>} column by step
 */
function columnsOf(places, first, last) {
  const columns = new Map();
  for (let column = first; column < last; column++) if (places[column] >= 0) columns.set(places[column], column);
  return columns;
}

/** A change of probability that is smaller than this is not worth a letter. */
const WORTH = 0.005;

/**
 * The output that moved most at a step.
 * @param {import("../types.js").Moved[] | undefined} moved the largest first
 */
export const moverOf = (moved) => (moved?.length && Math.abs(moved[0].difference) >= WORTH ? moved[0] : undefined);

/**
 * What the network expects after a step, in words.
 * @param {import("../types.js").Prediction[]} predictions
 */
export const expectation = (predictions) => predictions.map(({ label, probability }) => `${visible(label)} ${percent(probability)}`).join(", ");
