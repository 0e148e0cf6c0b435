/** The cell inspector: every number on the page is the trace's, and what the equations show can be computed again by hand. */

import { cellForm } from "/static/lib/cell-form.js";
import { formatBrief, formatNumber, formatPercent, formatShort, formatShortSigned, formatSigned } from "/static/lib/numerals.js";
import { diagramOf, levelOf } from "/static/views/cell-diagram-layout.js";
import { cellValues } from "/static/views/cell-values.js";
import { createInspector } from "/static/views/inspector.js";

/** @param {boolean} holds @param {string} claim */
function check(holds, claim) {
  if (!holds) throw new Error(claim);
}

/** @param {unknown} found @param {unknown} wanted @param {string} what */
function equal(found, wanted, what) {
  check(Object.is(found, wanted), `${what}: expected ${wanted}, found ${found}`);
}

/** @param {number} found @param {number} wanted @param {string} what @param {number} within */
function near(found, wanted, what, within) {
  check(Math.abs(found - wanted) <= within, `${what}: expected ${wanted}, found ${found}`);
}

/** @param {number[][]} rows */
const matrix = (rows) => ({ data: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0].length });
const sigmoid = (/** @type {number} */ x) => 1 / (1 + Math.exp(-x));

/** Two units, two steps, all numbers different; states follow from the gates. */
function lstmProps() {
  const pre = { input_gate: [[0.3, -1.2], [2.1, 0.4]], forget_gate: [[1.7, 0.2], [-0.6, 12]], candidate: [[0.9, -0.5], [-1.4, 0.8]], output_gate: [[-2, 0.7], [1.1, -0.3]] };
  const initial = { cell_state: [0.75, -1.5], hidden_state: [0.2, -0.4] };
  const gates = Object.fromEntries(Object.entries(pre).map(([name, rows]) => [name, rows.map((row) => row.map(name === "candidate" ? Math.tanh : sigmoid))]));
  let before = initial.cell_state;
  const states = [0, 1].map((step) => {
    before = before.map((c, unit) => gates.forget_gate[step][unit] * c + gates.input_gate[step][unit] * gates.candidate[step][unit]);
    return before;
  });
  const hidden = states.map((row, step) => row.map((c, unit) => gates.output_gate[step][unit] * Math.tanh(c)));
  const quantities = Object.fromEntries(Object.entries({ ...gates, cell_state: states, hidden_state: hidden }).map(([name, rows]) => [name, matrix(rows)]));
  return propsOf({ cell: "lstm", initial, quantities, pre });
}

/**
 * @param {{cell: "lstm" | "gru" | "rnn", initial: Record<string, number[]>, quantities: Record<string, ReturnType<typeof matrix>>, pre: Record<string, number[][]>}} of
 * @returns {import("/static/types.js").InspectorProps}
 */
function propsOf({ cell, initial, quantities, pre }) {
  const initialState = Object.fromEntries(Object.entries(initial).map(([name, row]) => [name, Float64Array.from(row)]));
  return {
    layer: { layer: 0, direction: "forward", cell, hiddenSize: 2, initialState, quantities },
    preActivations: Object.fromEntries(Object.entries(pre).map(([name, rows]) => [name, matrix(rows)])),
    quantities: [{ name: "forget_gate", symbol: "f", cells: ["lstm"], range: [0, 1], formula: "f = σ(...)", description: "How much is kept." }],
    unit: 1,
    step: 0,
    steps: 2,
    stage: 3,
    label: "<i>",
    playing: false,
    reducedMotion: false,
  };
}

const gruProps = () =>
  propsOf({
    cell: "gru",
    initial: { hidden_state: [0.3, -0.8] },
    quantities: { reset_gate: matrix([[0.4, 0.6], [0.1, 0.2]]), update_gate: matrix([[0.9, 0.7], [0.5, 0.3]]), candidate: matrix([[0.2, 0.5], [-0.3, 0.1]]), hidden_state: matrix([[0.29, -0.41], [0, 0]]) },
    pre: { reset_gate: [[0, 0.4], [0, 0]], update_gate: [[0, 0.8], [0, 0]], candidate: [[0, 0.5], [0, 0]] },
  });

/** @param {import("/static/types.js").InspectorProps} props */
function mounted(props) {
  const root = document.createElement("div");
  root.style.width = "360px";
  document.body.append(root);
  /** @type {import("/static/types.js").ViewEvent[]} */
  const events = [];
  const view = createInspector(root, (event) => events.push(event));
  view.update(props);
  const texts = () => [...root.querySelectorAll(".equation")].map((element) => (element.textContent ?? "").replaceAll("\u00a0", " "));
  return { root, view, events, texts, done: () => (view.destroy(), root.remove()) };
}

/** A number as the page writes it. @param {string} text */
function parsed(text) {
  const digits = { "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9", "⁻": "-" };
  return Number(text.replace(/[()]/g, "").replaceAll("−", "-").replace("×10", "e").replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/g, (sign) => digits[/** @type {keyof typeof digits} */ (sign)]));
}

export function test_numbers_do_not_round_into_a_lie() {
  equal(formatNumber(0.79312), "0.7931", "four digits");
  equal(formatNumber(-0.5), "−0.5000", "a true minus sign");
  equal(formatNumber(0.99998), "0.99998", "almost one is not one");
  equal(formatNumber(-0.999999), "−0.999999", "almost minus one is not minus one");
  equal(formatNumber(1), "1.000", "one is one");
  equal(formatNumber(0), "0", "zero");
  equal(formatNumber(0.0000123456), "1.235×10⁻⁵", "small numbers");
  equal(formatNumber(123456), "123456", "large numbers are not cut");
  equal(formatNumber(-2.5e7, 3), "−2.50×10⁷", "very large numbers");
  equal(formatSigned(0.25, 2), "+0.25", "a sign where it is a change");
  equal(formatShort(0.999999), "≈1", "almost one where there is little room");
  equal(formatShort(-0.99996), "≈−1", "almost minus one");
  equal(formatShort(1), "1.00", "one itself");
  equal(formatShort(0.9994), "0.999", "not that near to one");
  equal(formatShortSigned(0.99999), "≈+1", "with its sign");
  equal(formatShortSigned(0.5), "+0.500", "with its sign");
  equal([1.03e-6, -0.0623, 0.00123, -0.5, 0, 2.5e7].map(formatBrief).join(" "), "1×10⁻⁶ −0.062 0.001 −0.500 0 3×10⁷", "where there is next to no room");
  equal(formatPercent(0.999999), "over 99.9 %", "not quite all");
  equal(formatPercent(0.00001), "under 0.1 %", "not quite nothing");
  equal(formatPercent(0.5), "50 %", "half");
}

export function test_values_are_of_this_unit_and_step() {
  const { layer, preActivations } = lstmProps();
  const first = cellValues(layer, preActivations, 1, 0);
  equal(first.c_prev, -1.5, "the first step starts from the initial state");
  equal(first.h_prev, -0.4, "of both kinds");
  equal(first.f_pre, 0.2, "pre-activation");
  const second = cellValues(layer, preActivations, 0, 1);
  equal(second.c_prev, layer.quantities.cell_state.data[0], "the second step starts from the first");
  equal(cellValues({ ...layer, direction: "backward" }, null, 1, 0).c_prev, layer.quantities.cell_state.data[3], "a backward layer comes from the row after");
  equal(cellValues({ ...layer, direction: "backward" }, null, 1, 1).c_prev, -1.5, "and starts at the end");
  near(Number(first.kept) + Number(first.written), Number(first.c), "kept and written make up the state", 1e-12);
}

export function test_the_filled_equations_can_be_computed_again() {
  for (const [unit, step] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
    const { root, done } = mounted({ ...lstmProps(), unit, step });
    const number = (/** @type {number} */ equation, /** @type {string} */ key) => parsed(root.querySelectorAll(".equation")[equation].querySelector(`.value-of-${key}`)?.textContent ?? "");
    const digit = 6e-4;
    near(sigmoid(number(0, "f_pre")), number(0, "f"), "f = σ(number)", digit);
    near(sigmoid(number(1, "i_pre")), number(1, "i"), "i = σ(number)", digit);
    near(Math.tanh(number(2, "g_pre")), number(2, "g"), "g = tanh(number)", digit);
    near(number(3, "f") * number(3, "c_prev") + number(3, "i") * number(3, "g"), number(3, "c"), "c = f c + i g", digit);
    near(number(3, "kept") + number(3, "written"), number(3, "c"), "c = kept + written", digit);
    near(number(5, "o") * Math.tanh(number(5, "c")), number(5, "h"), "h = o tanh(c)", digit);
    done();
  }
}

export function test_negative_factors_stand_in_parentheses_and_exact_values_in_the_title() {
  const { root, texts, done } = mounted(lstmProps());
  check(/ · \(−1\.500\) \+ /.test(texts()[3]), `a negative factor in parentheses in ${texts()[3]}`);
  const shown = root.querySelector(".value-of-f");
  equal(shown?.getAttribute("title"), String(sigmoid(0.2)), "every digit in the title");
  done();
}

export function test_a_number_that_is_on_its_way_is_not_guessed() {
  const { texts, view, done } = mounted({ ...lstmProps(), preActivations: null });
  check(texts()[0].includes("= σ(…)"), `σ(…) in ${texts()[0]}`);
  check(texts()[2].includes("= tanh(…)"), `tanh(…) in ${texts()[2]}`);
  view.update(lstmProps());
  check(texts()[0].includes("= σ(0.2000)"), `the number once it is there, in ${texts()[0]}`);
  done();
}

export function test_a_gru_blends_and_says_where_the_reset_gate_stands() {
  const { texts, view, done } = mounted(gruProps());
  check(texts()[2].startsWith("nt= tanh(Wn xt + bn + rt ∘ (Un ht−1 + bhn))"), texts()[2]);
  check(texts()[3].includes("= 0.3000 · 0.5000 + 0.7000 · (−0.8000)"), texts()[3]);
  check(texts()[3].endsWith("= −0.4100"), texts()[3]);
  const props = gruProps();
  view.update({ ...props, layer: { ...props.layer, form: cellForm("gru", { reset_after: false }) } });
  check(texts()[2].startsWith("nt= tanh(Wn xt + Un (rt ∘ ht−1) + bn)"), texts()[2]);
  done();
}

export function test_a_simple_rnn_has_one_equation_with_its_own_activation() {
  const props = propsOf({ cell: "rnn", initial: { hidden_state: [0, 0] }, quantities: { hidden_state: matrix([[0.1, 2.5], [0, 0]]) }, pre: { hidden_state: [[0.1, 2.5], [0, 0]] } });
  const { texts, done } = mounted({ ...props, layer: { ...props.layer, form: cellForm("rnn", { activation: "relu" }) } });
  equal(texts().length, 1, "one equation");
  check(texts()[0].includes("= max(0, 2.500)") && texts()[0].endsWith("= 2.500"), texts()[0]);
  done();
}

export function test_the_diagram_tells_the_same_numbers() {
  const { root, done } = mounted(lstmProps());
  const values = cellValues(lstmProps().layer, null, 1, 0);
  const shown = [...root.querySelectorAll(".cell-number")].map((element) => element.firstChild?.textContent);
  for (const key of ["c_prev", "kept", "c", "f", "i", "g", "o", "h", "h_prev", "tanh_c"]) {
    const text = formatBrief(Number(values[key]));
    check(shown.includes(text), `${key} = ${text} is among ${shown}`);
  }
  const description = root.querySelector("svg[role=img]")?.getAttribute("aria-label") ?? "";
  check(description.startsWith("LSTM cell, unit 1, step 1 of 2, input <i>."), description);
  check(description.includes(formatNumber(Number(values.c))), "the description holds the new state");
  done();
}

export function test_levels_are_true() {
  const [forget, , candidate] = diagramOf(cellForm("lstm")).boxes;
  near(levelOf(forget, 0.25).height, 44 * 0.25, "a gate a quarter open", 1e-9);
  near(levelOf(forget, 0.25).y + levelOf(forget, 0.25).height, forget.y + 22, "filled from the bottom", 1e-9);
  near(levelOf(candidate, -0.5).y, candidate.y, "a negative candidate hangs from the middle", 1e-9);
  near(levelOf(candidate, 0.5).y + levelOf(candidate, 0.5).height, candidate.y, "a positive one stands on it", 1e-9);
}

export function test_what_the_stage_has_not_reached_is_ahead() {
  const { root, view, done } = mounted({ ...lstmProps(), stage: 1 });
  const state = () => [...root.querySelectorAll(".stage")].map(({ className }) => className);
  equal(state().join(), "stage is-current,stage is-ahead,stage is-ahead", "forgetting is shown");
  check(root.querySelector(".cell-box.cell-output")?.classList.contains("is-ahead") === true, "the output gate is still ahead");
  view.update({ ...lstmProps(), stage: 3 });
  equal(state().join(), "stage,stage,stage", "a whole step has no current stage");
  view.update({ ...lstmProps(), stage: 3, staged: true });
  equal(state()[2], "stage is-current", "unless steps are taken in stages");
  done();
}

export function test_a_step_fills_the_same_elements() {
  const props = lstmProps();
  const { root, view, done } = mounted(props);
  const elements = () => ["svg.cell-diagram", ".equation", ".value-of-f"].map((selector) => root.querySelector(selector));
  const before = elements();
  const text = before[2]?.textContent;
  view.update({ ...props, step: 1, label: "x" });
  const after = elements();
  check(after.every((element, index) => element !== null && element === before[index]), "the elements stayed");
  check(root.querySelector(".value-of-f")?.textContent !== text, "with other numbers");
  check(root.querySelector(".inspector-title")?.textContent === "Step 2 of 2 · unit 1 · x", root.querySelector(".inspector-title")?.textContent ?? "");
  done();
}

export function test_labels_stay_text() {
  const { root, done } = mounted(lstmProps());
  equal(root.querySelector(".inspector-token")?.textContent, "<i>", "a label with markup is shown as it is");
  equal(root.querySelector(".inspector-token")?.children.length, 0, "and makes no elements");
  done();
}

export function test_the_unit_stepper_stays_within_the_layer() {
  const { root, view, events, done } = mounted(lstmProps());
  const [previous, next] = /** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll(".unit-step"));
  const number = /** @type {HTMLInputElement} */ (root.querySelector(".unit-number"));
  check(next.disabled && !previous.disabled, "the last unit has no next");
  previous.click();
  for (const typed of ["0", "2", "-1", "0.5", ""]) {
    number.value = typed;
    number.dispatchEvent(new Event("change"));
    if (typed !== "0") equal(number.value, "1", `"${typed}" is no other unit of the layer`);
  }
  equal(JSON.stringify(events), JSON.stringify([{ type: "unit-chosen", unit: 0 }, { type: "unit-chosen", unit: 0 }]), "what was told");
  view.update({ ...lstmProps(), unit: 0 });
  check(previous.disabled && !next.disabled && number.value === "0", "it follows the props");
  done();
}

export function test_values_flow_only_while_playing_and_where_motion_is_welcome() {
  const { root, view, done } = mounted({ ...lstmProps(), playing: true });
  check(root.classList.contains("is-flowing"), "playing");
  view.update({ ...lstmProps(), playing: true, reducedMotion: true });
  check(!root.classList.contains("is-flowing"), "less motion is wished");
  done();
}

export function test_the_glossary_explains_this_cells_quantities() {
  const { root, view, done } = mounted(lstmProps());
  check(root.querySelector("details dl")?.textContent?.includes("How much is kept.") === true, "the description from the table");
  view.update(gruProps());
  check(root.querySelector("details dl")?.textContent?.includes("How much is kept.") === false, "not another cell's");
  done();
}
