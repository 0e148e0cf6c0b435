/** NumPy's .npy format, the plain part of it: 1-D or 2-D, C order, whole numbers or floats of 4 or 8 bytes. */

/** @type {Record<string, [number, (view: DataView, at: number, little: boolean) => number]>} */
const READERS = {
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
  i1: [1, (view, at) => view.getInt8(at)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  i8: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  u1: [1, (view, at) => view.getUint8(at)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  u8: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
};

/**
 * @param {ArrayBuffer} buffer the whole file
 * @returns {{shape: number[], values: number[], integers: boolean}}
 * @throws {RangeError} a sentence saying what was expected and what came
 */
export function parseNpy(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 12 || view.getUint32(0) !== 0x934e554d || view.getUint16(4) !== 0x5059) throw new RangeError("This is not a .npy file: it does not begin with NumPy's signature.");
  const long = view.getUint8(6) > 1;
  const headerLength = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (long ? 12 : 10) + headerLength;
  if (start > buffer.byteLength) throw new RangeError("This .npy file ends inside its header.");
  const header = new TextDecoder().decode(new Uint8Array(buffer, long ? 12 : 10, headerLength));

  const type = /'descr':\s*'([<>|=]?)([a-z]\d+)'/.exec(header);
  const reader = type && READERS[type[2]];
  if (!reader) throw new RangeError(`Expected an array of floats or whole numbers (f4, f8, i1 to i8, u1 to u8); this file holds ${/'descr':\s*([^,]*)/.exec(header)?.[1] ?? "something else"}.`);
  if (/'fortran_order':\s*True/.test(header)) throw new RangeError("Expected an array in C order; this file is in Fortran order. Save numpy.ascontiguousarray(array) instead.");
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").map((part) => part.trim()).filter(Boolean).map(Number);
  if (shape.length !== 1 && shape.length !== 2) throw new RangeError(`Expected an array with one or two dimensions; this one has ${shape.length}.`);

  const [size, read] = reader;
  const count = shape.reduce((product, length) => product * length, 1);
  if (start + count * size > buffer.byteLength) throw new RangeError(`Expected ${count} numbers; the file ends after ${Math.floor((buffer.byteLength - start) / size)}.`);
  const little = type[1] !== ">";
  const values = Array.from({ length: count }, (_, index) => read(view, start + index * size, little));
  return { shape, values, integers: !type[2].startsWith("f") };
}
