/**
 * The carry track seen from near: path data of band, peel-offs, joining strands, taps and hidden state, and the numbers where there is room. Pure.
 *
 * Vertical lengths are values times the scale: the forgotten slice is as tall as the amount forgotten, a strand where it joins as the amount written.
 *
 * @module
 */

import { formatShort, formatShortSigned } from "../lib/numerals.js";
import { coordinate, ease, point, turn, turnBack } from "../lib/svg-path.js";
import { ADDED, columnWidth, FORGOTTEN, NUMBERS_WIDTH, STRAND_WIDTH, TAP_WIDTH, visibleSteps, WORDS_WIDTH, xOf, yOf } from "./carry-track-layout.js";

/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").ValueScale} ValueScale */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */

/** Where the tap leaves the band, and the bar that shows how much of tanh(c) goes out. */
const TAP = 0.83;
const BAR = [0.76, 0.9];

/** Slices thinner than this, in pixels, are left out. */
const VISIBLE = 0.2;

/** Lines that are closer than this, in pixels, are one. */
const HAIR = 0.75;

/** How far, in rem, a forgotten slice bends away at most. */
const LIFT = 0.8;

/** Room that a number needs, in rem: its height, and about the width of each sign. */
const NUMBER_HEIGHT = 1;
const SIGN_WIDTH = 0.42;

/**
 * Path data by what it shows; joined and cancelled strands come apart because a strand that joins runs on inside the band, one that cancels ends.
 * `lines` are strokes, the others areas. The ghost is the state, or the hidden state, of the other trace.
 *
 * @typedef {{band: string, peel: string, peelEdge: string, joinPositive: string, joinNegative: string, cancelPositive: string, cancelNegative: string,
 *   edge: string, tap: string, offered: string, shown: string, hidden: string, hiddenArea: string, ghost: string, ghostHidden: string}} LanePaths
 *
 * @typedef {{x: number, y: number, half: number, text: string, kind: "forgotten" | "positive" | "negative" | "state" | "hidden"}} LaneNumber
 * `x` is its middle, `half` about half its width
 *
 * @typedef {(step: number, part: number) => number} PlaceIn x of a place in a step's column
 */

/**
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 * @param {[first: number, last: number]} [piece] steps
 * @returns {{paths: LanePaths, numbers: LaneNumber[]}}
 */
export function laneCurves(terms, frame, time, [first, last] = visibleSteps(time)) {
  /** @type {LanePaths} */
  const paths = { band: "", peel: "", peelEdge: "", joinPositive: "", joinNegative: "", cancelPositive: "", cancelNegative: "", edge: "", tap: "", offered: "", shown: "", hidden: "", hiddenArea: "", ghost: "", ghostHidden: "" };
  if (last < first) return { paths, numbers: [] };
  const width = columnWidth(time);
  const steps = Array.from({ length: last - first + 1 }, (_, index) => (time.backward ? last - index : first + index));
  const narrows = terms.split !== null && width >= STRAND_WIDTH;
  const [start, end] = [xOf(time, steps[0], 0), xOf(time, steps[steps.length - 1], 1)].map(Math.round);
  /** Pieces meet on whole pixels, or a seam would show: lines are level there. @type {PlaceIn} */
  const x = (step, part) => (part === 0 && step === steps[0] ? start : part === 1 && step === steps[steps.length - 1] ? end : xOf(time, step, part));
  const edges = steps.map((step) => stateEdge(terms, frame, x, step, narrows));
  paths.edge = narrows ? edges.join("") : joined(edges);
  paths.band = closed(joined(edges), start, end, frame.area.zero);
  const { ghost } = terms;
  if (ghost) paths.ghost = apart(steps, ghost, terms, frame.area).map((run) => joined(run.map((step) => stateEdge(ghost, frame, x, step, false)))).join("");
  for (const step of steps) {
    if (terms.split) {
      addPeel(paths, terms, frame, time, step, width);
      addStrand(paths, terms, frame, time, step, width);
    }
  }
  if (terms.readout && frame.readout) {
    const { readout } = terms;
    const scale = frame.readout;
    paths.hidden = joined(steps.map((step) => hiddenLine(readout, scale, x, step)));
    paths.hiddenArea = closed(paths.hidden, start, end, scale.zero);
    const other = ghost?.readout;
    if (other) paths.ghostHidden = apart(steps, { previous: other.before, state: other.hidden }, { previous: readout.before, state: readout.hidden }, scale).map((run) => joined(run.map((step) => hiddenLine(other, scale, x, step)))).join("");
    if (width >= STRAND_WIDTH) for (const step of steps) addTap(paths, terms, frame, time, step, width);
  }
  return { paths, numbers: width >= NUMBERS_WIDTH * frame.rem ? steps.flatMap((step) => numbersOf(terms, frame, time, step, width)) : [] };
}

/**
 * The edge of the band away from zero during one step. Where it narrows, it starts at what is kept (the forgotten slice fills the height beside
 * it) and rises or falls to the new state while the write joins. In narrow columns, where that would make a comb, and without a split, it goes
 * from state to state.
 *
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {PlaceIn} x
 * @param {number} step
 * @param {boolean} narrows
 */
function stateEdge({ previous, state, split }, { area }, x, step, narrows) {
  const before = yOf(area, (split && narrows ? split.kept : previous)[step]);
  const after = yOf(area, state[step]);
  const [from, to] = [x(step, FORGOTTEN), x(step, ADDED)];
  return `M${point(x(step, 0), before)} H${coordinate(from)} ${ease(from, before, to, after)} H${coordinate(x(step, 1))} `;
}

/**
 * The runs of steps in which two series are apart by more than a hair: elsewhere a second line would only lie over the first.
 *
 * @param {number[]} steps
 * @param {Pick<CarryTerms, "previous" | "state">} one
 * @param {Pick<CarryTerms, "previous" | "state">} other
 * @param {ValueScale} scale
 * @returns {number[][]}
 */
function apart(steps, one, other, scale) {
  /** @type {number[][]} */
  const runs = [];
  let before = false;
  for (const step of steps) {
    const differs = [one.previous[step] - other.previous[step], one.state[step] - other.state[step]].some((gap) => Math.abs(gap) * scale.perUnit > HAIR);
    if (differs && before) runs[runs.length - 1].push(step);
    else if (differs) runs.push([step]);
    before = differs;
  }
  return runs;
}

/**
 * Pieces of a line as one line.
 *
 * @param {string[]} pieces
 */
function joined(pieces) {
  return pieces.join("").replace(/(?!^)M/g, "L");
}

/**
 * The area between a line and zero.
 *
 * @param {string} line
 * @param {number} start
 * @param {number} end
 * @param {number} zero
 */
function closed(line, start, end, zero) {
  return `M${point(start, zero)} L${line.slice(1)}L${point(end, zero)} Z`;
}

/**
 * The slice between the previous state and what is kept of it, bending away from zero, and its two long edges.
 *
 * @param {LanePaths} paths
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 * @param {number} step
 * @param {number} width
 */
function addPeel(paths, { previous, split }, { area, rem }, time, step, width) {
  if (!split) return;
  const outer = yOf(area, previous[step]);
  const inner = yOf(area, split.kept[step]);
  if (Math.abs(outer - inner) < VISIBLE) return;
  const lift = Math.sign(outer - inner) * Math.min(LIFT * rem, width / 5);
  const [from, to] = [xOf(time, step, 0), xOf(time, step, FORGOTTEN)];
  const [above, below] = [ease(from, outer, to, outer + lift), ease(from, inner, to, inner + lift)];
  paths.peel += `M${point(from, outer)} ${above} L${point(to, inner + lift)} ${ease(to, inner + lift, from, inner)} Z `;
  paths.peelEdge += `M${point(from, outer)} ${above} M${point(from, inner)} ${below} `;
}

/**
 * What is written, as a strand from below that takes the lowest place of the band; or, where columns are narrow, as the part of the edge it moved.
 *
 * @param {LanePaths} paths
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 * @param {number} step
 * @param {number} width
 */
function addStrand(paths, { state, split }, frame, time, step, width) {
  if (!split) return;
  const { area } = frame;
  const written = split.written[step];
  const kept = split.kept[step];
  const after = state[step];
  const tall = Math.abs(written) * area.perUnit;
  if (tall < VISIBLE) return;
  const sign = written > 0 ? "Positive" : "Negative";
  const [join, end] = [xOf(time, step, ADDED), xOf(time, step, 1)];
  if (width < STRAND_WIDTH) {
    const from = xOf(time, step, FORGOTTEN);
    const [low, high] = [yOf(area, kept), yOf(area, after)];
    paths[`join${sign}`] += `M${point(from, low)} L${point(join, high)} L${point(end, high)} L${point(end, low)} Z `;
    return;
  }
  const lowest = Math.min(kept, after, 0);
  const highest = lowest + Math.abs(written);
  const start = xOf(time, step, FORGOTTEN + 0.02);
  const source = strandSource(frame, lowest, width);
  const spread = (Math.sign(join - start) * Math.min(tall, width * 0.22)) / (highest - lowest);
  /** The strand between two heights where it joins. Its higher part starts further out, as in a bend of a pipe. */
  const ribbon = (/** @type {number} */ low, /** @type {number} */ high) => {
    const [outer, inner] = [start + spread * (highest - high), start + spread * (highest - low)];
    const [top, bottom] = [yOf(area, high), yOf(area, low)];
    return `M${point(outer, source)} ${turn(outer, source, join, top)} V${coordinate(bottom)} ${turnBack(inner, source, join, bottom)} Z `;
  };
  // Only what lies inside the new band is still there after the join; the rest has cancelled what was there.
  const survives = Math.sign(written) === Math.sign(after);
  const [low, high] = survives ? [Math.max(lowest, Math.min(0, after)), Math.min(highest, Math.max(0, after))] : [lowest, lowest];
  if (high > low) {
    paths[`join${sign}`] += `${ribbon(low, high)}M${point(join, yOf(area, high))} H${coordinate(end)} V${coordinate(yOf(area, low))} H${coordinate(join)} Z `;
  }
  if (low > lowest) paths[`cancel${sign}`] += ribbon(lowest, low);
  if (highest > high) paths[`cancel${sign}`] += ribbon(high, highest);
}

/**
 * The height a strand comes from: the floor of the lane, or nearer where columns are so narrow that long strands would stand like a fence.
 *
 * @param {LaneFrame} frame
 * @param {number} lowest the value under which it joins
 * @param {number} width
 */
function strandSource({ area, floor }, lowest, width) {
  return Math.min(floor, yOf(area, lowest) + Math.max(floor - area.bottom, width));
}

/**
 * @param {NonNullable<CarryTerms["readout"]>} readout
 * @param {ValueScale} scale
 * @param {PlaceIn} x
 * @param {number} step
 */
function hiddenLine(readout, scale, x, step) {
  const [before, after] = [yOf(scale, readout.before[step]), yOf(scale, readout.hidden[step])];
  const [from, to] = [x(step, ADDED), x(step, TAP)];
  return `M${point(x(step, 0), before)} H${coordinate(from)} ${ease(from, before, to, after)} H${coordinate(x(step, 1))} `;
}

/**
 * The tap from the band down to the bar tanh(c), of which the output gate shows h.
 *
 * @param {LanePaths} paths
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 * @param {number} step
 * @param {number} width
 */
function addTap(paths, { state, readout }, { area, readout: scale }, time, step, width) {
  if (!readout || !scale) return;
  const x = xOf(time, step, TAP);
  const [left, right] = BAR.map((part) => xOf(time, step, part));
  const [offered, shown] = [yOf(scale, readout.squashed[step]), yOf(scale, readout.hidden[step])];
  const bar = (/** @type {number} */ y) => `M${point(left, scale.zero)} V${coordinate(y)} H${coordinate(right)} V${coordinate(scale.zero)} Z `;
  if (width >= TAP_WIDTH) paths.tap += `M${point(x, yOf(area, Math.min(state[step], 0)))} V${coordinate(Math.min(offered, scale.zero))} `;
  paths.offered += bar(offered);
  paths.shown += bar(shown);
}

/**
 * @param {CarryTerms} terms
 * @param {LaneFrame} frame
 * @param {TimeFrame} time
 * @param {number} step
 * @param {number} width
 * @returns {LaneNumber[]}
 */
function numbersOf({ previous, state, split, readout }, frame, time, step, width) {
  const { area, readout: scale, rem } = frame;
  const wordy = width >= WORDS_WIDTH * rem;
  /** @type {Omit<LaneNumber, "half">[]} */
  const numbers = [];
  const after = state[step];
  /** From a line to the baseline of a number that stands above or below it. */
  const beside = (/** @type {boolean} */ above) => (above ? -0.3 : 0.85) * rem;
  numbers.push({ x: xOf(time, step, TAP), y: yOf(area, after) + beside(after >= 0), text: formatShort(after), kind: "state" });
  if (split) {
    const [forgotten, written] = [split.forgotten[step], split.written[step]];
    const writtenAt = strandSource(frame, Math.min(split.kept[step], after, 0), width) - 0.2 * rem;
    numbers.push({ x: xOf(time, step, FORGOTTEN / 2), y: writtenAt, text: `${wordy ? "written " : ""}${formatShortSigned(written)}`, kind: written < 0 ? "negative" : "positive" });
    if (Math.abs(forgotten) * area.perUnit > 1) {
      const up = forgotten > 0;
      const outside = yOf(area, previous[step]) + (up ? -LIFT : LIFT) * rem + beside(up);
      // Where a slice peels off near the floor, its number stands inside the band.
      const y = Math.abs(outside - writtenAt) < 0.8 * rem ? yOf(area, previous[step]) + beside(!up) : outside;
      numbers.push({ x: xOf(time, step, 0.19), y, text: `${wordy ? "forgotten " : ""}${formatShort(forgotten)}`, kind: "forgotten" });
    }
  }
  if (readout && scale) {
    const hidden = readout.hidden[step];
    const text = formatShort(hidden);
    // Above zero where there is no room, what is written has its numbers: then it stands beside the bar.
    const crowded = hidden < 0 && scale.zero - scale.top < NUMBER_HEIGHT * rem;
    const side = Math.min(xOf(time, step, BAR[0]), xOf(time, step, BAR[1])) - (0.3 + (SIGN_WIDTH * text.length) / 2) * rem;
    numbers.push({ x: crowded ? side : xOf(time, step, TAP), y: scale.zero + beside(hidden < 0 && !crowded), text, kind: "hidden" });
  }
  // Each keeps to its own column, where that is wide enough.
  const left = (step - time.from) * width;
  return numbers.map(({ x, ...number }) => {
    const half = (SIGN_WIDTH * number.text.length * rem) / 2;
    return { ...number, x: 2 * half > width ? x : Math.min(Math.max(x, left + half), left + width - half), half };
  });
}
