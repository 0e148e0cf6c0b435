/** Asks the server for the gradients that are looked at, as they are changed: a slider is followed, and no answer comes out of turn. */

import { gradientsOf } from "../gradients-slice.js";
import { networkOf, questionsOf } from "../gradients-questions.js";
import { lacksNames } from "../input-transitions.js";
import { detailsOnce } from "./details.js";
import { sentence } from "./sentence.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../gradients-types.js").Question} Question */
/** @typedef {import("../gradients-types.js").Subject} Subject */

/** An answer on its way is waited for so long, in milliseconds, though something else is wanted by now: a slider shows where it has been. */
const PATIENCE = 250;

/** Jacobians of more multiplications than this are asked for once nothing has changed for a while. */
const LIGHT = 1.5e8;
const REST = 250;

/** The status of a refusal that says that it would be too much work. */
const TOO_LARGE = 413;

/** What an address may ask for beyond a sequence or layer that only the server knows the size of; then all, or the last, is taken.
 * @type {Record<string, "step" | "unit">} */
const ASTRAY = { "/target/step": "step", "/target/unit": "unit" };

/** Beyond this they are not asked for at all. */
const HEAVY = 3e10;

/**
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachGradients(store, api) {
  const detail = detailsOnce(store, api);
  let asking = new AbortController();
  /** @type {Question[] | null} */
  let asked = null;
  /** @type {Question[] | null} what is wanted next, while an answer is on its way */
  let next = null;
  let busy = false;
  let since = 0;
  let resting = 0;

  /**
   * @param {Omit<Question, "work">} question
   * @param {boolean} jacobian
   * @param {AbortSignal} signal
   * @returns {Promise<Subject>}
   */
  const answered = async ({ key, name, layer, body }, jacobian, signal) => {
    try {
      return { key, name, layer, found: await api.postGradients({ ...body, jacobian }, signal), error: null };
    } catch (error) {
      signal.throwIfAborted();
      // Where the server allows less work than this page, all but the Jacobians can still be seen.
      if (jacobian && error instanceof api.ApiError && error.status === TOO_LARGE) return answered({ key, name, layer, body }, false, signal);
      const astray = error instanceof api.ApiError && error.errors.map(({ pointer }) => ASTRAY[pointer ?? ""]).find(Boolean);
      const still = questionsOf(store.get()).questions.some((question) => question.body === body);
      if (astray && still && body.target[astray] !== null) store.dispatch({ type: "gradients-target-changed", change: { [astray]: null } });
      return { key, name, layer, found: null, error: sentence(error) };
    }
  };

  /** @param {Question[]} questions @param {boolean} whole whether Jacobians are asked for, however long they take */
  const ask = async (questions, whole) => {
    const { signal } = (asking = new AbortController());
    const work = questions.reduce((sum, question) => sum + question.work, 0);
    const jacobian = work <= (whole ? HEAVY : LIGHT);
    const more = !jacobian && work <= HEAVY;
    busy = true;
    since = performance.now();
    asked = questions;
    clearTimeout(resting);
    try {
      const subjects = await Promise.all(questions.map((question) => answered(question, jacobian, signal)));
      store.dispatch({ type: "gradients-arrived", questions, subjects, waiting: next !== null || more });
      if (more && next === null) resting = setTimeout(() => void ask(questions, true), REST);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal !== asking.signal) return;
    busy = false;
    if (next) {
      const wanted = next;
      next = null;
      void ask(wanted, false);
    }
  };

  /** @param {State} state */
  const follow = (state) => {
    if (state.place !== "gradients") return;
    const network = gradientsOf(state).of === "network" ? networkOf(state) : null;
    if (network && lacksNames(network)) detail(network.id);
    const { questions } = questionsOf(state);
    if (questions === (next ?? asked) || questions.length === 0) return;
    if (busy && performance.now() - since < PATIENCE) {
      next = questions;
    } else {
      next = null;
      asking.abort();
      clearTimeout(resting);
      void ask(questions, false);
    }
    if (!gradientsOf(state).waiting) store.dispatch({ type: "gradients-asked" });
  };
  store.subscribe(follow);
}
