import { NOT_CONTINUING } from "./continuing.js";
import { NOTHING_INSIDE } from "./inside-transitions.js";
import { NO_INTERVENTIONS } from "./intervening-list.js";
import { ALL_ROWS, OWN_ORDER } from "./rows.js";
import { NO_UPLOAD } from "./upload-transitions.js";

/** @typedef {import("./types.js").State} State */

/**
 * The page before anything has arrived.
 * @param {{theme: "light" | "dark" | "system", dark: boolean, reducedMotion: boolean, density: number}} machine
 * @returns {State}
 */
export function initialState({ theme, dark, reducedMotion, density }) {
  return {
    place: "explore",
    asked: null,
    slices: {},
    library: { open: null, upload: NO_UPLOAD, renaming: null, deleting: null, checks: {}, snippets: null, said: "" },
    models: [],
    quantities: [],
    modelId: null,
    drafts: {},
    wanted: null,
    arrival: null,
    tracing: false,
    shown: null,
    stale: false,
    preActivations: null,
    inside: NOTHING_INSIDE,
    continuing: NOT_CONTINUING,
    intervening: NO_INTERVENTIONS,
    selection: { layer: 0, unit: null, pins: [], step: Infinity, stage: 3 },
    hover: null,
    view: {
      window: null,
      order: OWN_ORDER,
      rows: ALL_ROWS,
      folded: [],
      enlarged: null,
      tall: false,
      stages: false,
      speed: 8,
      playing: false,
      heldStep: null,
      aside: "cell",
      theme,
    },
    surroundings: { width: 0, free: 0, rem: 16, compact: false, density, dark, reducedMotion },
    dialog: null,
    message: null,
    toast: null,
  };
}
