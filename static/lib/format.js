/** Numbers and labels as a person reads them. */

/** @type {Record<string, string>} */
const VISIBLE = { " ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "": "∅" };
/** @type {Record<string, string>} */
const SPOKEN = { " ": "space", "\n": "new line", "\t": "tab", "\r": "carriage return", "": "empty" };

const MINUS = "−";
/** @type {Record<string, string>} */
const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/**
 * A label with its white space made visible.
 * @param {string} label
 */
export const visible = (label) => VISIBLE[label] ?? label.replace(/[ \n\t\r]/g, (sign) => VISIBLE[sign]);

/** Labels of which most have more letters than this are words. */
const LETTERS = 2;

/** @type {WeakMap<string[], number>} */
const lengths = new WeakMap();

/**
 * How many letters the longest of some words has; 0 where most labels are no words.
 * @param {string[]} labels
 */
export function wordLength(labels) {
  let known = lengths.get(labels);
  if (known === undefined) {
    const each = labels.map((label) => [...visible(label)].length);
    known = 2 * each.filter((length) => length > LETTERS).length > each.length ? each.reduce((longest, length) => Math.max(longest, length), 0) : 0;
    lengths.set(labels, known);
  }
  return known;
}

/**
 * A label as a screen reader should say it.
 * @param {string} label
 */
export const spoken = (label) => SPOKEN[label] ?? label;

/**
 * Three decimals and a true minus sign: 0.793, −0.042, 12.600. What would round to nothing, or fill the line, is a power: 3.4×10⁻⁴.
 * @param {number} value
 * @param {number} [decimals]
 * @param {number} [mantissa] decimals of a power
 */
export function number(value, decimals = 3, mantissa = 1) {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 10 ** -decimals / 2)) {
    const [factor, exponent] = size.toExponential(mantissa).split("e");
    return `${value < 0 ? MINUS : ""}${factor}×10${[...exponent.replace("+", "")].map((sign) => SUPERSCRIPT[sign]).join("")}`;
  }
  const text = size.toFixed(size >= 1000 ? 0 : size >= 100 ? Math.min(1, decimals) : decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/**
 * As few digits as tell the end of a range: 1, 3.2, 48.
 * @param {number} value
 */
export function rangeEnd(value) {
  const text = String(Number(Math.abs(value).toPrecision(2)));
  return value < 0 ? MINUS + text : text;
}

/**
 * @param {number} probability
 */
export const percent = (probability) => (probability > 0 && probability < 0.005 ? "<1%" : `${Math.round(probability * 100)}%`);

/**
 * A quantity's name as words: "forget_gate" -> "forget gate".
 * @param {string} name
 */
export const words = (name) => name.replaceAll("_", " ");

/**
 * What the server says, as a sentence of its own: with a capital and a full stop.
 * @param {string} text
 */
export const asSentence = (text) => text && `${text[0].toUpperCase()}${text.slice(1)}${/[.!?:…]$/.test(text) ? "" : "."}`;

/**
 * Whole numbers with thin spaces between thousands: 98 912.
 * @param {number} value
 */
export const grouped = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u2009");
