/**
 * The carry track: what each step forgets from a state, writes to it and reads out of it, along the shared time axis.
 *
 * The drawing is made once for a trace, window and choice of units. A step only moves what covers the future, and a moving window the drawing, which is
 * made anew once the window rests.
 *
 * @module
 */

import { formOf } from "../lib/cell-form.js";
import { h, setText } from "../lib/dom.js";
import { visible } from "../lib/format.js";
import { formatExact, formatNumber, formatShort, formatSigned } from "../lib/numerals.js";
import { movement } from "../lib/moving.js";
import { heldDrawing, isSameWidth, movedDrawing } from "../lib/scale.js";
import { slider } from "../lib/slide.js";
import { stageOf } from "../lib/stages.js";
import { s } from "../lib/svg.js";
import { carriedBy, carryTerms } from "./carry-terms.js";
import { paintMarks } from "./carry-marks.js";
import { aheadSpan, captionPlaces, columnWidth, haveSameScales, hitTest, laneFrames, isNear, REVEALED, yOf } from "./carry-track-layout.js";
import { columnColours, paintColumns } from "./carry-track-canvas.js";
import { curvePainter } from "./carry-track-svg.js";
import { originColours, paintOrigins } from "./origins-canvas.js";
import { carryWords, laneName, originWords, stepName, stepNumbers, stepSentence } from "./carry-words.js";

/** @typedef {import("../types.js").CarryTrackProps} CarryTrackProps */
/** @typedef {import("../types.js").Emit} Emit */
/** @typedef {import("./carry-terms.js").CarryTerms} CarryTerms */
/** @typedef {import("./carry-track-layout.js").LaneFrame} LaneFrame */
/** @typedef {import("./carry-track-layout.js").TimeFrame} TimeFrame */

/** @type {import("../types.js").CarryMark[]} */
const NO_MARKS = [];

/** What stands for a value that the stage has not revealed. */
const NOT_YET = "·";

/** A press that moved further than this, in pixels, was a drag and selects nothing. */
const CLICK_REACH = 4;

/**
 * Emits {type: "select", step, unit} and {type: "hover", step, unit}; unit is null in the lane of the mean, and a hover with step null ends it.
 *
 * @param {HTMLElement} root
 * @param {Emit} emit
 * @returns {import("../types.js").View<CarryTrackProps>}
 */
export function createCarryTrack(root, emit) {
  const id = `carry-${Math.random().toString(36).slice(2, 10)}`;
  const curves = s("svg", { class: "carry-drawing", "aria-hidden": "true" });
  const painter = curvePainter(curves, id);
  const split = h("canvas", { class: "carry-drawing carry-origins", "aria-hidden": "true", hidden: true });
  const columns = h("canvas", { class: "carry-drawing carry-columns", "aria-hidden": "true" });
  const marked = s("svg", { class: "carry-drawing carry-marks", "aria-hidden": "true" });
  const ahead = h("div", { class: "carry-ahead" });
  const slideAhead = slider(ahead);
  const plot = h("div", { class: "carry-plot", role: "img" }, split, curves, columns, ahead, marked);
  const axis = s("svg", { class: "carry-axis", "aria-hidden": "true" });
  const tooltip = h("div", { class: "carry-tooltip", hidden: true, "aria-hidden": "true" });
  const stage = h("div", { class: "carry-stage" }, plot, axis, tooltip);
  const legend = h("div", { class: "carry-legend" });
  root.classList.add("carry-track");
  root.append(stage, legend);

  /** @type {CarryTrackProps | null} */
  let shown = null;
  /** @type {Map<number | "mean", CarryTerms>} the terms of `termsOf`'s units */
  let termsByUnit = new Map();
  /** @type {Map<number | "mean", CarryTerms>} the same of the trace that this one is compared with */
  let ghostByUnit = new Map();
  /** @type {CarryTerms[]} */
  let lanes = [];
  /** @type {LaneFrame[]} */
  let frames = [];
  /** @type {{state: SVGTSpanElement, hidden: SVGTSpanElement | null}[]} live values in the gutter */
  let readings = [];
  /** @type {TimeFrame} */
  let time = { from: 0, to: 1, width: 1, backward: false, steps: 1 };
  /** @type {import("./carry-track-canvas.js").ColumnColours | null} */
  let colours = null;
  /** @type {import("./origins-canvas.js").OriginColours | null} */
  let bandColours = null;
  /** @type {import("../lib/scale.js").Drawing | null} what is drawn, which may be more than the window, and stretched while it moves */
  let drawn = null;
  /** The window for which the scales were made. */
  let fitted = { from: 0, to: 0 };
  /** Whether curves are drawn. */
  let near = false;
  const moves = movement(() => rest());
  /** What gutter and scales were drawn from. */
  let scales = "";
  /** @type {{step: number, lane: number} | null} what the pointer is over */
  let pointed = null;
  /** @type {{x: number, y: number} | null} where the pointer went down */
  let pressed = null;

  /** @param {PointerEvent | MouseEvent} event */
  const hitOf = (event) => {
    const box = plot.getBoundingClientRect();
    return hitTest(time, frames, event.clientX - box.left, event.clientY - box.top);
  };
  /** @param {number} lane */
  const unitOf = (lane) => {
    const unit = shown ? shown.units[lane] : null;
    return typeof unit === "number" ? unit : null;
  };
  /** @param {PointerEvent} event */
  const onMove = (event) => {
    if (event.pointerType === "touch") return;
    const hit = hitOf(event);
    if (hit?.step === pointed?.step && hit?.lane === pointed?.lane) return;
    pointed = hit;
    emit({ type: "hover", step: hit ? hit.step : null, unit: hit ? unitOf(hit.lane) : null });
    placeTooltip();
  };
  const onLeave = () => {
    if (!pointed) return;
    pointed = null;
    emit({ type: "hover", step: null, unit: null });
    placeTooltip();
  };
  /** @param {PointerEvent} event */
  const onDown = (event) => {
    pressed = { x: event.clientX, y: event.clientY };
  };
  /** @param {MouseEvent} event */
  const onClick = (event) => {
    const dragged = pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK_REACH;
    const hit = hitOf(event);
    if (hit && !dragged) emit({ type: "select", step: hit.step, unit: unitOf(hit.lane) });
  };
  plot.addEventListener("pointermove", onMove);
  plot.addEventListener("pointerleave", onLeave);
  plot.addEventListener("pointerdown", onDown);
  plot.addEventListener("click", onClick);

  /**
   * @param {CarryTrackProps} props
   * @param {boolean} moved whether only the window is another one
   */
  const draw = (props, moved) => {
    const { layer, window, width, gutter, marks = NO_MARKS, bands = null } = props;
    time = { ...window, width: Math.max(1, width - gutter), backward: layer.direction === "backward", steps: props.labels.length };
    const perStep = columnWidth(time);
    const { zoomed } = moves.next(perStep, moved ? drawn : null);
    // When zooming has ended, and when the window has left what the scales were made for, it is as if it rested.
    const held = moved && !zoomed && window.from < fitted.to && window.to > fitted.from;
    if (!held) fitted = window;
    const before = held && near === isNear(time) ? drawn : null;
    // To curves are added those that come into sight, as long as they fit the scales; all else is painted with what is likely to come.
    const grows = isNear(time) && bands === null;
    const fits = before !== null && (!grows || haveSameScales(frames, framesIn(props, time, frames).frames));
    drawn = (grows ? heldDrawing : movedDrawing)(window, perStep, fits ? before : null, time.steps);
    if (drawn !== before) paint(props, drawn, held);
    else if (grows) painter.reach(window, isSameWidth(perStep, drawn.perStep));
    if (near) painter.cut(window);
    const stretch = perStep / drawn.perStep;
    const transform = `translateX(${(drawn.from - window.from) * perStep}px) scaleX(${stretch})`;
    for (const each of [near ? curves : columns, ...(bands ? [split] : [])]) each.style.transform = transform;
    if (marks.length || marked.childElementCount) paintMarks(marked, marks, frames, time, props.rem);
  };

  const rest = () => {
    if (!shown) return;
    draw(shown, false);
    fillReadings(shown);
  };

  /** @param {CarryTrackProps} props @param {TimeFrame} seen @param {LaneFrame[]} [least] */
  const framesIn = ({ gutter, rem, low }, seen, least) => laneFrames(lanes, gutter, rem, seen, low, least);

  /**
   * @param {CarryTrackProps} props
   * @param {import("../lib/scale.js").Drawing} drawing
   * @param {boolean} held whether no scale is to shrink
   */
  const paint = (props, { from, to, perStep }, held) => {
    const { layer, units, gutter, theme, labels, bands = null, ghost = null } = props;
    if (layer !== shown?.layer) termsByUnit = new Map();
    if (ghost !== (shown?.ghost ?? null)) ghostByUnit = new Map();
    lanes = units.map((unit) => ({ ...termsIn(termsByUnit, layer, unit), ...(ghost && { ghost: termsIn(ghostByUnit, ghost, unit) }) }));
    if (bands) lanes[0] = { ...lanes[0], stack: bands };
    root.classList.toggle("has-origins", bands !== null);
    const seen = { ...time, from, to, width: (to - from) * perStep };
    const { frames: placed, height } = framesIn(props, seen, held ? frames : []);
    frames = placed;
    stage.style.height = `${height}px`;
    plot.style.left = `${gutter}px`;
    plot.style.width = `${time.width}px`;
    marked.setAttribute("height", String(height));
    if (theme !== shown?.theme || layer.cell !== shown.layer.cell) colours = null;
    if (theme !== shown?.theme) bandColours = null;
    near = isNear(time);
    curves.toggleAttribute("hidden", !near);
    columns.toggleAttribute("hidden", near);
    if (near) painter.draw(lanes, frames, seen, height);
    else paintColumns(columns, (colours ??= columnColours(columns)), lanes, frames, seen, height);
    split.toggleAttribute("hidden", bands === null);
    if (bands) paintOrigins(split, (bandColours ??= originColours(split)), bands, frames[0], seen, { near, height, labels, numeric: props.numeric === true });
    const scalesBefore = scales;
    scales = JSON.stringify([frames, units, gutter, layer.cell]);
    if (scales !== scalesBefore || layer !== shown?.layer || ghost !== (shown.ghost ?? null)) drawAxis(props, height);
  };

  /**
   * @param {CarryTrackProps} props
   * @param {number} height
   */
  const drawAxis = ({ units, gutter, layer, title }, height) => {
    const words = carryWords(layer);
    axis.setAttribute("width", String(gutter));
    axis.setAttribute("height", String(height));
    axis.replaceChildren();
    readings = frames.map((frame, index) => {
      const { area, readout } = frame;
      for (const scale of [area, readout]) {
        if (!scale) continue;
        axis.append(s("line", { class: "carry-axis-line", x1: gutter - 0.5, x2: gutter - 0.5, y1: scale.top, y2: scale.bottom }));
        for (const tick of scale.ticks) {
          const y = yOf(scale, tick);
          axis.append(s("line", { class: "carry-axis-line", x1: gutter - 4, x2: gutter, y1: y, y2: y }));
          axis.append(s("text", { class: "carry-tick", x: gutter - 6, y, dy: "0.35em" }, new Text(tickText(tick))));
        }
      }
      const name = laneName(units[index], title);
      const at = captionPlaces(frame, gutter, name);
      const value = () => s("tspan", { class: "carry-value", dx: 6 });
      const reading = (/** @type {string} */ kind, /** @type {string} */ symbol, /** @type {SVGTSpanElement} */ digits) =>
        s("text", { class: `carry-reading carry-reading-${kind}`, ...at[kind === "hidden" && readout ? "hidden" : "state"] }, s("tspan", { class: "carry-symbol" }, new Text(symbol)), digits);
      const [state, hidden] = [value(), readout ? value() : null];
      axis.append(s("text", { class: "carry-lane-name", ...at.name }, new Text(name)));
      axis.append(reading(lanes[index].split ? "state" : "hidden", words.symbol, state));
      if (hidden) axis.append(reading("hidden", words.hidden ?? "h", hidden));
      return { state, hidden };
    });
  };

  /** @param {CarryTrackProps} props */
  const drawLegend = ({ layer, compact, bands, ghost, ghostName }) => {
    const words = bands ? originWords(layer) : carryWords(layer);
    const entries = words.legend.map(({ key, term, text }) =>
      h("li", {}, h("span", { class: `carry-swatch carry-swatch-${key}`, "aria-hidden": "true" }), h("b", {}, term), ` ${text}`),
    );
    legend.replaceChildren(h("details", { open: !compact }, h("summary", {}, "What does this show?"), h("p", {}, words.headline, ghost ? h("span", { class: "carry-legend-ghost" }, h("span", { class: "carry-swatch carry-swatch-ghost", "aria-hidden": "true" }), ghostName ?? "") : null), h("ul", {}, ...entries)));
  };

  /** @param {CarryTrackProps} props */
  const moveCover = ({ step, stage: revealed, layer, low }) => {
    ahead.toggleAttribute("hidden", low === true);
    const [left, right] = aheadSpan(time, step, REVEALED[layer.cell][revealed]);
    // The cover is as wide as the plot, which clips it, so that a step only moves it.
    slideAhead(time.backward ? right - time.width : left);
  };

  /** @param {CarryTrackProps} props */
  const fillReadings = ({ step, stage: revealed, layer, units, title, places }) => {
    const known = (/** @type {string} */ quantity, /** @type {number} */ value) => (stageOf(layer.cell, quantity) <= revealed ? formatShort(value) : NOT_YET);
    lanes.forEach((terms, index) => {
      const { state, hidden } = readings[index];
      setText(state, known(carriedBy(layer.cell), terms.state[step]));
      if (hidden && terms.readout) setText(hidden, known("hidden_state", terms.readout.hidden[step]));
    });
    plot.setAttribute("aria-label", lanes.map((terms, index) => stepSentence(layer, terms, units[index], step, { title, places })).join(" "));
  };

  const placeTooltip = () => {
    tooltip.toggleAttribute("hidden", !pointed || !shown);
    if (!pointed || !shown) return;
    const { layer, labels, units, gutter, width, places, title: whose } = shown;
    const { step, lane } = pointed;
    const rows = stepNumbers(layer, lanes[lane], step).flatMap(({ key, label, value, signed }) => [
      h("dt", { class: `carry-key-${key}` }, label),
      h("dd", { title: formatExact(value) }, signed ? formatSigned(value) : formatNumber(value)),
    ]);
    const title = h("p", {}, `${stepName(step, labels.length, places)} · ${laneName(units[lane], whose)} · `, h("kbd", {}, visible(labels[step])));
    tooltip.replaceChildren(title, h("dl", {}, ...rows));
    const right = gutter + (step + 1 - time.from) * columnWidth(time) + 8;
    const left = gutter + (step - time.from) * columnWidth(time) - 8 - tooltip.offsetWidth;
    const x = right + tooltip.offsetWidth <= width ? right : Math.max(0, left);
    tooltip.style.transform = `translate(${Math.round(x)}px, ${Math.round(frames[lane].top + 4)}px)`;
  };

  return {
    update(props) {
      if (props === shown) return;
      const before = shown;
      const same = (/** @type {(keyof CarryTrackProps)[]} */ ...names) => before !== null && names.every((name) => before[name] === props[name]);
      const sameLayer = same("layer");
      const sameContent = sameLayer && same("units", "width", "gutter", "labels", "theme", "rem", "bands", "ghost", "marks", "title", "places", "low");
      const sameDrawing = sameContent && before?.window.from === props.window.from && before?.window.to === props.window.to;
      if (before?.layer.cell !== props.layer.cell) root.dataset.cell = props.layer.cell;
      const axisBefore = readings;
      if (!sameDrawing) draw(props, sameContent);
      if (before === null || formOf(before.layer) !== formOf(props.layer) || before.compact !== props.compact || (before.bands ?? null) === null !== ((props.bands ?? null) === null) || (before.ghost ?? null) === null !== ((props.ghost ?? null) === null) || before.ghostName !== props.ghostName) drawLegend(props);
      shown = props;
      const sameStep = same("step", "stage");
      if (!sameStep || !sameDrawing) moveCover(props);
      // A new axis has its numbers at once, also while they rest.
      if (readings !== axisBefore || !sameContent || (props.reading && !(sameStep && same("reading")))) fillReadings(props);
      if (!sameDrawing) {
        pointed = pointed && pointed.lane < lanes.length && pointed.step < time.steps ? pointed : null;
        placeTooltip();
      }
    },
    destroy() {
      moves.end();
      plot.removeEventListener("pointermove", onMove);
      plot.removeEventListener("pointerleave", onLeave);
      plot.removeEventListener("pointerdown", onDown);
      plot.removeEventListener("click", onClick);
      root.classList.remove("carry-track");
      delete root.dataset.cell;
      root.replaceChildren();
      shown = null;
    },
  };
}

/**
 * A unit's terms, made once.
 *
 * @param {Map<number | "mean", CarryTerms>} known
 * @param {CarryTrackProps["layer"]} layer
 * @param {number | "mean"} unit
 */
function termsIn(known, layer, unit) {
  const terms = known.get(unit) ?? carryTerms(layer, unit);
  known.set(unit, terms);
  return terms;
}

/** @param {number} tick */
function tickText(tick) {
  return String(tick).replace("-", "−");
}
