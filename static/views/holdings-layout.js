/** Where the bars under the tokens stand. Pure. */

/**
 * One bar a visible step; of the steps that share a pixel column, the largest in magnitude. `reach` is from the lowest to the highest of all, also of
 * those out of sight, and `above` the share of it that lies above zero.
 * @param {Float64Array} left what is left of each step's writing
 * @param {import("../types.js").TimeWindow} window
 * @param {number} width in device pixels
 * @param {number} density device pixels a CSS pixel
 * @returns {{bars: {x: number, width: number, value: number}[], reach: number, above: number}}
 */
export function barColumns(left, window, width, density) {
  let [lowest, highest] = [0, 0];
  for (const value of left) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const reach = highest - lowest || 1;
  const perStep = width / (window.to - window.from);
  const gap = perStep >= 6 * density ? density : 0;
  const bars = [];
  const first = Math.max(0, Math.floor(window.from));
  const last = Math.min(left.length, Math.ceil(window.to));
  const stride = Math.max(1, Math.ceil(1 / perStep));
  for (let step = first; step < last; step += stride) {
    let most = left[step];
    for (let other = step + 1; other < Math.min(last, step + stride); other++) if (Math.abs(left[other]) > Math.abs(most)) most = left[other];
    if (most === 0) continue;
    const x = Math.round((step - window.from) * perStep) + gap;
    bars.push({ x, width: Math.max(1, Math.round((step + stride - window.from) * perStep) - gap - x), value: most });
  }
  return { bars, reach, above: highest === lowest ? 0.5 : highest / reach };
}
