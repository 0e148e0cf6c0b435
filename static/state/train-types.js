/**
 * What the Train place remembers. Types only: this file runs no code.
 *
 * @module
 */

/**
 * One thing that can be chosen, as `GET /tasks` describes it.
 * @typedef {{name: string, kind: "integer" | "number" | "boolean" | "choice" | "text" | "numbers", default: any, description: string,
 *   lowest: number | null, highest: number | null, choices: string[] | null, optional: boolean}} Option
 */

/**
 * @typedef {{name: string, title: string, description: string, measured: string, options: Option[], defaults: Record<string, any>, bidirectional: boolean}} Task
 * @typedef {{tasks: Task[], parameters: Option[]}} Catalogue
 */

/**
 * What has been chosen for the next runs. Values are kept as they were typed, by the option's name; what is not there has its default.
 * @typedef {object} Form
 * @property {string | null} task
 * @property {string[]} cells one run is started for each
 * @property {Record<string, string | boolean>} plan
 * @property {Record<string, Record<string, string | boolean>>} options by task
 * @property {{field: string | null, text: string} | null} refused
 * @property {boolean} sending
 */

/**
 * @typedef {"queued" | "running" | "paused" | "stopped" | "finished" | "failed" | "interrupted"} RunState
 * @typedef {{update: number, loss: number, gradientNorm: number}} Point
 * @typedef {{update: number, loss: number, score: number}} Evaluation
 */

/**
 * @typedef {object} Run
 * @property {string} id
 * @property {string} name
 * @property {RunState} state
 * @property {Record<string, any>} plan
 * @property {number} update how many have been made
 * @property {number} steps how many are to be made
 * @property {Point[]} history
 * @property {Evaluation[]} evaluations
 * @property {{name: string, unit: string, higherIsBetter: boolean} | null} measure
 * @property {{name: string, value: number} | null} baseline
 * @property {number[]} checkpoints their updates, rising
 * @property {{name: string, input: import("../lib/input.js").Input}[]} probes
 * @property {string | null} model the trained network, once there is one
 * @property {string | null} error why it failed, and what to try
 * @property {number} lastEvent the last of its events that this tells of
 * @property {string} created
 * @property {number | null} parameters
 * @property {number} seconds of training
 */

/**
 * A probe as the network of one checkpoint reads it.
 * @typedef {{key: string, update: number, trace: import("../types.js").Trace | null, error: string | null}} Probed
 */

/**
 * What a run's network is like, the same at every checkpoint.
 * @typedef {{input: import("./types.js").Model["input"], layers: import("./types.js").LayerInfo[], readout: import("./types.js").Readout | null}} Shape
 */

/**
 * @typedef {object} Train
 * @property {Catalogue | null} catalogue
 * @property {string | null} away why the catalogue or the runs cannot be had
 * @property {Form} form
 * @property {Run[]} runs the newest first
 * @property {string[]} chosen the runs that are shown side by side
 * @property {number} probe which of the probes
 * @property {number | null} update the place on the training's own axis; null follows the newest checkpoint
 * @property {boolean} playing whether that place moves by itself
 * @property {number} step of the probe; Infinity is its last
 * @property {number | null} layer index among those of a network and its directions; null is the last
 * @property {number | null} unit
 * @property {string} quantity "all" or a quantity's name
 * @property {Record<string, Probed>} probed by run
 * @property {Record<string, Shape>} shapes by run
 * @property {string | null} told what a command was answered with
 * @property {boolean} charts whether the chart library has arrived
 */

export {};
