/** The Health place: over what the gates are looked at, what came of it, and how its table is read. */

import { OVERVIEW } from "../lib/health-table.js";
import { namesWeights } from "../lib/files.js";
import { KINDS } from "../lib/health.js";
import { formatAddress, parseAddress } from "./address.js";
import { inputTransitions } from "./input-transitions.js";
import { ALL_ROWS } from "./rows.js";
import { meaning, selectionTransitions } from "./selection-transitions.js";
import { awaitsNetwork } from "./selectors.js";
import { sliceOf, withSlice } from "./slices.js";

/** @typedef {import("./types.js").State} State */

/**
 * What is looked at: the trace that Explore shows, the network over its own examples, or over a file.
 * @typedef {"trace" | "examples" | "file"} Over
 */

/**
 * @typedef {object} Health
 * @property {Over} over
 * @property {{key: number, file: File} | null} file the last one that was chosen
 * @property {string} table which figures the table has: `OVERVIEW` or a quantity
 * @property {{by: string, up: boolean}} sort
 * @property {import("../lib/health-table.js").RowFilter} filter
 * @property {{key: string, health: import("../lib/health-types.js").GateHealth} | null} answer the last one; its key tells what it is of
 * @property {string | null} asking for the health of what an answer is on its way
 * @property {{key: string, text: string, again: boolean} | null} failure
 * @property {"coming" | "there" | "failed"} charts whether there is something to draw them with
 */

/** @type {Health} */
export const NO_HEALTH = { over: "trace", file: null, table: OVERVIEW, sort: { by: "unit", up: true }, filter: { only: "all", value: 0 }, answer: null, asking: null, failure: null, charts: "coming" };

/** @param {State} state @returns {Health} */
export const healthOf = (state) => sliceOf(state, "health");

/** @param {State} state @param {Partial<Health>} change */
const withHealth = (state, change) => withSlice(state, "health", change);

/** What of Explore's address says what is looked at. */
const LOOKED_AT = ["model", "example", "text", "tokens", "values", "layer", "direction", "interventions", "seen"];

/** @param {State} state @returns {Record<string, string>} */
const exploreFields = (state) => Object.fromEntries([...new URLSearchParams(formatAddress({ ...state, place: "explore" }).hash.slice(1))].filter(([name]) => LOOKED_AT.includes(name)));

/**
 * What the address says of this place: what is looked at, as Explore has it, and how the table is read. A file is on one machine only.
 * @param {State} state
 * @returns {Record<string, string>}
 */
export function healthFields(state) {
  const { over, table, sort, filter } = healthOf(state);
  /** @type {Record<string, string>} */
  const fields = exploreFields(state);
  if (over === "examples") fields.over = over;
  if (table !== OVERVIEW) fields.table = table;
  if (sort.by !== "unit" || !sort.up) fields.sort = sort.up ? `${sort.by}~up` : sort.by;
  if (filter.only === "least" || filter.only === "most") fields.only = `${filter.only}~${filter.value}`;
  else if (filter.only !== "all") fields.only = filter.only;
  return fields;
}

/**
 * @param {State} state
 * @param {Record<string, string>} fields
 * @returns {State}
 */
export function atHealth(state, fields) {
  const [by = "", up] = (fields.sort ?? "").split("~");
  const shown = exploreFields(state);
  const same = fields.model === undefined || LOOKED_AT.every((name) => (fields[name] === undefined && name !== "interventions") || fields[name] === shown[name]);
  const looking = same ? state : { ...inputTransitions["address-read"](state, { address: { ...parseAddress(`#${new URLSearchParams(fields)}`), place: undefined } }), place: "health" };
  return withHealth(looking, {
    over: fields.over === "examples" ? "examples" : "trace",
    table: /^[a-z_]{1,40}$/.test(fields.table ?? "") ? fields.table : OVERVIEW,
    sort: /^[a-z_.]{1,60}$/.test(by) ? { by, up: up === "up" } : NO_HEALTH.sort,
    filter: parseFilter(fields.only ?? ""),
  });
}

/** @param {string} text @returns {Health["filter"]} */
function parseFilter(text) {
  const [key, value = ""] = text.split("~");
  if ((key === "least" || key === "most") && value !== "" && Number.isFinite(Number(value))) return { only: key, value: Number(value) };
  const only = KINDS.find((kind) => kind === key);
  return only ? { only, value: 0 } : NO_HEALTH.filter;
}

/** @type {import("./types.js").Transitions} */
export const healthTransitions = {
  "health-over-chosen": (state, { over }) => withHealth(state, { over, failure: null }),

  "health-file-chosen": (state, { file }) => withHealth(state, { over: "file", file: { key: (healthOf(state).file?.key ?? 0) + 1, file }, failure: null }),

  /** A file that falls on this place is one of sequences, unless it is a network. */
  "files-dropped": (state, { files }) => (state.place === "health" && !files.some((/** @type {File} */ file) => namesWeights(file.name)) ? healthTransitions["health-file-chosen"](state, { file: files[0] }) : state),

  "health-asked": (state, { key }) => withHealth(state, { asking: key, failure: null }),

  "health-arrived": (state, { key, health }) => (healthOf(state).asking === key ? withHealth(state, { asking: null, answer: { key, health } }) : state),

  "health-failed": (state, { key, text, again }) => (healthOf(state).asking === key ? withHealth(state, { asking: null, failure: { key, text, again } }) : state),

  "health-cancelled": (state) => (healthOf(state).asking ? withHealth(state, { asking: null, failure: { key: healthOf(state).asking ?? "", text: "Cancelled.", again: true } }) : state),

  "health-retried": (state) => withHealth(state, { failure: null }),

  "health-charts": (state, { charts }) => withHealth(state, { charts }),

  "health-table-chosen": (state, { table }) => withHealth(state, { table, sort: NO_HEALTH.sort, filter: healthOf(state).filter.value === 0 ? healthOf(state).filter : NO_HEALTH.filter }),

  /** Once more turns the order round; a figure has its largest first, the units' own numbers their smallest. */
  "health-sorted"(state, { by }) {
    const { sort } = healthOf(state);
    return withHealth(state, { sort: { by, up: sort.by === by ? !sort.up : by === "unit" } });
  },

  "health-filtered": (state, { filter }) => withHealth(state, { filter: { ...healthOf(state).filter, ...filter } }),

  /** A unit in Explore; where a finding leads there, only the rows of what it is about are shown. */
  "unit-explored"(state, { unit, flag = null }) {
    const there = { ...state, place: "explore" };
    const chosen = awaitsNetwork(state) ? meaning(there, { unit }) : selectionTransitions["unit-chosen"](there, { unit });
    return { ...chosen, view: { ...chosen.view, rows: flag && healthOf(state).over === "trace" ? { ...ALL_ROWS, only: flag.kind, quantity: flag.quantity } : ALL_ROWS } };
  },
};
