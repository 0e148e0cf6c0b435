/** Numbers and labels as a person reads them. */

/** @type {Record<string, string>} */
const VISIBLE = { " ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "": "∅", "\u00a0": "⍽" };
/** @type {Record<string, string>} */
const SPOKEN = { " ": "space", "\n": "new line", "\t": "tab", "\r": "carriage return", "": "empty" };

export const MINUS = "−";
/** @type {Record<string, string>} */
const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** What leaves no mark where it is drawn: separators, and characters that only direct others. */
const INVISIBLE = /^[\p{Z}\p{C}]+$/u;

/**
 * A label with its white space made visible; one of other signs that nobody would see is their place, a dotted circle.
 * @param {string} label
 */
export const visible = (label) => VISIBLE[label] ?? (INVISIBLE.test(label) ? label.replace(/./gsu, (sign) => VISIBLE[sign] ?? "◌") : label.replace(/[ \n\t\r]/g, (sign) => VISIBLE[sign]));

/** Labels that have more letters than this on average are words. */
const LETTERS = 2;

/** So many steps tell. */
const STEPS_JUDGED = 1000;

/** @type {WeakMap<object, number>} */
const lengths = new WeakMap();

/**
 * How many letters the longest word of a sequence has; 0 where it is not made of words. What a network expects is looked at as well, so that a full
 * stop typed among words makes no difference; of numbers it is all there is.
 * @param {{kind: "tokens" | "values", labels: string[]}} sequence
 * @param {import("../types.js").Prediction[][] | null} [predictions]
 */
export function wordLength({ kind, labels }, predictions = null) {
  const known = lengths.get(predictions ?? labels);
  if (known !== undefined) return known;
  const all = new Set(kind === "tokens" ? labels.slice(0, STEPS_JUDGED) : []);
  for (const step of predictions?.slice(0, STEPS_JUDGED) ?? []) for (const { label } of step) all.add(label);
  const each = [...all].map((label) => [...visible(label)].length);
  const words = each.reduce((sum, length) => sum + length, 0) > LETTERS * each.length;
  const longest = words ? Math.max(...each) : 0;
  lengths.set(predictions ?? labels, longest);
  return longest;
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

/** Of what people wrote nothing is changed; nor are single numbers where a range is told, which would then not agree. */
const QUOTED_OR_COUNTED = /'[^']*'|"[^"]*"|\b(layer|step) (\d+)\b/g;
const RANGE = /\b\d[\d,]* (?:to|and) \d/;

/**
 * A sentence of the server, which counts layers and steps from 0, as the page counts: from 1.
 * @param {string} text
 */
export const countedFromOne = (text) => (RANGE.test(text) ? text : text.replace(QUOTED_OR_COUNTED, (whole, noun, count) => (noun ? `${noun} ${Number(count) + 1}` : whole)));

/**
 * What the server noted about a sequence.
 * @param {string[]} notes
 */
export const notesText = (notes) => notes.map(asSentence).join(" ");

/**
 * Whole numbers as the server writes them, with commas between thousands: 98,912.
 * @param {number} value
 */
export const grouped = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
