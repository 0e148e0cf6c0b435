/**
 * Round numbers for an axis.
 *
 * @module
 */

/**
 * Multiples of 1, 2 or 5 times a power of ten inside [lo, hi], about `count` of them and two at least, ascending. Zero is among them where the
 * interval holds it.
 *
 * @param {number} lo
 * @param {number} hi
 * @param {number} count 2 or more
 * @returns {number[]}
 */
export function niceTicks(lo, hi, count) {
  if (!(hi > lo)) return [lo];
  const rough = (hi - lo) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = [1, 2, 5, 10].map((multiple) => multiple * power);
  const index = steps.findIndex((step) => step >= rough);
  const ticks = multiples(lo, hi, steps[index]);
  return ticks.length > 1 ? ticks : multiples(lo, hi, steps[index - 1] ?? power / 2);
}

/**
 * @param {number} lo
 * @param {number} hi
 * @param {number} step
 */
function multiples(lo, hi, step) {
  const found = [];
  for (let index = Math.ceil(lo / step); index * step <= hi; index++) found.push(index === 0 ? 0 : Number((index * step).toPrecision(12)));
  return found;
}
