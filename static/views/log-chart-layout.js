/** Where lines of positive numbers along time stand on a logarithmic scale. Pure. */

/** @typedef {import("../types.js").TimeWindow} TimeWindow */
/** @typedef {{key: string, values: ArrayLike<number>, label?: string}} Line `label` is written at its end */
/** @typedef {{paths: {key: string, d: string}[], decades: {y: number, text: string}[], labels: {key: string, text: string, x: number, y: number}[], y: (value: number) => number}} LogLayout */

/** Room above and below the lines, in CSS pixels, and above them where labels stand. */
const MARGIN = 8;
const LABEL_MARGIN = 19;

/** The fewest powers of ten that are shown, and about how far apart their marks stand in CSS pixels. */
const FEWEST = 2;
const APART = 30;

/** Labels keep this far apart, and a letter is about this wide, in CSS pixels. */
const LABEL = 14;
const LETTER = 8;

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} exponent */
export const power = (exponent) => (exponent === 0 ? "1" : `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("")}`);

/**
 * @param {Line[]} lines
 * @param {TimeWindow} window
 * @param {number} width of the plot in CSS pixels
 * @param {number} height
 * @returns {LogLayout | null} null where there is nothing to draw
 */
export function logLines(lines, window, width, height) {
  const [least, most] = extent(lines);
  if (least === null) return null;
  let [low, high] = [Math.floor(Math.log10(least) + 1e-9), Math.ceil(Math.log10(most) - 1e-9)];
  if (high - low < FEWEST) [low, high] = [high - FEWEST, high];
  const above = lines.some(({ label }) => label) ? LABEL_MARGIN : MARGIN;
  const inner = height - above - MARGIN;
  /** @param {number} value */
  const y = (value) => above + ((high - Math.log10(value)) / (high - low)) * inner;
  /** @param {number} step */
  const x = (step) => ((step + 0.5 - window.from) / (window.to - window.from)) * width;
  const every = Math.max(1, Math.ceil((APART / inner) * (high - low)));
  const decades = [];
  for (let exponent = Math.floor(high / every) * every; exponent >= low; exponent -= every) decades.push({ y: y(10 ** exponent), text: power(exponent) });
  return { decades, paths: lines.map(({ key, values }) => ({ key, d: pathOf(values, window, width, x, y) })), labels: labelsOf(lines, window, x, y, height), y };
}

/** @param {Line[]} lines @returns {[number, number] | [null, null]} the smallest and the largest positive number */
function extent(lines) {
  let least = Infinity;
  let most = 0;
  for (const { values } of lines) {
    for (let step = 0; step < values.length; step++) {
      if (values[step] > 0) {
        least = Math.min(least, values[step]);
        most = Math.max(most, values[step]);
      }
    }
  }
  return most > 0 ? [least, most] : [null, null];
}

/**
 * A line is broken where there is nothing left, which has no logarithm. Of steps that share a pixel the largest is drawn.
 * @param {ArrayLike<number>} values
 * @param {TimeWindow} window
 * @param {number} width
 * @param {(step: number) => number} x
 * @param {(value: number) => number} y
 */
function pathOf(values, window, width, x, y) {
  const from = Math.max(0, Math.floor(window.from) - 1);
  const to = Math.min(values.length, Math.ceil(window.to) + 1);
  const every = Math.max(1, Math.floor((to - from) / Math.max(1, width)));
  let path = "";
  let drawing = false;
  for (let start = from; start < to; start += every) {
    let largest = 0;
    for (let step = start; step < Math.min(start + every, to); step++) largest = Math.max(largest, values[step]);
    if (largest > 0) path += `${drawing ? "L" : "M"}${x(start + (every - 1) / 2).toFixed(1)},${y(largest).toFixed(1)}`;
    drawing = largest > 0;
  }
  return path;
}

/**
 * A label stands over the beginning of its visible line, and none over another.
 * @param {Line[]} lines
 * @param {TimeWindow} window
 * @param {(step: number) => number} x
 * @param {(value: number) => number} y
 * @param {number} height
 */
function labelsOf(lines, window, x, y, height) {
  const labels = lines.flatMap(({ key, label, values }) => {
    let step = Math.max(0, Math.ceil(window.from));
    while (step < values.length && !(values[step] > 0)) step++;
    if (!label || step >= values.length) return [];
    const left = Math.max(4, x(step) + 4);
    return [{ key, text: label, x: left, y: topOf(values, step, x, y, left + LETTER * label.length) - 5 }];
  });
  labels.sort((a, b) => a.y - b.y);
  for (let index = 0, floor = LABEL; index < labels.length; index++) floor = (labels[index].y = Math.max(floor, labels[index].y)) + LABEL;
  for (let index = labels.length - 1, ceiling = height - 3; index >= 0; index--) ceiling = (labels[index].y = Math.min(ceiling, labels[index].y)) - LABEL;
  return labels;
}

/**
 * How far up a line reaches from a step as far as `right`.
 * @param {ArrayLike<number>} values
 * @param {number} step
 * @param {(step: number) => number} x
 * @param {(value: number) => number} y
 * @param {number} right
 */
function topOf(values, step, x, y, right) {
  let top = Infinity;
  for (; step < values.length && x(step - 1) <= right; step++) if (values[step] > 0) top = Math.min(top, y(values[step]));
  return top;
}
