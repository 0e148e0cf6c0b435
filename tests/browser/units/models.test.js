/** What the Models view decides without a server: roles of files, what is still asked, where a curve stands; and how layers compute. */

import { applied, cellForm } from "/static/lib/cell-form.js";
import { roleOf, sizeWords, stemOf } from "/static/lib/files.js";
import { parseTokens } from "/static/lib/input.js";
import { initialState } from "/static/state/initial.js";
import { formulaOf } from "/static/state/shown.js";
import { colouringOf, isOfUnits } from "/static/state/selectors.js";
import { transition } from "/static/state/transitions.js";
import { unanswered } from "/static/state/upload-transitions.js";
import { carryTerms } from "/static/views/carry-terms.js";
import { cellStages } from "/static/views/cell-stages.js";
import { cellValues } from "/static/views/cell-values.js";
import { differencePlot } from "/static/views/difference-plot-layout.js";
import { cellsLine } from "/static/views/model-words.js";
import { check, equal, throws } from "./check.js";

/** @param {...number} bytes */
const head = (...bytes) => Uint8Array.from({ length: 16 }, (_, index) => bytes[index] ?? 0);
const START = initialState({ theme: "system", dark: false, reducedMotion: false, density: 1 });

/** @param {any} state @param {...any} events @returns {import("/static/state/types.js").State} */
const after = (state, ...events) => events.reduce((current, event) => transition(current, event), state);

/** @param {string} name @param {number} key @param {string} role @param {number} [size] */
const held = (name, key, role, size = 10) => ({ key, role, file: new File(["x".repeat(size)], name) });

export function test_a_file_is_told_by_its_beginning_before_its_name() {
  equal(roleOf("vocab.txt", head(0x50, 0x4b, 3, 4)), "weights");
  equal(roleOf("model.json", head(0, 1, 0, 0, 0, 0, 0, 0, 0x7b)), "weights");
  equal(roleOf("vocab.json", head(0x5b, 0x22)), "vocabulary");
  equal(roleOf("anything.pt", head(1, 2, 3)), "weights");
  equal([stemOf("my.model.weights.h5"), stemOf("a.b.pt"), stemOf(".pt")], ["my.model", "a.b", ".pt"]);
  equal([sizeWords(1), sizeWords(4200), sizeWords(1e8)], ["1 byte", "4.2 kB", "100 MB"]);
}

export function test_weights_and_vocabulary_belong_together() {
  const first = after(START, { type: "weights-held", held: [held("v.json", 1, "vocabulary"), held("w.pt", 2, "weights")] }).library.upload;
  equal([first.files.map(({ role }) => role), first.name], [["weights", "vocabulary"], "w"]);
  const named = after(START, { type: "weights-held", held: [held("w.pt", 1, "weights")] }, { type: "upload-named", name: "mine" }, { type: "weights-held", held: [held("v.txt", 2, "vocabulary")] }).library.upload;
  equal([named.files.map(({ key }) => key), named.name], [[1, 2], "mine"]);
  const three = after(START, { type: "weights-held", held: [held("a.pt", 1, "weights", 5), held("b.pt", 2, "weights", 50), held("c.pt", 3, "weights", 6)] }).library.upload;
  equal(three.files.map(({ key }) => key), [2]);
  check(three.error !== null, "what was left out is said");
}

export function test_nothing_is_sent_before_what_is_asked_is_answered() {
  const choices = [{ option: "module", values: [{ value: "a", label: "a" }, { value: "b", label: "b" }], chosen: null, sentence: "two" }];
  const asked = after(START, { type: "weights-held", held: [held("w.pt", 1, "weights")] }, { type: "upload-asked" }, { type: "upload-refused", text: "two", choices });
  equal([asked.library.upload.phase, unanswered(asked.library.upload)], ["waiting", true]);
  equal(after(asked, { type: "upload-asked" }).library.upload.phase, "waiting");
  const answered = after(asked, { type: "upload-answered", option: "module", value: "b" }, { type: "upload-asked" });
  equal(answered.library.upload.phase, "sending");
  equal(unanswered({ ...asked.library.upload, choices: [{ ...choices[0], values: [...choices[0].values, { value: null, label: "none" }] }] }), false);
}

export function test_token_ids_are_typed_as_numbers() {
  equal(parseTokens("3 1, 4\n", 5), [3, 1, 4]);
  throws(() => parseTokens("3 1 5", 5), /5 is none of them/);
  throws(() => parseTokens("abc", 5), /no vocabulary/);
  throws(() => parseTokens(" ", 5), /at least one step/);
}

export function test_cells_in_one_line() {
  const layer = { layer: 0, direction: "forward", cell: "lstm", input_size: 3, hidden_size: 4 };
  /** @param {...any} layers */
  const line = (...layers) => cellsLine(/** @type {any} */ ({ layers: layers.map((change) => ({ ...layer, ...change })) }));
  equal(line({}), "LSTM · 4 units");
  equal(line({ direction: "backward" }), "LSTM · 4 units, backward");
  equal(line({}, { direction: "backward" }), "LSTM · 4 units, both directions");
  equal(line({}, { layer: 1 }), "LSTM · 2 × 4 units");
  equal(line({ cell: "gru" }, { layer: 1, hidden_size: 2 }), "GRU and LSTM · 4 + 2 units");
}

/** @param {number[][]} rows */
const matrix = (rows) => ({ data: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0].length });

/** A projected LSTM: two units, one number of hidden state. @returns {any} */
const projected = () => ({
  layer: 0, direction: "forward", cell: "lstm", hiddenSize: 2, form: cellForm("lstm", { projection_size: 1, activation: "tanh", recurrent_activation: "sigmoid", output_activation: "relu" }),
  initialState: { hidden_state: Float64Array.of(0), cell_state: Float64Array.of(0, 0) },
  quantities: { input_gate: matrix([[0.5, 0.5]]), forget_gate: matrix([[0.1, 0.2]]), candidate: matrix([[1, -1]]), output_gate: matrix([[0.25, 0.5]]), cell_state: matrix([[0.5, -0.5]]), hidden_state: matrix([[7]]) },
});

export function test_no_unit_of_a_projected_layer_has_a_hidden_state_of_its_own() {
  const layer = projected();
  const values = cellValues(layer, null, 0, 0);
  equal([values.h, values.h_prev, values.m], [null, null, 0.125]);
  equal([isOfUnits(layer, "hidden_state"), isOfUnits(layer, "cell_state")], [false, true]);
  const { readout } = carryTerms(layer, 0);
  equal([readout?.squashed[0], readout?.hidden[0]], [0.5, 0.125]);
  equal(carryTerms(layer, 1).readout?.squashed[0], 0);
  const equations = cellStages(layer.form)[2].equations.map(({ name }) => name);
  equal(equations, ["output gate", "output before the projection", "hidden state"]);
}

/** @param {any} equation */
const written = ({ formula }) => formula.flat().map((/** @type {any} */ piece) => (typeof piece === "string" ? piece : `${piece.symbol}${piece.below ? `_${piece.below}` : ""}`)).join("");

export function test_equations_follow_the_layer() {
  const variant = cellForm("lstm", { peepholes: true, activation: "softsign", recurrent_activation: "hard_sigmoid", output_activation: "linear" });
  const [forget, add, output] = cellStages(variant);
  equal(written(forget.equations[0]), "f_t= hσ(W_f x_t + U_f h_t−1 + p_f ∘ c_t−1 + b_f)");
  equal(written(add.equations[1]), "g_t= softsign(W_g x_t + U_g h_t−1 + b_g)");
  equal(written(output.equations[0]), "o_t= hσ(W_o x_t + U_o h_t−1 + p_o ∘ c_t + b_o)");
  equal(written(output.equations[1]), "h_t= o_t\u00a0·\u00a0c_t");
  equal(written(cellStages(cellForm("lstm", { coupled: true }))[0].equations[0]), "f_t= 1 − i_t");
  equal(cellForm("lstm", { coupled: true }), cellForm("lstm", { coupled: true }));
  check(cellForm("gru") === cellForm("gru", { activation: undefined }), "equal forms are the same object");
  equal([applied(variant.output, "c"), applied(variant.activation, "c")], ["c", "softsign(c)"]);
}

export function test_formulas_follow_the_layer() {
  const quantity = { name: "forget_gate", symbol: "f", cells: ["lstm"], range: /** @type {[number, number]} */ ([0, 1]), formula: "f = σ(W_f x + U_f h₋₁ + b_f)", description: "" };
  equal(formulaOf(quantity, cellForm("lstm")), quantity.formula);
  equal(formulaOf(quantity, cellForm("lstm", { coupled: true })), "f = 1 - i");
  equal(formulaOf(quantity, cellForm("lstm", { recurrent_activation: "hard_sigmoid", peepholes: true })), "f = hσ(W_f x + U_f h₋₁ + p ∘ c₋₁ + b_f)");
}

export function test_colours_reach_as_far_as_the_data() {
  const gate = /** @type {any} */ ({ range: [0, 1] });
  const candidate = /** @type {any} */ ({ range: [-1, 1] });
  equal(colouringOf(gate, matrix([[0.2, 0.9]])).range, [0, 1]);
  equal(colouringOf(gate, matrix([[0.2, 3]])).range, [0, 3]);
  const negative = colouringOf(gate, matrix([[0.2, -3]]));
  equal([negative.kind, negative.range], ["diverging", [-3, 3]]);
  equal(colouringOf(candidate, matrix([[0.2, 0.3]])).range, [-1, 1]);
  equal(colouringOf(candidate, matrix([[0.2, 4]])).range, [-4, 4]);
}

export function test_differences_stand_on_a_logarithmic_axis() {
  equal(differencePlot([], 1e-5, null), null);
  const layout = differencePlot([{ name: "output", by_step: [1e-7, 1e-7, 0.1, 0], first: { step: 2 } }], 1e-5, 2);
  const ys = layout?.curves[0].path.slice(1).split("L").map((point) => Number(point.split(",")[1])) ?? [];
  check(ys[0] === ys[1] && ys[2] < (layout?.tolerance ?? 0) && ys[3] >= ys[0], "small below, large above, zero at the foot");
  const at = Number(layout?.curves[0].path.slice(1).split("L")[2].split(",")[0]);
  check(Math.abs((layout?.departure ?? 0) - at) < 0.1, "the mark stands at the step");
}
