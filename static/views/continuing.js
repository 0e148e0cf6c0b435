/** How the network is to go on: how far, how boldly, from which seed. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { clipStrip } from "./clip-strip.js";

/** @typedef {{open: boolean, steps: string, temperature: string, seed: string, running: boolean, error: string | null, kind: string | null,
 *   clips: {seed: number, list: import("../types.js").Clip[]} | null, reducedMotion: boolean}} ContinuingProps */

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<ContinuingProps>}
 */
export function create(root, emit) {
  /** @param {"steps" | "temperature" | "seed"} name @param {string} text @param {string} title */
  const field = (name, text, title) => {
    const input = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", id: `continue-${name}`, on: { input: () => emit({ type: "continuing-typed", name, value: input.value }) } });
    return { name, input, element: h("label", { class: "continue-field", title }, h("span", { text }), input) };
  };
  const fields = [
    field("steps", "Steps", "How many steps it goes on for"),
    field("temperature", "Temperature", "0 always takes the likeliest; 1 draws from the probabilities as they are; more is bolder"),
    field("seed", "Seed", "The same seed draws the same"),
  ];
  const go = h("button", { type: "submit", class: "action is-main" });
  const error = h("p", { class: "form-error", role: "alert" });
  const hint = h("span", { class: "continue-hint" });
  const strip = clipStrip(emit);
  root.append(h("form", { class: "continue-form", on: { submit: (event) => (event.preventDefault(), emit({ type: "continuing-asked" })) } }, ...fields.map(({ element }) => element), go, hint), strip.element, error);
  /** @type {ContinuingProps | null} */
  let shown = null;
  /** @type {import("../types.js").Clip[]} */
  let strips = NONE;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      const clips = props.open && props.kind === "feedback" ? (props.clips?.list ?? NONE) : NONE;
      setHidden(strip.element, clips.length === 0);
      if (clips !== strips) strip.update((strips = clips), props.reducedMotion);
      setHidden(root, !props.open || props.kind === null);
      for (const { name, input, element } of fields) {
        if (input.value !== props[name]) input.value = props[name];
        setHidden(element, props.kind === "values" && name !== "steps");
      }
      setText(go, props.running ? "Going on…" : "Go on");
      go.disabled = props.running;
      setText(hint, HINTS[props.kind ?? ""] ?? "");
      setText(error, props.error ?? "");
    },
    destroy() {
      strip.destroy();
      root.replaceChildren();
    },
  };
}

/** @type {never[]} */
const NONE = [];

/** @type {Record<string, string>} */
const HINTS = {
  token: "Each token that is drawn becomes the next input.",
  values: "Each forecast becomes the next input.",
  feedback: "It begins with the first row and hears each word that it says, until its end sign.",
};
