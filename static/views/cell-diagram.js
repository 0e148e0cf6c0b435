/**
 * Paints a cell diagram and fills it with one unit's numbers. Built once a cell; a step changes texts, widths and levels only.
 *
 * @module
 */

import { setText } from "../lib/dom.js";
import { words } from "../lib/format.js";
import { formatBrief, formatExact } from "../lib/numerals.js";
import { s } from "../lib/svg.js";
import { quantityNamed } from "../lib/value-quantities.js";
import { BOX, diagramOf, levelOf, OPERATOR_RADIUS, wireWidth } from "./cell-diagram-layout.js";

/** @typedef {import("../types.js").Stage} Stage */
/** @typedef {import("../lib/cell-form.js").CellForm} CellForm */
/** @typedef {import("./cell-values.js").CellValues} CellValues */
/** @typedef {import("./cell-diagram-layout.js").Box} Box */
/** @typedef {import("./cell-diagram-layout.js").Reading} Reading */

/**
 * @param {CellForm} form
 * @returns {{element: SVGSVGElement, fill: (values: CellValues, label: string, description: string) => void, reveal: (stage: Stage, emphasised: Stage | null) => void}}
 */
export function cellDiagram(form) {
  const { width, height, boxes, operators, wires, readings, input } = diagramOf(form);
  /** @type {((values: CellValues) => void)[]} */
  const fills = [];
  /** @type {{element: SVGElement, stage: Stage}[]} */
  const staged = [];
  const part = (/** @type {Stage} */ stage, /** @type {string} */ name, /** @type {SVGElement[]} */ children) => {
    const element = s("g", { class: name }, ...children);
    staged.push({ element, stage });
    return element;
  };
  const wireParts = wires.map(({ d, kind, value, stage, arrow }) => {
    const line = s("path", { d, class: "cell-line" });
    if (value !== null) fills.push((values) => (line.style.strokeWidth = wireWidth(values[value] ?? 0).toFixed(2)));
    /** @type {SVGElement[]} */
    const children = [line, s("path", { d, class: "cell-flow" })];
    if (kind === "peephole") children.push(s("title", {}, new Text("peephole: the gate looks at this unit's cell state")));
    if (kind === "all") children.push(s("title", {}, new Text("the input and the hidden states of all units")));
    if (arrow) children.push(arrowHead(d));
    return part(stage, `cell-wire cell-${kind}`, children);
  });
  const boxParts = boxes.map((box) => {
    const element = part(box.stage, `cell-box cell-${box.kind}`, boxNodes(box, fills));
    const quantity = box.value === null ? null : quantityNamed(form.cell, box.value);
    if (quantity) {
      element.dataset.clamp = quantity;
      element.append(s("title", {}, new Text(`Clamp the ${words(quantity)} of this unit at this step…`)));
    }
    return element;
  });
  const operatorParts = operators.map(({ x, y, text, stage }) =>
    part(stage, "cell-operator", [s("circle", { cx: x, cy: y, r: OPERATOR_RADIUS }), s("text", { x, y: y + 5.5, class: text.length > 1 ? "cell-operator-long" : "" }, new Text(text))]),
  );
  const readingParts = readings.map((reading) => part(reading.stage, `cell-reading cell-${reading.kind}`, readingNodes(reading, fills)));
  const token = new Text();
  const inputName = s("text", { class: "cell-x", x: input.x + 9, y: input.y - 4 }, ...symbolSpans({ symbol: "x", below: "t" }), s("tspan", { class: "cell-token", dx: 8 }, token));
  const element = s("svg", { class: "cell-diagram", viewBox: `0 0 ${width} ${height}`, role: "img" }, ...wireParts, ...boxParts, ...operatorParts, ...readingParts, inputName);
  return {
    element,
    fill(values, label, description) {
      for (const fill of fills) fill(values);
      setText(token, label);
      element.setAttribute("aria-label", description);
    },
    reveal(stage, emphasised) {
      for (const each of staged) {
        each.element.classList.toggle("is-ahead", each.stage > stage);
        each.element.classList.toggle("is-current", each.stage === emphasised);
      }
    },
  };
}

/**
 * @param {Box} box
 * @param {((values: CellValues) => void)[]} fills
 */
function boxNodes(box, fills) {
  const { x, y, text, name, value, small, kind } = box;
  const width = kind === "all" ? 44 : BOX.width;
  const height = small ? BOX.smallHeight : BOX.height;
  const frame = { x: x - width / 2, width, rx: 7 };
  const level = s("rect", { class: "cell-level", x: frame.x, width, y, height: 0, rx: 3 });
  if (value !== null) {
    fills.push((values) => {
      const { y: top, height: tall } = levelOf(box, values[value] ?? 0);
      level.setAttribute("y", top.toFixed(2));
      level.setAttribute("height", tall.toFixed(2));
    });
  }
  const nodes = [
    s("rect", { class: "cell-ground", ...frame, y: y - height / 2, height }),
    level,
    s("rect", { class: "cell-frame", ...frame, y: y - height / 2, height }),
    s("text", { class: text.length > 5 ? "cell-activation is-long" : "cell-activation", x, y: name ? y - 2 : y + 5 }, new Text(text)),
  ];
  if (name) nodes.push(s("text", { class: "cell-name", x, y: y + 15 }, new Text(name)));
  return nodes;
}

/**
 * @param {Reading} reading
 * @param {((values: CellValues) => void)[]} fills
 */
function readingNodes({ x, y, anchor, value, signed, name, symbol }, fills) {
  const digits = new Text();
  const title = s("title");
  const numeral = s("text", { class: "cell-number", x, y, "text-anchor": anchor }, digits, title);
  fills.push((values) => {
    const number = values[value] ?? 0;
    setText(digits, (signed && number > 0 ? "+" : "") + formatBrief(number));
    setText(title, formatExact(number));
  });
  const names = symbol ? symbolSpans(symbol) : name ? [new Text(name)] : [];
  return names.length ? [s("text", { class: "cell-label", x, y: y - 18, "text-anchor": anchor }, ...names), numeral] : [numeral];
}

/** @param {{symbol: string, below: string}} variable */
function symbolSpans({ symbol, below }) {
  return [s("tspan", { class: "cell-symbol" }, new Text(symbol)), s("tspan", { class: "cell-below", dy: 4 }, new Text(below)), s("tspan", { dy: -4 }, new Text("\u200b"))];
}

/**
 * A triangle at the end of a path whose last command is H or V.
 *
 * @param {string} d
 */
function arrowHead(d) {
  const numbers = d.match(/-?[\d.]+/g)?.map(Number) ?? [];
  const last = d.lastIndexOf("H") > d.lastIndexOf("V") ? "H" : "V";
  const end = numbers[numbers.length - 1];
  const before = d.slice(0, d.lastIndexOf(last)).match(/-?[\d.]+/g)?.map(Number) ?? [];
  const [fromX, fromY] = before.slice(-2);
  const size = 6;
  if (last === "H") {
    const back = end - Math.sign(end - fromX) * size;
    return s("path", { class: "cell-arrow", d: `M${end},${fromY} L${back},${fromY - 4.5} V${fromY + 4.5} Z` });
  }
  const back = end - Math.sign(end - fromY) * size;
  return s("path", { class: "cell-arrow", d: `M${fromX},${end} L${fromX - 4.5},${back} H${fromX + 4.5} Z` });
}
