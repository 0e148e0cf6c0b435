/**
 * What the Compare view remembers. Types only: this file runs no code.
 *
 * @module
 */

/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {"a" | "b"} SideName */
/** @typedef {import("../lib/side-address.js").SideIntervention} SideIntervention */

/**
 * @typedef {{model: string, input: import("../lib/input.js").Input, interventions: import("../types.js").Intervention[]}} SideWanted
 * @typedef {{wanted: SideWanted, trace: Trace}} SideShown
 */

/**
 * One of the two that are compared. What was typed outlives refusals and other networks, as in Explore.
 * @typedef {object} Side
 * @property {string | null} modelId null until the view is opened
 * @property {Record<string, import("./types.js").Draft>} drafts by model
 * @property {SideIntervention[]} interventions those that are not `on` are remembered and not done
 * @property {boolean} open whether its sequence is to be made from the other side's, once that is there
 * @property {SideWanted | null} wanted its identity is its sequence number: an answer to another one is late
 * @property {boolean} tracing
 * @property {SideShown | null} shown
 * @property {boolean} stale the picture is not of what stands in the field
 * @property {import("./types.js").Message | null} message
 */

/** Two traces of one shape: what the picture is of, until both sides have something newer that can be compared. @typedef {{a: SideShown, b: SideShown}} Pair */

/** What is named in the address and the list of the largest differences. Columns are those of the alignment. @typedef {{layer: number, quantity: string, unit: number, column: number}} ComparePlace */

/**
 * @typedef {object} Compare
 * @property {Record<SideName, Side>} sides
 * @property {Pair | null} pair
 * @property {import("../lib/alignment.js").AlignMethod | null} align null aligns tokens by edit distance and numbers by index
 * @property {string | null} quantity whose heatmaps are shown; null is the cell's memory
 * @property {boolean} all whether those of every quantity are shown
 * @property {number} layer index into the traces' layers
 * @property {number | null} unit null until there is a pair; then where the memory differs most
 * @property {number | null} column null until there is a pair
 * @property {boolean} sorted whether the rows are ordered by how much they differ
 * @property {import("../types.js").TimeWindow | null} window null shows all columns
 * @property {import("./types.js").Hover | null} hover
 * @property {boolean} playing
 * @property {number} speed columns a second
 * @property {{width: number, free: number}} room
 * @property {{pair: Pair, method: string, rows: Map<number, import("../types.js").Moved[]>} | null} moved by the step of A
 */

export {};
