/** The Health place: how the gates of a network work, over one sequence or many. */

import { attachHealth } from "../state/effects/health.js";
import { healthProps } from "../state/health-props.js";
import { atHealth, healthFields, healthTransitions, NO_HEALTH } from "../state/health-transitions.js";
import { create } from "../views/health.js";

/** @type {import("../state/types.js").Place} */
export const place = {
  styles: ["/static/css/health.css"],
  initial: NO_HEALTH,
  transitions: healthTransitions,
  moves: ["unit-explored", "health-over-chosen"],
  at: atHealth,
  fields: healthFields,
  create(root, emit) {
    const view = create(root, emit);
    return { update: (state) => view.update(healthProps(state)), destroy: view.destroy };
  },
  attach: attachHealth,
};
