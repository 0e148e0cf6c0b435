/** The one time axis: steps to pixels and back, and how its window moves. All pure. */

/** @typedef {import("../types.js").TimeWindow} TimeWindow */

/** The narrowest window, in steps. */
const NARROWEST = 3;

/**
 * @typedef {{x: (step: number) => number, step: (x: number) => number, stepWidth: number}} TimeScale
 */

/**
 * Steps to CSS pixels; step t covers [x(t), x(t + 1)).
 * @param {TimeWindow} window
 * @param {number} width the plot's width with its gutter
 * @param {number} gutter
 * @returns {TimeScale}
 */
export function timeScale(window, width, gutter) {
  const stepWidth = (width - gutter) / (window.to - window.from);
  return {
    stepWidth,
    x: (step) => gutter + (step - window.from) * stepWidth,
    step: (x) => window.from + (x - gutter) / stepWidth,
  };
}

/**
 * Keeps a window inside [0, steps] and no narrower than a few steps.
 * @param {TimeWindow} window
 * @param {number} steps
 * @returns {TimeWindow}
 */
export function clampWindow(window, steps) {
  const span = Math.min(steps, Math.max(Math.min(NARROWEST, steps), window.to - window.from));
  const from = Math.min(Math.max(0, window.from), steps - span);
  return { from, to: from + span };
}

/**
 * Zooms about a step that stays where it is on the screen. A factor above 1 shows fewer steps.
 * @param {TimeWindow} window
 * @param {number} steps
 * @param {number} factor
 * @param {number} at
 */
export function zoomWindow(window, steps, factor, at) {
  const span = Math.min(steps, Math.max(Math.min(NARROWEST, steps), (window.to - window.from) / factor));
  const share = (at - window.from) / (window.to - window.from);
  const from = at - share * span;
  return clampWindow({ from, to: from + span }, steps);
}

/** What is missing of all steps where nobody can see that anything is. */
const HAIR = 0.01;

/**
 * A window, or null where it shows all.
 * @param {TimeWindow} window
 * @param {number} steps
 */
const unlessWhole = (window, steps) => (window.to - window.from > steps - HAIR ? null : window);

/**
 * Zooms about a place, or, without one, about a step, which then is in sight as a whole.
 * @param {TimeWindow | null} window null shows all, as in the result
 * @param {number} steps
 * @param {number} factor above 1 shows less
 * @param {number | null | undefined} at
 * @param {number} step
 */
export function zoomed(window, steps, factor, at, step) {
  const before = window ?? { from: 0, to: steps };
  return unlessWhole(at == null ? revealStep(zoomWindow(before, steps, factor, step + 0.5), steps, step) : zoomWindow(before, steps, factor, at), steps);
}

/**
 * @param {TimeWindow} window
 * @param {number} steps
 * @param {number} by in steps; positive looks later
 */
export function panWindow(window, steps, by) {
  return clampWindow({ from: window.from + by, to: window.to + by }, steps);
}

/**
 * Moves the window as little as needed to show all of a step.
 * @param {TimeWindow} window
 * @param {number} steps
 * @param {number} step
 */
export function revealStep(window, steps, step) {
  if (step < window.from) return panWindow(window, steps, step - window.from);
  if (step + 1 > window.to) return panWindow(window, steps, step + 1 - window.to);
  return window;
}

/** How much wider or narrower than it was made a drawing is shown while the window moves. */
const STRETCH = 1.6;

/** How much is drawn beyond each side of a window that moves, as a part of its length: of one that keeps it, becomes longer, or shorter. */
const BEYOND = { panned: 1, grown: 0.6, shrunk: 0 };

/**
 * What to draw for a window: itself, or, once it moves, also what the next moves are likely to bring into sight, so that what is drawn has only to be
 * moved, and a little stretched, for them. Once the window rests, it is drawn as it is.
 * @param {TimeWindow} window
 * @param {number} perStep pixels
 * @param {Drawing | null} drawn what was drawn before, if that is the same but for its window
 * @param {number} steps
 * @returns {Drawing} `drawn` itself where that will do
 * @typedef {TimeWindow & {perStep: number}} Drawing with the pixels of a step that it was made for
 */
export function movedDrawing(window, perStep, drawn, steps) {
  const held = heldDrawing(window, perStep, drawn);
  if (!drawn || (held === drawn && drawn.from <= window.from && window.to <= drawn.to)) return held;
  const stretch = perStep / drawn.perStep;
  const margin = (window.to - window.from) * BEYOND[isSameWidth(perStep, drawn.perStep) ? "panned" : stretch < 1 ? "grown" : "shrunk"];
  return { from: Math.max(0, window.from - margin), to: Math.min(steps, window.to + margin), perStep };
}

/**
 * Whether steps are as wide, but for rounding, as they are while the window only moves to and fro.
 * @param {number} one
 * @param {number} other
 */
export const isSameWidth = (one, other) => Math.abs(one / other - 1) < 1e-9;

/**
 * The same for a drawing to which can be added what comes into sight.
 * @param {TimeWindow} window
 * @param {number} perStep pixels
 * @param {Drawing | null} drawn
 * @returns {Drawing}
 */
export function heldDrawing(window, perStep, drawn) {
  const stretch = perStep / (drawn?.perStep ?? 0);
  return drawn && stretch <= STRETCH && stretch >= 1 / STRETCH ? drawn : { ...window, perStep };
}

/**
 * Round numbers for an axis: about `count` of them inside [from, to).
 * @param {number} from
 * @param {number} to
 * @param {number} count
 * @returns {number[]}
 */
export function ticks(from, to, count) {
  const rough = (to - from) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const unit = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? power;
  const every = Math.max(1, Math.round(unit));
  const marks = [];
  for (let mark = Math.ceil(from / every) * every; mark < to; mark += every) marks.push(mark);
  return marks;
}
