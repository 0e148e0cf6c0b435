/** The lessons: what each counts as right and wrong, on what the server really computes; and what the page makes of a lesson. */

import { asTyped, displayed, written } from "/static/lessons/display.js";
import { equations } from "/static/lessons/equations.js";
import { ranked } from "/static/lessons/following.js";
import { needed, verdictOf } from "/static/lessons/judging.js";
import { LESSONS, lessonOf } from "/static/lessons/lessons.js";
import { initialSettings } from "/static/lessons/networks.js";
import { correlation, short } from "/static/lessons/reading.js";
import { depths, pythonStructure } from "/static/lessons/structure.js";
import { pieces } from "/static/lib/rich-text.js";
import { createRuns } from "/static/state/effects/lesson-runs.js";
import { PLACE_NAMES } from "/static/state/place-names.js";
import { initialState } from "/static/state/initial.js";
import { atLesson, isCovered, learnOf, learnTransitions, lessonFields, NOTHING_LEARNT } from "/static/state/learn-transitions.js";
import { plotLayout } from "/static/views/lesson-plot-layout.js";
import { check, equal, throws } from "./check.js";

/** @typedef {import("/static/lessons/types.js").Lesson} Lesson */
/** @typedef {import("/static/lessons/types.js").Question} Question */

/** What an address says of the page itself. */
const RESERVED = ["view", "lesson", "sequence", "own", "step", "unit", "equations", "cell", "model", "text", "tokens", "values", "example", "layer", "direction"];

/** Networks that only a server with the bundled ones has. */
const TRAINED = ["depth", "reach"];

/** The answer to each question, and answers that are none. A goal is met by its own solution, and by none of these settings. @type {Record<string, {right?: any, wrong: any[]}>} */
const ANSWERS = {
  "forgets/left": { right: "tenth", wrong: ["most", "half", "nothing"] },
  "forgets/half": { wrong: [{}, { u: 1 }, { u: 1.2 }] },
  "forgets/kept": { right: "sign", wrong: ["both", "size", "neither"] },
  "carry/sum": { right: 1.5, wrong: [3, 2, 1.4, -1.5] },
  "carry/tenth": { wrong: [{}, { f: 0.9 }, { f: 0.7 }, { f: 0 }] },
  "carry/rest": { right: "one", wrong: ["grows", "half", "zero"] },
  "forget/blind": { right: "all", wrong: ["last", "nothing"] },
  "forget/sentences": { wrong: [{}, { b: -10 }, { w: 18 }, { b: 9 }, { w: -18, b: 9 }] },
  "add/open": { right: "all", wrong: ["marked", "last"] },
  "add/marked": { wrong: [{}, { b: -20 }, { m: 20, b: -10, v: -1 }, { m: 20, b: -10, v: 2 }] },
  "add/sign": { right: "candidate", wrong: ["gate", "both"] },
  "output/hidden": { right: "cell", wrong: ["hidden", "both", "lost"] },
  "output/asked": { wrong: [{}, { b: 10 }, { q: 10 }, { q: -20, b: 10 }] },
  "output/cost": { right: "all", wrong: ["half", "none"] },
  "latch/reset": { right: "forget_gate", wrong: ["input_gate", "candidate", "output_gate"] },
  "latch/turned": { wrong: [{}, { wi: -20 }, { wf: -20 }, { wi: -20, wf: -20, bg: -3 }] },
  "latch/loose": { right: "fades", wrong: ["yes", "no"] },
  "counter/seven": { right: 7, wrong: [6, 8, 9, 0.99] },
  "counter/shown": { right: "small", wrong: ["all", "none"] },
  "counter/down": { wrong: [{}, { wi: 0, bi: 20 }, { wg: 5, bg: 0 }, { wi: 0, bi: 20, wg: 1, bg: 0 }] },
  "delay/when": { right: "one", wrong: ["now", "two", "never"] },
  "delay/two": { wrong: [{}, { u02: 2 }, { u12: -2 }, { u12: 2, u02: 2 }] },
  "delay/many": { right: 21, wrong: [20, 22, 1] },
  "build/zero": { right: "half", wrong: ["shut", "open"] },
  "build/hold": { wrong: [{}, { wi: 20, bi: -10, bf: 10, bg: 3, bo: 10 }, { wi: 20, bi: -10, wf: 20, bf: 10, bg: 3 }] },
  "build/fade": { wrong: [{}, { wi: 20, bi: -10, bf: 10, bg: 3 }, { wi: 20, bi: -10, bg: 3 }, { bi: 10, bf: 1.5, bg: 3 }] },
  "build/toggle": { wrong: [{}, { wi: 20, bi: -10, wf: 20, bf: 10, bg: 3, bo: 10 }, { wi: 20, bi: -10, wf: -20, bf: 10, ug: -10, bo: 10 }] },
  "gru/blend": { right: "one", wrong: ["six", "gate", "zero"] },
  "gru/latch": { wrong: [{}, { zs: -20, zb: 10 }, { zs: -20, zr: -20 }, { zs: -20, zr: -20, zb: 10, ns: -2 }] },
  "gru/counts": { right: "no", wrong: ["yes", "slowly"] },
  "bias/ten": { right: "few", wrong: ["most", "half", "none"] },
  "bias/fifty": { wrong: [{}, { b: 3 }, { b: 5 }] },
  "bias/five": { right: 103, wrong: [50, 110, 97] },
  "vanish/arrives": { right: "nothing", wrong: ["same", "thousandth", "millionth"] },
  "vanish/survives": { wrong: [{}, { b: 0 }, { s: 2, b: 4 }] },
  "vanish/explodes": { wrong: [{}, { s: 1.5 }, { b: 6 }] },
  "clip/lands": { right: "away", wrong: ["beside", "bottom"] },
  "clip/safe": { wrong: [{}, { most: 10 }, { u: 1.5, most: 1.4 }] },
  "clip/stuck": { right: "smaller", wrong: ["larger", "similar"] },
};

const trial = createRuns(() => []);

/** @param {Lesson} lesson @param {Question} question @param {Record<string, number>} [settings] */
async function evidence(lesson, question, settings = {}) {
  const { networks, sequences, settings: used } = needed(lesson, question, { ...initialSettings(lesson.controls), ...settings });
  const trials = await Promise.all(sequences.map((sequence) => trial(networks, sequence)));
  return { settings: used, trials, run: trials[0].runs[0] };
}

/** @param {(lesson: Lesson, question: Question, expected: {right?: any, wrong: any[]}) => Promise<void>} act */
async function eachQuestion(act) {
  for (const lesson of LESSONS.filter(({ id }) => !TRAINED.includes(id))) {
    for (const question of lesson.questions) {
      const expected = ANSWERS[`${lesson.id}/${question.id}`];
      check(expected !== undefined, `${lesson.id}/${question.id} is in no table`);
      await act(lesson, question, expected);
    }
  }
}

export async function test_right_answers_are_right_and_wrong_ones_wrong() {
  await eachQuestion(async (lesson, question, { right, wrong }) => {
    if (question.kind === "goal") return;
    const proof = await evidence(lesson, question);
    check(verdictOf(question, right, proof).right, `${lesson.id}/${question.id}: ${right} is right`);
    for (const answer of wrong) {
      const verdict = verdictOf(question, answer, proof);
      check(!verdict.right, `${lesson.id}/${question.id}: ${answer} is wrong`);
      check(verdict.text.length > 30 && !/NaN|undefined|Infinity/.test(verdict.text), `${lesson.id}/${question.id}: ${answer} is explained: ${verdict.text}`);
    }
    if (question.kind === "choice") equal([...wrong, right].sort(), question.options.map(({ id }) => id).sort());
  });
}

export async function test_goals_are_met_by_their_solution_and_by_nothing_near_it() {
  await eachQuestion(async (lesson, question, { wrong }) => {
    if (question.kind !== "goal") return;
    const solved = verdictOf(question, null, await evidence(lesson, question, question.solution));
    check(solved.right, `${lesson.id}/${question.id}: the solution is one: ${solved.text}`);
    for (const settings of wrong) {
      const missed = verdictOf(question, null, await evidence(lesson, question, settings));
      check(!missed.right && missed.text.length > 20, `${lesson.id}/${question.id}: ${JSON.stringify(settings)} is no solution: ${missed.text}`);
    }
  });
}

export async function test_goals_label_every_step() {
  await eachQuestion(async (lesson, question) => {
    if (question.kind !== "goal" || !question.wanted) return;
    for (const sequence of needed(lesson, question, initialSettings(lesson.controls)).sequences) equal(question.wanted(sequence).length, sequence.values?.length);
  });
}

export function test_every_lesson_is_whole() {
  equal(new Set(LESSONS.map(({ id }) => id)).size, LESSONS.length);
  for (const lesson of LESSONS) {
    check(lesson.paragraphs.length >= 2 && lesson.paragraphs.length <= 4, `${lesson.id} is short`);
    check(lesson.sources.length > 0 && lesson.sources.every(({ year, claim, where }) => year > 1980 && claim.length > 40 && where !== ""), `${lesson.id} says where it comes from`);
    const names = lesson.controls.map(({ name }) => name);
    equal([new Set(names).size, names.filter((name) => RESERVED.includes(name))], [names.length, []]);
    for (const { name, lowest, highest, initial, step } of lesson.controls) {
      check(initial >= lowest && initial <= highest && Math.abs((initial - lowest) / step - Math.round((initial - lowest) / step)) < 1e-6, `${lesson.id}: ${name} begins at a place of its slider`);
    }
    check((lesson.further ?? []).every(({ fields }) => PLACE_NAMES.includes(fields.view)), `${lesson.id} leads to views that there are`);
    check(lesson.questions.every(({ hints, ask }) => hints.length > 0 && ask.length > 20), `${lesson.id} has hints`);
    check(lesson.questions.findIndex(({ predicts }) => predicts) <= 0, `${lesson.id} asks for a prediction first`);
    for (const question of lesson.questions) if (question.kind === "goal") check(Object.entries(question.solution).every(([name, value]) => lesson.controls.some((one) => one.name === name && value >= one.lowest && value <= one.highest)), `${lesson.id}/${question.id}: the sliders reach the solution`);
    for (const sequence of lesson.sequences(initialSettings(lesson.controls))) check(sequence.text !== undefined || (sequence.values ?? []).every((row) => row.length === lesson.features.length), `${lesson.id}: ${sequence.id} has a number for each feature`);
  }
}

export function test_what_is_open_in_a_text() {
  equal(depths('(a"((")[b]'), [1, 1, 1, 1, 1, 1, 0, 1, 1, 0]);
  equal(pythonStructure("f('(')\n").map(({ depth }) => depth), [0, 1, 1, 1, 1, 0, 0]);
  equal(pythonStructure("f('(')\n").map(({ quoted }) => quoted), [0, 0, 1, 1, 0, 0, 0]);
}

export function test_the_unit_that_follows_best_is_found_whatever_its_sign() {
  const text = "(())";
  const data = Float64Array.from([1, -2, 0, 2, -4, 1, 1, -2, 0, 0, 0, 1]);
  const run = /** @type {any} */ ({ layer: { hiddenSize: 3, quantities: { cell_state: { data, rows: 4, columns: 3 } } }, trace: { steps: 4 } });
  const proof = { settings: {}, run, trials: [{ sequence: { id: "", name: "", text }, runs: [run] }] };
  equal([0, 1, 2].map((unit) => ranked(proof, depths, unit).right), [true, true, false]);
  equal(ranked(proof, depths, 2).place, 3);
  equal([correlation([1, 2, 3], [2, 4, 6]), correlation([1, 2], [5, 5])], [1, 0]);
}

export function test_sequences_are_read_as_they_are_typed() {
  const [one, two, text] = ["latch", "add", "depth"].map((id) => /** @type {Lesson} */ (lessonOf(id)));
  equal(written(one, " 0 −1  0.5\n2 ").values, [[0], [-1], [0.5], [2]]);
  equal(written(two, "0.3,1 0,0").values, [[0.3, 1], [0, 0]]);
  equal(asTyped(written(two, "0.3,1 -2,0")), "0.3,1 −2,0");
  equal(written(text, "(a)\n").text, "(a)\n");
  throws(() => written(one, "0 x 1"), /^Step 2, “x”, is not a number\.$/);
  throws(() => written(two, "0.3,1 1"), /^Step 2 has 1 number; it takes 2: value and mark\.$/);
  throws(() => written(two, "0.3,"), /is not 2 numbers joined by commas/);
  throws(() => written(one, "  "), /at least one step/);
  throws(() => written(one, "0 ".repeat(401)), /400 steps, and this one has 401/);
}

export function test_a_goal_lends_the_picture_its_sequences() {
  const latch = /** @type {Lesson} */ (lessonOf("latch"));
  const chosen = { settings: initialSettings(latch.controls), sequence: "turned.round", own: null };
  const { sequence, goal } = displayed(latch, chosen);
  equal([goal?.id, sequence.values?.[2]], ["turned", [-1]]);
  equal(displayed(latch, { ...chosen, sequence: "nowhere" }).sequence.id, "round");
  equal(displayed(latch, { ...chosen, own: "1 0" }).sequence.values, [[1], [0]]);
  const broken = displayed(latch, { ...chosen, own: "1 y" });
  equal([broken.sequence.id, broken.error], ["round", "Step 2, “y”, is not a number."]);
}

/** @param {any} state @param {...any} events @returns {import("/static/state/types.js").State} */
const after = (state, ...events) => events.reduce((current, event) => learnTransitions[event.type](current, event), state);

const START = { ...initialState({ theme: "system", dark: false, reducedMotion: false, density: 1 }), slices: { learn: NOTHING_LEARNT } };

export function test_the_address_holds_a_lesson_with_its_numbers() {
  const moved = after(START, { type: "lesson-opened", id: "latch" }, { type: "lesson-set", settings: { wi: -20, bf: 99 } }, { type: "lesson-sequence", id: "twice" }, { type: "lesson-place", step: 4, unit: null });
  const fields = lessonFields(moved);
  equal(fields, { lesson: "latch", wi: "-20", bf: "20", sequence: "twice", step: "4" });
  const again = atLesson(START, fields);
  equal(lessonFields(again), fields);
  check(!isCovered(learnOf(again), /** @type {Lesson} */ (lessonOf("latch"))), "who links to numbers wants them seen");
  equal(lessonFields(atLesson(START, { lesson: "latch" })), { lesson: "latch" });
  check(isCovered(learnOf(atLesson(START, { lesson: "latch" })), /** @type {Lesson} */ (lessonOf("latch"))), "else a prediction comes first");
  equal(lessonFields(atLesson(START, { lesson: "nowhere", wi: "3" })), {});
  equal(learnOf(atLesson(START, { lesson: "latch", wi: "abc", step: "-1" })).settings.wi, 20);
}

export function test_progress_is_what_was_right() {
  const opened = after(START, { type: "lesson-opened", id: "carry" }, { type: "lesson-drafted", question: "sum", answer: 2 }, { type: "lesson-answered", question: "sum" });
  check(learnOf(opened).attempts.sum.busy, "an answer is judged");
  const wrong = after(opened, { type: "lesson-judged", lesson: "carry", question: "sum", verdict: { right: false, text: "" } });
  equal(learnOf(wrong).solved, []);
  check(!isCovered(learnOf(wrong), /** @type {Lesson} */ (lessonOf("carry"))), "a wrong prediction opens the picture as well");
  const right = after(wrong, { type: "lesson-judged", lesson: "carry", question: "sum", verdict: { right: true, text: "" } }, { type: "lesson-marked", lesson: "carry", marks: { tenth: [{ right: true, text: "" }] } });
  equal(learnOf(right).solved, ["carry/sum", "carry/tenth"]);
  equal(learnOf(after(right, { type: "lesson-opened", id: "gru" })).solved.length, 2);
  equal(learnOf(after(right, { type: "progress-cleared" })).solved, []);
  const late = after(right, { type: "lesson-opened", id: "gru" }, { type: "lesson-marked", lesson: "carry", marks: { tenth: [] } });
  equal(learnOf(late).marks, {});
  equal(learnOf(after(START, { type: "lesson-drafted", question: "sum", answer: NaN }, { type: "lesson-answered", question: "sum" })).attempts.sum.error, "Type a number, such as 1.5.");
}

export async function test_equations_have_the_numbers_of_the_step() {
  const latch = /** @type {Lesson} */ (lessonOf("latch"));
  const { runs } = await trial(latch.networks(initialSettings(latch.controls)), latch.sequences(initialSettings(latch.controls))[0]);
  const lines = equations(runs[0], latch.features, 0, 8);
  equal(lines.map(({ quantity }) => quantity), ["forget_gate", "input_gate", "candidate", "output_gate", "cell_state", "hidden_state"]);
  equal([lines[0].written, lines[0].filled], ["*f* = σ(20 · *x* + 10)", "= σ(20 · (−1) + 10) = σ(−10) = 4.54×10⁻⁵"]);
  equal([lines[2].written, lines[2].filled], ["*g* = tanh(3)", "= 0.9951"]);
  equal(lines[4].filled, "= 4.54×10⁻⁵ · 0.9951 + 9.358×10⁻¹⁴ · 0.9951 = 4.518×10⁻⁵");
  const delay = /** @type {Lesson} */ (lessonOf("delay"));
  const chain = await trial(delay.networks(initialSettings(delay.controls)), delay.sequences(initialSettings(delay.controls))[0]);
  equal(equations(chain.runs[0], delay.features, 1, 3).map(({ written: text }) => text), ["*h₁* = tanh(2 · last *h₀*)"]);
}

export function test_variables_and_names_in_a_text() {
  equal(pieces("see *f* and `brackets`"), [
    { kind: "plain", text: "see ", quantity: null }, { kind: "variable", text: "f", quantity: "forget_gate" },
    { kind: "plain", text: " and ", quantity: null }, { kind: "name", text: "brackets", quantity: null },
  ]);
  equal(pieces("*h₋₁*")[0].quantity, "hidden_state");
  equal([short(0.5), short(1), short(-0.0123), short(12), short(4.5e-5)], ["0.5", "1", "−0.0123", "12", "4.5×10⁻⁵"]);
}

export function test_a_plot_keeps_to_its_axes() {
  const curve = { name: "", quantity: "", points: /** @type {[number, number][]} */ ([[0, 1], [1, 0.01], [2, 0], [3, 1e-9]]) };
  const layout = plotLayout({ x: "", y: "", logarithmic: true, range: [1e-4, 1], domain: [0, 3] }, [curve], [{ x: 1, y: 0.01, name: "", quantity: "" }, { x: 9, y: 1, name: "", quantity: "" }], { width: 201, gutter: 0, rem: 16 });
  equal(layout.curves[0].path.split("M").length - 1, 2);
  check(layout.curves[0].path.endsWith(`200.0,${layout.bottom.toFixed(1)}`), "what lies below stands at the foot");
  equal([layout.marks.length, layout.yTicks.map(({ text }) => text)], [1, ["1", "10⁻¹", "10⁻²", "10⁻³", "10⁻⁴"]]);
}
