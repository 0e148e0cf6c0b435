/**
 * What the Gradients view remembers and is told. Types only: this file runs no code.
 *
 * @module
 */

/** @typedef {import("../lib/gradients.js").Gradients} Gradients */
/** @typedef {import("../lib/gradients.js").Target} Target */
/** @typedef {import("../lib/sketch-input.js").Kind} Kind */
/** @typedef {import("../lib/sketch-input.js").Sketches} Sketches */

/**
 * A network that is there, and its sequence: what was given in Explore and cannot be typed, what was typed, or an example. `model` null is the one that
 * Explore shows; `layer` is an index into its layers.
 * @typedef {{model: string | null, example: string | null, text: string | null, given: import("../lib/input.js").Input | null, layer: number}} Chosen
 */

/** @typedef {{key: string, name: string, body: Record<string, any>, layer: number, work: number}} Question one request; `layer` is the one that is looked at, `work` what its Jacobians take */

/** @typedef {{key: string, name: string, layer: number, found: Gradients | null, error: string | null}} Subject one answer, or why there is none */

/**
 * @typedef {object} GradientsSlice
 * @property {"sketches" | "network"} of
 * @property {Sketches} sketches
 * @property {Chosen} network
 * @property {Target} target
 * @property {number} sensitivity the colours' ends are this many powers of ten below the largest magnitude
 * @property {string[]} folded panels, as "subject quantity"
 * @property {string | null} enlarged a panel
 * @property {number | null} step where the cursor stands; null is the target
 * @property {number | null} hover
 * @property {import("../types.js").TimeWindow | null} window null shows the whole sequence
 * @property {{width: number, rem: number, compact: boolean, density: number}} room of the stack, in CSS pixels
 * @property {{questions: Question[], subjects: Subject[]} | null} answer
 * @property {boolean} waiting
 */

export {};
