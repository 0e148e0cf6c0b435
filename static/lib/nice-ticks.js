/**
 * Round numbers for an axis.
 *
 * @module
 */

/**
 * Multiples of 1, 2 or 5 times a power of ten inside [lo, hi], about `count` of them, ascending. Zero is among them where the interval holds it.
 *
 * @param {number} lo
 * @param {number} hi
 * @param {number} count
 * @returns {number[]}
 */
export function niceTicks(lo, hi, count) {
  if (!(hi > lo)) return [lo];
  const rough = (hi - lo) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((multiple) => multiple * power >= rough) ?? 10) * power;
  const ticks = [];
  for (let index = Math.ceil(lo / step); index * step <= hi; index++) ticks.push(index === 0 ? 0 : Number((index * step).toPrecision(12)));
  return ticks;
}
