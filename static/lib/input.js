/** What somebody typed, pasted or dropped, as the `input` of a trace request. Pure; errors are sentences. */

import { grouped } from "./format.js";
import { parseNpy } from "./npy.js";

/** @typedef {{text: string} | {tokens: number[]} | {values: number[][]}} Input */

/** @param {number} count @param {string} noun */
const counted = (count, noun) => `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

/** What spreadsheets and NumPy write where there is no number: such a line is data with a gap, never a heading. */
const NOT_A_NUMBER = /^[-+]?(nan|inf|infinity|null|none|na|n\/a)$/i;

/** A number with a decimal comma, as spreadsheets write it in much of the world; cells are then apart by semicolons. */
const DECIMAL_COMMA = /^([-+]?\d*),(\d+(?:e[-+]?\d+)?)$/i;

/**
 * The cells of a line; "" is a cell with nothing in it. Quotes about a cell are no part of it, and a separator may end the line.
 * @param {string} line
 * @returns {string[]}
 */
function cellsOf(line) {
  const quoted = line.replace(/"([^"]*)"/g, (_, inside) => inside.trim().replace(/[,;\s]/g, (/** @type {string} */ sign) => String.fromCharCode(HIDDEN + sign.charCodeAt(0))));
  const halves = quoted.split(";").map((part) => part.trim());
  const commas = halves.length > 1 && halves.every((part) => DECIMAL_COMMA.test(part) || !part.includes(",")) && halves.some((part) => part.includes(","));
  if (commas) return ended(halves.map((part) => part.replace(DECIMAL_COMMA, "$1.$2")));
  return ended(quoted.trim() === "" ? [] : quoted.trim().split(/\s*[,;\t]\s*|\s+/));
}

/** Separators inside quotes separate nothing: while a line is cut they hide among the characters for private use. */
const HIDDEN = 0xe000;

/** @param {string[]} cells */
function ended(cells) {
  const kept = cells.length > 1 && cells[cells.length - 1] === "" ? cells.slice(0, -1) : cells;
  return kept.map((cell) => cell.replace(/[\ue000-\ue0ff]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - HIDDEN)));
}

/**
 * Rows of numbers from text: one row a line, numbers apart by commas, semicolons, tabs or spaces. A network that reads one
 * number a step takes any typed layout as one long sequence; the columns of a table are never mixed into one. A first line
 * without any number is a heading and is passed over.
 * @param {string} text
 * @param {number} width how many numbers the network reads a step
 * @param {boolean} table whether each line is a row of a table, as in a file
 * @returns {number[][]}
 * @throws {RangeError}
 */
export function parseNumbers(text, width, table = false) {
  const lines = text.split(/\r\n|\r|\n/).map((line, index) => ({ number: index + 1, parts: cellsOf(line) })).filter((line) => line.parts.length > 0);
  if (lines.length > 1 && lines[0].parts.every((part) => part === "" || (Number.isNaN(Number(part)) && !NOT_A_NUMBER.test(part)))) lines.shift();
  if (lines.length === 0) throw new RangeError("A sequence needs at least one step; there are no numbers yet.");
  const rows = lines.map(({ number, parts }) =>
    parts.map((part) => {
      if (part === "") throw new RangeError(`Expected numbers; line ${number} has an empty cell.`);
      const value = Number(part);
      if (!Number.isFinite(value)) throw new RangeError(`Expected numbers; line ${number} has “${part.slice(0, 40)}”.`);
      return value;
    }),
  );
  if (width === 1 && !(table && rows.length > 1)) return rows.flat().map((value) => [value]);
  const wrong = rows.findIndex((row) => row.length !== width);
  if (wrong >= 0) throw new RangeError(`This network reads ${counted(width, "number")} a step; line ${lines[wrong].number} has ${counted(rows[wrong].length, "number")}.`);
  return rows;
}

/**
 * What a network reads. `labels` null says that its tokens have no texts, only their ids; left out, nobody has asked yet.
 * @typedef {{kind: "tokens" | "values", size: number, labels?: string[] | null, ids?: boolean}} Reads
 */

/**
 * Token ids from text: whole numbers, apart by commas, semicolons or white space, as in "3 1 4".
 * @param {string} text
 * @param {number} size how many different tokens there are
 * @returns {number[]}
 * @throws {RangeError}
 */
export function parseTokens(text, size) {
  const parts = text.trim().replace(/^\[|\]$/g, "").split(/[\s,;]+/).filter((part) => part !== "");
  if (parts.length === 0) throw new RangeError("A sequence needs at least one step; there are no token ids yet.");
  return parts.map((part) => {
    if (!/^\d{1,15}$/.test(part)) throw new RangeError(`This network has no vocabulary: expected token ids such as 3 1 4, not “${part.slice(0, 40)}”.`);
    if (Number(part) >= size) throw new RangeError(`This network knows the token ids 0 to ${size - 1}; ${part} is none of them.`);
    return Number(part);
  });
}

/**
 * @param {string} text
 * @param {Reads} reads what the network reads
 * @returns {Input}
 * @throws {RangeError}
 */
export function parseTyped(text, reads) {
  if (reads.kind === "values") return { values: parseNumbers(text, reads.size) };
  if (reads.ids) return { tokens: parseTokens(text, reads.size) };
  if (text === "") throw new RangeError("A sequence needs at least one step; there is no text yet.");
  return { text };
}

/**
 * @param {string} name the file's name
 * @param {ArrayBuffer} buffer
 * @param {{kind: "tokens" | "values", size: number}} reads
 * @returns {Input}
 * @throws {RangeError}
 */
export function parseFile(name, buffer, reads) {
  if (/\.npy$/i.test(name)) return arrayInput(parseNpy(buffer), reads);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(buffer);
  } catch {
    throw new RangeError("Expected text in UTF-8, comma-separated numbers or a .npy array; this file is none of them.");
  }
  const content = text.replace(/^\uFEFF/, "");
  return reads.kind === "values" ? { values: parseNumbers(content, reads.size, true) } : parseTyped(content, reads);
}

/**
 * @param {{shape: number[], values: number[], integers: boolean}} array
 * @param {{kind: "tokens" | "values", size: number}} reads
 * @returns {Input}
 */
function arrayInput({ shape, values, integers }, reads) {
  if (values.length === 0) throw new RangeError("A sequence needs at least one step; this array is empty.");
  if (reads.kind === "tokens") {
    if (!integers || shape.length !== 1) throw new RangeError(`This network reads tokens: expected whole numbers in one dimension; this array is ${shape.join(" × ")} ${integers ? "whole numbers" : "floats"}.`);
    return { tokens: values };
  }
  const width = shape.length === 2 ? shape[1] : 1;
  if (width !== reads.size) throw new RangeError(`This network reads ${counted(reads.size, "number")} a step; this array has ${width}.`);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RangeError(`Expected finite numbers; ${values[wrong]} stands at step ${Math.floor(wrong / width) + 1}.`);
  return { values: Array.from({ length: shape[0] }, (_, row) => values.slice(row * width, (row + 1) * width)) };
}

/**
 * How long an input is, in the words beside it: "300 steps of 2 numbers". How many tokens a text has, only a server tells that has split it.
 * @param {Input} input
 * @param {number | null} [tokens] of a text, where they are known
 */
export function describeInput(input, tokens = null) {
  if ("text" in input) return tokens === null ? counted([...input.text].length, "character") : counted(tokens, "token");
  if ("tokens" in input) return counted(input.tokens.length, "token");
  return `${counted(input.values.length, "step")} of ${counted(input.values[0]?.length ?? 0, "number")}`;
}

/**
 * An input as text that can be edited: the inverse of `parseTyped`, null for what has none: token ids where text is read.
 * @param {Input} input
 * @param {Reads} reads
 * @returns {string | null}
 */
export function editableText(input, reads) {
  if ("text" in input) return reads.ids ? null : input.text;
  if ("tokens" in input) return reads.ids ? input.tokens.join(" ") : null;
  const flat = input.values.every((row) => row.length === 1);
  return flat ? input.values.map((row) => row[0]).join(", ") : input.values.map((row) => row.join(", ")).join("\n");
}
