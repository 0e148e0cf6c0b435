/** First, back, play, forward, last; the scrubber; speed; and the three stages of a step. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { visible } from "../lib/format.js";
import { slider } from "../lib/slide.js";
import { icon } from "../lib/svg.js";

/**
 * @typedef {object} TransportProps
 * @property {number} step
 * @property {number} steps
 * @property {string} label
 * @property {boolean} playing
 * @property {number} speed
 * @property {boolean} stages
 * @property {boolean} [whole] whether steps are only ever taken whole
 * @property {0 | 1 | 2 | 3} stage
 * @property {string} stageName
 * @property {string[]} stageNames
 * @property {boolean} ready
 * @property {boolean} reading whether numbers follow; they rest while nobody could read them
 */

const SPEEDS = [1, 2, 4, 8, 16, 30, 60];

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @param {string} [prefix] of the ids of its controls, where the page has another transport
 * @returns {import("../types.js").View<TransportProps>}
 */
export function create(root, emit, prefix = "") {
  /** @param {string} id */
  const own = (id) => prefix + id;
  /** @param {string} picture @param {string} words @param {import("../types.js").ViewEvent} event */
  const button = (picture, words, event) => h("button", { type: "button", class: "transport-button", "aria-label": words, title: words, on: { click: () => emit(event) } }, icon(picture));
  const play = button("play", "Play (Space)", { type: "play-toggled" });
  play.classList.add("play");
  const scrub = h("input", { type: "range", class: "scrub", min: 0, step: 1, "aria-label": "Step", on: { input: () => emit({ type: "step-chosen", step: Number(scrub.value) }) } });
  // The control's own thumb would be laid out and painted with every step; what is seen in its place is only moved.
  const done = h("div", { class: "scrub-done" });
  const rail = h("div", { class: "scrub-rail" });
  const scrubber = h("div", { class: "scrubber" }, h("div", { class: "scrub-track" }, done), rail, scrub);
  const [slideDone, slideThumb] = [slider(done, "%"), slider(rail, "%")];
  const place = h("span", { class: "step-place" });
  const speed = h("select", { id: own("speed"), "aria-label": "Speed", on: { change: () => emit({ type: "speed-chosen", speed: Number(speed.value) }) } }, ...SPEEDS.map((value) => h("option", { value, text: `${value} / s` })));
  const stages = h("input", { type: "checkbox", id: own("stages"), on: { change: () => emit({ type: "stages-toggled" }) } });
  const stagesChoice = h("label", { class: "stages-choice", title: "Show each step as three: forget, add, output (S)" }, stages, h("span", { text: "Three stages" }));
  const marks = [1, 2, 3].map((stage) => h("span", { class: "stage-mark", data: { stage: String(stage) } }));
  const stageText = h("span", { class: "stage-text" });
  const stageRow = h("div", { class: "stage-row" }, ...marks, stageText);
  root.append(
    h("div", { class: "buttons" }, button("first", "First step (Home)", { type: "jumped", by: -Infinity }), button("back", "One step back (←)", { type: "stepped", by: -1 }), play, button("forward", "One step on (→)", { type: "stepped", by: 1 }), button("last", "Last step (End)", { type: "jumped", by: Infinity })),
    place, scrubber,
    h("label", { class: "speed-choice" }, h("span", { text: "Speed" }), speed),
    stagesChoice,
    stageRow,
  );

  /** @type {TransportProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      if (props.ready !== before?.ready) for (const element of root.querySelectorAll("button, input")) /** @type {HTMLButtonElement} */ (element).disabled = !props.ready;
      if (props.playing !== before?.playing) {
        play.replaceChildren(icon(props.playing ? "pause" : "play"));
        play.setAttribute("aria-label", props.playing ? "Pause (Space)" : "Play (Space)");
        play.title = props.playing ? "Pause (Space)" : "Play (Space)";
      }
      if (props.steps !== before?.steps) scrub.max = String(Math.max(0, props.steps - 1));
      const share = props.steps > 1 ? (props.step / (props.steps - 1)) * 100 : 0;
      slideDone(share - 100);
      slideThumb(share);
      if (props.reading) scrub.value = String(props.step);
      if (!props.playing) scrub.setAttribute("aria-valuetext", `Step ${props.step + 1} of ${props.steps}, ${visible(props.label)}`);
      if (props.reading) setText(place, props.ready ? `${props.step + 1} / ${props.steps}` : "");
      speed.value = String(props.speed);
      stages.checked = props.stages;
      setHidden(stagesChoice, props.whole === true);
      setHidden(stageRow, !props.stages);
      if (props.stages) {
        marks.forEach((mark, index) => {
          mark.classList.toggle("is-on", props.stage > index);
          mark.title = props.stageNames[index];
        });
        setText(stageText, props.stageName);
      }
    },
    destroy: () => root.replaceChildren(),
  };
}
