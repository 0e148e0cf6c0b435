/** The ribbon while its window moves: letters stay where they are, and come once it rests. */

import { REST } from "/static/lib/moving.js";
import { create } from "/static/views/ribbon.js";
import { check, equal } from "./check.js";

const STEPS = 400;
const WIDTH = 400;
const rested = () => new Promise((resolve) => setTimeout(resolve, REST + 100));

/** @param {{from: number, to: number}} window @param {Partial<import("/static/views/ribbon.js").RibbonProps>} [others] @param {{ranged?: boolean, zoomable?: boolean}} [options] */
function mounted(window, others = {}, options = {}) {
  const root = document.body.appendChild(document.createElement("div"));
  const view = create(root, options);
  const labels = Array.from({ length: STEPS }, (_, step) => String.fromCharCode(97 + (step % 26)));
  /** @type {import("/static/views/ribbon.js").RibbonProps} */
  const props = { labels, steps: STEPS, numeric: false, unknown: [], predictions: null, others: null, moved: null, tokens: null, nextInput: false, window, width: WIDTH, gutter: 0, theme: "light", step: 3, ...others };
  view.update(props);
  return {
    root,
    show: (/** @type {{from: number, to: number}} */ at, step = 3) => view.update({ ...props, window: at, step }),
    tokens: () => /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".token")]),
    done: () => {
      view.destroy();
      root.remove();
    },
  };
}

/** Where a step stands in the ribbon, in pixels. @param {HTMLElement} root @param {number} step */
function left(root, step) {
  const token = /** @type {HTMLElement} */ (root.querySelector(`.token[data-step="${step}"]`));
  const [strip, own] = [/** @type {HTMLElement} */ (token.closest(".strip")), token].map(({ style }) => new DOMMatrix(style.transform));
  return Math.round(100 * (strip.a * own.e + strip.e)) / 100;
}

export async function test_letters_come_once_the_window_rests() {
  const { show, tokens, done } = mounted({ from: 0, to: STEPS });
  equal(tokens().length, 0);
  show({ from: 100, to: 120 });
  check(tokens().length === 0, "none while it moves");
  await rested();
  equal(tokens().map(({ dataset }) => Number(dataset.step)), Array.from({ length: 20 }, (_, index) => 100 + index));
  done();
}

export function test_letters_come_when_the_window_pans_after_zooming() {
  const { show, tokens, done } = mounted({ from: 0, to: STEPS });
  show({ from: 100, to: 140 });
  show({ from: 100, to: 120 });
  equal(tokens().length, 0);
  show({ from: 101, to: 121 });
  equal(tokens().length, 20);
  show({ from: 102, to: 122 });
  check(tokens().length >= 20, "and stay");
  done();
}

export async function test_letters_stay_while_the_window_moves() {
  const { root, show, tokens, done } = mounted({ from: 10, to: 30 });
  const [first] = tokens();
  equal(first.dataset.step, "10");
  show({ from: 11, to: 31 }, 12);
  check(tokens().includes(first), "an element stays with its step");
  equal([left(root, 10), left(root, 12), left(root, 31)], [-20, 20, 400]);
  equal(root.querySelectorAll(".token.is-chosen").length, 1);
  show({ from: 14.5, to: 27 }, 12);
  equal([left(root, 14), left(root, 27)], [-16, 400]);
  await rested();
  equal(tokens().map(({ dataset }) => Number(dataset.step)), Array.from({ length: 13 }, (_, index) => 14 + index));
  equal(left(root, 14), -16);
  show({ from: 10, to: 30 }, 12);
  equal(root.querySelector(".token.is-chosen")?.textContent, "m");
  done();
}

export async function test_where_letters_do_not_fit_the_ribbon_says_how_to_read_them_and_which_steps_are_seen() {
  const { root, show, done } = mounted({ from: 0, to: STEPS }, {}, { ranged: true, zoomable: true });
  const hint = /** @type {HTMLElement} */ (root.querySelector(".ribbon-hint"));
  const range = /** @type {HTMLElement} */ (root.querySelector(".zoom-range"));
  equal([hint.hidden, hint.textContent, range.textContent], [false, "zoom in to read each token", ""]);
  show({ from: 99.5, to: 120 });
  await rested();
  equal([hint.hidden, range.textContent], [true, "steps 100 – 120"]);
  done();
  const fixed = mounted({ from: 0, to: STEPS });
  equal([fixed.root.querySelector(".ribbon-hint")?.hasAttribute("hidden"), fixed.root.querySelector(".zoom-range")], [true, null]);
  fixed.done();
}

const WORDS = { labels: Array.from({ length: STEPS }, (_, step) => ["France", "speak", "."][step % 3]), words: 6 };

export async function test_words_stand_upright_where_they_do_not_fit() {
  const { root, show, tokens, done } = mounted({ from: 0, to: 30 }, WORDS);
  const first = () => tokens()[0].querySelector(".letter")?.textContent;
  check(root.classList.contains("has-words") && root.classList.contains("is-upright"), "13 pixels are too few for a word");
  equal(first(), "France");
  show({ from: 0, to: 6 });
  await rested();
  check(!root.classList.contains("is-upright"), "66 are enough");
  equal(first(), "France");
  show({ from: 0, to: 80 });
  await rested();
  equal(tokens().length, 0);
  done();
}
