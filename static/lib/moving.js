/** What a drawing that is moved with its window has to know of the movement: whether it zooms, and when it has come to rest. */

import { isSameWidth } from "./scale.js";

/** How long a window has to stay where it is to have come to rest, in milliseconds. */
export const REST = 150;

/**
 * @param {() => void} rest called once a window that moved has come to rest
 */
export function movement(rest) {
  let perStepBefore = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;
  return {
    /**
     * To be called whenever the window is shown.
     * @param {number} perStep pixels
     * @param {import("./scale.js").Drawing | null} drawn what is drawn, where only the window is another one
     * @returns {{zooms: boolean, zoomed: boolean}} whether steps become wider or narrower; or did before, so that the drawing is stretched for no reason
     */
    next(perStep, drawn) {
      const zooms = drawn !== null && !isSameWidth(perStep, perStepBefore);
      perStepBefore = perStep;
      clearTimeout(resting);
      if (drawn) resting = setTimeout(rest, REST);
      return { zooms, zoomed: drawn !== null && !zooms && !isSameWidth(perStep, drawn.perStep) };
    },
    end: () => clearTimeout(resting),
  };
}
