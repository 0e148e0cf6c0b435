/**
 * Where everything of the cell diagrams stands: one table, keyed by how the cell computes, in units of the drawing. Pure.
 *
 * The carried state runs along the top, what goes into the boxes along the bottom. Stage 0 is what stands before the step.
 *
 * @module
 */

/** @typedef {import("../types.js").Stage} Stage */
/** @typedef {import("../lib/cell-form.js").CellForm} CellForm */

/**
 * A box with an activation. `level` is drawn in it: how open a gate is, or the sign and size of a candidate.
 *
 * @typedef {{x: number, y: number, text: string, name: string, kind: string, value: string | null, range: [number, number], stage: Stage, small?: boolean}} Box
 *
 * A place where two wires meet in × or +, or where a gate turns into 1 − gate.
 * @typedef {{x: number, y: number, text: string, stage: Stage}} Operator
 *
 * A wire; with a value, its width shows the value's size. Without one it carries the values of all units.
 * @typedef {{d: string, kind: string, value: string | null, stage: Stage, arrow?: boolean}} Wire
 *
 * A number on a wire, with its name above it where there is one. `symbol` names are set in italics with a subscript.
 * @typedef {{x: number, y: number, anchor: "start" | "middle" | "end", value: string, kind: string, stage: Stage, signed?: boolean,
 *   name?: string, symbol?: {symbol: string, below: string}}} Reading
 *
 * @typedef {{width: number, height: number, boxes: Box[], operators: Operator[], wires: Wire[], readings: Reading[],
 *   input: {x: number, y: number}}} Diagram
 */

export const BOX = { width: 66, height: 44, smallHeight: 30 };
export const OPERATOR_RADIUS = 12;

/** @type {[number, number]} */
const GATE = [0, 1];
/** @type {[number, number]} */
const SIGNED = [-1, 1];

/** An activation without bounds fills its box like one between these. @type {[number, number]} */
const UNBOUNDED = SIGNED;

/** What the gates look at besides: the cell state before the step, the output gate the new one. @type {Wire[]} */
const PEEPHOLES = [
  { d: "M40,66 V158 Q40,164 46,164 H126 Q132,164 132,170 V182", kind: "peephole", value: null, stage: 0, arrow: true },
  { d: "M62,164 V182", kind: "peephole", value: null, stage: 0, arrow: true },
  { d: "M287,66 V182", kind: "peephole", value: null, stage: 2, arrow: true },
];

/** @type {Diagram} */
const LSTM = {
  width: 466,
  height: 318,
  wires: [
    { d: "M8,66 H70", kind: "cell", value: "c_prev", stage: 0 },
    { d: "M94,66 H214", kind: "cell", value: "kept", stage: 1 },
    { d: "M238,66 H458", kind: "cell", value: "c", stage: 2, arrow: true },
    { d: "M8,268 H294 Q298,268 298,264 V226", kind: "all", value: null, stage: 0 },
    { d: "M40,304 V272 Q40,268 44,268", kind: "all", value: null, stage: 0 },
    { d: "M82,268 V226", kind: "all", value: null, stage: 0 },
    { d: "M154,268 V226", kind: "all", value: null, stage: 0 },
    { d: "M226,268 V226", kind: "all", value: null, stage: 0 },
    { d: "M82,182 V78", kind: "forget", value: "f", stage: 1, arrow: true },
    { d: "M154,182 V142 Q154,136 160,136 H214", kind: "input", value: "i", stage: 2, arrow: true },
    { d: "M226,182 V148", kind: "candidate", value: "g", stage: 2, arrow: true },
    { d: "M226,124 V78", kind: "written", value: "written", stage: 2, arrow: true },
    { d: "M384,66 V88", kind: "cell", value: "c", stage: 3, arrow: true },
    { d: "M384,118 V144", kind: "squashed", value: "tanh_c", stage: 3, arrow: true },
    { d: "M298,182 V162 Q298,156 304,156 H372", kind: "output", value: "o", stage: 3, arrow: true },
    { d: "M384,168 V262 Q384,268 390,268 H458", kind: "hidden", value: "h", stage: 3, arrow: true },
  ],
  boxes: [
    { x: 82, y: 204, text: "σ", name: "forget", kind: "forget", value: "f", range: GATE, stage: 1 },
    { x: 154, y: 204, text: "σ", name: "input", kind: "input", value: "i", range: GATE, stage: 2 },
    { x: 226, y: 204, text: "tanh", name: "candidate", kind: "candidate", value: "g", range: SIGNED, stage: 2 },
    { x: 298, y: 204, text: "σ", name: "output", kind: "output", value: "o", range: GATE, stage: 3 },
    { x: 384, y: 103, text: "tanh", name: "", kind: "squashed", value: "tanh_c", range: SIGNED, stage: 3, small: true },
  ],
  operators: [
    { x: 82, y: 66, text: "×", stage: 1 },
    { x: 226, y: 66, text: "+", stage: 2 },
    { x: 226, y: 136, text: "×", stage: 2 },
    { x: 384, y: 156, text: "×", stage: 3 },
  ],
  readings: [
    { x: 6, y: 49, anchor: "start", value: "c_prev", kind: "cell", stage: 0, symbol: { symbol: "c", below: "t−1" } },
    { x: 154, y: 49, anchor: "middle", value: "kept", kind: "cell", stage: 1, name: "kept" },
    { x: 312, y: 49, anchor: "middle", value: "c", kind: "cell", stage: 2, symbol: { symbol: "c", below: "t" } },
    { x: 90, y: 130, anchor: "start", value: "f", kind: "forget", stage: 1 },
    { x: 161, y: 168, anchor: "start", value: "i", kind: "input", stage: 2 },
    { x: 233, y: 170, anchor: "start", value: "g", kind: "candidate", stage: 2 },
    { x: 234, y: 112, anchor: "start", value: "written", kind: "written", stage: 2, signed: true, name: "written" },
    { x: 305, y: 176, anchor: "start", value: "o", kind: "output", stage: 3 },
    { x: 392, y: 136, anchor: "start", value: "tanh_c", kind: "squashed", stage: 3 },
    { x: 460, y: 256, anchor: "end", value: "h", kind: "hidden", stage: 3, symbol: { symbol: "h", below: "t" } },
    { x: 6, y: 256, anchor: "start", value: "h_prev", kind: "hidden", stage: 0, symbol: { symbol: "h", below: "t−1" } },
  ],
  input: { x: 40, y: 304 },
};

/**
 * The two GRUs differ in what comes first on the old state's way to the candidate: its product with U, or the reset gate.
 *
 * @param {boolean} resetAfter
 * @returns {Diagram}
 */
function gru(resetAfter) {
  const [product, reset] = resetAfter ? [242, 296] : [296, 242];
  return {
    width: 432,
    height: 330,
    wires: [
      { d: "M8,66 H84", kind: "hidden", value: "h_prev", stage: 0 },
      { d: "M108,66 H344", kind: "hidden", value: "kept", stage: 3 },
      { d: "M368,66 H424", kind: "hidden", value: "h", stage: 3, arrow: true },
      { d: "M24,66 V262 Q24,268 30,268 H220", kind: "all", value: null, stage: 0 },
      { d: "M264,268 H284", kind: "all", value: null, stage: 2 },
      { d: resetAfter ? "M308,268 H342 Q348,268 348,262 V226" : "M320,268 H342 Q348,268 348,262 V226", kind: "all", value: null, stage: 2 },
      { d: "M40,316 V302 Q40,296 46,296 H362 Q368,296 368,290 V226", kind: "all", value: null, stage: 0 },
      { d: "M88,268 V226", kind: "all", value: null, stage: 0 },
      { d: "M104,296 V226", kind: "all", value: null, stage: 0 },
      { d: "M168,268 V226", kind: "all", value: null, stage: 0 },
      { d: "M184,296 V226", kind: "all", value: null, stage: 0 },
      { d: `M209,204 H${reset - 6} Q${reset},204 ${reset},210 V256`, kind: "reset", value: "r", stage: 1, arrow: true },
      { d: "M96,182 V78", kind: "update", value: "z", stage: 1, arrow: true },
      { d: "M96,126 H214", kind: "update", value: "z", stage: 3, arrow: true },
      { d: "M238,126 H344", kind: "update", value: "fresh", stage: 3, arrow: true },
      { d: "M356,182 V138", kind: "candidate", value: "n", stage: 2, arrow: true },
      { d: "M356,114 V78", kind: "written", value: "written", stage: 3, arrow: true },
    ],
    boxes: [
      { x: 96, y: 204, text: "σ", name: "update", kind: "update", value: "z", range: GATE, stage: 1 },
      { x: 176, y: 204, text: "σ", name: "reset", kind: "reset", value: "r", range: GATE, stage: 1 },
      { x: 356, y: 204, text: "tanh", name: "candidate", kind: "candidate", value: "n", range: SIGNED, stage: 2 },
      { x: product, y: 268, text: "U ·", name: "", kind: "all", value: null, range: SIGNED, stage: 2, small: true },
    ],
    operators: [
      { x: 96, y: 66, text: "×", stage: 1 },
      { x: 226, y: 126, text: "1−", stage: 3 },
      { x: 356, y: 126, text: "×", stage: 3 },
      { x: 356, y: 66, text: "+", stage: 3 },
      { x: reset, y: 268, text: "×", stage: 2 },
    ],
    readings: [
      { x: 6, y: 49, anchor: "start", value: "h_prev", kind: "hidden", stage: 0, symbol: { symbol: "h", below: "t−1" } },
      { x: 226, y: 49, anchor: "middle", value: "kept", kind: "hidden", stage: 3, name: "kept" },
      { x: 426, y: 49, anchor: "end", value: "h", kind: "hidden", stage: 3, symbol: { symbol: "h", below: "t" } },
      { x: 104, y: 164, anchor: "start", value: "z", kind: "update", stage: 1 },
      { x: 290, y: 118, anchor: "middle", value: "fresh", kind: "update", stage: 3 },
      { x: 216, y: 196, anchor: "start", value: "r", kind: "reset", stage: 1 },
      { x: 364, y: 168, anchor: "start", value: "n", kind: "candidate", stage: 2 },
      { x: 364, y: 104, anchor: "start", value: "written", kind: "written", stage: 3, signed: true },
    ],
    input: { x: 40, y: 316 },
  };
}

/**
 * @param {string} activation
 * @param {[number, number]} range
 * @returns {Diagram}
 */
function rnn(activation, range) {
  return {
    width: 432,
    height: 200,
    wires: [
      { d: "M8,150 H206 Q212,150 212,144 V112", kind: "all", value: null, stage: 1 },
      { d: "M96,186 V156 Q96,150 102,150", kind: "all", value: null, stage: 2 },
      { d: "M245,90 H424", kind: "hidden", value: "h", stage: 3, arrow: true },
    ],
    boxes: [{ x: 212, y: 90, text: activation, name: "", kind: "hidden", value: "h", range, stage: 3 }],
    operators: [],
    readings: [
      { x: 6, y: 138, anchor: "start", value: "h_prev", kind: "hidden", stage: 1, symbol: { symbol: "h", below: "t−1" } },
      { x: 426, y: 76, anchor: "end", value: "h", kind: "hidden", stage: 3, symbol: { symbol: "h", below: "t" } },
    ],
    input: { x: 96, y: 186 },
  };
}

/**
 * The drawing of a cell that computes in this way.
 *
 * @param {CellForm} form
 * @returns {Diagram}
 */
export function diagramOf({ cell, resetAfter, coupled, peepholes, projected, activation, gates, output }) {
  const range = activation.range ?? UNBOUNDED;
  if (cell === "rnn") return rnn(activation.text, range);
  const base = cell === "gru" ? gru(resetAfter) : LSTM;
  const boxes = base.boxes.map((box) => {
    if (box.kind === "candidate") return { ...box, text: activation.text, range };
    if (box.kind === "squashed") return { ...box, text: output.text, range: output.range ?? UNBOUNDED };
    if (box.kind === "all") return box;
    return { ...box, text: coupled && box.kind === "forget" ? "1 − i" : gates.text, range: gates.range ?? GATE };
  });
  // Of a projected hidden state no unit has one of its own: the wire carries what the projection takes.
  const readings = base.readings.filter(({ value }) => !(projected && value === "h_prev")).map((reading) => (projected && reading.value === "h" ? { ...reading, value: "m", symbol: { symbol: "m", below: "t" } } : reading));
  const wires = projected ? base.wires.map((wire) => (wire.value === "h" ? { ...wire, value: "m" } : wire)) : base.wires;
  return { ...base, boxes, readings, wires: peepholes ? [...wires, ...PEEPHOLES] : wires };
}

/**
 * The filled part of a box, as y and height: from the bottom for a gate, from the middle for a signed value. Values outside are cut.
 *
 * @param {Box} box
 * @param {number} value
 * @returns {{y: number, height: number}}
 */
export function levelOf({ y, range: [lo, hi], small }, value) {
  const tall = small ? BOX.smallHeight : BOX.height;
  const bottom = y + tall / 2;
  const heightOf = (/** @type {number} */ v) => ((Math.min(hi, Math.max(lo, v)) - lo) / (hi - lo)) * tall;
  const [a, b] = [heightOf(0), heightOf(value)];
  return { y: bottom - Math.max(a, b), height: Math.abs(a - b) };
}

/**
 * A wire's width for the value it carries; zero leaves a hairline, more than one is cut.
 *
 * @param {number} value
 */
export function wireWidth(value) {
  return 1.25 + 3.5 * Math.min(1, Math.abs(value));
}
