/** The carry track while its window moves: what is drawn moves with it, and is made anew once it rests. */

import { lstm, mounted, near } from "./carry-track-traces.js";
import { check } from "./check.js";

export async function test_a_moving_window_moves_the_drawing_and_is_drawn_once_it_rests() {
  const steps = 40;
  const values = Array.from({ length: steps }, (_, step) => 0.3 + 0.4 * (step % 3));
  const { root, view, props, done } = mounted({ layer: lstm({ f: values, i: values, g: values }), labels: values.map(String), window: { from: 0, to: 20 } });
  const path = () => [...root.querySelectorAll(".carry-band")].map((band) => band.getAttribute("d")).join();
  const drawing = /** @type {SVGSVGElement} */ (root.querySelector("svg.carry-drawing"));
  const whole = path();
  view.update({ ...props, window: { from: 10, to: 30 } });
  const wider = path();
  check(wider !== whole && whole.split(",M").every((piece) => wider.includes(piece)), "what comes into sight is added, and what was there stays");
  check(drawing.style.transform === "translateX(-200px) scaleX(1)", `it stands where its steps do, not at ${drawing.style.transform}`);
  view.update({ ...props, window: { from: 12, to: 28 } });
  check(path() === wider, "a window inside of it draws nothing");
  check(drawing.style.transform === "translateX(-300px) scaleX(1.25)", `and stretches it to its own scale, not ${drawing.style.transform}`);
  await new Promise((resolve) => setTimeout(resolve, 400));
  const value = () => root.querySelector(".carry-value")?.textContent;
  check(value() !== "", "it has its numbers");
  check(path() !== wider && drawing.style.transform === "translateX(0px) scaleX(1)", "at rest it is drawn as it is");
  done();
}

/** Where the pieces of the first lane's band begin and end, in pixels, from left to right. @param {HTMLElement} root */
const ends = (root) => [.../** @type {Element} */ (root.querySelector("svg.carry-drawing > g")).querySelectorAll(".carry-band")].map((band) => /** @type {SVGPathElement} */ (band).getBBox()).map(({ x, width }) => [x, x + width]).sort(([a], [b]) => a - b);

export function test_pieces_meet_however_the_window_moves() {
  const steps = 400;
  const values = Array.from({ length: steps }, (_, step) => 0.3 + 0.4 * (step % 3));
  const { root, view, props, done } = mounted({ layer: lstm({ f: values, i: values, g: values }), labels: values.map(String), window: { from: 180.4, to: 200.4 } });
  for (let from = 180.4; from > 0; from -= 7) view.update({ ...props, window: { from, to: from + 20 } });
  const known = ends(root);
  check(known.length < 40, `pieces out of sight are used again, not kept: ${known.length}`);
  known.slice(1).forEach(([start], index) => near(start, known[index][1], "a piece begins where the one before it ends"));
  view.update({ ...props, window: { from: 0, to: 26 } });
  const moved = new DOMMatrix(/** @type {SVGSVGElement} */ (root.querySelector("svg.carry-drawing")).style.transform);
  near(moved.a * ends(root)[0][0] + moved.e, 0, "the first step begins at the left edge", 0.5);
  done();
}

export async function test_scales_hold_still_while_the_window_moves_and_grow_where_they_must() {
  const gates = { f: Array(60).fill(0), i: Array(60).fill(1), g: Array.from({ length: 60 }, (_, step) => (step < 20 ? 0.5 : 0.05)) };
  const { root, view, props, done } = mounted({ layer: lstm(gates), labels: gates.g.map(String), window: { from: 12, to: 24 } });
  const axis = () => [...root.querySelectorAll(".carry-tick")].map((tick) => tick.textContent).join();
  const look = (/** @type {number} */ from) => view.update({ ...props, window: { from, to: from + 12 } });
  const large = axis();
  look(22);
  check(axis() === large, "smaller values keep the scale");
  await new Promise((resolve) => setTimeout(resolve, 400));
  const small = axis();
  check(small !== large, "until the window rests");
  look(18);
  check(axis() === large, `larger values have room as soon as they are in sight, not ${axis()}`);
  look(22);
  check(axis() === large, "and keep it while the window moves");
  look(35);
  check(axis() === small, "but not when it has left them behind");
  done();
}

export function test_curves_that_were_zoomed_are_made_anew_when_the_window_only_pans() {
  const values = Array.from({ length: 60 }, (_, step) => 0.3 + 0.4 * (step % 3));
  const { root, view, props, done } = mounted({ layer: lstm({ f: values, i: values, g: values }), labels: values.map(String), window: { from: 0, to: 20 } });
  const stretch = () => new DOMMatrix(/** @type {SVGSVGElement} */ (root.querySelector("svg.carry-drawing")).style.transform).a;
  view.update({ ...props, window: { from: 0, to: 15 } });
  check(stretch() > 1.3, `zooming stretches them, by ${stretch()}`);
  view.update({ ...props, window: { from: 1, to: 16 } });
  check(stretch() === 1, `panning does not, by ${stretch()}`);
  done();
}

export function test_numbers_come_into_sight_with_their_steps_and_hide_where_an_edge_cuts_them() {
  const values = Array.from({ length: 40 }, (_, step) => 0.3 + 0.4 * (step % 3));
  const { root, view, props, done } = mounted({ layer: lstm({ f: values, i: values, g: values.map((value) => -value) }), labels: values.map(String), units: [0], window: { from: 0, to: 3 } });
  const plot = /** @type {SVGSVGElement} */ (root.querySelector("svg.carry-drawing"));
  /** Middles of the states' numbers that can be seen, in steps from the left edge. @param {number} from */
  const seen = (from) => {
    view.update({ ...props, window: { from, to: from + 3 } });
    const { a, e } = new DOMMatrix(plot.style.transform);
    const width = (props.width - props.gutter) / 3;
    return [...root.querySelectorAll(".carry-number-state:not(.is-cut)")].map((number) => (a * Number(number.getAttribute("x")) + e) / width).filter((place) => place > -0.5 && place < 3.5).sort((one, other) => one - other);
  };
  check(seen(0).length === 3, `one for each of three steps, not ${seen(0)}`);
  for (let from = 0.25; from < 30; from += 0.75) {
    const places = seen(from);
    check(places.length >= 2 && places[0] > 0.1 && places[places.length - 1] < 2.9, `at ${from}: ${places}`);
  }
  done();
}
