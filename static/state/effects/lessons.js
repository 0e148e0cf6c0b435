/** Asks the core for what a lesson shows and for what its questions are judged by, and keeps what has been solved. */

import { displayed } from "../../lessons/display.js";
import { needed, verdictOf } from "../../lessons/judging.js";
import { lessonOf } from "../../lessons/lessons.js";
import { remember } from "../../lib/remember.js";
import { attemptAt, isCovered, learnOf } from "../learn-transitions.js";
import { createRuns } from "./lesson-runs.js";
import { sentence } from "./sentence.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../learn-types.js").Learn} Learn */
/** @typedef {import("../../lessons/types.js").Lesson} Lesson */
/** @typedef {import("../../lessons/types.js").Question} Question */
/** @typedef {import("../../lessons/types.js").Evidence} Evidence */

/** What is solved is remembered under this name. */
export const PROGRESS = "lessons";

/** Pictures are asked for at least this far apart, in milliseconds, and goals are tried once the settings rest. */
const APART = 33;
const REST = 140;

/** @param {import("../store.js").Store} store */
export function attachLessons(store) {
  const trial = createRuns(() => store.get().models);
  let asking = new AbortController();
  let lastAsked = -APART;
  let waiting = 0;
  let resting = 0;

  /** @param {Lesson} lesson @param {Question} question @param {AbortSignal} [signal] @returns {Promise<Evidence>} */
  const evidence = async (lesson, question, signal) => {
    const { settings, networks, sequences } = needed(lesson, question, learnOf(store.get()).settings);
    const trials = await Promise.all(sequences.map((sequence) => trial(networks, sequence, signal)));
    return { settings, trials, run: trials[0].runs[0] };
  };

  const draw = async () => {
    const learn = learnOf(store.get());
    const lesson = lessonOf(learn.lesson);
    if (!lesson) return;
    const { signal } = (asking = new AbortController());
    lastAsked = performance.now();
    const { settings } = learn;
    const { sequence, goal } = displayed(lesson, learn);
    try {
      const shown = { lesson: lesson.id, settings, trial: await trial(lesson.networks(settings), sequence, signal), goal: goal?.id ?? null };
      if (!signal.aborted) store.dispatch({ type: "lesson-traced", shown });
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "lesson-failed", text: sentence(error) });
    }
  };

  /** Tries all goals of the open lesson, once its picture may be seen. */
  const mark = async () => {
    const learn = learnOf(store.get());
    const lesson = lessonOf(learn.lesson);
    if (!lesson || isCovered(learn, lesson)) return;
    const { signal } = asking;
    try {
      const goals = lesson.questions.filter((question) => question.kind === "goal");
      const marks = await Promise.all(goals.map(async (goal) => {
        const { trials, settings } = await evidence(lesson, goal, signal);
        return [goal.id, trials.map((one) => goal.judge(one, settings))];
      }));
      if (!signal.aborted) store.dispatch({ type: "lesson-marked", lesson: lesson.id, marks: Object.fromEntries(marks) });
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "lesson-failed", text: sentence(error) });
    }
  };

  /** @param {string} id of the question */
  const judge = async (id) => {
    const learn = learnOf(store.get());
    const lesson = lessonOf(learn.lesson);
    const question = lesson?.questions.find((one) => one.id === id);
    if (!lesson || !question) return;
    const { answer } = attemptAt(learn, id);
    try {
      store.dispatch({ type: "lesson-judged", lesson: lesson.id, question: id, verdict: verdictOf(question, answer, await evidence(lesson, question)) });
    } catch (error) {
      store.dispatch({ type: "lesson-judging-failed", lesson: lesson.id, question: id, text: sentence(error) });
    }
  };

  /** What the picture depends on; a step or a unit only moves what lies over it. @param {Learn} learn */
  const wanted = ({ lesson, settings, sequence, own }) => [lesson, settings, sequence, own];
  /** @type {any[]} */
  let asked = [null];

  /** @param {State} state */
  const follow = (state) => {
    if (state.place !== "learn" || state.models.length === 0) return;
    const now = wanted(learnOf(state));
    const lesson = lessonOf(learnOf(state).lesson);
    const covered = lesson !== null && isCovered(learnOf(state), lesson);
    if ([...now, covered].every((part, index) => part === asked[index])) return;
    const moved = now.some((part, index) => part !== asked[index]);
    asked = [...now, covered];
    if (moved) {
      asking.abort();
      clearTimeout(waiting);
      waiting = window.setTimeout(() => void draw(), Math.max(0, lastAsked + APART - performance.now()));
    }
    clearTimeout(resting);
    resting = window.setTimeout(() => void mark(), REST);
  };

  store.subscribe((state, event, before) => {
    if (event.type === "lesson-retried") asked = [null];
    follow(state);
    if (event.type === "lesson-answered" && attemptAt(learnOf(state), event.question).busy && !attemptAt(learnOf(before), event.question).busy) void judge(event.question);
    if (learnOf(state).solved !== learnOf(before).solved) remember(PROGRESS, JSON.stringify(learnOf(state).solved));
  });
  follow(store.get());
}
