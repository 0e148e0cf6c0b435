/**
 * What the Models view remembers. Types only: this file runs no code.
 *
 * @module
 */

/**
 * Something a file leaves open, as the API sends it; `chosen` null where nothing was taken yet.
 * @typedef {{option: string, values: {value: any, label: string}[], chosen: any, sentence: string}} Choice
 */

/**
 * A file that is still at hand. `role` is what it will be sent as.
 * @typedef {{key: number, file: File, role: "weights" | "vocabulary"}} Held
 */

/**
 * Adding a network. What was chosen and typed outlives every refusal.
 * @typedef {object} Upload
 * @property {Held[]} files
 * @property {string} name
 * @property {boolean} named whether somebody has typed the name; else it follows the file's
 * @property {"waiting" | "sending" | "reading" | "done"} phase
 * @property {number} sent bytes so far
 * @property {number} total
 * @property {Choice[]} choices what the server asked, or took for granted
 * @property {Record<string, any>} answers by option, changed since the last answer
 * @property {Record<string, any>} settled answers that the last request carried
 * @property {string | null} error
 * @property {{id: string, created: boolean} | null} result what came of it; `created` is false where the same network was there already
 */

/**
 * One network's comparison with what its framework computed.
 * @typedef {{name: string, running: boolean, error: string | null, outcome: any | null}} Check
 */

/** @typedef {{framework: string, names: Record<string, string>, code: string}} Snippet */

/**
 * @typedef {object} Library
 * @property {string | null} open the model whose details are shown; null is the one that Explore shows
 * @property {Upload} upload
 * @property {{id: string, name: string, error: string | null, busy: boolean} | null} renaming
 * @property {{id: string, error: string | null, busy: boolean} | null} deleting
 * @property {Record<string, Check>} checks by model
 * @property {{list: Snippet[], error: string | null} | null} snippets null until they are asked for
 * @property {string} said for screen readers
 */

export {};
