/** The second time axis: where in the training one is, which probe is read, and which step and unit of it. */

import { h, setHidden, setText } from "../lib/dom.js";
import { grouped, words } from "../lib/format.js";
import { icon } from "../lib/svg.js";

/**
 * @typedef {object} TrainingAxisProps
 * @property {number[]} places updates after which a network was kept
 * @property {number} at which of them
 * @property {boolean} following whether it follows the newest
 * @property {boolean} playing
 * @property {string[]} probes
 * @property {number} probe
 * @property {string[]} layers of the deepest network, by name
 * @property {number} layer
 * @property {string[]} quantities
 * @property {string} quantity
 * @property {number} step
 * @property {number} steps
 * @property {number} unit
 * @property {number} units
 */

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<TrainingAxisProps>}
 */
export function create(root, emit) {
  const play = h("button", { type: "button", class: "icon-button", on: { click: () => emit({ type: "train-playing-toggled" }) } });
  const scrub = h("input", { type: "range", min: 0, step: 1, "aria-label": "Place in the training", on: { input: () => shown && emit({ type: "train-update-chosen", update: shown.places[Number(scrub.value)] }) } });
  const place = h("output", { class: "axis-place" });
  const follow = h("input", { type: "checkbox", on: { change: () => emit({ type: "train-update-chosen", update: follow.checked ? null : (shown?.places[shown.at] ?? null) }) } });
  const probe = h("select", { "aria-label": "Probe sequence", on: { change: () => emit({ type: "train-probe-chosen", probe: Number(probe.value) }) } });
  const layer = h("select", { "aria-label": "Layer shown", on: { change: () => emit({ type: "train-layer-chosen", layer: Number(layer.value) }) } });
  const quantity = h("select", { "aria-label": "Quantities shown", on: { change: () => emit({ type: "train-quantity-chosen", quantity: quantity.value }) } });
  const step = h("input", { type: "range", min: 0, step: 1, "aria-label": "Step of the probe", on: { input: () => emit({ type: "train-step-chosen", step: Number(step.value) }) } });
  const stepPlace = h("output", { class: "axis-place" });
  const unit = h("input", { type: "number", min: 0, "aria-label": "Unit", on: { change: () => emit({ type: "train-unit-chosen", unit: Number(unit.value) || 0 }) } });
  const row = h("div", { class: "axis-row" }, h("span", { class: "axis-name", text: "Training" }), play, scrub, place, h("label", { class: "axis-follow", title: "Show the newest network while it learns" }, follow, "Follow"));
  const probeRow = h("div", { class: "axis-row" }, h("span", { class: "axis-name", text: "Probe" }), probe, layer, quantity, h("label", { class: "axis-unit" }, "Unit", unit), step, stepPlace);
  root.append(row, probeRow);

  /** @type {TrainingAxisProps | null} */
  let shown = null;
  return {
    update(props) {
      if (props === shown) return;
      const before = shown;
      shown = props;
      setHidden(root, props.places.length === 0);
      if (props.playing !== before?.playing) {
        play.replaceChildren(icon(props.playing ? "pause" : "play"));
        play.setAttribute("aria-label", props.playing ? "Stop moving through the training" : "Move through the training");
        play.title = play.getAttribute("aria-label") ?? "";
      }
      scrub.max = String(Math.max(0, props.places.length - 1));
      scrub.value = String(props.at);
      const update = props.places[props.at] ?? 0;
      scrub.setAttribute("aria-valuetext", `update ${update}`);
      setText(place, `update ${grouped(update)}`);
      follow.checked = props.following;
      if (!same(props.probes, before?.probes)) probe.replaceChildren(...props.probes.map((name, index) => h("option", { value: index, text: name })));
      probe.value = String(props.probe);
      setHidden(probeRow, props.steps === 0);
      if (!same(props.layers, before?.layers)) layer.replaceChildren(...props.layers.map((name, index) => h("option", { value: index, text: name })));
      layer.value = String(props.layer);
      setHidden(layer, props.layers.length < 2);
      if (!same(props.quantities, before?.quantities)) quantity.replaceChildren(h("option", { value: "all", text: "all quantities" }), ...props.quantities.map((name) => h("option", { value: name, text: words(name) })));
      quantity.value = props.quantity;
      step.max = String(Math.max(0, props.steps - 1));
      step.value = String(props.step);
      setText(stepPlace, props.steps ? `step ${props.step + 1} / ${props.steps}` : "");
      unit.max = String(Math.max(0, props.units - 1));
      if (document.activeElement !== unit) unit.value = String(props.unit);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {string[]} a @param {string[]} [b] */
const same = (a, b) => b !== undefined && a.length === b.length && a.every((name, index) => name === b[index]);
