import { stopped } from "./playing.js";

/** Going from one place of the page to another. @type {import("./types.js").Transitions} */
export const placeTransitions = {
  "place-chosen": (state, { place }) => (place === state.place ? state : { ...stopped(state), place, asked: null, hover: null, toast: null }),

  /** The module of a place is there, or was: what an address says of it can be understood now. */
  "place-arrived"(state, { place, at }) {
    return state.place === place && state.asked ? at({ ...state, asked: null }, state.asked) : { ...state };
  },
};
