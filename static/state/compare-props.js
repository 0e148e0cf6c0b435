/** What each part of the Compare view is told, out of the one state. Objects keep their identity while what they are made of is the same. */

import { ALONE, CHANGED } from "../lib/alignment.js";
import { along, carriedAlong } from "../lib/aligned.js";
import { less, symmetricRange } from "../lib/difference.js";
import { wordLength } from "../lib/format.js";
import { layerText } from "../lib/interventions.js";
import { describeInput } from "../lib/input.js";
import { panelHeight } from "../lib/layout.js";
import { memo } from "../lib/memo.js";
import { formattedSide } from "./compare-address.js";
import { compareOf, otherOf, sideDraft, sideModel, sideOf } from "./compare-sides.js";
import { alignmentOf, layersAlong, quantityShown, rowsOf } from "./comparison.js";
import { columnNames, draftOf, foretells, readsOf, tokensOfText } from "./input-transitions.js";
import { colouringOf, isOfUnits, themeOf } from "./selectors.js";
import { gutterOf, quantitiesIn } from "./shown.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./compare-types.js").SideName} SideName */
/** @typedef {import("../types.js").Matrix} Matrix */
/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../types.js").LayerTrace} LayerTrace */
/** @typedef {import("../types.js").TimeWindow} TimeWindow */
/** @typedef {import("../lib/alignment.js").Alignment} Alignment */
/** @typedef {import("../views/ribbon-layout.js").Mark} Mark */

/** @type {never[]} */
const NONE = [];

/** One memory for each side. @template {any[]} Inputs, Result @param {(...inputs: Inputs) => Result} compute */
const forEachSide = (compute) => ({ a: memo(compute), b: memo(compute) });

const wholeOr = memo((/** @type {TimeWindow | null} */ window, /** @type {number} */ columns) => window ?? { from: 0, to: columns });

/** @param {State} state @returns {TimeWindow} */
export const compareWindow = (state) => wholeOr(compareOf(state).window, Math.max(1, alignmentOf(compareOf(state))?.columns ?? 1));

/** The time axis that all parts of the picture share. @param {State} state */
const axisOf = (state) => ({ window: compareWindow(state), width: compareOf(state).room.width, gutter: gutterOf(state) });

/** @param {Alignment} alignment @param {SideName} name */
export const stepsOf = ({ here, there }, name) => (name === "a" ? here : there);

const summaryOf = forEachSide((/** @type {import("../lib/input.js").Input | undefined} */ input, /** @type {number | null} */ tokens) => (input ? describeInput(input, tokens) : ""));

/** @param {State} state @param {SideName} name */
export function sideBarProps(state, name) {
  const side = sideOf(state, name);
  const model = sideModel(state, name);
  const draft = sideDraft(side);
  const tooLong = !formattedSide(state, name).complete;
  return {
    kind: model?.input.kind ?? "tokens",
    size: model?.input.size ?? 0,
    ids: model ? readsOf(model).ids === true : false,
    place: `${side.modelId} ${draft.example}`,
    text: draft.text,
    file: draft.file?.name ?? null,
    example: draft.example,
    examples: model?.example_inputs ?? NONE,
    message: side.message,
    tracing: side.tracing,
    summary: `${summaryOf[name](side.wanted?.input, tokensOfText(side.wanted, side.shown))}${tooLong ? ", too long for the address" : ""}`,
  };
}

/** @param {State} state @param {SideName} name */
export function sideProps(state, name) {
  const side = sideOf(state, name);
  const other = sideOf(state, otherOf(name));
  const [draft, others] = [sideDraft(side), sideDraft(other)];
  return {
    name,
    models: state.models,
    modelId: side.modelId,
    interventions: side.interventions,
    layers: sideModel(state, name)?.layers ?? NONE,
    sharable: sideModel(state, name)?.input.kind === sideModel(state, otherOf(name))?.input.kind && (draft.text !== others.text || draft.file?.input !== others.file?.input),
    explorable: name === "a" && state.modelId !== null && (state.modelId !== side.modelId || draftOf(state).text !== draft.text || draftOf(state).file !== draft.file),
  };
}

const marksOf = forEachSide((/** @type {Alignment} */ alignment, /** @type {SideName} */ name) =>
  Array.from(alignment.marks, (mark, column) => /** @type {Mark} */ (stepsOf(alignment, name)[column] < 0 ? "gap" : mark === ALONE ? "alone" : mark === CHANGED ? "changed" : null)));

const labelsOf = forEachSide((/** @type {Trace} */ { input: { labels } }, /** @type {Int32Array} */ steps) => Array.from(steps, (step) => (step < 0 ? "" : labels[step])));

const unknownOf = forEachSide((/** @type {Trace} */ { input: { unknown } }, /** @type {Int32Array} */ steps) => {
  const strange = new Set(unknown);
  return strange.size ? Array.from(steps.keys()).filter((column) => strange.has(steps[column])) : NONE;
});

const predictionsOf = forEachSide((/** @type {Trace} */ { predictions }, /** @type {Int32Array} */ steps) => predictions && Array.from(steps, (step) => (step < 0 ? [] : predictions[step])));

/** At the column after each step, the token that follows it, also where that stands further on. */
const followersOf = forEachSide((/** @type {Trace} */ { input: { tokens } }, /** @type {Int32Array} */ steps) => tokens && [-1, ...Array.from(steps, (step) => (step < 0 ? -1 : (tokens[step + 1] ?? -1)))]);

/** The network of a trace. @param {State} state @param {Trace | undefined} trace */
export const modelOfTrace = ({ models }, trace) => models.find(({ id }) => id === trace?.model);

/** @param {State} state @param {SideName} name @param {Record<SideName, Trace>} traces @param {Alignment} alignment */
export function compareRibbonProps(state, name, traces, alignment) {
  const trace = traces[name];
  const other = otherOf(name);
  const steps = stepsOf(alignment, name);
  return {
    labels: labelsOf[name](trace, steps),
    words: wordLength(trace.input, trace.predictions),
    steps: alignment.columns,
    numeric: trace.input.kind === "values",
    unknown: unknownOf[name](trace, steps),
    predictions: predictionsOf[name](trace, steps),
    others: predictionsOf[other](traces[other], stepsOf(alignment, other)),
    moved: null,
    tokens: followersOf[name](trace, steps),
    nextInput: foretells(modelOfTrace(state, trace)),
    marks: marksOf[name](alignment, name),
    places: steps,
    ...axisOf(state),
    theme: themeOf(state),
    step: compareOf(state).column ?? 0,
  };
}

const besideOf = forEachSide((/** @type {Trace} */ { input, outputs }) => [input.values, outputs].flatMap((matrix) => (matrix ? [matrix] : [])));

/** @param {State} state @param {SideName} name @param {Record<SideName, Trace>} traces @param {Alignment} alignment */
export function compareForecastProps(state, name, traces, alignment) {
  const { input, outputs } = traces[name];
  const steps = stepsOf(alignment, name);
  const model = modelOfTrace(state, traces[name]);
  return { values: input.values && along(input.values, steps), outputs: outputs && input.kind === "values" ? along(outputs, steps) : null, others: null, intervened: true, nextInput: foretells(model), names: columnNames(model), beside: besideOf[name](traces[otherOf(name)]), ...axisOf(state) };
}

const carried = forEachSide(carriedAlong);
const unitsOf = memo((/** @type {number} */ unit) => [unit]);
const carryHover = memo((/** @type {State["hover"]} */ hover) => hover && { step: hover.step, unit: hover.unit });

/** @param {State} state @param {SideName} name @param {Record<SideName, Trace>} traces @param {Alignment} alignment @returns {import("../types.js").CarryTrackProps} */
export function compareCarryProps(state, name, traces, alignment) {
  const { unit, column, layer, hover } = compareOf(state);
  const layers = { a: carried.a(traces.a.layers[layer], alignment.here), b: carried.b(traces.b.layers[layer], alignment.there) };
  const steps = stepsOf(alignment, name);
  return {
    layer: layers[name],
    ghost: layers[otherOf(name)],
    ghostName: otherOf(name).toUpperCase(),
    units: unitsOf(unit ?? 0),
    step: column ?? 0,
    stage: 3,
    ...axisOf(state),
    labels: labelsOf[name](traces[name], steps),
    hover: carryHover(hover),
    reducedMotion: state.surroundings.reducedMotion,
    rem: state.surroundings.rem,
    theme: themeOf(state),
    compact: true,
    reading: true,
    numeric: traces[name].input.kind === "values",
    title: name.toUpperCase(),
    places: steps,
    low: true,
  };
}

/** The three pictures of a quantity. @typedef {"a" | "b" | "difference"} PanelPart */

/** @type {PanelPart[]} */
const PARTS = ["a", "b", "difference"];

export const BADGES = { a: "A", b: "B", difference: "A−B" };

/** Both in one range, so that the same colour is the same number. */
const pairColouring = (/** @type {import("../types.js").Quantity | undefined} */ quantity, /** @type {Matrix} */ a, /** @type {Matrix} */ b) => {
  const [one, other] = [colouringOf(quantity, a), colouringOf(quantity, b)];
  const end = Math.max(one.range[1], other.range[1]);
  const kind = one.kind === other.kind ? one.kind : /** @type {const} */ ("diverging");
  const shared = { kind, range: /** @type {[number, number]} */ ([kind === "diverging" ? -end : 0, end]), clipped: one.clipped || other.clipped };
  return { a: { ...shared, centre: one.centre }, b: { ...shared, centre: other.centre } };
};

/** @type {Map<string, (...inputs: any[]) => any>} one memory a panel, so that a move gives each its old picture back */
const pictures = new Map();

/** @param {string} key @param {any[]} inputs */
function pictureOf(key, ...inputs) {
  const make = pictures.get(key) ?? memo((matrix, colouring, order, theme, window, plotWidth, height, density) => ({ ...colouring, matrix, order, theme, window, plotWidth, height, density }));
  pictures.set(key, make);
  return make(...inputs);
}

/** @type {Map<string, (...inputs: any[]) => any>} one memory a quantity */
const colourings = new Map();

/** @param {string} name @param {any[]} inputs */
function colouringsOf(name, ...inputs) {
  const make = colourings.get(name) ?? memo((quantity, a, b, difference) => ({ ...pairColouring(quantity, a, b), difference: { kind: "diverging", ...symmetricRange(difference), centre: null } }));
  colourings.set(name, make);
  return make(...inputs);
}

const placesOf = memo((/** @type {Int32Array | null} */ order) => order && Int32Array.from(order).reduce((places, unit, place) => ((places[unit] = place), places), new Int32Array(order.length)));

/**
 * Three panels for each quantity that is shown.
 * @param {State} state
 * @returns {(import("../views/heatmap.js").HeatmapProps & {key: string})[]}
 */
export function comparePanelProps(state) {
  const compare = compareOf(state);
  const layers = layersAlong(compare);
  if (!layers || !compare.pair) return [];
  const traced = { a: compare.pair.a.trace.layers[compare.layer], b: compare.pair.b.trace.layers[compare.layer] };
  const table = quantitiesIn(state, traced.a);
  const names = compare.all ? Object.keys(layers.a.quantities) : [quantityShown(compare, layers.a)];
  const order = rowsOf(compare);
  const places = placesOf(order);
  const { unit, column, hover, room } = compare;
  return names.flatMap((name) => {
    const [a, b] = [layers.a.quantities[name], layers.b.quantities[name]];
    const matrices = { a, b, difference: less(a, b) };
    const quantity = table.find((known) => known.name === name);
    const colours = colouringsOf(name, quantity, traced.a.quantities[name], traced.b.quantities[name], matrices.difference);
    const own = isOfUnits(layers.a, name);
    const height = panelHeight({ units: a.columns, free: room.free, panels: names.length * PARTS.length, compact: state.surroundings.compact, tall: false, enlarged: false });
    /** @param {number | null} which */
    const placeOf = (which) => (which === null || !own ? null : places ? places[which] : which);
    const plotWidth = Math.max(1, room.width - gutterOf(state));
    return PARTS.map((part) => {
      const value = own && unit !== null && column !== null ? matrices[part].data[column * a.columns + unit] : NaN;
      return {
        key: `${name}:${part}`,
        name,
        badge: BADGES[part],
        plain: true,
        symbol: quantity?.symbol ?? name,
        formula: quantity?.formula ?? "",
        description: quantity?.description ?? "",
        derived: true,
        picture: pictureOf(`${name}:${part}`, matrices[part], colours[part], own ? order : null, themeOf(state), compareWindow(state), plotWidth, height, state.surroundings.density),
        folded: false,
        enlarged: false,
        revealedFrom: 0,
        revealedTo: 1,
        unit: unit ?? 0,
        place: placeOf(unit),
        hoverPlace: placeOf(hover?.unit ?? null),
        marks: NONE,
        rubber: null,
        value: Number.isNaN(value) ? null : value,
      };
    });
  });
}

/** @param {State} state */
export function compareTransportProps(state) {
  const compare = compareOf(state);
  const columns = alignmentOf(compare)?.columns ?? 1;
  return { step: compare.column ?? 0, steps: columns, label: "", playing: compare.playing, speed: compare.speed, stages: false, whole: true, stage: /** @type {const} */ (3), stageName: "", stageNames: NONE, ready: compare.pair !== null, reading: true };
}

/** @param {State} state */
export function compareToolbarProps(state) {
  const compare = compareOf(state);
  const layers = layersAlong(compare);
  const quantities = layers ? Object.keys(layers.a.quantities) : NONE;
  return {
    layers: layerNames(compare.pair?.a.trace ?? null),
    layer: compare.layer,
    quantities: namesOf(quantities.join()),
    symbols: layers ? symbolsOf(quantitiesIn(state, layers.a), quantities.join()) : NONE,
    quantity: compare.all || !layers ? null : quantityShown(compare, layers.a),
    unit: compare.unit ?? 0,
    units: layers?.a.hiddenSize ?? 1,
    method: alignmentOf(compare)?.method ?? "edit",
    sorted: compare.sorted,
    zoomed: compare.window,
    ready: layers !== null,
  };
}

const namesOf = memo((/** @type {string} */ names) => (names ? names.split(",") : NONE));
const symbolsOf = memo((/** @type {import("../types.js").Quantity[]} */ table, /** @type {string} */ names) => names.split(",").map((name) => table.find((quantity) => quantity.name === name)?.symbol ?? name));
const layerNames = memo((/** @type {Trace | null} */ trace) => (trace?.layers ?? []).map((layer, _, layers) => layerText(layer, layers).replace(/^l/, "L")));
