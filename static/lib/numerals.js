/**
 * Numbers as people read them: true minus sign, a chosen number of significant digits, and never a rounding that lies.
 *
 * @module
 */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Most digits ever shown: what a float32 can tell apart. */
const MOST_DIGITS = 9;

/**
 * `value` with `digits` significant digits. A gate of 0.99998 is not written as 1.000: digits are added until the text differs from 1, because
 * 1 and almost 1 are different things to a memory. Very small and very large numbers become 1.234×10⁻⁵.
 *
 * @param {number} value
 * @param {number} [digits]
 * @returns {string}
 */
export function formatNumber(value, digits = 4) {
  if (!Number.isFinite(value)) return String(value).replace("-", "−");
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < 1e-3 || size >= 1e6 ? scientific(size, digits) : plain(size, digits);
  return value < 0 ? `−${text}` : text;
}

/**
 * As `formatNumber`, with a plus sign where the value is positive.
 *
 * @param {number} value
 * @param {number} [digits]
 */
export function formatSigned(value, digits = 4) {
  return value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);
}

/**
 * Three significant digits where there is little room: almost one is ≈1, not one.
 *
 * @param {number} value
 */
export function formatShort(value) {
  const almost = Math.abs(value) < 1 && Math.abs(value) >= 0.9995;
  if (almost) return value < 0 ? "≈−1" : "≈1";
  return formatNumber(value, 3);
}

/**
 * As `formatShort`, but no longer than six letters: a small number has two digits, a power one. More would reach into the next number.
 *
 * @param {number} value
 */
export function formatBrief(value) {
  const size = Math.abs(value);
  if (size === 0 || (size >= 0.1 && size < 1e6)) return formatShort(value);
  return formatNumber(value, size < 0.01 || size >= 1e6 ? 1 : 2);
}

/**
 * As `formatShort`, with a plus sign where the value is positive.
 *
 * @param {number} value
 */
export function formatShortSigned(value) {
  const text = formatShort(value);
  return value > 0 && !text.startsWith("≈") ? `+${text}` : text.replace("≈1", "≈+1");
}

/**
 * A share from 0 to 1 as percent, to one tenth; 99.98 % is not rounded to 100 %.
 *
 * @param {number} share
 */
export function formatPercent(share) {
  const percent = share * 100;
  const text = percent.toFixed(1);
  const rounded = Number(text);
  if (rounded === 100 && percent < 100) return "over 99.9 %";
  if (rounded === 0 && percent > 0) return "under 0.1 %";
  return `${text.replace(/\.0$/, "").replace("-", "−")} %`;
}

/**
 * Every digit the float holds, for tooltips.
 *
 * @param {number} value
 */
export function formatExact(value) {
  return String(value).replaceAll("-", "−");
}

/**
 * @param {number} size positive
 * @param {number} digits
 */
function plain(size, digits) {
  if (size >= 10 ** digits) return size.toFixed(0);
  for (let more = digits; more <= MOST_DIGITS; more++) {
    const text = size.toPrecision(more);
    if (size >= 1 || Number(text) !== 1) return text;
  }
  return size.toString();
}

/**
 * @param {number} size positive
 * @param {number} digits
 */
function scientific(size, digits) {
  const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
  const power = [...String(Math.abs(Number(exponent)))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return `${mantissa}×10${Number(exponent) < 0 ? "⁻" : ""}${power}`;
}
