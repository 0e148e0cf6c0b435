/** Which step of one sequence goes with which step of another, as `core/alignment.py` finds it: by index, or by edit distance. Pure. */

/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {"index" | "edit"} AlignMethod */

/**
 * Two sequences on one time axis. In every column `here` and `there` have the step of the one and of the other, or -1 where one has none.
 * `marks` say what the two read there. `distance` counts the columns in which they read different things, or one reads nothing.
 * @typedef {{method: AlignMethod, columns: number, here: Int32Array, there: Int32Array, marks: Uint8Array, distance: number}} Alignment
 */

export const SAME = 0;
export const CHANGED = 1;
export const ALONE = 2;

/** More pairs of steps are not weighed while somebody waits; the server's own limit is the same at first. */
const MOST_CELLS = 25_000_000;

/** What the server calls an unknown token whose text it was not told. */
const UNKNOWN_LABEL = "\ufffd";

const PAIRED = 0;
const ONLY_HERE = 1;
const ONLY_THERE = 2;

/**
 * Two sequences as whole numbers that are equal where the steps are alike: tokens by their text, all that are unknown where the text of one of them is
 * not known, rows of numbers when all of them are equal in the coarser of the two precisions.
 * @param {Pick<Trace, "input" | "dtype">} one
 * @param {Pick<Trace, "input" | "dtype">} other
 * @returns {[Int32Array, Int32Array]}
 */
export function symbols(one, other) {
  /** @type {Map<string, number>} */
  const known = new Map();
  const round = one.dtype === "float32" || other.dtype === "float32" ? Math.fround : Number;
  const blurred = [one, other].some(({ input: { labels, unknown } }) => unknown.some((step) => labels[step] === UNKNOWN_LABEL));
  /** @param {Pick<Trace, "input">} trace */
  const texts = ({ input: { labels, unknown } }) => {
    const strange = new Set(blurred ? unknown : []);
    return labels.map((label, step) => (strange.has(step) ? UNKNOWN_LABEL : label));
  };
  /** @param {Pick<Trace, "input">} trace */
  const keys = ({ input, input: { values } }) =>
    values ? Array.from({ length: values.rows }, (_, row) => Array.from(values.data.subarray(row * values.columns, (row + 1) * values.columns), (value) => round(value) + 0).join()) : texts({ input });
  /** @param {string} key */
  const numberOf = (key) => known.get(key) ?? (known.set(key, known.size), known.size - 1);
  return [Int32Array.from(keys(one), numberOf), Int32Array.from(keys(other), numberOf)];
}

/**
 * @param {Pick<Trace, "input" | "dtype">} one
 * @param {Pick<Trace, "input" | "dtype">} other
 * @param {AlignMethod} method where the sequences are too long to be aligned by edit distance, they are aligned by index
 * @returns {Alignment}
 */
export function align(one, other, method) {
  const [here, there] = symbols(one, other);
  return method === "edit" && tableCells(here, there) <= MOST_CELLS ? byEdit(here, there) : byIndex(here, there);
}

/**
 * Step t with step t; what the longer one has more stands alone.
 * @param {Int32Array} one
 * @param {Int32Array} other
 */
export function byIndex(one, other) {
  const columns = Math.max(one.length, other.length);
  /** @param {number} steps */
  const steps = (steps) => Int32Array.from({ length: columns }, (_, column) => (column < steps ? column : -1));
  return marked("index", one, other, steps(one.length), steps(other.length));
}

/**
 * The alignment of least edit distance. Of several it is the one that, read from the beginning, pairs two steps before it leaves one out, and
 * leaves out one of the first sequence before one of the second: so whatever two sequences begin with in common is paired.
 * @param {Int32Array} one
 * @param {Int32Array} other
 */
export function byEdit(one, other) {
  const shared = beginning(one, other);
  const width = other.length - shared + 1;
  const directions = directionsOf(one.subarray(shared), other.subarray(shared));
  const here = [];
  const there = [];
  let [step, otherStep] = [0, 0];
  while (step < one.length || otherStep < other.length) {
    const direction = step < shared ? PAIRED : directions[(step - shared) * width + otherStep - shared];
    here.push(direction === ONLY_THERE ? -1 : step++);
    there.push(direction === ONLY_HERE ? -1 : otherStep++);
  }
  return marked("edit", one, other, Int32Array.from(here), Int32Array.from(there));
}

/**
 * How many pairs of steps `byEdit` weighs: what is common at the beginning costs nothing.
 * @param {Int32Array} one
 * @param {Int32Array} other
 */
export function tableCells(one, other) {
  const shared = beginning(one, other);
  return (one.length - shared + 1) * (other.length - shared + 1);
}

/** @param {Int32Array} one @param {Int32Array} other */
function beginning(one, other) {
  let shared = 0;
  while (shared < one.length && shared < other.length && one[shared] === other[shared]) shared++;
  return shared;
}

/**
 * Where to go on from each place, a row of the table after another, filled from the ends of both sequences.
 * @param {Int32Array} one
 * @param {Int32Array} other
 */
function directionsOf(one, other) {
  const width = other.length + 1;
  const directions = new Uint8Array((one.length + 1) * width).fill(ONLY_THERE, one.length * width);
  let below = Int32Array.from({ length: width }, (_, column) => other.length - column);
  let row = new Int32Array(width);
  for (let step = one.length - 1; step >= 0; step--) {
    row[other.length] = below[other.length] + 1;
    directions[step * width + other.length] = ONLY_HERE;
    for (let column = other.length - 1; column >= 0; column--) {
      const paired = below[column + 1] + (one[step] === other[column] ? 0 : 1);
      const leftOut = below[column] + 1;
      const putIn = row[column + 1] + 1;
      const least = Math.min(paired, leftOut, putIn);
      row[column] = least;
      directions[step * width + column] = least === paired ? PAIRED : least === leftOut ? ONLY_HERE : ONLY_THERE;
    }
    [below, row] = [row, below];
  }
  return directions;
}

/**
 * @param {AlignMethod} method
 * @param {Int32Array} one
 * @param {Int32Array} other
 * @param {Int32Array} here
 * @param {Int32Array} there
 * @returns {Alignment}
 */
function marked(method, one, other, here, there) {
  const marks = Uint8Array.from(here, (step, column) => (step < 0 || there[column] < 0 ? ALONE : one[step] === other[there[column]] ? SAME : CHANGED));
  return { method, columns: here.length, here, there, marks, distance: marks.filter((mark) => mark !== SAME).length };
}
