/** What a file is, by its name and its first bytes. Pure. */

/** @typedef {"weights" | "vocabulary" | "sequence"} Role */

const WEIGHTS = /\.(safetensors|pt|pth|ckpt|bin|keras|h5|hdf5|onnx|npz)$/i;
const VOCABULARY = /\.(json|txt|vocab|tsv)$/i;

/** How much of a file `roleOf` wants to see. */
export const HEAD_BYTES = 16;

/** Whether a file's name says that it holds a network. @param {string} name */
export const namesWeights = (name) => WEIGHTS.test(name);

/**
 * Whether a file begins as containers of weights do: ZIP (.npz, .keras, .pt), HDF5, safetensors, or an old pickle.
 * @param {Uint8Array} head
 */
export function startsAsWeights(head) {
  /** @param {number} at @param {...number} bytes */
  const has = (at, ...bytes) => bytes.every((byte, index) => head[at + index] === byte);
  return has(0, 0x50, 0x4b, 3, 4) || has(0, 0x89, 0x48, 0x44, 0x46) || (has(8, 0x7b) && head[7] === 0 && head[6] === 0) || has(0, 0x80, 2);
}

/**
 * What to send a file as: what it begins with decides, then its name.
 * @param {string} name
 * @param {Uint8Array} head
 * @returns {"weights" | "vocabulary"}
 */
export function roleOf(name, head) {
  if (startsAsWeights(head)) return "weights";
  if (WEIGHTS.test(name)) return "weights";
  return VOCABULARY.test(name) ? "vocabulary" : "weights";
}

/**
 * A file's name without its ending, as a first name for a network.
 * @param {string} name
 */
export const stemOf = (name) => name.replace(/(\.weights)?\.[^.]{1,12}$/, "").slice(0, 100) || name.slice(0, 100);

/**
 * A size as people say it: 812 bytes, 4.2 kB, 100 MB.
 * @param {number} bytes
 */
export function sizeWords(bytes) {
  if (bytes < 1000) return `${bytes} byte${bytes === 1 ? "" : "s"}`;
  const [divisor, unit] = bytes < 1e6 ? [1e3, "kB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  const size = bytes / divisor;
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
