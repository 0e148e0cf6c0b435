/** What the views of the place Learn are told, out of the one state. Objects keep their identity while what they are made of is the same. */

import { asTyped, displayed, goalSequence } from "../lessons/display.js";
import { equations } from "../lessons/equations.js";
import { LESSONS, lessonOf } from "../lessons/lessons.js";
import { short } from "../lessons/reading.js";
import { memo } from "../lib/memo.js";
import { leadOf, overall } from "../lib/verdicts.js";
import { isCovered, learnOf, questionKey, UNTRIED } from "./learn-transitions.js";
import { colouringOf, themeOf } from "./selectors.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./learn-types.js").Learn} Learn */
/** @typedef {import("./learn-types.js").Shown} Shown */
/** @typedef {import("../lessons/types.js").Lesson} Lesson */
/** @typedef {import("../lessons/types.js").Picture} Picture */
/** @typedef {import("../lessons/types.js").Run} Run */

/** @type {never[]} */
const NONE = [];

/** Room left of every plot, in rem: on a wide screen names and values stand there. The style sheet uses the same numbers. */
const GUTTER = { wide: 10.5, narrow: 2.125 };

/** @param {Learn} learn */
const gutterOf = ({ room }) => Math.round((room.compact ? GUTTER.narrow : GUTTER.wide) * room.rem);

/** @param {Lesson} lesson @param {string[]} solved */
const progressOf = (lesson, solved) => lesson.questions.filter(({ id }) => solved.includes(questionKey(lesson.id, id))).length;

const contents = memo((/** @type {string[]} */ solved) => LESSONS.map((lesson, index) => ({ id: lesson.id, number: index + 1, chapter: lesson.chapter, title: lesson.title, summary: lesson.summary, questions: lesson.questions.length, solved: progressOf(lesson, solved) })));

/** @param {State} state */
export const contentsProps = (state) => ({ lessons: contents(learnOf(state).solved), current: learnOf(state).lesson });

/** @param {State} state @param {Lesson} lesson */
export function articleProps(state, lesson) {
  const at = LESSONS.indexOf(lesson);
  return { lesson, number: at + 1, count: LESSONS.length, previous: LESSONS[at - 1] ?? null, next: LESSONS[at + 1] ?? null, done: progressOf(lesson, learnOf(state).solved) === lesson.questions.length };
}

/** @param {State} state @param {Lesson} lesson */
export function questionsProps(state, lesson) {
  const learn = learnOf(state);
  return { questions: questions(lesson, learn.attempts, learn.marks, learn.solved, learn.sequence, learn.unit, learn.settings, isCovered(learn, lesson)) };
}

/**
 * How the goal stands that is worked on: the one whose sequence is shown, or else the first that is not solved.
 * @param {State} state
 * @param {Lesson} lesson
 */
export function echoProps(state, lesson) {
  const learn = learnOf(state);
  const goals = lesson.questions.filter((question) => question.kind === "goal");
  const goal = displayed(lesson, learn).goal ?? goals.find(({ id }) => !learn.solved.includes(questionKey(lesson.id, id))) ?? goals.at(-1);
  const verdict = goal?.kind === "goal" && !isCovered(learn, lesson) ? overall(goal.met, learn.marks[goal.id] ?? NONE) : null;
  return { echo: verdict && { lead: leadOf(verdict.right, true), ...verdict } };
}

const questions = memo(
  /**
   * @param {Lesson} lesson
   * @param {Learn["attempts"]} attempts
   * @param {Learn["marks"]} marks
   * @param {string[]} solved
   * @param {string | null} sequence
   * @param {number} unit
   * @param {Learn["settings"]} settings
   * @param {boolean} covered
   */
  (lesson, attempts, marks, solved, sequence, unit, settings, covered) =>
    lesson.questions.filter((question) => !covered || question.predicts).map((question) => ({
      question,
      attempt: attempts[question.id] ?? UNTRIED,
      solved: solved.includes(questionKey(lesson.id, question.id)),
      covered,
      unit,
      trials: question.kind === "goal" ? (question.sequences ?? lesson.sequences)(settings).map(({ id, name }, index) => ({ id: goalSequence(question.id, id), name, chosen: sequence === goalSequence(question.id, id), verdict: marks[question.id]?.[index] ?? null })) : [],
    })),
);

/** @param {State} state @param {Lesson} lesson */
export function controlsProps(state, lesson) {
  const learn = learnOf(state);
  const { sequence, goal, error } = displayed(lesson, learn);
  return {
    controls: lesson.controls,
    features: lesson.features,
    settings: learn.settings,
    changed: lesson.controls.some(({ name, initial, switch: isSwitch }) => !isSwitch && learn.settings[name] !== initial),
    sequences: sequencesOf(lesson, learn.settings),
    chosen: learn.own !== null || goal ? null : sequence.id,
    typed: learn.own ?? asTyped(sequence),
    error: error ?? learn.error,
    again: error === null && learn.error !== null,
  };
}

const sequencesOf = memo((/** @type {Lesson} */ lesson, /** @type {Learn["settings"]} */ settings) => lesson.sequences(settings).map(({ id, name }) => ({ id, name })));

/**
 * Everything of the stack of pictures; null until the first of them has been computed.
 * @param {State} state
 * @param {Lesson} lesson
 */
export function stackProps(state, lesson) {
  const learn = learnOf(state);
  const { shown, room, hover } = learn;
  if (!shown || room.width === 0) return null;
  const { trial } = shown;
  const steps = trial.runs[0].trace.steps;
  const step = Math.min(learn.step ?? steps - 1, steps - 1);
  const several = lesson.pictures.filter(({ kind }) => kind === "carry").length > 1;
  const shared = { window: windowOf(steps), width: room.width, gutter: gutterOf(learn), theme: themeOf(state), step };
  return {
    step,
    steps,
    label: stepLabel(trial, step),
    explore: exploreLink(trial, learn.unit),
    unit: learn.unit,
    units: trial.runs[0].layer.hiddenSize,
    /** @type {import("../views/ribbon.js").RibbonProps[]} */
    ribbons: ribbonsOf(lesson, shown).map((ribbon) => ({ ...ribbon, ...shared, steps })),
    pictures: lesson.pictures.map((picture, index) => ({ key: `${lesson.id} ${index}`, picture, network: picture.kind === "carry" && several ? trial.runs[picture.network].network.name : "", props: /** @type {any} */ (PICTURES[picture.kind](/** @type {any} */ (picture), state, learn, shown, lesson, shared)) })),
    cursor: { step, window: shared.window, width: room.width, gutter: shared.gutter, rem: room.rem, hover, held: null, label: hover ? stepLabel(trial, hover.step) : "", values: hoverValues(trial.runs[0], hover), predictions: hover ? (trial.runs[0].trace.predictions?.[hover.step] ?? null) : null },
  };
}

/** Where Explore shows the same, for a network that it has. @param {Shown["trial"]} trial @param {number} unit */
const exploreLink = ({ sequence, runs: [{ network }] }, unit) => (network.model && sequence.text ? `#${new URLSearchParams({ model: network.model, text: sequence.text, unit: String(unit) })}` : null);

const windowOf = memo((/** @type {number} */ steps) => ({ from: 0, to: steps }));

/** @param {Shown["trial"]} trial @param {number} step */
const stepLabel = ({ sequence, runs }, step) => (sequence.values ? sequence.values[step].map(short).join(",\u00a0") : (runs[0].trace.input.labels[step] ?? ""));

/** The rows over the pictures: what is read, and what a goal asks for. */
const ribbonsOf = memo((/** @type {Lesson} */ lesson, /** @type {Shown} */ { trial: { sequence, runs }, goal }) => {
  const { trace } = runs[0];
  const plain = { unknown: trace.input.unknown, numeric: false, predictions: null, others: null, moved: null, tokens: null, nextInput: false };
  const rows = lesson.features.map((name, feature) => ({ ...plain, name, labels: (sequence.values ?? []).map((row) => short(row[feature])) }));
  const text = lesson.features.length ? [] : [{ ...plain, name: "token", labels: trace.input.labels, predictions: trace.predictions, tokens: trace.input.tokens, nextInput: true }];
  const asked = lesson.questions.find(({ id }) => id === goal);
  const wanted = asked?.kind === "goal" ? asked.wanted?.(sequence) : undefined;
  return [...rows, ...text, ...(wanted ? [{ ...plain, name: "wanted", labels: wanted }] : [])];
});

const hoverValues = memo((/** @type {Run} */ { layer }, /** @type {Learn["hover"]} */ hover) => {
  const unit = hover?.unit ?? null;
  if (!hover || unit === null) return [];
  return Object.entries(layer.quantities).map(([name, matrix]) => ({ name, symbol: SYMBOLS[name] ?? name, value: matrix.data[hover.step * matrix.columns + unit], before: null }));
});

/** @type {Record<string, string>} */
const SYMBOLS = { input_gate: "i", forget_gate: "f", candidate: "g", output_gate: "o", cell_state: "c", hidden_state: "h", reset_gate: "r", update_gate: "z" };

/** @typedef {{window: import("../types.js").TimeWindow, width: number, gutter: number, theme: "light" | "dark", step: number}} Shared */

/** @typedef {{carry: import("../types.js").CarryTrackProps, heatmap: import("../views/heatmap.js").HeatmapProps, plot: import("../views/lesson-plot.js").PlotProps}} PictureProps */

/**
 * What each kind of picture is told.
 * @type {{[Kind in Picture["kind"]]: (picture: Extract<Picture, {kind: Kind}>, state: State, learn: Learn, shown: Shown, lesson: Lesson, shared: Shared) => PictureProps[Kind]}}
 */
const PICTURES = {
  carry({ network }, state, { unit, room, hover }, { trial }, _lesson, shared) {
    const { layer } = trial.runs[network];
    return { ...shared, layer, units: lane(Math.min(unit, layer.hiddenSize - 1)), stage: 3, labels: labelsOf(trial), hover: hover && { step: hover.step, unit: hover.unit }, reducedMotion: state.surroundings.reducedMotion, rem: room.rem, compact: true, reading: true, numeric: trial.sequence.values !== undefined };
  },
  heatmap({ network, quantity, height, squashed = false }, state, { unit, room, hover }, shown, lesson, shared) {
    const { layer } = shown.trial.runs[network];
    const own = layer.quantities[quantity];
    const matrix = squashed ? squashedOf(own) : own;
    const row = state.quantities.find(({ name }) => name === (squashed ? "hidden_state" : quantity));
    const order = lesson.order ? orderOf(lesson, shown) : null;
    const place = (/** @type {number} */ of) => (order ? order.indexOf(of) : of);
    return {
      name: quantity, symbol: SYMBOLS[quantity] ?? quantity, formula: squashed ? "" : (row?.formula ?? ""), description: squashed ? "Coloured by its tanh, as the output gate sees it: a state that has run away does not outshine the others." : (row?.description ?? ""), derived: true, folded: false, enlarged: false,
      picture: pictureOf(matrix, row, order, shared.theme, shared.window, Math.max(1, shared.width - shared.gutter), Math.round((height ?? 96) * room.rem / 16), room.density),
      revealedFrom: 0, revealedTo: (shared.step + 1) / matrix.rows, unit, marks: NONE, rubber: null, place: place(unit), hoverPlace: hover?.unit == null ? null : place(hover.unit),
      value: own.data[shared.step * own.columns + unit],
    };
  },
  plot(picture, _state, { room }, shown, _lesson, shared) {
    return { ...plotOf(picture, shown), width: room.width, gutter: shared.gutter, rem: room.rem };
  },
};

const lane = memo((/** @type {number} */ unit) => [unit]);
const orderOf = memo((/** @type {Lesson} */ lesson, /** @type {Shown} */ { trial, settings }) => lesson.order?.(trial, settings) ?? null);
const labelsOf = memo((/** @type {Shown["trial"]} */ trial) => Array.from({ length: trial.runs[0].trace.steps }, (_, step) => stepLabel(trial, step)));
const squashedOf = memo((/** @type {import("../types.js").Matrix} */ matrix) => ({ ...matrix, data: matrix.data.map(Math.tanh) }));
const plotOf = memo((/** @type {Extract<Picture, {kind: "plot"}>} */ picture, /** @type {Shown} */ { trial, settings }) => ({ picture, drawn: picture.draw(trial, settings) }));
const pictureOf = memo((matrix, quantity, order, theme, window, plotWidth, height, density) => ({ ...colouringOf(quantity, matrix), matrix, order, theme, window, plotWidth, height, density }));

/** @param {State} state @param {Lesson} lesson */
export function insideProps(state, lesson) {
  const learn = learnOf(state);
  const run = learn.shown?.trial.runs[0];
  if (!run) return null;
  const { trace, layer, pre } = run;
  const step = Math.min(learn.step ?? trace.steps - 1, trace.steps - 1);
  const unit = Math.min(learn.unit, layer.hiddenSize - 1);
  return {
    covered: isCovered(learn, lesson),
    unfolded: learn.unfolded,
    written: writtenOf(run, lesson, unit, step),
    step,
    inspector: { layer, preActivations: pre, quantities: quantitiesOf(state.quantities, layer.cell), unit, step, steps: trace.steps, stage: /** @type {const} */ (3), label: stepLabel(/** @type {Shown} */ (learn.shown).trial, step), playing: false, reducedMotion: true },
  };
}

const writtenOf = memo((/** @type {Run} */ run, /** @type {Lesson} */ lesson, /** @type {number} */ unit, /** @type {number} */ step) => equations(run, lesson.features, unit, step));
const quantitiesOf = memo((/** @type {State["quantities"]} */ quantities, /** @type {string} */ cell) => quantities.filter(({ cells }) => cells.includes(cell)));

/** The lesson that is open. @param {State} state */
export const openLesson = (state) => lessonOf(learnOf(state).lesson);
