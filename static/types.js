/**
 * The shapes that travel between the modules of the page. Types only: this file runs no code.
 *
 * @module
 */

/**
 * A (rows, columns) array in C order: `data[row * columns + column]`. For a quantity, rows are steps and columns units.
 * @typedef {{data: Float32Array | Float64Array, rows: number, columns: number}} Matrix
 */

/**
 * One row of `GET /quantities`: what a cell exposes.
 * @typedef {{name: string, symbol: string, cells: string[], range: [number, number] | null, formula: string, description: string}} Quantity
 */

/**
 * What was done to a quantity right after it was computed; null stands for all, and `steps` ends before its second number.
 * @typedef {{layer: number, direction: "forward" | "backward", quantity: string, units: number[] | null, steps: [number, number] | null, operation: "set" | "scale" | "add", value: number}} Intervention
 */

/**
 * An intervention in a list; `key` tells it from all others for as long as the page is open.
 * @typedef {Intervention & {key: number, on: boolean}} Listed
 */

/**
 * Which of the two traces is seen, without the interventions or with them; of their difference, pictures and numbers show the intervened less the original.
 * @typedef {"original" | "intervened" | "difference"} Seen
 */

/**
 * An output whose probability is another one in a trace than in its baseline.
 * @typedef {{label: string, token: number, probability: number, baseline: number, difference: number}} Moved
 */

/**
 * One direction of one layer, traced. `quantities` is keyed by name in display order. `form` says how it computes; without one, as in textbooks. `interventions` are those in this layer.
 * @typedef {{layer: number, direction: "forward" | "backward", cell: "lstm" | "gru" | "rnn", hiddenSize: number,
 *   form?: import("./lib/cell-form.js").CellForm, initialState: Record<string, Float32Array | Float64Array>, quantities: Record<string, Matrix>,
 *   interventions?: Intervention[]}} LayerTrace
 */

/** @typedef {{label: string, token: number, probability: number}} Prediction */

/**
 * @typedef {{id: string, model: string, steps: number, dtype: string,
 *   input: {kind: "tokens" | "values", tokens: number[] | null, labels: string[], values: Matrix | null, unknown: number[]},
 *   layers: LayerTrace[], predictions: Prediction[][] | null, outputs: Matrix | null, notes: string[]}} Trace
 */

/**
 * The visible part of the time axis, in steps; fractional while zooming. Step t covers [t, t + 1).
 * @typedef {{from: number, to: number}} TimeWindow
 */

/**
 * What part of a step is revealed: 0 nothing of it yet, 1 forgotten, 2 added, 3 output computed (the whole step).
 * @typedef {0 | 1 | 2 | 3} Stage
 */

/**
 * A view owns what is inside its root. `update` returns early when the props are the same; `destroy` undoes everything.
 * @template Props
 * @typedef {{update: (props: Props) => void, destroy: () => void}} View
 */

/**
 * What a view tells the composition root. Views never change state themselves.
 * @typedef {{type: string, [detail: string]: any}} ViewEvent
 * @typedef {(event: ViewEvent) => void} Emit
 */

/**
 * Steps of one lane of the carry track at which something was done to its unit; `to` is the first one after them.
 * @typedef {{lane: number, from: number, to: number, text: string}} CarryMark
 */

/**
 * Props of the carry track (views/carry-track.js).
 * `units` are the lanes from top to bottom, "mean" being the mean over all units; `step` the cursor; nothing after it is revealed yet.
 * `ghost` is the layer in the trace that this one is compared with, `ghostName` what that is; `marks` are what was intervened in.
 * `bands` split the first lane by who wrote what it holds. `reading` is whether numbers are to follow; while playing fast they rest in between.
 * `compact` folds the legend away, where the screen is narrow. In a comparison, `title` says whose units
 * these are, `places` has the step in each column, or -1, and `low` draws the lanes lower and covers nothing, for the cursor reads and does not reveal. `gutter`, `width` and `rem` are CSS pixels: step t starts at x = gutter + (t - window.from) / (window.to - window.from) * (width - gutter).
 * @typedef {{layer: LayerTrace, units: (number | "mean")[], step: number, stage: Stage, window: TimeWindow, width: number, gutter: number,
 *   labels: string[], hover: {step: number, unit: number | null} | null, reducedMotion: boolean, rem: number, theme: "light" | "dark", compact: boolean, reading: boolean,
 *   bands?: import("./lib/origins.js").Bands | null, numeric?: boolean, ghost?: LayerTrace | null, ghostName?: string, marks?: CarryMark[],
 *   title?: string, places?: ArrayLike<number>, low?: boolean}} CarryTrackProps
 */

/**
 * Props of the cell inspector (views/inspector.js). `preActivations` has the `_pre` matrices by the gate's name, or null while they are on their way.
 * `notes` say, by symbol, what was done to a number. `staged` is true while steps are taken in stages: then the last stage is emphasised as the others are.
 * @typedef {{layer: LayerTrace, preActivations: Record<string, Matrix> | null, quantities: Quantity[], unit: number, step: number, steps: number, stage: Stage,
 *   label: string, playing: boolean, reducedMotion: boolean, staged?: boolean, notes?: Record<string, import("./views/equations.js").Note>}} InspectorProps
 */

/**
 * A short clip of a moving shape, as frames of RGBA pixels, and the row that a network reads of it.
 * @typedef {{caption: string, row: number[], side: number, frames: Uint8ClampedArray[]}} Clip
 */

export {};
