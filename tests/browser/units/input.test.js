/** Typed text, files and arrays off the wire: what is understood, and the sentence where it is not. */

import { decodeMatrix, decodeVector } from "/static/lib/array.js";
import { describeInput, editableText, parseFile, parseNumbers, parseTyped } from "/static/lib/input.js";
import { parseNpy } from "/static/lib/npy.js";
import { ApiError } from "/static/api.js";
import { sentence } from "/static/state/effects/sentence.js";
import { notesText, number, percent, rangeEnd, visible, wordLength } from "/static/lib/format.js";
import { check, equal, throws } from "./check.js";

const VALUES = /** @type {const} */ ({ kind: "values", size: 2 });
const TOKENS = /** @type {const} */ ({ kind: "tokens", size: 96 });

export function test_numbers_come_apart_by_anything_usual() {
  equal(parseNumbers("1, 2\n3;4\n5\t6\r\n7 8", 2), [[1, 2], [3, 4], [5, 6], [7, 8]]);
  equal(parseNumbers("1e-3 -2.5", 2), [[0.001, -2.5]]);
}

export function test_one_number_a_step_takes_any_layout() {
  equal(parseNumbers("1, 2, 3\n4\n\n5", 1), [[1], [2], [3], [4], [5]]);
}

export function test_a_heading_is_passed_over() {
  equal(parseNumbers("time,value\n1,2", 2), [[1, 2]]);
}

export function test_what_is_no_number_is_named_with_its_line() {
  throws(() => parseNumbers("1,2\n3,x", 2), /line 2 has “x”/);
  throws(() => parseNumbers("1,2\n3,NaN", 2), /line 2 has “NaN”/);
  throws(() => parseNumbers("1,2\n3,Infinity", 2), /“Infinity”/);
  throws(() => parseNumbers("1,2\n3", 2), /2 numbers a step; line 2 has 1 number\./);
  throws(() => parseNumbers(" \n", 2), /at least one step/);
}

export function test_text_is_taken_as_it_is() {
  equal(parseTyped(" a\nb ", TOKENS), { text: " a\nb " });
  throws(() => parseTyped("", TOKENS), /at least one step/);
}

export function test_an_input_can_be_edited_and_read_again() {
  for (const input of [{ values: [[0.1, -2], [1e-7, 3]] }, { values: [[1.5, 2], [3, 4]] }]) equal(parseTyped(/** @type {string} */ (editableText(input, VALUES)), VALUES), input);
  equal(editableText({ values: [[1], [2.5]] }, VALUES), "1, 2.5");
  equal(editableText({ tokens: [1] }, { kind: "tokens", size: 9 }), null);
  equal([describeInput({ text: "a𝄞" }), describeInput({ text: "I live in France" }, 4), describeInput({ tokens: [1] }), describeInput({ values: [[1, 2]] })], ["2 characters", "4 tokens", "1 token", "1 step of 2 numbers"]);
}

/**
 * @param {string} header
 * @param {ArrayBufferView} data
 */
function npy(header, data) {
  const padded = header.padEnd(118 - 1) + "\n";
  const bytes = new Uint8Array(10 + padded.length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length, 0]);
  bytes.set(new TextEncoder().encode(padded), 10);
  bytes.set(new Uint8Array(data.buffer), 10 + padded.length);
  return bytes.buffer;
}

export function test_npy_is_read_by_its_header() {
  const header = (/** @type {string} */ type, shape = "(2, 2)", fortran = "False") => `{'descr': '${type}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
  equal(parseNpy(npy(header("<f8"), Float64Array.of(1, 2, 3, 4.5))), { shape: [2, 2], values: [1, 2, 3, 4.5], integers: false });
  equal(parseNpy(npy(header("<i4", "(3,)"), Int32Array.of(7, -8, 9))), { shape: [3], values: [7, -8, 9], integers: true });
  equal(parseNpy(npy(header("|u1", "(2,)"), Uint8Array.of(255, 1))).values, [255, 1]);
  const big = new DataView(new ArrayBuffer(4));
  big.setFloat32(0, 1.5);
  equal(parseNpy(npy(header(">f4", "(1,)"), new Uint8Array(big.buffer))).values, [1.5]);
  throws(() => parseNpy(npy(header("<f8", "(2, 2)", "True"), new Float64Array(4))), /C order/);
  throws(() => parseNpy(npy(header("<c16"), new Float64Array(8))), /floats or whole numbers/);
  throws(() => parseNpy(npy(header("|O"), new Uint8Array(8))), /floats or whole numbers/);
  throws(() => parseNpy(npy(header("<f8", "(1, 2, 2)"), new Float64Array(4))), /one or two dimensions/);
  throws(() => parseNpy(npy(header("<f8", "(99, 2)"), new Float64Array(4))), /198 numbers; the file ends after 4/);
  throws(() => parseNpy(new TextEncoder().encode("not an array at all").buffer), /signature/);
  throws(() => parseNpy(npy(header("<f8"), new Float64Array(4)).slice(0, 40)), /header/);
}

export function test_spreadsheets_are_read_and_their_gaps_are_not_closed() {
  equal(parseNumbers('"time, in s";"x"\n"1";"-2.5"\n', 2), [[1, -2.5]]);
  equal(parseNumbers("x;y\n1,5;-2,25\n3;4", 2), [[1.5, -2.25], [3, 4]]);
  equal(parseNumbers("1, 2; 3, 4", 1), [[1], [2], [3], [4]]);
  equal(parseNumbers("1, 2,\n3, 4,\n", 2), [[1, 2], [3, 4]]);
  equal(parseNumbers("1\t2\n 3 \t 4 ", 2), [[1, 2], [3, 4]]);
  throws(() => parseNumbers("1,,2", 2), /line 1 has an empty cell/);
  throws(() => parseNumbers("x,y\n,2", 2), /line 2 has an empty cell/);
  throws(() => parseNumbers('"1,234","5"', 2), /line 1 has “1,234”/);
  throws(() => parseNumbers("1;;2", 1), /line 1 has an empty cell/);
  throws(() => parseNumbers("nan, nan\n1, 2", 2), /line 1 has “nan”/);
}

export function test_files_are_told_apart_by_their_name() {
  const bytes = (/** @type {string} */ text) => /** @type {ArrayBuffer} */ (new TextEncoder().encode(text).buffer);
  equal(parseFile("a.csv", bytes("\uFEFFx,y\n1,2"), VALUES), { values: [[1, 2]] });
  equal(parseFile("a.py", bytes("def f"), TOKENS), { text: "def f" });
  throws(() => parseFile("a.txt", /** @type {ArrayBuffer} */ (Uint8Array.of(0xff, 0xfe, 0).buffer), TOKENS), /UTF-8/);
  const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }";
  equal(parseFile("ids.npy", npy(header, BigInt64Array.of(3n, 1n)), TOKENS), { tokens: [3, 1] });
  throws(() => parseFile("x.npy", npy(header, BigInt64Array.of(3n, 1n)), VALUES), /2 numbers a step; this array has 1/);
}

export function test_arrays_off_the_wire() {
  const encoded = { dtype: "f4", shape: "2, 2", bdata: btoa(String.fromCharCode(...new Uint8Array(Float32Array.of(1, -2.5, 0, 4).buffer))) };
  equal(decodeMatrix(encoded), { data: Float32Array.of(1, -2.5, 0, 4), rows: 2, columns: 2 });
  check(decodeVector(encoded) instanceof Float32Array, "single precision stays single");
  throws(() => decodeMatrix({ ...encoded, shape: "3, 2" }), /shape is 3, 2/);
  throws(() => decodeVector({ ...encoded, dtype: "i4" }), /f4 or f8/);
}

export function test_numbers_read_well() {
  equal([0, 0.7926, -0.04, 12.3456, 123.456, -98765, 0.00001, -0.0001].map((value) => number(value)), ["0.000", "0.793", "−0.040", "12.346", "123.5", "−98765", "1.0×10⁻⁵", "−1.0×10⁻⁴"]);
  equal([percent(0.004), percent(0.5), percent(0), percent(1)], ["<1%", "50%", "0%", "100%"]);
  equal([rangeEnd(-3.26), rangeEnd(1), rangeEnd(254.1)], ["−3.3", "1", "250"]);
  equal([visible(" "), visible("\n"), visible("a"), visible("\u00a0"), visible("\u200b"), visible("a\u200bb"), visible("1,\u00a02")], ["␣", "⏎", "a", "⍽", "◌", "a\u200bb", "1,\u00a02"]);
}

/** What a sequence of tokens is told as. @param {string[]} labels */
const read = (...labels) => ({ kind: /** @type {"tokens"} */ ("tokens"), labels });

export function test_notes_are_sentences() {
  equal(notesText(["the text was split", "1 character is unknown: '§'"]), "The text was split. 1 character is unknown: '§'.");
}

export function test_words_are_told_from_letters_by_what_is_read_and_expected() {
  equal([wordLength(read("I", "live", "in", "France")), wordLength(read("a", "b", " ")), wordLength(read()), wordLength(read("ab", "cd"))], [6, 0, 0, 0]);
  const expects = (/** @type {string[]} */ ...labels) => [labels.map((label, token) => ({ label, token, probability: 0.1 }))];
  equal(wordLength(read("I", ".", "."), expects("live", "paints", "I")), 6);
  equal([wordLength({ kind: "values", labels: ["0.25", "0.125"] }), wordLength({ kind: "values", labels: ["0.25"] }, expects("square", "grows"))], [0, 6]);
  equal(wordLength(read("a", "b", "c", "d"), expects("a", "e", "f", "<eos>")), 0);
}

export function test_what_the_server_counts_from_0_is_told_from_1() {
  const said = "every state must stay finite, but the cell state of layer 0 (forward) left the range of float32 at step 12";
  equal(sentence(new ApiError(422, said)), "Every state must stay finite, but the cell state of layer 1 (forward) left the range of float32 at step 13.");
  equal(sentence(new ApiError(422, "a layer must be one of layer 0 to 2, not layer 5")), "A layer must be one of layer 0 to 2, not layer 5.");
  equal(sentence(new ApiError(422, "no layer is called 'step 3'")), "No layer is called 'step 3'.");
  equal(sentence(new ApiError(422, "a unit must be one of 0 to 3, not 12")), "A unit must be one of 0 to 3, not 12.");
  equal(sentence(new Error("step 3 is empty")), "Step 3 is empty.");
}
