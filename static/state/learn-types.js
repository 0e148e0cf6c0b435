/**
 * What the place Learn remembers. Types only: this file runs no code.
 *
 * @module
 */

/** @typedef {import("../lessons/types.js").Verdict} Verdict */

/**
 * A question that somebody has begun to answer. `hints` is how many of them are shown.
 * @typedef {{answer: any, verdict: Verdict | null, busy: boolean, error: string | null, hints: number}} Attempt
 */

/** What is drawn: a sequence with what the networks made of it, and the settings that they were made with. @typedef {{lesson: string, settings: import("../lessons/types.js").Settings, trial: import("../lessons/types.js").Trial, goal: string | null}} Shown */

/**
 * `sequence` null is the lesson's first; `own` what somebody wrote in its place; `step` null the last one.
 * `attempts` are the open lesson's, by question; `marks` are a goal's verdicts, one a sequence. `solved` has "lesson/question" of all lessons, `opened` the lessons whose picture is not
 * covered any more.
 * @typedef {object} Learn
 * @property {string | null} lesson null for the list of contents
 * @property {import("../lessons/types.js").Settings} settings
 * @property {string | null} sequence
 * @property {string | null} own
 * @property {number | null} step
 * @property {number} unit
 * @property {{step: number, unit: number | null, quantity: string | null, y: number | null, below: number} | null} hover
 * @property {{equations: boolean, cell: boolean}} unfolded
 * @property {Shown | null} shown
 * @property {string | null} error
 * @property {Record<string, Attempt>} attempts
 * @property {Record<string, Verdict[]>} marks
 * @property {string[]} solved
 * @property {string[]} opened
 * @property {{width: number, rem: number, compact: boolean, density: number}} room
 */

export {};
