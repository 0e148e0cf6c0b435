/** The ribbon's letters: an element a step, which stays as long as its step is drawn, so that a moving window changes no text. */

import { h, keyed, setText, shallowEqual } from "../lib/dom.js";

/** @typedef {import("./ribbon-layout.js").Cell} Cell */

/**
 * What an element says, apart from where it stands.
 * @typedef {Omit<Cell, "step" | "x"> & {own: boolean, compared: boolean}} Said
 */

/** Places that are closer than this, in pixels, differ by rounding. */
const SAME = 1e-3;

/** Sets `transform` of an absolutely placed element. @param {HTMLElement} element @param {number} x in pixels */
export function place(element, x) {
  element.style.transform = `translateX(${x}px)`;
}

/**
 * @returns {{element: HTMLElement, update: (cells: Cell[], options: {x: number, stepWidth: number, own: (step: number) => boolean, compared: boolean}) => void,
 *   choose: (step: number) => void}} `x` is added to every cell's own; `compared` says whether cells have marks
 */
export function tokenRow() {
  const element = h("div", { class: "tokens" });
  /** @type {Map<string, HTMLElement>} */
  const tokens = new Map();
  /** @type {WeakMap<HTMLElement, {x: number, said: Said | null}>} */
  const known = new WeakMap();
  let chosen = "";

  /** @param {Cell} cell */
  const make = ({ step }) => {
    const key = String(step);
    const token = h("span", { class: "token", data: { step: key } }, h("span", { class: "letter" }), h("span", { class: "guess" }));
    token.classList.toggle("is-chosen", key === chosen);
    return token;
  };

  /** @param {HTMLElement} token @param {Said} said */
  const say = (token, said) => {
    for (const name of /** @type {const} */ (["unknown", "hit", "changed", "less", "own"])) token.classList.toggle(`is-${name}`, said[name]);
    if (said.compared) token.dataset.mark = said.mark ?? "";
    else delete token.dataset.mark;
    setText(token.children[0], said.text);
    setText(token.children[1], said.guess ?? "");
    // What was cut can be read in full.
    const title = said.text.endsWith("…") ? said.label : "";
    if (token.title !== title) token.title = title;
    token.style.setProperty("--shade", said.shade.toFixed(3));
  };

  return {
    element,
    update(cells, { x: start, stepWidth, own, compared }) {
      element.style.setProperty("--step-width", `${stepWidth}px`);
      keyed(element, tokens, cells, ({ step }) => String(step), make);
      for (const { step, x: inside, ...cell } of cells) {
        const token = /** @type {HTMLElement} */ (tokens.get(String(step)));
        const before = known.get(token) ?? { x: NaN, said: null };
        const said = { ...cell, own: own(step), compared };
        const x = start + inside;
        const stays = Math.abs(x - before.x) < SAME;
        if (!stays) place(token, x);
        if (!shallowEqual(before.said, said)) say(token, said);
        known.set(token, { x: stays ? before.x : x, said });
      }
    },
    choose(step) {
      tokens.get(chosen)?.classList.remove("is-chosen");
      chosen = String(step);
      tokens.get(chosen)?.classList.add("is-chosen");
    },
  };
}
