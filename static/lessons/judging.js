/** What a question has to be judged by, and the judgement. One row for each kind of question; nothing else asks which kind it is. Pure. */

import { initialSettings } from "./networks.js";

/** @typedef {import("./types.js").Lesson} Lesson */
/** @typedef {import("./types.js").Question} Question */
/** @typedef {import("./types.js").Settings} Settings */
/** @typedef {import("./types.js").Evidence} Evidence */
/** @typedef {import("./types.js").Verdict} Verdict */
/** @typedef {import("./types.js").Network} Network */
/** @typedef {import("./types.js").Sequence} Sequence */

/**
 * What has to be traced before a question can be judged. A goal is about the settings as they are; everything else about those that it names, so
 * that an answer stays right while somebody plays.
 * @param {Lesson} lesson
 * @param {Question} question
 * @param {Settings} current
 * @returns {{settings: Settings, networks: Network[], sequences: Sequence[]}}
 */
export function needed(lesson, question, current) {
  const settings = question.kind === "goal" ? current : { ...initialSettings(lesson.controls), ...question.settings };
  return { settings, networks: (question.networks ?? lesson.networks)(settings), sequences: (question.sequences ?? lesson.sequences)(settings) };
}

/** @type {{[Kind in Question["kind"]]: (question: Extract<Question, {kind: Kind}>, answer: any, evidence: Evidence) => Verdict}} */
const JUDGES = {
  choice({ options, right }, answer, evidence) {
    return { right: right(evidence) === answer, text: options.find(({ id }) => id === answer)?.why(evidence) ?? "" };
  },
  number({ tolerance, right, why }, answer, evidence) {
    const value = right(evidence);
    return { right: Math.abs(answer - value) <= tolerance, text: why(answer, value, evidence) };
  },
  goal({ judge, met }, _answer, { trials, settings }) {
    const missed = trials.map((trial) => judge(trial, settings)).find(({ right }) => !right);
    return missed ?? { right: true, text: met };
  },
  unit: ({ judge }, answer, evidence) => judge(answer, evidence),
};

/**
 * @param {Question} question
 * @param {any} answer an option's id, a number, a unit; nothing for a goal
 * @param {Evidence} evidence
 * @returns {Verdict}
 */
export const verdictOf = (question, answer, evidence) => /** @type {any} */ (JUDGES[question.kind])(question, answer, evidence);
