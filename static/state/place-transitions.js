import { stopped } from "./playing.js";

/** Going from one place of the page to another. @type {import("./types.js").Transitions} */
export const placeTransitions = {
  /** `asked` is what an address would say of the place; without it, the place is as it was left. */
  "place-chosen": (state, { place, asked = null }) => (place === state.place ? state : { ...stopped(state), place, asked, hover: null, toast: null }),

  /** The module of a place is there, or was: what an address says of it can be understood now. */
  "place-arrived"(state, { place, at }) {
    return state.place === place && state.asked ? at({ ...state, asked: null }, state.asked) : { ...state };
  },
};
