/**
 * The shape of the page's one state. Types only: this file runs no code.
 *
 * @module
 */

/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../types.js").TimeWindow} TimeWindow */
/** @typedef {import("../types.js").Stage} Stage */
/** @typedef {import("../types.js").Matrix} Matrix */
/** @typedef {import("../types.js").Quantity} Quantity */
/** @typedef {import("../lib/input.js").Input} Input */

/**
 * @typedef {{layer: number, direction: "forward" | "backward", cell: string, input_size: number, hidden_size: number,
 *   projection_size?: number | null, reset_after?: boolean | null, coupled?: boolean | null, peepholes?: boolean | null,
 *   activation?: string | null, recurrent_activation?: string | null, output_activation?: string | null}} LayerInfo
 * @typedef {{name: string, input: Input}} Example
 * @typedef {{kind: "softmax" | "linear", size: number, labels?: string[] | null, predicts?: "next_input" | null}} Readout
 * @typedef {{id: string, name: string, title?: string, description: string, origin: string, dtype: string, parameters: number,
 *   input: {kind: "tokens" | "values", size: number, labels?: string[] | null}, layers: LayerInfo[], readout: Readout | null, notes: string[], generates?: "token" | "values" | "feedback" | null,
 *   choices?: import("./library-types.js").Choice[], format?: string, file_name?: string | null, created?: string | null, digest?: string,
 *   example_inputs: Example[], card?: Record<string, any> | null, detailed?: boolean}} Model `detailed` once its labels have been asked for
 */

/**
 * What stands in the input bar. `text` is never lost: a file lies over it until it is taken away again.
 * @typedef {{text: string, file: {name: string, input: Input} | null, example: string | null}} Draft
 */

/**
 * Where to look in a trace that is not there yet. Until it is, the selection belongs to the picture on the screen.
 * @typedef {{selection: Selection, window: TimeWindow | null}} Arrival
 */

/**
 * A trace being asked for. An answer that carries another one than the one that is wanted is late.
 * @typedef {{model: string, input: Input, continued?: number}} Wanted `continued` is the step from which on the network read what it had said itself
 */

/**
 * By which of its figures a unit has its place; `span` is from its smallest value to its largest, `low` and `high` are shares of steps beyond the bounds.
 * @typedef {"index" | "mean" | "variance" | "span" | "low" | "high" | "half_life" | "step"} OrderKey
 * @typedef {{by: OrderKey, quantity: string | null, up: boolean}} Order `quantity` null is the cell's memory, or the gate that keeps it; `up` has the smallest first
 * Which units are shown: all, those whose ordering figure is at `least` or at `most` a value, or those found to be something, in one `quantity` or any.
 * @typedef {{only: "all" | "least" | "most" | import("../lib/health.js").FindingKind, quantity: string | null, value: number}} Rows
 * @typedef {{step: number, unit: number | null, quantity: string | null, y: number | null, below: number}} Hover `y` is null where another view shows the words itself; `below` is how much room is under it
 * @typedef {{tone: "error" | "note", text: string, again?: boolean, elsewhere?: boolean}} Message `elsewhere` says that what stands in the field is not to blame; `again` says that the same may work when it is tried again
 */

/**
 * @typedef {object} Selection
 * @property {number} layer index into the trace's layers
 * @property {number | null} unit null until a trace has told how many there are
 * @property {(number | "mean")[]} pins further lanes of the carry track
 * @property {number} step Infinity stands for the last one until a trace has told which that is
 * @property {Stage} stage
 */

/**
 * @typedef {object} ViewState
 * @property {TimeWindow | null} window null shows the whole sequence, however long
 * @property {Order} order
 * @property {Rows} rows
 * @property {string[]} folded
 * @property {string | null} enlarged
 * @property {boolean} tall
 * @property {boolean} stages
 * @property {number} speed steps a second
 * @property {boolean} playing
 * @property {number | null} heldStep while playing, rows ordered by a step's values stay as they were at this one
 * @property {"cell" | "arithmetic" | "numbers" | "interventions"} aside
 * @property {"light" | "dark" | "system"} theme
 */

/**
 * Letting the network go on; fields hold what was typed.
 * @typedef {{open: boolean, steps: string, temperature: string, seed: string, running: boolean, error: string | null,
 *   clips: {seed: number, list: import("../types.js").Clip[]} | null}} Continuing `clips` are there to be described, for a network that can
 */

/**
 * What the machine around the page is like.
 * @typedef {{width: number, free: number, rem: number, compact: boolean, density: number, dark: boolean, reducedMotion: boolean}} Surroundings
 */

/**
 * @typedef {object} Dialog
 * @property {"help" | "model" | "figure"} name
 * @property {string} [quantity]
 * @property {any} [figure] what plotly.js draws, once it has arrived
 * @property {string} [error]
 */

/**
 * @typedef {object} State
 * @property {string} place what fills the page: "explore", or one of PLACE_NAMES
 * @property {Record<string, string> | null} asked what an address says of a place whose module is still on its way
 * @property {Record<string, any>} slices what each place remembers, by its name
 * @property {import("./library-types.js").Library} library
 * @property {Model[]} models
 * @property {Quantity[]} quantities
 * @property {string | null} modelId
 * @property {Record<string, Draft>} drafts by model
 * @property {Wanted | null} wanted
 * @property {Arrival | null} arrival what was meant by a request that has not been answered yet; it outlives refusals. Null keeps the selection as far as it fits
 * @property {boolean} tracing
 * @property {{wanted: Wanted, trace: Trace} | null} shown
 * @property {boolean} stale the picture is not of what stands in the input bar
 * @property {{trace: string, layers: Record<string, Matrix>[]} | null} preActivations
 * @property {import("./inside-types.js").Inside} inside the inside of a step
 * @property {import("./intervening-types.js").Intervening} intervening what is done to the network as it runs
 * @property {Continuing} continuing
 * @property {Selection} selection
 * @property {Hover | null} hover
 * @property {ViewState} view
 * @property {Surroundings} surroundings
 * @property {Dialog | null} dialog
 * @property {Message | null} message beside the input
 * @property {Message | null} toast at the foot of the page, for what was shared or exported
 */

/** @typedef {{type: string, [detail: string]: any}} Event */
/** @typedef {Record<string, (state: State, event: any) => State>} Transitions */

/**
 * A view that fills the page, in a module of its own in `places/`.
 * @typedef {object} Place
 * @property {string[]} styles its stylesheets' addresses
 * @property {any} [initial] its slice of the state at first
 * @property {Transitions} [transitions] beside the shared ones; a shared event reaches both
 * @property {string[]} [moves] events that the browser's way back should lead back from
 * @property {(state: State, fields: Record<string, string>) => State} at the state at an address; what the fields leave out is as on a first visit
 * @property {(state: State) => Record<string, string>} fields what the address is to say
 * @property {(root: HTMLElement, emit: import("../types.js").Emit) => import("../types.js").View<State>} create
 * @property {(store: import("./store.js").Store, api: typeof import("../api.js")) => void} [attach] its effects
 */

export {};
