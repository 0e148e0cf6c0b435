/** The Compare view: how it is opened, which column, unit and quantity it is about, and what of the time axis is seen. */

import { GUTTER, readableSteps } from "../lib/layout.js";
import { clampWindow, panWindow, revealStep, zoomed } from "../lib/scale.js";
import { atComparison } from "./compare-address.js";
import { compareOf, fromExplore, NO_SIDE, sideOf, sideTransitions, withCompare, withIds } from "./compare-sides.js";
import { alignmentOf, mostDifferent, rowsOf } from "./comparison.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./compare-types.js").Compare} Compare */

/** @type {Compare} */
export const NO_COMPARISON = {
  sides: { a: NO_SIDE, b: NO_SIDE },
  pair: null,
  align: null,
  quantity: null,
  all: false,
  layer: 0,
  unit: null,
  column: null,
  sorted: false,
  window: null,
  hover: null,
  playing: false,
  speed: 8,
  room: { width: 0, free: 0 },
  moved: null,
};

/** @param {Compare} compare */
const columnsOf = (compare) => alignmentOf(compare)?.columns ?? 0;

/** @param {Compare} compare */
const layerOf = ({ pair, layer }) => pair?.a.trace.layers[layer] ?? null;

/**
 * Moves to a column and keeps it in sight.
 * @param {State} state
 * @param {number} column
 * @param {Partial<Compare>} [change]
 */
function at(state, column, change = {}) {
  const compare = { ...compareOf(state), ...change };
  const columns = columnsOf(compare);
  const place = Math.max(0, Math.min(columns - 1, column));
  return withCompare(state, { ...change, column: place, window: compare.window && revealStep(compare.window, columns, place) });
}

/**
 * The selection inside what is there now; a first pair is looked at where its memory differs most.
 * @param {State} state
 * @returns {State}
 */
function fitted(state) {
  const compare = compareOf(state);
  if (!compare.pair) return state;
  const layer = Math.min(compare.layer, compare.pair.a.trace.layers.length - 1);
  const within = { ...compare, layer };
  const first = compare.unit === null || compare.column === null ? mostDifferent(within) : null;
  const unit = Math.min(compare.unit ?? first?.unit ?? 0, (layerOf(within)?.hiddenSize ?? 1) - 1);
  const columns = columnsOf(within);
  const window = compare.window && compare.window.to - compare.window.from < columns ? panWindow(compare.window, columns, 0) : null;
  return at(state, compare.column ?? first?.column ?? 0, { layer, unit, window, hover: null });
}

/**
 * Where no part was chosen: on a narrow screen as much of a text as can be read, with the chosen column in the middle; else all of it.
 * @param {State} state
 */
function framed(state) {
  const { pair, column, room, window } = compareOf(state);
  const { compact, rem } = state.surroundings;
  const columns = columnsOf(compareOf(state));
  const most = readableSteps(room.width - GUTTER.narrow * rem);
  if (!compact || room.width === 0 || window !== null || pair?.a.trace.input.kind !== "tokens" || columns <= most) return state;
  const from = Math.round((column ?? 0) + 0.5 - most / 2);
  return withCompare(state, { window: clampWindow({ from, to: from + most }, columns) });
}

/** @type {import("./types.js").Transitions} */
const selection = {
  "step-chosen": (state, { step }) => at(state, step, { playing: false }),

  stepped: (state, { by }) => at(state, (compareOf(state).column ?? 0) + by, { playing: false }),

  jumped: (state, { by }) => at(state, (compareOf(state).column ?? 0) + by, { playing: false }),

  "unit-chosen": (state, { unit }) => (unit < (layerOf(compareOf(state))?.hiddenSize ?? 0) ? withCompare(state, { unit }) : state),

  "unit-moved"(state, { by }) {
    const compare = compareOf(state);
    const layer = layerOf(compare);
    if (!layer || compare.unit === null) return state;
    const order = rowsOf(compare);
    const next = Math.max(0, Math.min(layer.hiddenSize - 1, (order ? order.indexOf(compare.unit) : compare.unit) + by));
    return withCompare(state, { unit: order ? order[next] : next });
  },

  /** The carry track tells by itself what was pointed at. */
  select: (state, { step, unit }) => at(state, step, unit === null ? {} : { unit }),

  hover: (state, { step, unit }) => withCompare(state, { hover: step === null ? null : { step, unit, quantity: null, y: null, below: 0 } }),

  hovered: (state, { hover }) => (compareOf(state).hover === null && hover === null ? state : withCompare(state, { hover })),

  "layer-chosen"(state, { index }) {
    const compare = { ...compareOf(state), layer: index };
    return layerOf(compare) ? withCompare(state, { layer: index, unit: mostDifferent(compare)?.unit ?? 0, hover: null }) : state;
  },

  "quantity-shown": (state, { quantity, all }) => withCompare(state, { quantity, all }),

  "rows-sorted": (state) => withCompare(state, { sorted: !compareOf(state).sorted }),

  "place-visited": (state, { layer, quantity, unit, column }) => at(state, column, { layer, ...(compareOf(state).all ? {} : { quantity }), ...(unit === null ? {} : { unit }), playing: false }),

  "align-chosen": (state, { method }) => fitted(withCompare(state, { align: method, window: null })),

  "window-zoomed"(state, { factor, at: about }) {
    const { window, column, pair } = compareOf(state);
    const columns = columnsOf(compareOf(state));
    if (!pair) return state;
    return withCompare(state, { window: zoomed(window, columns, factor, about, column ?? 0) });
  },

  "window-panned"(state, { by, share }) {
    const { window } = compareOf(state);
    return window ? withCompare(state, { window: panWindow(window, columnsOf(compareOf(state)), by ?? share * (window.to - window.from)) }) : state;
  },

  "window-fitted": (state) => withCompare(state, { window: null }),

  "play-toggled"(state) {
    const { playing, column, pair } = compareOf(state);
    if (!pair || playing) return withCompare(state, { playing: false });
    return withCompare(at(state, column === columnsOf(compareOf(state)) - 1 ? 0 : (column ?? 0)), { playing: true, hover: null });
  },

  "time-passed"(state, { moves }) {
    const last = columnsOf(compareOf(state)) - 1;
    const next = Math.min(last, (compareOf(state).column ?? 0) + moves);
    return at(state, next, { playing: next < last });
  },

  "speed-chosen": (state, { speed }) => withCompare(state, { speed }),

  "room-measured"(state, { width, free }) {
    const { room } = compareOf(state);
    if (room.width === width && room.free === free) return state;
    const next = withCompare(state, { room: { width, free } });
    return room.width === 0 ? framed(next) : next;
  },

  "moved-arrived": (state, { moved }) => (moved.pair === compareOf(state).pair ? withCompare(state, { moved }) : state),
};

/** Opened from Explore, and not by an address. @param {State} state */
const opened = (state) => (state.place === "compare" && compareOf(state).sides.a.modelId === null ? fitted(fromExplore(state, "a")) : state);

/** After every event of a side there may be another pair. @param {import("./types.js").Transitions} transitions @returns {import("./types.js").Transitions} */
const refitted = (transitions) =>
  Object.fromEntries(Object.entries(transitions).map(([name, transition]) => [name, (/** @type {State} */ state, /** @type {any} */ event) => {
    const next = transition(state, event);
    if (compareOf(next).pair === compareOf(state).pair) return next;
    return compareOf(state).pair === null ? framed(fitted(next)) : fitted(next);
  }]));

/** Events of this view's parts carry its name, so that Explore's own do not answer to them. @param {import("./types.js").Transitions} transitions */
const named = (transitions) => Object.fromEntries(Object.entries(transitions).map(([name, transition]) => [`compare:${name}`, transition]));

/** @type {import("./types.js").Transitions} */
export const compareTransitions = {
  ...named(selection),
  ...named(refitted(sideTransitions)),

  "place-arrived": opened,

  "place-chosen": (state) => opened(state.place === "compare" ? state : withCompare(state, { playing: false, hover: null })),

  "model-detailed": (state, { model }) => withIds(withIds(state, model, "a"), model, "b"),

  /** Without one of its networks there is nothing to compare: the view is opened anew. */
  "model-deleted": (state, { id }) => ([sideOf(state, "a").modelId, sideOf(state, "b").modelId].includes(id) ? opened(withCompare(state, { ...NO_COMPARISON, room: compareOf(state).room })) : state),
};

/**
 * The view at an address; what cannot be understood is as on a first visit. What was typed for other networks is kept.
 * @param {State} state
 * @param {Record<string, string>} fields
 * @returns {State}
 */
export function atCompare(state, fields) {
  const { room, sides: { a, b } } = compareOf(state);
  const sides = { a: { ...NO_SIDE, drafts: a.drafts }, b: { ...NO_SIDE, drafts: b.drafts } };
  return fitted(atComparison(withCompare(state, { ...NO_COMPARISON, room, sides }), fields));
}
