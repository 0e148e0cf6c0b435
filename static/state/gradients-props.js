/** What each part of the Gradients view is told, out of the one state. Objects keep their identity while what they are made of is the same. */

import { wordLength } from "../lib/format.js";
import { carryWords, farEnd, fateOf, inputWords, leftWords, pastWords, shareLeft, startOf } from "../lib/gradient-words.js";
import { GUTTER } from "../lib/layout.js";
import { describeInput, editableText } from "../lib/input.js";
import { memo } from "../lib/memo.js";
import { formatNumber } from "../lib/numerals.js";
import { largestMagnitude } from "../lib/stats.js";
import { cursorOf, gradientsOf, shownOf, stepsOf } from "./gradients-slice.js";
import { networkOf, questionsOf } from "./gradients-questions.js";
import { columnNames, readsOf } from "./input-transitions.js";
import { themeOf } from "./selectors.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./gradients-types.js").Subject} Subject */
/** @typedef {import("../lib/gradients.js").LayerGradients} LayerGradients */
/** @typedef {import("../lib/gradients.js").Gradients} Gradients */
/** @typedef {import("../types.js").Matrix} Matrix */

/** @type {never[]} */
const NONE = [];

/** Of a chart, in rem. */
const CHART_HEIGHT = 8.75;

/** @type {Record<string, string>} */
const IN_SENTENCES = { lstm: "the LSTM", gru: "the GRU", rnn: "the simple RNN", network: "the network" };
/** @type {Record<string, string>} */
const IN_LEGENDS = { lstm: "LSTM", gru: "GRU", rnn: "RNN", network: "" };

/** The layer of an answer that is looked at. @param {Subject} subject @returns {LayerGradients | null} */
const layerOf = ({ found, layer }) => found?.layers[layer] ?? null;

/** @param {State} state */
const windowOf = (state) => wholeOr(gradientsOf(state).window, stepsOf(gradientsOf(state)));
const wholeOr = memo((/** @type {import("../types.js").TimeWindow | null} */ window, /** @type {number} */ steps) => window ?? { from: 0, to: steps });

/** @param {State} state */
export const gutterOf = (state) => {
  const { rem, compact } = gradientsOf(state).room;
  return Math.round((compact ? GUTTER.narrow : GUTTER.wide) * rem);
};

/** The room of the time axis. @param {State} state */
const axisOf = (state) => ({ window: windowOf(state), width: gradientsOf(state).room.width, gutter: gutterOf(state) });

const labelsOf = memo((/** @type {Gradients | null} */ found) => (found?.sequence.kind === "tokens" ? found.sequence.labels : NONE));

const exampleText = memo((/** @type {import("./types.js").Model} */ model, /** @type {string | null} */ name) => {
  const example = model.example_inputs.find((candidate) => candidate.name === name) ?? model.example_inputs[0];
  return example ? (editableText(example.input, readsOf(model)) ?? "") : "";
});
/** What can be edited as text at once; of more it is only said how much it is. */
const LONGEST_TEXT = 5000;
const givenText = memo((/** @type {import("../lib/input.js").Input} */ given, /** @type {import("./types.js").Model} */ model) => {
  const text = editableText(given, readsOf(model)) ?? "";
  return text.length <= LONGEST_TEXT ? text : "";
});
const givenWords = memo(describeInput);
const networkOptions = memo((/** @type {State["models"]} */ models) => models.map(({ id, title, name }) => ({ value: id, text: title ?? name })));
const exampleOptions = memo((/** @type {import("./types.js").Model | undefined} */ model) => model?.example_inputs.map(({ name }) => ({ value: name, text: name })) ?? NONE);
const layerOptions = memo((/** @type {import("./types.js").Model | undefined} */ model) => model?.layers.map(({ layer, direction }, index) => ({ value: String(index), text: `Layer ${layer + 1}${direction === "backward" ? ", backward" : ""}` })) ?? NONE);
const kindOptions = memo((/** @type {string} */ of, /** @type {string | undefined} */ cell, /** @type {boolean} */ loss) => [
  { value: "hidden_state", text: "hidden state" },
  ...(of === "network" && cell === "lstm" ? [{ value: "cell_state", text: "cell state" }] : []),
  ...(of === "network" && loss ? [{ value: "loss", text: "loss of predicting the next" }] : []),
]);

/** @param {State} state @returns {import("../views/gradient-controls.js").GradientControlsProps} */
export function controlsProps(state) {
  const { of, sketches, network, target, sensitivity } = gradientsOf(state);
  const model = networkOf(state);
  const place = model?.layers[Math.min(network.layer, model.layers.length - 1)];
  const steps = of === "sketches" ? sketches.length : stepsOf(gradientsOf(state));
  const lastRead = of === "network" && place?.direction === "backward" ? 0 : steps - 1;
  return {
    of,
    sketches,
    networks: networkOptions(state.models),
    network: model?.id ?? "",
    examples: exampleOptions(model),
    example: network.text === null && !network.given ? (network.example ?? model?.example_inputs[0]?.name ?? null) : null,
    text: !model ? "" : network.given ? givenText(network.given, model) : (network.text ?? exampleText(model, network.example)),
    given: network.given ? givenWords(network.given) : "",
    backward: of === "network" && place?.direction === "backward",
    layers: layerOptions(model),
    layer: network.layer,
    kinds: kindOptions(of, place?.cell, model?.readout?.predicts === "next_input"),
    target,
    steps,
    targetStep: Math.min(target.step ?? lastRead, steps - 1),
    units: of === "sketches" ? sketches.units : ((target.kind === "hidden_state" && place?.projection_size) || place?.hidden_size || 1),
    sensitivity,
    explored: state.modelId !== null && state.shown !== null,
  };
}

/** @param {LayerGradients} layer @returns {import("../lib/gradient-words.js").Past} */
const pastOf = (layer) => ({ focus: layer.focus, hidden: layer.norms.hidden, cellState: layer.norms.cellState, carry: layer.carry, jacobian: layer.jacobianCell ?? layer.jacobian, direction: layer.direction });

/** @param {Subject} subject */
const hueOf = ({ key, found, layer }) => (key === "network" ? (found?.layers[layer]?.cell ?? "lstm") : key);

/**
 * What becomes of the gradient. Of the mean of losses at all steps there is no single way back.
 * @param {Subject} subject
 * @param {boolean} mean
 */
function verdictOf(subject, mean) {
  const layer = layerOf(subject);
  const past = layer && pastOf(layer);
  const end = past ? farEnd(past) : 0;
  const told = past && !mean && startOf(past) !== end;
  const share = told ? shareLeft(past, end) : null;
  return { key: subject.key, name: subject.name, hue: hueOf(subject), fate: share === null ? null : fateOf(share), share: share !== null ? `${leftWords(share)} at step ${end + 1}` : told ? `nothing to begin with at step ${past.focus + 1}` : "", error: subject.error };
}

const verdicts = memo((/** @type {Subject[] | undefined} */ subjects, /** @type {boolean} */ mean) => subjects?.map((subject) => verdictOf(subject, mean)) ?? NONE);

const sentences = memo((/** @type {Subject[] | undefined} */ subjects, /** @type {import("../lib/gradients.js").Target} */ { kind, step }) => {
  if (!subjects) return NONE;
  const seen = subjects.flatMap((subject) => {
    const layer = layerOf(subject);
    return layer && subject.found ? [{ name: IN_SENTENCES[subject.key], keeper: layer.cell === "gru" ? "update" : "forget", layer, past: pastOf(layer), found: subject.found }] : [];
  });
  const mean = kind === "loss" && step === null;
  const target = kind === "loss" ? "the loss" : "the target";
  const [only] = seen;
  return [
    ...(kind === "loss" && only ? [`The ${mean ? "mean " : ""}loss is ${formatNumber(only.found.value)}${only.found.sequence.kind === "tokens" ? " nats" : ""}.`] : []),
    ...(mean ? [] : pastWords(seen)),
    ...carryWords(seen),
    ...(only && seen.length === 1 ? [inputWords(only.found.layers[0].norms.input, only.found.sequence.kind === "tokens" ? only.found.sequence.labels : [], target)] : []),
  ];
});

/** @param {State} state @returns {import("../views/gradient-summary.js").GradientSummaryProps} */
export function summaryProps(state) {
  const { answer, waiting, target } = gradientsOf(state);
  return { subjects: verdicts(answer?.subjects, target.kind === "loss" && target.step === null), sentences: sentences(answer?.subjects, target), problem: questionsOf(state).problem, waiting };
}

/** What a screen reader is told once things have settled. @param {State} state */
export const announcement = (state) => summaryProps(state).sentences.slice(0, 2).join(" ");

/** @param {State} state @returns {import("../views/ribbon.js").RibbonProps} */
export function ribbonProps(state) {
  const found = shownOf(gradientsOf(state));
  return { labels: found?.sequence.labels ?? NONE, words: found ? wordLength(found.sequence) : 0, steps: found?.steps ?? 1, numeric: found?.sequence.kind !== "tokens", unknown: found?.sequence.unknown ?? NONE, predictions: null, others: null, moved: null, tokens: found?.sequence.tokens ?? null, nextInput: false, ...axisOf(state), theme: themeOf(state), step: cursorOf(gradientsOf(state)) };
}

/** @param {State} state @returns {import("../views/forecast.js").ForecastProps} */
export const inputProps = (state) => ({ values: shownOf(gradientsOf(state))?.sequence.values ?? null, outputs: null, others: null, intervened: false, nextInput: false, names: gradientsOf(state).of === "network" ? columnNames(networkOf(state)) : null, ...axisOf(state) });

const crossing = memo((/** @type {number | null} */ step) => (step === null ? null : { step, unit: null, quantity: null, y: null, below: 0 }));

/** @param {State} state @returns {import("../views/cursor.js").CursorProps} */
export const cursorProps = (state) => ({ step: cursorOf(gradientsOf(state)), ...axisOf(state), rem: gradientsOf(state).room.rem, hover: crossing(gradientsOf(state).hover), held: null, label: "", values: NONE, predictions: null });

/** The step whose numbers are told: the hovered one, or where the cursor stands. @param {State} state */
const readStepOf = (state) => gradientsOf(state).hover ?? cursorOf(gradientsOf(state));

/** @param {ArrayLike<number>} values @param {number} start */
const shares = (values, start) => Array.from(values, (value) => value / values[start]);

/** @typedef {import("../views/log-chart.js").LogLine} LogLine */

const gradientLines = memo((/** @type {Subject[] | undefined} */ subjects, /** @type {boolean} */ relative) => (subjects ?? NONE).flatMap((subject) => {
  const layer = layerOf(subject);
  if (!layer) return NONE;
  const { norms } = layer;
  const start = startOf(pastOf(layer));
  const alone = subject.key === "network";
  const name = IN_LEGENDS[subject.key];
  /** @param {ArrayLike<number>} values */
  const of = (values) => (relative && values[start] > 0 ? shares(values, start) : values);
  /** @type {LogLine[]} */
  const lines = [{ key: `${subject.key} hidden`, name: alone ? "∂h hidden state" : `${name} ∂h`, hue: alone ? "hidden_state" : subject.key, dashed: norms.cellState !== null && !alone, values: of(norms.hidden), label: alone ? "hidden state" : norms.cellState ? undefined : subject.name }];
  if (norms.cellState) lines.unshift({ key: `${subject.key} cell`, name: alone ? "∂c cell state" : `${name} ∂c`, hue: alone ? "cell_state" : subject.key, dashed: false, values: of(norms.cellState), label: alone ? "cell state" : subject.name });
  if (alone && !relative) lines.push({ key: "network input", name: "∂x what is read", hue: "input", dashed: true, values: norms.input });
  return lines;
}));

const pathLines = memo((/** @type {Subject[] | undefined} */ subjects) => (subjects ?? NONE).flatMap((subject) => {
  const layer = layerOf(subject);
  if (!layer) return NONE;
  const name = IN_LEGENDS[subject.key];
  const jacobian = layer.jacobianCell ?? layer.jacobian;
  /** @type {LogLine[]} */
  const lines = [];
  if (jacobian) lines.push({ key: `${subject.key} jacobian`, name: `${name} Jacobian`, hue: hueOf(subject), dashed: false, values: jacobian, label: name ? subject.name : "Jacobian" });
  if (layer.carry) lines.push({ key: `${subject.key} carry`, name: `${name} gates`, hue: hueOf(subject), dashed: true, values: largestOfRows(layer.carry), label: name ? undefined : "gates" });
  return lines;
}));

/** @param {Matrix} matrix */
function largestOfRows({ data, rows, columns }) {
  const largest = new Float64Array(rows);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) largest[row] = Math.max(largest[row], data[row * columns + column]);
  return largest;
}

/** @param {State} state @returns {import("../views/log-chart.js").LogChartProps[]} */
export function chartProps(state) {
  const { answer, room, target, of } = gradientsOf(state);
  const subject = answer?.subjects.find(({ found }) => found);
  const focus = (subject && layerOf(subject)?.focus) ?? null;
  const mean = target.kind === "loss" && target.step === null;
  const relative = target.kind !== "loss";
  const common = { focus: mean ? null : focus, step: readStepOf(state), ...axisOf(state), height: Math.round(CHART_HEIGHT * room.rem) };
  return [
    { ...common, title: relative ? "Gradient left" : "Norm of the gradient", description: `Euclidean norm of the target's derivatives at each step${relative ? ", of that where the way back begins" : ""}`, lines: gradientLines(answer?.subjects, relative) },
    { ...common, title: "Jacobian, gates alone", description: `Solid: spectral norm of the derivative of the whole memory by the memory at each step. Dashed: what the most open unit's gates alone let through${of === "sketches" ? "; a simple RNN has none" : ""}`, lines: pathLines(answer?.subjects) },
  ];
}

/** Heights of heatmaps, in rem: of units, and of a few inputs. Where there is one network only they may be taller. */
const UNIT_HEIGHT = { least: 2.75, most: 6, alone: 10, each: 0.125 };
const INPUT_HEIGHT = { least: 1, most: 3, alone: 6, each: 0.625 };

/** An enlarged panel is this many times as tall. */
const ENLARGED = 3;

/**
 * A panel's height in CSS pixels; where there is room for it, every row is equally tall.
 * @param {string} quantity
 * @param {number} rows
 * @param {number} rem
 * @param {boolean} alone
 * @param {boolean} enlarged
 */
function heightOf(quantity, rows, rem, alone, enlarged) {
  const sizes = quantity === "input" ? INPUT_HEIGHT : UNIT_HEIGHT;
  const target = Math.round(Math.max(sizes.least, Math.min(alone ? sizes.alone : sizes.most, rows * sizes.each)) * rem * (enlarged ? ENLARGED : 1));
  return rows > target ? target : Math.max(1, Math.round(target / rows)) * rows;
}

const QUANTITIES = /** @type {const} */ ([
  ["hidden_state", "∂h", "hidden", "The target's derivative by the hidden state of each unit after each step, all that follows included"],
  ["cell_state", "∂c", "cellState", "The target's derivative by the cell state of each unit after each step, what it does to the hidden state included"],
  ["input", "∂x", "input", "The target's derivative by what the layer reads at each step"],
]);

/** @type {WeakMap<Matrix, number>} */
const magnitudes = new WeakMap();

/** How far the colours of a panel reach. @param {Matrix} matrix */
function reachOf(matrix) {
  let known = magnitudes.get(matrix);
  if (known === undefined) magnitudes.set(matrix, (known = largestMagnitude(matrix)));
  return known;
}

/** @type {Map<string, (...inputs: any[]) => any>} one memory a panel */
const pictures = new Map();

/** @param {string} panel @param {any[]} inputs */
function pictureOf(panel, ...inputs) {
  let make = pictures.get(panel);
  if (!make) pictures.set(panel, (make = memo((matrix, reach, clipped, theme, window, plotWidth, height, density) => ({ matrix, order: null, kind: "diverging", range: [-reach, reach], clipped, centre: null, theme, window, plotWidth, height, density }))));
  return make(...inputs);
}

/**
 * The heatmaps, by subject.
 * @param {State} state
 * @returns {{key: string, name: string, hue: string, panels: (import("../views/heatmap.js").HeatmapProps & {panel: string})[]}[]}
 */
export function panelGroups(state) {
  const { answer, room, sensitivity, folded, enlarged } = gradientsOf(state);
  if (!answer || room.width === 0) return NONE;
  const axis = axisOf(state);
  const step = readStepOf(state);
  return answer.subjects.flatMap((subject) => {
    const layer = layerOf(subject);
    if (!layer) return NONE;
    const panels = QUANTITIES.flatMap(([name, symbol, field, description]) => {
      const matrix = layer[field];
      if (!matrix) return NONE;
      const panel = `${subject.key} ${name}`;
      const end = reachOf(matrix) * 10 ** -sensitivity || 1;
      const picture = pictureOf(panel, matrix, end, sensitivity > 0, themeOf(state), axis.window, Math.max(1, axis.width - axis.gutter), heightOf(name, matrix.columns, room.rem, answer.subjects.length === 1, enlarged === panel), room.density);
      return [{ panel, name, symbol, formula: "", description, derived: true, picture, folded: folded.includes(panel), enlarged: enlarged === panel, revealedFrom: 0, revealedTo: 1, unit: 0, place: null, hoverPlace: null, marks: NONE, rubber: null, value: layer.norms[field]?.[step] ?? null }];
    });
    return [{ key: subject.key, name: subject.name, hue: hueOf(subject), panels }];
  });
}

const columns = memo((/** @type {Subject[] | undefined} */ subjects) => (subjects ?? NONE).flatMap((subject) => {
  const layer = layerOf(subject);
  if (!layer) return NONE;
  /** @type {[string, ArrayLike<number> | null][]} */
  const all = [["∂h", layer.norms.hidden], ["∂c", layer.norms.cellState], ["∂x", layer.norms.input], ["gates", layer.carry && largestOfRows(layer.carry)], ["Jacobian", layer.jacobianCell ?? layer.jacobian]];
  return all.flatMap(([name, values]) => (values ? [{ name: subject.key === "network" ? name : `${subject.name} ${name}`, values }] : []));
}));

/** @param {State} state @returns {import("../views/gradient-table.js").GradientTableProps} */
export function tableProps(state) {
  const slice = gradientsOf(state);
  return { columns: columns(slice.answer?.subjects), steps: stepsOf(slice), labels: labelsOf(shownOf(slice)), step: cursorOf(gradientsOf(state)) };
}

/** @param {State} state what the slider of the cursor is told */
export const stepFieldProps = (state) => ({ step: cursorOf(gradientsOf(state)), steps: stepsOf(gradientsOf(state)), label: labelsOf(shownOf(gradientsOf(state)))[cursorOf(gradientsOf(state))] ?? "" });
