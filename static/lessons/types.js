/**
 * What a lesson is. Types only: this file runs no code.
 *
 * A lesson is data and small pure functions of settings and of what the core computed. It knows no element and no request; one view shows them
 * all. Steps are counted from 0 here, and from 1 in every sentence.
 *
 * @module
 */

/** Every number that a reader may change, by the name of its control. @typedef {Record<string, number>} Settings */

/**
 * A number that a reader may change. `quantity` lends it the colour of what it belongs to; `switch` is there where it is 0 or 1.
 * @typedef {{name: string, symbol: string, label: string, lowest: number, highest: number, step: number, initial: number, quantity?: string, switch?: boolean}} Control
 */

/**
 * A network as `POST /traces` takes it: described number by number, or drawn from a seed.
 * @typedef {{cell: "lstm" | "gru" | "rnn", parameters?: Record<string, number[] | number[][]>, dtype?: "float32" | "float64", activation?: string,
 *   hidden_size?: number, input_size?: number, seed?: number, forget_bias?: number, weight_scale?: number}} Sketch
 * @typedef {{name: string, sketch?: Sketch, model?: string, gradients?: boolean}} Network one of `sketch` and `model`; `gradients` asks for those of its last hidden state
 */

/** Rows of numbers, one a step, or a text. @typedef {{id: string, name: string, values?: number[][], text?: string}} Sequence */

/**
 * One network over one sequence. `layer` is its first, and `pre` what stood inside each activation.
 * @typedef {{network: Network, sequence: Sequence, trace: import("../types.js").Trace, layer: import("../types.js").LayerTrace, pre: Record<string, import("../types.js").Matrix>, gradients: import("../lib/gradients.js").LayerGradients | null}} Run
 */

/**
 * A sequence with what each of the networks made of it, and all of what a question is judged by. `run` is the first network over the first sequence.
 * @typedef {{sequence: Sequence, runs: Run[]}} Trial
 * @typedef {{settings: Settings, trials: Trial[], run: Run}} Evidence
 */

/** @typedef {{right: boolean, text: string}} Verdict */

/**
 * What every question has. It is judged with the lesson's networks and sequences as they are at first, unless it says otherwise; a goal with the
 * settings as they are now. `predicts` keeps the picture covered until it has been answered.
 * @typedef {{id: string, ask: string, hints: string[], predicts?: boolean, settings?: Settings, networks?: (settings: Settings) => Network[], sequences?: (settings: Settings) => Sequence[]}} Asked
 */

/**
 * One of several answers. Which one is right is computed; each has a sentence for the one who chose it.
 * @typedef {Asked & {kind: "choice", options: {id: string, text: string, why: (evidence: Evidence) => string}[], right: (evidence: Evidence) => string}} Choice
 */

/**
 * A number to within a tolerance. `why` explains what it is, whether it was found or not.
 * @typedef {Asked & {kind: "number", unit: string, tolerance: number, right: (evidence: Evidence) => number, why: (given: number, right: number, evidence: Evidence) => string}} Amount
 */

/**
 * Something that the network is to do, judged sequence by sequence while the settings change. `wanted` labels each step with what is asked of it.
 * `solution` is one way to do it.
 * @typedef {Asked & {kind: "goal", wanted?: (sequence: Sequence) => string[], judge: (trial: Trial, settings: Settings) => Verdict, met: string, solution: Settings}} Goal
 */

/** A unit to be found in the picture. @typedef {Asked & {kind: "unit", judge: (unit: number, evidence: Evidence) => Verdict}} Find */

/** @typedef {Choice | Amount | Goal | Find} Question */

/**
 * A curve of a plot; a value that is not finite, or not positive on a logarithmic axis, leaves a gap. `quantity` lends it a colour.
 * @typedef {{name: string, quantity: string, dashed?: boolean, points: [number, number][]}} Curve
 * @typedef {{x: number, y: number, name: string, quantity: string}} Mark
 */

/**
 * One of the pictures under the sequence, from top to bottom. `network` is an index; `squashed` shows tanh of the quantity.
 * @typedef {{kind: "carry", network: number}
 *   | {kind: "heatmap", network: number, quantity: string, height?: number, squashed?: boolean}
 *   | {kind: "plot", x: string, y: string, logarithmic?: boolean, range?: [number, number], domain?: [number, number], draw: (trial: Trial, settings: Settings) => {curves: Curve[], marks?: Mark[], words: string}}} Picture
 */

/**
 * `claim` says what the work shows, as far as the lesson leans on it.
 * @typedef {{authors: string, year: number, title: string, where: string, claim: string}} Source
 */

/**
 * `further` leads to other views, by what their address says. `features` name the numbers of a step; empty for text. `order` gives the units' rows from the top. In texts a variable stands between asterisks.
 * @typedef {object} Lesson
 * @property {string} id
 * @property {string} chapter
 * @property {string} title
 * @property {string} summary one line for the list of contents
 * @property {string[]} paragraphs
 * @property {Source[]} sources
 * @property {{text: string, fields: Record<string, string>}[]} [further]
 * @property {Control[]} controls
 * @property {(settings: Settings) => Network[]} networks
 * @property {string[]} features
 * @property {(settings: Settings) => Sequence[]} sequences
 * @property {Picture[]} pictures
 * @property {number} [unit] chosen at first
 * @property {(trial: Trial, settings: Settings) => Int32Array | null} [order]
 * @property {Question[]} questions
 */

export {};
