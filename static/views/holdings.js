/** Under the tokens: how much of what the chosen unit holds now came from each of them, as signed bars along the time axis. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { spoken } from "../lib/format.js";
import { formatShort, formatShortSigned } from "../lib/numerals.js";
import { timeScale } from "../lib/scale.js";
import { icon } from "../lib/svg.js";
import { barColumns } from "./holdings-layout.js";

/**
 * @typedef {object} HoldingsProps
 * @property {import("../lib/origins.js").Holding | null} holding null hides the row
 * @property {number} unit
 * @property {string} symbol of what is held
 * @property {string[]} labels
 * @property {import("../types.js").TimeWindow} window
 * @property {number} width
 * @property {number} gutter
 * @property {"light" | "dark"} theme
 * @property {number} density
 * @property {boolean} compact
 */

/** So many of the largest are told in words. */
const TOLD = 3;

/** Height of the bars in rem; the style sheet uses the same number. */
const HEIGHT = 2.25;

/**
 * Emits {type: "origin-forgotten", step, left} for the bar under a mouse; for keys and fingers the list below the carry track has the same.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<HoldingsProps>}
 */
export function create(root, emit) {
  const canvas = h("canvas", { class: "holdings-bars", "aria-hidden": "true" });
  const name = h("span", { class: "holdings-name" });
  const initial = h("span", { class: "holdings-initial" });
  const plot = h("div", { class: "holdings-plot", role: "img" }, canvas);
  const forget = h("button", { type: "button", class: "icon-button small holdings-forget", tabindex: -1, hidden: true, on: { click: () => {
    const holding = shown?.holding;
    if (holding && pointed !== null) emit({ type: "origin-forgotten", step: holding.step, left: holding.left[pointed] });
    point(null);
  } } }, icon("forget"));
  root.append(h("div", { class: "holdings-head" }, name, initial), plot, forget);

  /** @type {HoldingsProps | null} */
  let shown = null;
  /** @type {{positive: string, negative: string, zero: string} | null} */
  let colours = null;

  /** @type {number | null} the step whose bar is under the mouse */
  let pointed = null;

  /** @param {number | null} step */
  const point = (step) => {
    const wanted = step !== null && shown?.holding?.left[step] ? step : null;
    if (wanted === pointed) return;
    pointed = wanted;
    setHidden(forget, pointed === null);
    if (pointed === null || !shown) return;
    const { window, width, gutter, labels } = shown;
    forget.style.left = `${timeScale(window, width, gutter).x(pointed + 0.5)}px`;
    const told = `what step ${pointed + 1}${labels[pointed] === undefined ? "" : `, ${spoken(labels[pointed])},`} wrote`;
    forget.setAttribute("aria-label", `Forget ${told}`);
    forget.title = `Forget only this: takes ${told} out of what the unit holds now`;
  };
  root.addEventListener("pointermove", (event) => {
    if (!shown || event.pointerType === "touch" || forget.contains(/** @type {Node} */ (event.target))) return;
    const { window, width, gutter } = shown;
    const x = event.clientX - root.getBoundingClientRect().left;
    point(x < gutter ? null : Math.floor(timeScale(window, width, gutter).step(x)));
  });
  root.addEventListener("pointerleave", () => point(null));

  /** @param {HoldingsProps} props @param {import("../lib/origins.js").Holding} holding */
  const paint = ({ window, width, gutter, density }, { left }) => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const wide = Math.max(1, Math.round((width - gutter) * density));
    const tall = Math.round(HEIGHT * rem * density);
    if (canvas.width !== wide) canvas.width = wide;
    if (canvas.height !== tall) canvas.height = tall;
    const context = canvas.getContext("2d");
    if (!context || !colours) return;
    context.clearRect(0, 0, wide, tall);
    const { bars, reach, above } = barColumns(left, window, wide, density);
    const zero = Math.round(above * (tall - density));
    context.fillStyle = colours.zero;
    context.fillRect(0, zero, wide, 1);
    for (const { x, width: across, value } of bars) {
      const size = Math.max(1, (Math.abs(value) / reach) * (tall - density));
      context.fillStyle = value < 0 ? colours.negative : colours.positive;
      context.fillRect(x, value < 0 ? zero : zero - size, across, size);
    }
  };

  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      const { holding, unit, symbol, labels, gutter, theme } = props;
      setHidden(root, holding === null);
      if (gutter !== before?.gutter) root.style.setProperty("--gutter", `${gutter}px`);
      if (theme !== before?.theme) colours = null;
      if (holding !== before?.holding || props.window !== before?.window) point(null);
      if (!holding) return;
      if (!colours) {
        const of = (/** @type {string} */ token) => {
          canvas.style.color = `var(${token})`;
          return getComputedStyle(canvas).color;
        };
        colours = { positive: of("--positive"), negative: of("--negative"), zero: of("--line-strong") };
      }
      setText(name, "still held");
      setText(initial, `initial ${formatShortSigned(holding.initial)}`);
      plot.setAttribute("aria-label", sentence(holding, unit, symbol, labels));
      paint(props, holding);
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {import("../lib/origins.js").Holding} holding
 * @param {number} unit
 * @param {string} symbol
 * @param {string[]} labels
 */
function sentence({ total, step, left, initial }, unit, symbol, labels) {
  const steps = Array.from(left.keys()).filter((row) => left[row] !== 0).sort((a, b) => Math.abs(left[b]) - Math.abs(left[a])).slice(0, TOLD);
  const told = steps.map((row) => `${formatShortSigned(left[row])} from step ${row + 1}${labels[row] === undefined ? "" : `, ${spoken(labels[row])}`}`);
  return `After step ${step + 1}, unit ${unit} holds ${symbol} = ${formatShort(total)}: ${told.join("; ")}; ${formatShortSigned(initial)} from the initial state.`;
}
