/** Sequences for sketches to read: a longer one begins as a shorter one does, so that a slider of the length only adds to it. Pure. */

/** @typedef {"noise" | "pulse" | "wave"} Shape */
/** @typedef {"lstm" | "gru" | "rnn"} Kind */

/**
 * Sketches of one seed side by side.
 * @typedef {{cells: Kind[], forgetBias: number, weightScale: number, length: number, units: number, seed: number,
 *   activation: "tanh" | "relu", shape: Shape}} Sketches `activation` is the simple RNN's
 */

/** @type {Record<Shape, string>} */
export const SHAPES = { noise: "noise", pulse: "one pulse, then nothing", wave: "a wave" };

/** A wave repeats after so many steps. */
const PERIOD = 12;

/**
 * @param {Shape} shape
 * @param {number} length
 * @param {number} seed of the noise
 * @returns {number[]}
 */
export function sketchInput(shape, length, seed) {
  if (shape === "pulse") return Array.from({ length }, (_, step) => (step === 0 ? 1 : 0));
  if (shape === "wave") return Array.from({ length }, (_, step) => round(Math.sin((2 * Math.PI * step) / PERIOD)));
  const next = uniform(seed);
  return Array.from({ length }, () => round(2 * next() - 1));
}

/** One decimal is enough, and leaves addresses and bodies short. @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/**
 * Numbers in [0, 1) from a seed: a counter whose bits are mixed well (the finaliser of MurmurHash3), the same on every machine.
 * @param {number} seed
 */
function uniform(seed) {
  let counter = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    counter = (counter + 0x6d2b79f5) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
