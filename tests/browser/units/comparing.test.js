/** The same sequence with interventions and without, in one picture: kept and written still add up, the other line is a ghost, and predictions move. */

import { carryTerms } from "/static/views/carry-terms.js";
import { markPlaces } from "/static/views/carry-marks.js";
import { laneColumns } from "/static/views/carry-track-columns.js";
import { laneCurves } from "/static/views/carry-track-curves.js";
import { laneFrames } from "/static/views/carry-track-layout.js";
import { moverOf, ribbonLayout } from "/static/views/ribbon-layout.js";
import { create as createMoved } from "/static/views/moved.js";
import { check, equal } from "./check.js";

/** @param {number[]} values */
const column = (values) => ({ data: Float64Array.from(values), rows: values.length, columns: 1 });

/**
 * One unit of an LSTM whose cell state was intervened in after it was computed.
 * @param {import("/static/types.js").Intervention[]} interventions
 * @param {(before: number, step: number) => number} [then]
 * @returns {import("/static/types.js").LayerTrace}
 */
function lstm(interventions, then = (before) => before) {
  const [f, i, g] = [[0.5, 0.9, 0.8, 1], [1, 0.5, 0.25, 1], [1, -1, 0.5, 0.1]];
  const c = [];
  let state = 2;
  for (let step = 0; step < 4; step++) c.push((state = then(f[step] * state + i[step] * g[step], step)));
  return {
    layer: 0, direction: "forward", cell: "lstm", hiddenSize: 1, initialState: { cell_state: Float64Array.of(2), hidden_state: Float64Array.of(0) }, interventions,
    quantities: { input_gate: column(i), forget_gate: column(f), candidate: column(g), output_gate: column([1, 1, 1, 1]), cell_state: column(c), hidden_state: column(c.map(Math.tanh)) },
  };
}

/** @type {import("/static/types.js").Intervention} */
const CHANGE = { layer: 0, direction: "forward", quantity: "cell_state", units: [0], steps: [1, 3], operation: "set", value: 0.75 };

export function test_kept_and_written_add_up_to_a_state_that_was_changed() {
  /** @type {[import("/static/types.js").Intervention, (before: number) => number][]} */
  const all = [[CHANGE, () => 0.75], [{ ...CHANGE, operation: "scale", value: -2 }, (before) => before * -2], [{ ...CHANGE, operation: "add", value: 0.3 }, (before) => before + 0.3]];
  for (const [one, change] of all) {
    const { previous, state, split } = carryTerms(lstm([one], (before, step) => (step === 1 || step === 2 ? change(before) : before)), 0);
    for (let step = 0; step < 4; step++) {
      check(Math.abs((split?.kept[step] ?? 0) + (split?.written[step] ?? 0) - state[step]) < 1e-12, `${one.operation} at ${step}: kept and written`);
      check(Math.abs((split?.kept[step] ?? 0) + (split?.forgotten[step] ?? 0) - previous[step]) < 1e-12, `${one.operation} at ${step}: kept and forgotten`);
    }
  }
  const { split } = carryTerms(lstm([CHANGE], (before, step) => (step === 1 || step === 2 ? 0.75 : before)), 0);
  equal([split?.kept[1], split?.written[1]], [0, 0.75]);
}

export function test_the_other_trace_is_a_ghost_on_the_same_scale() {
  const far = lstm([{ ...CHANGE, value: 40 }], (before, step) => (step === 1 ? 40 : before));
  const terms = { ...carryTerms(lstm([]), 0), ghost: carryTerms(far, 0) };
  const time = { from: 0, to: 4, width: 400, backward: false, steps: 4 };
  const [frame] = laneFrames([terms], 160, 16, time).frames;
  check(frame.area.hi >= 40, "the scale holds the ghost");
  const { paths } = laneCurves(terms, frame, time);
  check(paths.ghost.startsWith("M100,") && !paths.ghost.includes("Z"), "a line, from where it departs");
  check(paths.ghostHidden !== "", "the hidden state's too");
  equal(laneCurves(carryTerms(far, 0), frame, time).paths.ghost, "");
  const { ghosts } = laneColumns(terms, frame, time);
  equal(ghosts.length, 2);
  check(ghosts[0].bottom[50] === ghosts[0].top[50], "nothing is drawn where both are the same");
  check(ghosts[0].bottom[150] - ghosts[0].top[150] >= 1, "a line where they are apart");
}

export function test_marks_stand_on_their_lane_and_share_an_outline() {
  const time = { from: 0, to: 10, width: 500, backward: false, steps: 10 };
  const { frames } = laneFrames([carryTerms(lstm([]), 0), carryTerms(lstm([]), 0)], 160, 16, { ...time, to: 4, steps: 4 });
  const mark = { lane: 1, from: 2, to: 4, text: "f = 0" };
  const places = markPlaces([mark, { ...mark, text: "i × 2" }, { ...mark, lane: 0, from: 9, to: 10 }, { ...mark, lane: 7 }, { ...mark, from: 11, to: 12 }], frames, time);
  equal(places.map(({ x, width, texts }) => [x, width, texts]), [[100.5, 99, ["f = 0", "i × 2"]], [450.5, 49, ["f = 0"]]]);
  check(places[0].y >= frames[1].top && places[0].y + places[0].height <= frames[1].bottom, "inside its lane");
}

/** @param {string} label @param {number} difference @param {number} [token] */
const moved = (label, difference, token = 1) => ({ label, token, baseline: 0.5, probability: 0.5 + difference, difference });

export function test_the_ribbon_tells_what_moved_most() {
  const shared = { labels: ["a", "b", "c"], unknown: [], tokens: [0, 1, 2], nextInput: true, window: { from: 0, to: 3 }, width: 320, gutter: 20 };
  const prediction = (/** @type {number} */ token) => [{ label: "abc"[token], token, probability: 0.9 }];
  const steps = [[moved("b", 0.3), moved("c", -0.1)], [moved("x", -0.2)], [moved("y", 0.001)]];
  const { cells } = ribbonLayout({ ...shared, predictions: [prediction(1), prediction(2), prediction(0)], moved: steps });
  equal(cells.map(({ guess, shade, less, hit }) => [guess, shade, less, hit]), [["b", 0.3, false, false], ["x", 0.2, true, false], [null, 0, false, false]]);
  equal(moverOf([]), undefined);
  const compared = ribbonLayout({ ...shared, predictions: [prediction(1), prediction(2), prediction(0)], others: [prediction(1), prediction(1), prediction(0)] });
  equal(compared.cells.map(({ changed, hit }) => [changed, hit]), [[false, true], [true, true], [false, false]]);
}

export function test_what_became_more_and_less_likely_is_listed() {
  const root = document.createElement("section");
  const view = createMoved(root);
  const props = { open: true, step: 4, label: " ", nextInput: true, moved: [moved("b", 0.3), moved("c", -0.1), moved("<i>", 0.00001)], waiting: false, outputs: null };
  view.update(props);
  equal(root.querySelector("h2")?.textContent, "Expected next after ␣ step 5");
  equal([...root.querySelectorAll("[data-token]")].map((row) => row.textContent), ["b50 % → 80 %", "c50 % → 40 %"]);
  view.update({ ...props, moved: null, outputs: [{ name: "output", here: 1.5, baseline: 2 }], label: null });
  equal([root.querySelector("h2")?.textContent, root.lastElementChild?.textContent], ["Forecast at step 5", "output2.00 → 1.50 (−0.500)"]);
  view.update({ ...props, moved: [] });
  equal(root.querySelector("p")?.textContent, "No probability changed at this step.");
  view.destroy();
}
