/** Where the curves of a comparison stand: largest difference by step, on a logarithmic axis. Pure. */

/** @typedef {{name: string, by_step: number[], first: {step: number | null} | null}} Comparison */
/** @typedef {{path: string, name: string, departs: boolean, end: {x: number, y: number}}} Curve */
/** @typedef {{curves: Curve[], decades: {y: number, text: string}[], steps: {x: number, text: string}[], tolerance: number, departure: number | null}} PlotLayout */

/** In units of the drawing: on a phone it is drawn narrower, so that its letters stay as large. */
export const PLOT = { wide: 640, narrow: 350, height: 190, left: 44, right: 10, top: 10, bottom: 26 };

/** Decades below what rounding explains that are always shown, so that a small difference can be seen to be one. */
const DECADES_BELOW = 2;

/** Nothing smaller is told apart: exactly equal numbers have no logarithm. */
const SMALLEST = 1e-18;

/** More steps than this share their columns, the largest difference of each being drawn. */
const MOST_COLUMNS = 600;

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} exponent */
const power = (exponent) => `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("")}`;

/**
 * @param {Comparison[]} comparisons with a difference for every step
 * @param {number} tolerance
 * @param {number | null} departure the step at which they first differ
 * @param {number} [width]
 * @returns {PlotLayout | null} null where there is nothing to draw
 */
export function differencePlot(comparisons, tolerance, departure, width = PLOT.wide) {
  const drawn = comparisons.filter(({ by_step }) => by_step.length > 1);
  if (drawn.length === 0) return null;
  const steps = Math.max(...drawn.map(({ by_step }) => by_step.length));
  const all = drawn.flatMap(({ by_step }) => by_step.filter((value) => value > SMALLEST));
  const low = Math.floor(Math.log10(Math.min(tolerance * 10 ** -DECADES_BELOW, all.reduce((least, value) => Math.min(least, value), Infinity))));
  const high = Math.max(low + 2, Math.ceil(Math.log10(Math.max(tolerance, all.reduce((most, value) => Math.max(most, value), 0))) + 0.1));
  const inner = { width: width - PLOT.left - PLOT.right, height: PLOT.height - PLOT.top - PLOT.bottom };
  /** @param {number} step */
  const x = (step) => PLOT.left + (step / (steps - 1)) * inner.width;
  /** @param {number} value */
  const y = (value) => PLOT.top + ((high - Math.max(low, Math.log10(Math.max(value, SMALLEST)))) / (high - low)) * inner.height;
  const every = Math.max(1, Math.ceil(steps / MOST_COLUMNS));
  const curves = drawn.map(({ name, by_step, first }) => {
    const points = [];
    for (let step = 0; step < by_step.length; step += every) points.push({ x: x(step), y: y(Math.max(...by_step.slice(step, step + every))) });
    return { name, departs: first !== null, path: `M${points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join("L")}`, end: points[points.length - 1] };
  });
  const apart = Math.max(1, Math.ceil((high - low) / 5));
  const decades = [];
  for (let exponent = high; exponent >= low; exponent -= apart) decades.push({ y: y(10 ** exponent), text: power(exponent) });
  const marks = [...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (steps - 1))))];
  return { curves, decades, steps: marks.map((step) => ({ x: x(step), text: String(step + 1) })), tolerance: y(tolerance), departure: departure === null ? null : x(departure) };
}
