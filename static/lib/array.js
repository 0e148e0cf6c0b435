/** Typed arrays off the wire. */

/** @typedef {import("../types.js").Matrix} Matrix */
/** @typedef {{dtype: string, shape: string | number[], bdata: string}} Encoded the typed-array form of the REST API, which plotly.js reads too */

/** @type {Record<string, {new (buffer: ArrayBuffer): Float32Array | Float64Array}>} */
const TYPES = { f4: Float32Array, f8: Float64Array };

/**
 * @param {string} text base64
 * @returns {ArrayBuffer}
 */
function bytes(text) {
  const native = /** @type {any} */ (Uint8Array).fromBase64;
  if (native) return native.call(Uint8Array, text).buffer;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
}

/**
 * The numbers of an encoded array, whatever its shape.
 * @param {Encoded} encoded
 * @returns {Float32Array | Float64Array}
 */
export function decodeVector(encoded) {
  const Type = TYPES[encoded.dtype];
  if (!Type) throw new TypeError(`Expected an array of f4 or f8; ${encoded.dtype} came.`);
  return new Type(bytes(encoded.bdata));
}

/**
 * @param {Encoded} encoded with a shape of two numbers
 * @returns {Matrix}
 */
export function decodeMatrix(encoded) {
  const shape = Array.isArray(encoded.shape) ? encoded.shape : encoded.shape.split(",").map(Number);
  const data = decodeVector(encoded);
  if (shape.length !== 2 || shape[0] * shape[1] !== data.length) throw new TypeError(`Expected ${data.length} numbers in two dimensions; the shape is ${encoded.shape}.`);
  return { data, rows: shape[0], columns: shape[1] };
}
