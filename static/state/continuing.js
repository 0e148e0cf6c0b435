/** Letting the network go on by itself: what it is asked for, and what it said as the sequence that is shown. */

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Continuing} Continuing */

/** @type {Continuing} */
export const NOT_CONTINUING = { open: false, steps: "40", temperature: "0.7", seed: "0", running: false, error: null, clips: null };

/** @param {State} state @param {Partial<Continuing>} change @returns {State} */
const withContinuing = (state, change) => ({ ...state, continuing: { ...state.continuing, ...change } });

/**
 * What is sent: numbers where numbers were typed, and what was typed where not, for the server to refuse in words.
 * @param {Continuing} continuing
 */
export const wishOf = ({ steps, temperature, seed }) => ({ steps: numberOr(steps), temperature: numberOr(temperature), seed: numberOr(seed) });

/** @param {string} typed */
const numberOr = (typed) => (typed.trim() !== "" && Number.isFinite(Number(typed)) ? Number(typed) : typed);

/**
 * The prompt: what is shown. A network that hears what it said begins without having said anything.
 * @param {State} state
 * @returns {import("../lib/input.js").Input | null}
 */
export function promptOf({ shown, models }) {
  if (!shown) return null;
  const { input, continued } = shown.wanted;
  const hears = models.find(({ id }) => id === shown.wanted.model)?.generates === "feedback";
  if (!("values" in input)) return "tokens" in input && continued ? { tokens: input.tokens.slice(0, continued) } : input;
  return { values: input.values.slice(0, hears ? 1 : (continued ?? input.values.length)) };
}

/** @type {import("./types.js").Transitions} */
export const continuingTransitions = {
  "continuing-toggled": (state) => withContinuing(state, { open: !state.continuing.open, error: null }),

  "continuing-typed": (state, { name, value }) => withContinuing(state, { [name]: value, error: null }),

  "continuing-asked": (state) => withContinuing(state, { running: true, error: null }),

  "continuing-refused": (state, { text }) => withContinuing(state, { running: false, error: text }),

  "clips-arrived": (state, { seed, list }) => withContinuing(state, { clips: { seed, list } }),

  "continuing-answered": (state) => withContinuing(state, { running: false, error: null }),
};
