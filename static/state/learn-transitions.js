/** The place Learn: which lesson is open, at which settings, what is asked and what has been answered. Pure. */

import { initialSettings } from "../lessons/networks.js";
import { lessonOf } from "../lessons/lessons.js";
import { sliceOf, withSlice } from "./slices.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./learn-types.js").Learn} Learn */
/** @typedef {import("./learn-types.js").Attempt} Attempt */
/** @typedef {import("../lessons/types.js").Lesson} Lesson */
/** @typedef {import("../lessons/types.js").Settings} Settings */

const NAME = "learn";

/** @type {Learn} */
export const NOTHING_LEARNT = {
  lesson: null, settings: {}, sequence: null, own: null, step: null, unit: 0, hover: null, unfolded: { equations: true, cell: false }, shown: null, error: null,
  attempts: {}, marks: {}, solved: [], opened: [], room: { width: 0, rem: 16, compact: false, density: 1 },
};

/** @param {State} state @returns {Learn} */
export const learnOf = (state) => sliceOf(state, NAME) ?? NOTHING_LEARNT;

/** @param {State} state @param {Partial<Learn>} change */
const withLearn = (state, change) => withSlice(state, NAME, change);

/** A question that nobody has touched. @type {Attempt} */
export const UNTRIED = { answer: null, verdict: null, busy: false, error: null, hints: 0 };

/** @param {Learn} learn @param {string} question @returns {Attempt} */
export const attemptAt = (learn, question) => learn.attempts[question] ?? UNTRIED;

/** @param {State} state @param {string} question @param {Partial<Attempt>} change */
const withAttempt = (state, question, change) => withLearn(state, { attempts: { ...learnOf(state).attempts, [question]: { ...attemptAt(learnOf(state), question), ...change } } });

/** How a question is called among those of all lessons. @param {string} lesson @param {string} question */
export const questionKey = (lesson, question) => `${lesson}/${question}`;

/**
 * Whether the picture waits for a prediction.
 * @param {Learn} learn
 * @param {Lesson} lesson
 */
export function isCovered({ opened, solved, attempts }, lesson) {
  const asked = lesson.questions.find(({ predicts }) => predicts);
  return asked !== undefined && !opened.includes(lesson.id) && !solved.includes(questionKey(lesson.id, asked.id)) && (attempts[asked.id]?.verdict ?? null) === null;
}

/** A lesson as on a first visit. @param {Lesson | null} lesson @returns {Partial<Learn>} */
const afresh = (lesson) => ({
  lesson: lesson?.id ?? null, settings: initialSettings(lesson?.controls ?? []), sequence: null, own: null, step: null, unit: lesson?.unit ?? 0, hover: null, shown: null, error: null,
  attempts: {}, marks: {}, unfolded: NOTHING_LEARNT.unfolded,
});

/** @param {Lesson | null} lesson @param {Settings} settings @returns {Settings} those that the lesson knows, within their bounds */
function bounded(lesson, settings) {
  const known = (lesson?.controls ?? []).filter(({ name }) => Number.isFinite(settings[name]));
  return Object.fromEntries(known.map(({ name, lowest, highest }) => [name, Math.max(lowest, Math.min(highest, settings[name]))]));
}

/**
 * What Learn shows at an address. A lesson that is linked to with numbers or a sequence of its own is there to be seen: its picture is not covered.
 * @param {State} state
 * @param {Record<string, string>} fields
 */
export function atLesson(state, fields) {
  const lesson = lessonOf(fields.lesson ?? null);
  const { opened } = learnOf(state);
  const settings = bounded(lesson, Object.fromEntries(Object.entries(fields).filter(([, value]) => /^-?\d+(\.\d+)?$/.test(value)).map(([name, value]) => [name, Number(value)])));
  const pointed = ["sequence", "own", "step", "unit"].some((name) => name in fields) || Object.keys(settings).length > 0;
  const whole = (/** @type {string} */ name) => (/^\d{1,4}$/.test(fields[name] ?? "") ? Number(fields[name]) : null);
  const begun = afresh(lesson);
  return withLearn(state, {
    ...begun,
    settings: { ...begun.settings, ...settings },
    sequence: fields.sequence ?? null,
    own: fields.own ?? null,
    step: whole("step"),
    unit: whole("unit") ?? begun.unit,
    unfolded: { equations: fields.equations !== "0", cell: fields.cell === "1" },
    opened: lesson && pointed ? [...new Set([...opened, lesson.id])] : opened,
  });
}

/** What the address says of it: what is as on a first visit is left out. @param {State} state @returns {Record<string, string>} */
export function lessonFields(state) {
  const { lesson: id, settings, sequence, own, step, unit, unfolded } = learnOf(state);
  const lesson = lessonOf(id);
  if (!lesson) return {};
  const changed = lesson.controls.filter(({ name, initial }) => settings[name] !== initial).map(({ name }) => [name, String(settings[name])]);
  const chosen = { sequence, own, step: step?.toString() ?? null, unit: unit === (lesson.unit ?? 0) ? null : String(unit), equations: unfolded.equations ? null : "0", cell: unfolded.cell ? "1" : null };
  return { lesson: lesson.id, ...Object.fromEntries(changed), ...Object.fromEntries(Object.entries(chosen).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))) };
}

/** @type {import("./types.js").Transitions} */
export const learnTransitions = {
  "lesson-opened": (state, { id }) => withLearn(state, afresh(lessonOf(id))),

  "lesson-set": (state, { settings }) => withLearn(state, { settings: { ...learnOf(state).settings, ...bounded(lessonOf(learnOf(state).lesson), settings) } }),

  "lesson-restored": (state) => withLearn(state, { settings: initialSettings(lessonOf(learnOf(state).lesson)?.controls ?? []) }),

  "lesson-sequence": (state, { id }) => withLearn(state, { sequence: id, own: null, step: null, hover: null }),

  "lesson-written": (state, { text }) => withLearn(state, { own: text, step: null, hover: null }),

  "lesson-place": (state, { step, unit }) => withLearn(state, { step: step ?? learnOf(state).step, unit: unit ?? learnOf(state).unit }),

  "lesson-hovered": (state, { hover }) => withLearn(state, { hover }),

  "lesson-unfolded": (state, { name, open }) => withLearn(state, { unfolded: { ...learnOf(state).unfolded, [name]: open } }),

  "lesson-uncovered": (state) => withLearn(state, { opened: [...learnOf(state).opened, learnOf(state).lesson ?? ""] }),

  "lesson-hint": (state, { question }) => withAttempt(state, question, { hints: attemptAt(learnOf(state), question).hints + 1 }),

  "lesson-drafted": (state, { question, answer }) => withAttempt(state, question, { answer, verdict: null, error: null }),

  "lesson-answered"(state, { question }) {
    const { answer, busy } = attemptAt(learnOf(state), question);
    if (busy) return state;
    if (answer === null || Number.isNaN(answer)) return withAttempt(state, question, { error: answer === null ? "Choose an answer first." : "Type a number, such as 1.5." });
    return withAttempt(state, question, { busy: true, error: null, verdict: null });
  },

  "lesson-judged"(state, { lesson, question, verdict }) {
    const learn = learnOf(state);
    const key = questionKey(lesson, question);
    const next = verdict.right && !learn.solved.includes(key) ? withLearn(state, { solved: [...learn.solved, key] }) : state;
    return lesson === learn.lesson ? withAttempt(next, question, { busy: false, verdict }) : next;
  },

  "lesson-judging-failed": (state, { lesson, question, text }) => (lesson === learnOf(state).lesson ? withAttempt(state, question, { busy: false, error: text }) : state),

  "lesson-traced": (state, { shown }) => (shown.lesson === learnOf(state).lesson ? withLearn(state, { shown, error: null }) : state),

  "lesson-failed": (state, { text }) => withLearn(state, { error: text }),

  "lesson-marked"(state, { lesson, marks }) {
    const learn = learnOf(state);
    if (lesson !== learn.lesson) return state;
    const met = Object.entries(/** @type {Learn["marks"]} */ (marks)).filter(([, verdicts]) => verdicts.every(({ right }) => right)).map(([question]) => questionKey(lesson, question));
    const fresh = met.filter((key) => !learn.solved.includes(key));
    return withLearn(state, { marks, solved: fresh.length ? [...learn.solved, ...fresh] : learn.solved });
  },

  "lesson-measured": (state, { room }) => withLearn(state, { room }),

  "progress-cleared": (state) => withLearn(state, { solved: [], opened: [] }),
};
