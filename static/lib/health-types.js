/**
 * Gate health as the server tells it. Types only: this file runs no code.
 *
 * @module
 */

/**
 * Figures of single units over all steps; `low` and `high` are shares of steps, null for a quantity without bounds.
 * @typedef {{quantity: string, low: number[] | null, high: number[] | null, mean: number[], variance: number[], minimum: number[], maximum: number[],
 *   stuck: boolean[], histogram: {low: number, high: number, counts: number[]}}} QuantityHealth
 */

/**
 * One direction of one layer. `half_life` is null for a cell without a gate that keeps, and so is the entry of a unit that forgets nothing.
 * @typedef {{layer: number, direction: "forward" | "backward", cell: "lstm" | "gru" | "rnn", hidden_size: number, quantities: QuantityHealth[],
 *   half_life: (number | null)[] | null, dead: boolean[]}} LayerHealth
 */

/**
 * @typedef {{kind: import("./health.js").FindingKind, layer: number, direction: string, quantity: string, units: number[], share: number, sentence: string}} HealthFlag
 * @typedef {{layer: number, direction: string, quantity: string, bias: number, half_life: number | null, sentence: string}} HealthHint
 * @typedef {{sequences: number, steps: number, layers: LayerHealth[], findings: string[], flags: HealthFlag[], hints: HealthHint[]}} GateHealth
 */

export {};
