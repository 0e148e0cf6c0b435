/** What each view is told, out of the one state. Objects keep their identity while what they are made of is the same. */

import { layerLess, less } from "../lib/difference.js";
import { number, spoken, wordLength, words } from "../lib/format.js";
import { HEAD_HEIGHT, panelHeight } from "../lib/layout.js";
import { hasLedger } from "../lib/ledger.js";
import { memo } from "../lib/memo.js";
import { describeInput } from "../lib/input.js";
import { timeScale } from "../lib/scale.js";
import { stageName, stageOf } from "../lib/stages.js";
import { otherLayer, otherTrace, seenTrace, seesDifference } from "./altered.js";
import { ablationOf, isDone } from "./intervening-transitions.js";
import { columnNames, draftOf, foretells, modelOf, readsOf, shownModelOf, tokensOfText } from "./input-transitions.js";
import { carryMarks, marksIn, movedSteps, notesAt, rubberIn } from "./altered-props.js";
import { bandsOf, heldFromHovered, unitsLedger } from "./inside-props.js";
import { openModelOf } from "./library-transitions.js";
import { unanswered } from "./upload-transitions.js";
import { canOrder, orderKeyOf, orderQuantityOf, ORDER_KEYS, quantitiesFor, rowOrderOf, rowsOf } from "./rows.js";
import { colouringOf, isOfUnits, lanesOf, layerOf, meantSelection, signedColouring, themeOf, windowOf } from "./selectors.js";
import { gutterOf, labelOf, labelsOf, quantitiesOf } from "./shown.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("../types.js").Matrix} Matrix */

/** @type {never[]} */
const NONE = [];

/** @param {State} state */
const nextInput = (state) => foretells(shownModelOf(state));

/** @param {State} state */
export const headerProps = (state) => ({ models: state.models, modelId: state.modelId, layer: meantSelection(state).layer, theme: state.view.theme });

const summaryOf = memo((/** @type {import("../lib/input.js").Input | undefined} */ input, /** @type {number | null} */ tokens) => (input ? describeInput(input, tokens) : ""));

/** @param {State} state */
export function inputBarProps(state) {
  const model = modelOf(state);
  const draft = draftOf(state);
  return {
    kind: model?.input.kind ?? "tokens",
    size: model?.input.size ?? 0,
    ids: model ? readsOf(model).ids === true : false,
    place: `${state.modelId} ${draft.example}`,
    text: draft.text,
    file: draft.file?.name ?? null,
    example: draft.example,
    examples: model?.example_inputs ?? NONE,
    message: state.message,
    tracing: state.tracing,
    summary: summaryOf(state.wanted?.input, tokensOfText(state.wanted, state.shown)),
    continuing: model?.generates ? state.continuing.open : null,
  };
}

/** @param {State} state */
export const continuingProps = (state) => ({ ...state.continuing, reducedMotion: state.surroundings.reducedMotion, kind: shownModelOf(state)?.generates ?? null });

/** @param {State} state */
export function ribbonProps(state) {
  const trace = seenTrace(state);
  return {
    labels: labelsOf(state),
    words: trace ? wordLength(trace.input, trace.predictions) : 0,
    steps: Math.max(1, trace?.steps ?? 1),
    numeric: trace?.input.kind === "values",
    unknown: trace?.input.unknown ?? NONE,
    predictions: trace?.predictions ?? null,
    others: otherTrace(state)?.predictions ?? null,
    moved: seesDifference(state) ? movedSteps(state) : null,
    tokens: trace?.input.tokens ?? null,
    nextInput: nextInput(state),
    continued: state.shown?.wanted.continued ?? null,
    window: windowOf(state),
    width: state.surroundings.width,
    gutter: gutterOf(state),
    theme: themeOf(state),
    step: state.selection.step,
  };
}

/** @param {State} state */
export function forecastProps(state) {
  const trace = seenTrace(state);
  return { values: trace?.input.values ?? null, outputs: trace?.outputs ?? null, others: otherTrace(state)?.outputs ?? null, intervened: state.intervening.seen !== "original", nextInput: nextInput(state), names: columnNames(shownModelOf(state)), window: windowOf(state), width: state.surroundings.width, gutter: gutterOf(state) };
}

/** @param {State} state @param {LayerTrace} layer @param {boolean} reading whether numbers are to follow */
export const carryProps = (state, layer, reading = true) => ({
  reading,
  layer,
  units: lanesOf(state),
  step: state.selection.step,
  stage: state.selection.stage,
  window: windowOf(state),
  width: state.surroundings.width,
  gutter: gutterOf(state),
  labels: labelsOf(state),
  hover: carryHover(state.hover),
  reducedMotion: state.surroundings.reducedMotion,
  rem: state.surroundings.rem,
  theme: themeOf(state),
  compact: state.surroundings.compact,
  bands: bandsOf(state),
  ghost: otherLayer(state),
  ghostName: state.intervening.seen === "original" ? "with the interventions" : "without the interventions",
  marks: carryMarks(state, layer, lanesOf(state)),
  numeric: state.shown?.trace.input.kind === "values",
});

const carryHover = memo((/** @type {State["hover"]} */ hover) => hover && { step: hover.step, unit: hover.unit });

/** @param {State} state @param {LayerTrace} layer */
export function inspectorProps(state, layer) {
  return {
    layer,
    preActivations: state.preActivations?.trace !== seenTrace(state)?.id ? null : state.preActivations?.layers[state.selection.layer] ?? null,
    quantities: quantitiesOf(state),
    unit: state.selection.unit ?? 0,
    step: state.selection.step,
    steps: state.shown?.trace.steps ?? 0,
    stage: state.selection.stage,
    label: labelOf(state, state.selection.step),
    // Beyond this speed the flowing values could not be followed, and would cost every frame dearly.
    playing: state.view.playing && state.view.speed <= 16,
    notes: notesAt(state, layer),
    reducedMotion: state.surroundings.reducedMotion,
  };
}

const namesOf = memo((/** @type {LayerTrace} */ layer) => Object.keys(layer.quantities));
/** The quantities of which every unit has one. */
const ofUnits = memo((/** @type {LayerTrace} */ layer) => Object.keys(layer.quantities).filter((name) => isOfUnits(layer, name)));
const symbolsOf = memo((/** @type {string[]} */ names, /** @type {import("../types.js").Quantity[]} */ table) => names.map((name) => table.find((quantity) => quantity.name === name)?.symbol ?? name));

/** @param {State} state @param {LayerTrace} layer */
export function toolbarProps(state, layer) {
  const by = orderKeyOf(state, layer);
  return { unit: state.selection.unit ?? 0, units: layer.hiddenSize, pins: state.selection.pins, order: orderShown(by, orderQuantityOf(state), state.view.order.up), orders: ordersOf(layer), quantities: quantitiesFor(layer, by), rows: rowsOf(state, layer), listed: rowOrderOf(state), tall: state.view.tall, zoomed: state.view.window !== null, origins: state.inside.origins, allOrigins: state.inside.units, ledger: hasLedger(layer), intervening: state.intervening.tool, ablated: isDone(state, ablationOf(state)) };
}

const orderShown = memo((/** @type {string} */ by, /** @type {string} */ quantity, /** @type {boolean} */ up) => ({ by, quantity, up }));
const ordersOf = memo((/** @type {LayerTrace} */ layer) => ORDER_KEYS.filter((by) => canOrder(layer, by)));

/** @type {Map<string, (...inputs: any[]) => any>} one memory a panel, so that a step gives each its old picture back */
const pictures = new Map();

/** @param {string} name @param {any[]} inputs */
function pictureOf(name, ...inputs) {
  let make = pictures.get(name);
  if (!make) {
    make = memo((matrix, quantity, order, theme, window, plotWidth, height, density) => ({ ...(quantity === SIGNED ? signedColouring(matrix) : colouringOf(quantity, matrix)), matrix, order, theme, window, plotWidth, height, density }));
    pictures.set(name, make);
  }
  return make(...inputs);
}

/** The place of each unit from the top, -1 of those without a row. */
const placesOf = memo((/** @type {Int32Array | null} */ order, /** @type {number} */ units) => order?.reduce((places, unit, place) => ((places[unit] = place), places), new Int32Array(units).fill(-1)) ?? null);

/** Which share of the plot has been read and computed: up to the step, or from it on when the layer reads backwards. */
const shares = (/** @type {State} */ state, /** @type {LayerTrace} */ layer, /** @type {string} */ name) => {
  const { step, stage } = state.selection;
  const known = stage >= stageOf(layer.cell, name);
  const { x } = timeScale(windowOf(state), 1, 0);
  return layer.direction === "backward" ? { from: clip(x(known ? step : step + 1)), to: 1 } : { from: 0, to: clip(x(known ? step + 1 : step)) };
};

/** @param {number} share */
const clip = (share) => Math.max(0, Math.min(1, share));

/** In place of a quantity: what has no range of its own is coloured about zero. */
const SIGNED = "signed";

/** The panel that is no quantity of the cell: who wrote what all units hold at one step. */
const ORIGINS = "origins";

/**
 * @param {State} state
 * @param {LayerTrace} layer
 * @param {boolean} reading whether numbers are to follow; they rest while nobody could read them
 * @returns {import("../views/heatmap.js").HeatmapProps[]}
 */
export function panelProps(state, layer, reading = true) {
  const { selection, view, surroundings, hover } = state;
  const names = namesOf(layer);
  const table = quantitiesOf(state);
  const order = rowOrderOf(state);
  const places = placesOf(order, layer.hiddenSize);
  /** @param {number} row */
  const placeOf = (row) => (!places ? row : places[row] < 0 ? null : places[row]);
  const unit = selection.unit ?? 0;
  const hovered = hover?.unit ?? null;
  const ledger = unitsLedger(state, layer);
  const all = ledger ? [...names, ORIGINS] : names;
  const open = all.filter((name) => !view.folded.includes(name)).length;
  const room = surroundings.free - (all.length - open) * HEAD_HEIGHT;
  const other = seesDifference(state) ? otherLayer(state) : null;
  /** @param {string} name @param {Matrix} matrix @param {boolean} own whether its rows are units */
  const panel = (name, matrix, own) => {
    const enlarged = view.enlarged === name;
    const height = panelHeight({ units: own && order ? Math.max(1, order.length) : matrix.columns, free: room, panels: open, compact: surroundings.compact, tall: view.tall, enlarged });
    const quantity = other || name === ORIGINS ? SIGNED : table.find((candidate) => candidate.name === name);
    return {
      name,
      picture: pictureOf(name, matrix, quantity, own ? order : null, themeOf(state), windowOf(state), Math.max(1, surroundings.width - gutterOf(state)), height, surroundings.density),
      folded: view.folded.includes(name),
      enlarged,
      unit,
      place: own ? placeOf(unit) : null,
      hoverPlace: hovered !== null && own ? placeOf(hovered) : null,
      marks: marksIn(state, layer, name, matrix, own ? places : null),
      rubber: rubberIn(state, name),
    };
  };
  /** @param {Matrix} matrix */
  const valueIn = (matrix) => matrix.data[selection.step * matrix.columns + unit];
  const panels = names.map((name) => {
    const quantity = table.find((candidate) => candidate.name === name);
    const matrix = other ? less(layer.quantities[name], other.quantities[name]) : layer.quantities[name];
    const own = isOfUnits(layer, name);
    const revealed = shares(state, layer, name);
    return {
      ...panel(name, matrix, own),
      symbol: `${other ? "Δ" : ""}${quantity?.symbol ?? name}`,
      formula: other ? `Δ${quantity?.symbol ?? ""} = intervened − original` : (quantity?.formula ?? ""),
      description: own ? (quantity?.description ?? "") : PROJECTED,
      derived: other !== null,
      revealedFrom: revealed.from,
      revealedTo: revealed.to,
      value: !reading ? undefined : own && selection.stage >= stageOf(layer.cell, name) ? valueIn(matrix) : null,
    };
  });
  if (!ledger) return panels;
  const symbol = layer.cell === "lstm" ? "c" : "h";
  return [{ ...panel(ORIGINS, ledger, true), ...WRITTEN, symbol: `${symbol}←`, formula: `${symbol} at the chosen step, split by the step that wrote it`, value: reading ? valueIn(ledger) : undefined }, ...panels];
}

/** The ledger hides nothing: what lies after the chosen step has written nothing yet. */
const WRITTEN = { description: "What is left, in each unit at the chosen step, of what each step wrote.", derived: true, revealedFrom: 0, revealedTo: 1 };

const PROJECTED = "What the layer tells the others, mixed from all units by a projection: its rows are no units.";

/** @param {State} state @param {LayerTrace} layer */
export function cursorProps(state, layer) {
  const { hover } = state;
  return { step: state.selection.step, window: windowOf(state), width: state.surroundings.width, gutter: gutterOf(state), rem: state.surroundings.rem, hover, held: heldFromHovered(state), label: hover ? labelOf(state, hover.step) : "", values: hoverValues(layer, state.intervening.seen === "original" ? null : otherLayer(state), quantitiesOf(state), hover), predictions: hover ? (seenTrace(state)?.predictions?.[hover.step] ?? null) : null };
}

const hoverValues = memo((/** @type {LayerTrace} */ layer, /** @type {LayerTrace | null} */ before, /** @type {import("../types.js").Quantity[]} */ table, /** @type {State["hover"]} */ hover) => {
  const unit = hover?.unit ?? null;
  if (!hover || unit === null) return NONE;
  return table.filter(({ name }) => isOfUnits(layer, name)).map(({ name, symbol }) => ({ name, symbol, value: layer.quantities[name].data[hover.step * layer.hiddenSize + unit], before: before && before.quantities[name].data[hover.step * layer.hiddenSize + unit] }));
});

/** @param {State} state @param {boolean} reading whether numbers are to follow */
export function transportProps(state, reading = true) {
  const cell = layerOf(state)?.cell ?? "lstm";
  const { selection, view, shown } = state;
  return { step: Number.isFinite(selection.step) ? selection.step : 0, steps: shown?.trace.steps ?? 1, label: shown ? labelOf(state, selection.step) : "", playing: view.playing, speed: view.speed, stages: view.stages, stage: selection.stage, stageName: stageName(cell, selection.stage), stageNames: stageNames(cell), ready: shown !== null, reading };
}

const stageNames = memo((/** @type {string} */ cell) => [stageName(cell, 1), stageName(cell, 2), stageName(cell, 3)]);

/** @param {State} state */
export function modelsProps(state) {
  const { models, library } = state;
  const { upload, renaming, deleting, checks, snippets, said } = library;
  const open = openModelOf(state) ?? null;
  return { models, open, chosen: library.open !== null, upload, unanswered: unanswered(upload), added: models.find(({ id }) => id === upload.result?.id) ?? null, renaming, deleting, check: checks[open?.id ?? ""] ?? null, snippets, said };
}

/** A table of units has no place for what is not of units. */
const unitsOnly = memo((/** @type {LayerTrace} */ layer) => {
  const names = ofUnits(layer);
  return names.length === Object.keys(layer.quantities).length ? layer : { ...layer, quantities: Object.fromEntries(names.map((name) => [name, layer.quantities[name]])) };
});

const changesOf = memo(layerLess);

/** @param {State} state @param {LayerTrace} layer @returns {import("../views/numbers.js").NumbersProps} */
export function numbersProps(state, layer) {
  const other = seesDifference(state) ? otherLayer(state) : null;
  return { layer: other ? unitsOnly(changesOf(layer, other)) : unitsOnly(layer), changes: other !== null, symbols: symbolsOf(ofUnits(layer), quantitiesOf(state)), order: rowOrderOf(state), step: state.selection.step, label: labelOf(state, state.selection.step), unit: state.selection.unit ?? 0 };
}

/** @param {State} state */
export const dialogProps = (state) => ({ dialog: state.dialog, model: modelOf(state) ?? null, quantities: quantitiesOf(state), theme: themeOf(state), told: state.toast?.text ?? "" });

/**
 * The chosen step in a sentence or three.
 * @param {State} state
 * @param {LayerTrace} layer
 */
export function announcement(state, layer) {
  const { step, unit } = state.selection;
  const values = ofUnits(layer).map((name) => `${words(name)} ${number(layer.quantities[name].data[step * layer.hiddenSize + (unit ?? 0)])}`);
  const next = seenTrace(state)?.predictions?.[step]?.[0];
  const label = labelOf(state, step);
  const altered = state.intervening.seen !== "original" && otherTrace(state) !== null;
  return `${altered ? "With interventions: step" : "Step"} ${step + 1} of ${state.shown?.trace.steps}${label === "" ? "" : `, ${spoken(label)}`}. Unit ${unit}: ${values.join(", ")}.${next ? ` ${nextInput(state) ? "Expects" : "Says"} ${spoken(next.label)}${nextInput(state) ? " next" : ""}, ${Math.round(next.probability * 100)} percent.` : ""}`;
}
