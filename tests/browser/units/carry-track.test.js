/** The carry track: its terms are the equations', its lengths are true to scale, and a step moves only the cover. */

import { carryTerms } from "/static/views/carry-terms.js";
import { laneColumns } from "/static/views/carry-track-columns.js";
import { laneCurves } from "/static/views/carry-track-curves.js";
import { aheadSpan, hitTest, laneFrames, REVEALED, yOf } from "/static/views/carry-track-layout.js";
import { lstm, matrix, mounted, near } from "./carry-track-traces.js";
import { check } from "./check.js";

const oneStep = (/** @type {number} */ initial, /** @type {number} */ f, /** @type {number} */ written) => lstm({ f: [f], i: [1], g: [written], initial });

/** Height in pixels of the vertical edge where a strand joins: the first V of its path. @param {string} path */
function joinHeight(path) {
  const ends = path.match(/ (-?[\d.]+),(-?[\d.]+) V(-?[\d.]+)/);
  return ends ? Math.abs(Number(ends[3]) - Number(ends[2])) : 0;
}

/** @param {ReturnType<typeof lstm>} layer @param {number} [columnWidth] */
function drawn(layer, columnWidth = 200) {
  const terms = carryTerms(layer, 0);
  const steps = terms.state.length;
  const time = { from: 0, to: steps, width: columnWidth * steps, backward: layer.direction === "backward", steps };
  const [frame] = laneFrames([terms], 160, 16, time).frames;
  return { terms, frame, time, ...laneCurves(terms, frame, time) };
}

export function test_the_terms_are_the_equations() {
  const { previous, state, split, readout } = carryTerms(lstm({ f: [0.5, 0.25], i: [0.8, 0.1], g: [0.5, -1], o: [0.5, 1], initial: 2 }), 0);
  if (!split || !readout) throw new Error("an LSTM splits and reads out");
  near(previous[0], 2, "the first step starts from the initial state");
  near(split.kept[0], 1, "kept");
  near(split.forgotten[0], 1, "forgotten");
  near(split.written[0], 0.4, "written");
  near(state[0], 1.4, "state");
  near(previous[1], 1.4, "the second step starts from the first");
  near(split.kept[1] + split.forgotten[1], 1.4, "kept and forgotten make up what was there");
  near(split.kept[1] + split.written[1], state[1], "kept and written make up the new state");
  near(readout.hidden[1], Math.tanh(state[1]), "hidden state with an open output gate");
}

export function test_a_backward_layer_comes_from_the_end() {
  const { previous } = carryTerms(lstm({ f: [1, 1, 1], i: [1, 1, 1], g: [0.1, 0.2, 0.4], initial: 5, direction: "backward" }), 0);
  near(previous[2], 5, "the last row starts from the initial state");
  near(previous[1], 5.4, "each row starts from the row after it");
  near(previous[0], 5.6, "each row starts from the row after it");
}

export function test_the_mean_lane_is_the_mean_of_every_term() {
  const gates = { input_gate: matrix([[1, 0.5]]), forget_gate: matrix([[0.5, 0]]), candidate: matrix([[0.2, -1]]), output_gate: matrix([[1, 1]]) };
  const state = [0.5 * 2 + 0.2, -0.5];
  /** @type {import("/static/types.js").LayerTrace} */
  const layer = {
    layer: 0,
    direction: "forward",
    cell: "lstm",
    hiddenSize: 2,
    initialState: { cell_state: Float64Array.of(2, 4), hidden_state: Float64Array.of(0, 0) },
    quantities: { ...gates, cell_state: matrix([state]), hidden_state: matrix([state.map(Math.tanh)]) },
  };
  const { previous, split, state: mean } = carryTerms(layer, "mean");
  near(previous[0], 3, "mean of what was there");
  near(split?.kept[0] ?? NaN, 0.5, "mean of what is kept");
  near(split?.forgotten[0] ?? NaN, 2.5, "mean of what is forgotten");
  near(split?.written[0] ?? NaN, -0.15, "mean of what is written");
  near(mean[0], 0.35, "mean of the states");
}

export function test_a_gru_carries_its_hidden_state_and_a_simple_rnn_carries_nothing() {
  const shared = { layer: 0, direction: /** @type {const} */ ("forward"), hiddenSize: 1, initialState: { hidden_state: Float64Array.of(0.5) } };
  const gru = { ...shared, cell: /** @type {const} */ ("gru"), quantities: { reset_gate: matrix([[1]]), update_gate: matrix([[0.8]]), candidate: matrix([[-1]]), hidden_state: matrix([[0.2]]) } };
  const { split, readout, state } = carryTerms(gru, 0);
  near(split?.kept[0] ?? NaN, 0.4, "kept is z times the old state");
  near(split?.forgotten[0] ?? NaN, 0.1, "forgotten is the rest of it");
  near(split?.written[0] ?? NaN, -0.2, "written is (1 - z) n");
  near((split?.kept[0] ?? NaN) + (split?.written[0] ?? NaN), state[0], "they make up the new state", 1e-12);
  check(readout === null, "a GRU's state is its output");
  const rnn = carryTerms({ ...shared, cell: "rnn", quantities: { hidden_state: matrix([[0.9]]) } }, 0);
  check(rnn.split === null && rnn.readout === null, "a simple RNN has no carry track");
}

export function test_lengths_are_true_to_scale() {
  const { frame, paths } = drawn(oneStep(1, 0.5, 0.4));
  const { area } = frame;
  const [start, , afterJoin] = [...paths.edge.matchAll(/,(-?[\d.]+)/g)].map((match) => Number(match[1]));
  near(start, yOf(area, 0.5), "the band starts the step at what is kept", 0.01);
  near(Number(paths.edge.match(/([\d.]+) H[\d.]+ $/)?.[1]), yOf(area, 0.9), "the band ends it at the new state", 0.01);
  check(Number.isFinite(afterJoin), "the edge bends between them");
  near(joinHeight(paths.joinPositive), 0.4 * area.perUnit, "the strand is as tall as what is written", 0.02);
  const peel = [...paths.peel.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map((match) => Number(match[2]));
  near(peel[peel.length - 1] - peel[0], 0.5 * area.perUnit, "the slice is as tall as what is forgotten", 0.02);
}

export function test_a_write_that_crosses_zero_cancels_first_and_joins_with_the_rest() {
  const { frame, paths } = drawn(oneStep(1, 0.3, -0.5));
  near(joinHeight(paths.cancelNegative), 0.3 * frame.area.perUnit, "what cancels the kept part", 0.02);
  near(joinHeight(paths.joinNegative), 0.2 * frame.area.perUnit, "what is left joins below zero", 0.02);
  check(paths.joinPositive === "" && paths.cancelPositive === "", "nothing positive was written");
}

export function test_what_is_not_written_or_forgotten_is_not_drawn() {
  const { paths } = drawn(oneStep(1, 1, 0));
  check(paths.peel === "" && paths.joinPositive === "" && paths.cancelNegative === "", "f = 1 and i g = 0 leave the band alone");
}

export function test_a_backward_flow_is_drawn_from_right_to_left() {
  const { time, paths } = drawn(lstm({ f: [1, 1], i: [1, 1], g: [0.5, 0.5], direction: "backward" }));
  near(Number(paths.edge.match(/M([\d.]+)/)?.[1]), time.width, "the flow starts at the right end");
}

export function test_numbers_are_printed_only_where_there_is_room() {
  const layer = oneStep(1, 0.5, -0.4);
  check(drawn(layer, 60).numbers.length === 0, "no numbers in a narrow column");
  const texts = drawn(layer, 150).numbers.map(({ text }) => text);
  for (const text of ["0.500", "−0.400", "0.100"]) check(texts.includes(text), `${text} is among ${texts}`);
  check(drawn(layer, 400).numbers.some(({ text }) => text === "forgotten 0.500"), "words where there is more room");
}

export function test_numbers_keep_to_their_column_wherever_it_is() {
  const terms = carryTerms(lstm({ f: [1, 1, 1, 1], i: [1, 1, 1, 1], g: [-0.5, -0.5, 0.5, 0.5] }), 0);
  for (const width of [110, 150, 230]) {
    const time = { from: 0, to: 2, width: 2 * width, backward: false, steps: 4 };
    const [frame] = laneFrames([terms], 160, 16, time).frames;
    for (const step of [0, 3]) {
      const { numbers } = laneCurves(terms, frame, time, [step, step]);
      check(numbers.length >= 3, "a step beyond the window has its numbers as well");
      for (const { x, half, text } of numbers) check(x - half >= step * width - 0.01 && x + half <= (step + 1) * width + 0.01, `${text} at ${width}`);
    }
  }
}

export function test_a_small_hidden_state_stands_beside_its_bar_where_what_is_written_has_its_numbers() {
  const { frame, numbers } = drawn(oneStep(-1, 1, -0.5), 150);
  const hidden = numbers.find(({ kind }) => kind === "hidden");
  const written = numbers.find(({ kind }) => kind === "negative");
  if (!hidden || !written || !frame.readout) throw new Error("both have a number");
  check(hidden.y > frame.readout.zero && hidden.y - written.y > 12, "one stands below the other");
}

export function test_one_step_among_thousands_shows_from_far() {
  const steps = 4000;
  const spike = 2777;
  const g = Array.from({ length: steps }, (_, step) => (step === spike ? 1 : 0.001));
  const terms = carryTerms(lstm({ f: g.map(() => 0), i: g.map(() => 1), g }), 0);
  const time = { from: 0, to: steps, width: 400, backward: false, steps };
  const [frame] = laneFrames([terms], 160, 16, time).frames;
  const { state, written, positive } = laneColumns(terms, frame, time);
  const column = Math.floor((spike / steps) * 400);
  near(state.top[column], yOf(frame.area, 1), "the column shows the spike", 0.01);
  near((written?.bottom[column] ?? 0) - (written?.top[column] ?? 0), frame.area.perUnit, "and that it was written", 0.01);
  check(positive[column] === 1, "and its sign");
  check(state.bottom[column - 1] - state.top[column - 1] < 1, "its neighbour does not");
}

export function test_the_cover_follows_cursor_stage_and_direction() {
  const forward = { from: 0, to: 10, width: 1000, backward: false, steps: 10 };
  for (const [cell, ends] of Object.entries(REVEALED)) {
    near(aheadSpan(forward, 4, ends[3])[0], 500, `${cell}: a whole step is revealed to its end`);
    near(aheadSpan(forward, 4, ends[0])[0], 400, `${cell}: nothing of it at stage 0`);
  }
  check(REVEALED.lstm.every((end, stage) => stage === 0 || end > REVEALED.lstm[stage - 1]), "each stage of an LSTM reveals more");
  const backward = { ...forward, backward: true };
  near(aheadSpan(backward, 4, 1)[1], 400, "a backward layer has its future on the left");
  near(aheadSpan(backward, 4, 0)[1], 500, "and reveals from the right");
}

export function test_the_scale_fits_what_the_window_shows() {
  const terms = carryTerms(lstm({ f: Array(40).fill(1), i: Array(40).fill(1), g: Array(40).fill(0.9) }), 0);
  const whole = { from: 0, to: 40, width: 800, backward: false, steps: 40 };
  near(laneFrames([terms], 160, 16, whole).frames[0].area.hi, 40, "36 is rounded outward to 40");
  near(laneFrames([terms], 160, 16, { ...whole, to: 2 }).frames[0].area.hi, 2, "the first two steps reach 1.8");
  near(laneFrames([terms], 160, 16, { ...whole, to: 2 }).frames[0].area.lo, 0, "zero stays the floor");
}

export function test_a_point_is_a_step_and_a_lane() {
  const terms = carryTerms(lstm({ f: [1, 1], i: [1, 1], g: [1, 1] }), 0);
  const time = { from: 0, to: 4, width: 400, backward: false, steps: 2 };
  const { frames, height } = laneFrames([terms, terms], 160, 16, time);
  check(JSON.stringify(hitTest(time, frames, 150, 1)) === '{"step":1,"lane":0}', "upper lane, second step");
  check(JSON.stringify(hitTest(time, frames, 50, height - 1)) === '{"step":0,"lane":1}', "lower lane, first step");
  check(hitTest(time, frames, 250, 1) === null, "nothing after the end");
}

export function test_a_step_moves_the_cover_and_draws_nothing() {
  const { root, view, props, done } = mounted();
  const cover = /** @type {HTMLElement} */ (root.querySelector(".carry-ahead"));
  const before = { drawing: root.querySelector(".carry-band"), axis: root.querySelector(".carry-axis-line"), transform: getComputedStyle(cover).transform };
  view.update({ ...props, step: 2 });
  check(root.querySelector(".carry-band") === before.drawing, "the drawing stayed");
  check(root.querySelector(".carry-axis-line") === before.axis, "the axis stayed");
  check(getComputedStyle(cover).transform !== before.transform, "the cover moved");
  check(root.querySelector(".carry-value")?.textContent === "0.300", `the live value is the step's, not ${root.querySelector(".carry-value")?.textContent}`);
  view.update({ ...props, step: 2, stage: 1 });
  check(root.querySelector(".carry-value")?.textContent === "·", "a value that is not revealed is not told");
  check(/step 3 of 4/.test(root.querySelector("[role=img]")?.getAttribute("aria-label") ?? ""), "the description names the step");
  done();
}

export function test_numbers_rest_while_nobody_reads_them() {
  const { root, view, props, done } = mounted();
  const shown = () => root.querySelector(".carry-value")?.textContent;
  const first = shown();
  view.update({ ...props, step: 2, reading: false });
  check(shown() === first, `the numbers rest, but ${shown()} came`);
  view.update({ ...props, step: 2, reading: true });
  check(shown() === "0.300", `they follow once they are read again, not ${shown()}`);
  view.update({ ...props, step: 3, units: [0], reading: false });
  check(shown() === "0.380", `a new drawing has its numbers at once, not ${shown()}`);
  done();
}

export function test_pointing_and_clicking_are_told_not_done() {
  const { plot, events, done } = mounted();
  const box = plot.getBoundingClientRect();
  const at = { clientX: box.left + 150, clientY: box.top + 5, bubbles: true };
  plot.dispatchEvent(new PointerEvent("pointermove", { ...at, pointerType: "mouse" }));
  plot.dispatchEvent(new MouseEvent("click", at));
  plot.dispatchEvent(new MouseEvent("click", { ...at, clientY: box.bottom - 2 }));
  plot.dispatchEvent(new PointerEvent("pointerleave"));
  const told = JSON.stringify(events);
  const wanted = [
    { type: "hover", step: 1, unit: 0 },
    { type: "select", step: 1, unit: 0 },
    { type: "select", step: 1, unit: null },
    { type: "hover", step: null, unit: null },
  ];
  check(told === JSON.stringify(wanted), `expected ${JSON.stringify(wanted)}, found ${told}`);
  done();
}

export function test_a_drag_selects_nothing() {
  const { plot, events, done } = mounted();
  const box = plot.getBoundingClientRect();
  plot.dispatchEvent(new PointerEvent("pointerdown", { clientX: box.left + 150, clientY: box.top + 5, bubbles: true }));
  plot.dispatchEvent(new MouseEvent("click", { clientX: box.left + 190, clientY: box.top + 5, bubbles: true }));
  check(events.length === 0, "a press that moved is a drag");
  done();
}

export function test_labels_stay_text() {
  const { root, plot, done } = mounted();
  const box = plot.getBoundingClientRect();
  plot.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + 150, clientY: box.top + 5, bubbles: true, pointerType: "mouse" }));
  const token = root.querySelector(".carry-tooltip kbd");
  check(token?.textContent === "<b>" && token.children.length === 0, "a label with markup is shown as it is");
  done();
}

export function test_far_away_it_is_a_canvas() {
  const steps = 1200;
  const values = Array.from({ length: steps }, () => 0.5);
  const { root, done } = mounted({ layer: lstm({ f: values, i: values, g: values }), window: { from: 0, to: steps }, labels: values.map(String) });
  const canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas:not(.carry-origins)"));
  check(!canvas.hidden && root.querySelector("svg.carry-drawing")?.hasAttribute("hidden") === true, "pixel columns instead of curves");
  const seen = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(canvas.width, canvas.height).getContext("2d"));
  seen.drawImage(canvas, 0, 0);
  const pixels = seen.getImageData(0, 0, canvas.width, canvas.height).data;
  check(pixels.some((byte) => byte > 0), "something is painted");
  done();
}

export function test_destroy_leaves_nothing() {
  const { root, view } = mounted();
  view.destroy();
  check(root.childNodes.length === 0 && root.classList.length === 0, "the root is as it was");
  root.remove();
}

export function test_a_lane_is_cut_into_pieces_that_meet_on_whole_pixels() {
  const steps = 90;
  const values = Array.from({ length: steps }, (_, step) => 0.3 + 0.4 * (step % 3));
  const { root, done } = mounted({ layer: lstm({ f: values, i: values, g: values }), labels: values.map(String), window: { from: 0, to: steps }, width: 1013, units: [0] });
  const bands = [...root.querySelectorAll(".carry-band")].map((band) => /** @type {SVGPathElement} */ (band).getBBox());
  check(bands.length > 2, `a wide lane has several pieces, not ${bands.length}`);
  bands.slice(1).forEach((band, index) => {
    check(band.x === bands[index].x + bands[index].width, `piece ${index + 1} begins at ${band.x}, where the one before ends`);
    check(band.x === Math.round(band.x), `and that is a whole pixel, not ${band.x}`);
  });
  done();
}
