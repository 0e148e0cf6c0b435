/**
 * The part of the state that is about interventions: what is done to the network as it runs, and what that made of the trace. Types only.
 *
 * @module
 */

/** @typedef {import("../types.js").Intervention} Intervention */
/** @typedef {import("../types.js").Trace} Trace */

/** @typedef {import("../types.js").Listed} Listed */
/** @typedef {import("../types.js").Seen} Seen */
/** @typedef {import("../types.js").Moved} Moved */

/**
 * Steps and units being dragged over in one heatmap; places are rows from the top, both ends included.
 * @typedef {{quantity: string, from: number, to: number, top: number, bottom: number}} Rubber
 */

/**
 * The trace with the interventions. `of` is the trace it is to be compared with, `key` what it was made of.
 * @typedef {{of: string, key: string, trace: Trace, interventions: Intervention[]}} Altered
 */

/**
 * @typedef {object} Intervening
 * @property {Listed[]} list
 * @property {number} next key
 * @property {Seen} seen
 * @property {boolean} tool whether dragging over a heatmap selects what to change
 * @property {Rubber | null} rubber
 * @property {{key: number, fresh: boolean, at: {x: number, y: number}} | null} editing one of the list, where on the screen; `fresh` goes again when it is not kept
 * @property {{at: number, one: Listed}[]} removed last, and where they stood
 * @property {Altered | null} altered null until it has arrived
 * @property {{key: string, text: string} | null} refusal the server's, of what `key` stands for
 * @property {{of: string, steps: Moved[][] | null} | null} moved which outputs became more or less likely at each step of the altered trace `of`
 */

export {};
