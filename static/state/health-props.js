/** What the Health place shows. Objects keep their identity while what they are made of is the same. */

import { BASE, modelPath, tracePath } from "../lib/api-paths.js";
import { flagsIn, columnsOf, OVERVIEW, rowsOf, unitQuantities } from "../lib/health-table.js";
import { visible } from "../lib/format.js";
import { findingsOf } from "../lib/health-words.js";
import { memo } from "../lib/memo.js";
import { seenTrace } from "./altered.js";
import { healthOf } from "./health-transitions.js";
import { modelOf } from "./input-transitions.js";
import { meantSelection, themeOf } from "./selectors.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("../lib/health-types.js").GateHealth} GateHealth */
/** @typedef {import("../lib/health-types.js").LayerHealth} LayerHealth */
/** @typedef {import("../lib/health-types.js").HealthFlag} HealthFlag */

/**
 * What is to be looked at: its key tells it from all else. Null where it is not there yet.
 * @param {State} state
 * @returns {{key: string, over: "trace" | "examples" | "file"} | null}
 */
export function wantedHealth(state) {
  const { over, file } = healthOf(state);
  if (over === "trace") {
    const trace = seenTrace(state);
    return trace && !state.tracing && trace.model === state.modelId ? { key: `trace ${trace.id}`, over } : null;
  }
  if (state.modelId === null || (over === "file" && !file)) return null;
  return { key: over === "file" ? `file ${file?.key} ${state.modelId}` : `examples ${state.modelId}`, over };
}

/** @param {State} state */
const projectedIn = (state, /** @type {LayerHealth} */ { layer, direction }) => Boolean(modelOf(state)?.layers.find((info) => info.layer === layer && info.direction === direction)?.projection_size);

const symbols = memo((/** @type {import("../types.js").Quantity[]} */ table, /** @type {string} */ cell) => Object.fromEntries(table.filter(({ cells }) => cells.includes(cell)).map(({ name, symbol }) => [name, symbol])));
const layerFlags = memo(flagsIn);
const about = memo((/** @type {Record<string, string>} */ symbols, /** @type {boolean} */ projected) => ({ symbols, projected }));
const columns = memo(columnsOf);
const rows = memo(rowsOf);
const tables = memo((/** @type {LayerHealth} */ layer, /** @type {boolean} */ projected) => [OVERVIEW, ...unitQuantities(layer, projected).map(({ quantity }) => quantity)]);
const kinds = memo((/** @type {HealthFlag[]} */ flags) => [...new Set(flags.map(({ kind }) => kind))]);
const findings = memo(findingsOf);

/** How a sequence begins, to know it by. @param {import("../types.js").Trace | null} trace */
const sequenceText = (trace) => {
  if (trace?.input.kind !== "tokens") return "";
  const labels = trace.input.labels.slice(0, LONGEST_SEQUENCE + 1);
  const characters = [...labels.map(visible).join(labels.some((label) => [...label].length > 1) ? " " : "")];
  return characters.length > LONGEST_SEQUENCE ? `${characters.slice(0, LONGEST_SEQUENCE).join("")}…` : characters.join("");
};

const LONGEST_SEQUENCE = 40;

/**
 * The table of the chosen layer.
 * @param {State} state
 * @param {LayerHealth} layer
 * @param {GateHealth} health
 */
function tableProps(state, layer, health) {
  const { table, sort, filter } = healthOf(state);
  const projected = projectedIn(state, layer);
  const flags = layerFlags(health.flags, layer, projected);
  const offered = tables(layer, projected);
  const shown = offered.includes(table) ? table : OVERVIEW;
  const all = columns(layer, flags, shown, about(symbols(state.quantities, layer.cell), projected));
  const sorted = all.some(({ key }) => key === sort.by) ? sort : SORTED;
  return { columns: all, rows: rows(all, flags, sorted, filter), units: layer.hidden_size, sort: sorted, filter, kinds: kinds(flags), tables: offered, table: shown, unit: meantSelection(state).unit ?? 0 };
}

const SORTED = { by: "unit", up: true };

/** @param {State} state */
export function healthProps(state) {
  const { over, file, answer, asking, failure, charts } = healthOf(state);
  const wanted = wantedHealth(state);
  const model = modelOf(state) ?? null;
  const known = answer && answer.key === wanted?.key ? answer.health : null;
  const layer = known?.layers[Math.min(meantSelection(state).layer, known.layers.length - 1)] ?? null;
  return {
    over,
    file: file?.file.name ?? null,
    reads: model?.input.kind ?? "tokens",
    model: model ? { id: model.id, title: model.title || model.name, examples: model.example_inputs.length } : null,
    sequence: over === "trace" ? sequenceText(seenTrace(state)) : "",
    altered: over === "trace" && seenTrace(state) !== (state.shown?.trace ?? null),
    waiting: asking !== null || (over === "trace" && state.tracing),
    nothing: wanted === null && over === "trace" && !state.tracing,
    failure: failure && failure.key === wanted?.key ? failure : null,
    health: known,
    findings: known && findings(known),
    index: known && layer ? known.layers.indexOf(layer) : 0,
    layer,
    projected: layer ? projectedIn(state, layer) : false,
    table: known && layer ? tableProps(state, layer, known) : null,
    charts,
    theme: themeOf(state),
    link: wanted?.over === "trace" ? `${BASE}${tracePath(seenTrace(state)?.id ?? "")}/health` : wanted?.over === "examples" ? `${BASE}${modelPath(state.modelId ?? "")}/health` : null,
  };
}
