/**
 * The part of the state that is about the inside of a step: the arithmetic of one number, and who wrote what is remembered. Types only.
 *
 * @module
 */

/** @typedef {import("../lib/terms.js").Place} Place */
/** @typedef {import("../lib/terms.js").Sum} Sum */

/**
 * @typedef {object} Inside
 * @property {string | null} quantity whose arithmetic is shown; null is the cell's memory
 * @property {number | null} row
 * @property {string} find what the terms are searched for
 * @property {boolean} all whether all terms are listed
 * @property {Place[]} trail where somebody walked from, the last one last
 * @property {boolean} origins whether the carry track splits into who wrote it
 * @property {boolean} units whether the origins of all units are shown
 * @property {number | null} restedStep the step that the cursor last came to rest at; null until it has
 * @property {{key: string, sum: Sum} | null} sum the last answer
 * @property {{key: string, text: string} | null} failure
 */

export {};
