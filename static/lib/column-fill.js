/** Fills columns of pixels, each between two heights of its own, which as thousands of rectangles takes a canvas longer. Pure. */

/**
 * @typedef {object} Paint
 * @property {[red: number, green: number, blue: number]} colour up to 255
 * @property {number} opacity
 * @property {((column: number) => boolean) | null} [only] which columns, where not all
 */

/**
 * Paints column x over what is there from `top[x]` down to `bottom[x]`, as a context scaled to the density does by `fillRect(x, top[x], 1, bottom[x] - top[x])`.
 * @param {ImageData} image one pixel a column
 * @param {number} density pixels of the image a unit of height
 * @param {{top: ArrayLike<number>, bottom: ArrayLike<number>}} columns
 * @param {Paint} paint
 */
export function fillColumns(image, density, { top, bottom }, { colour, opacity, only = null }) {
  const { width, height, data } = image;
  const pixels = new Uint32Array(data.buffer);
  const [red, green, blue] = colour;
  const opaque = red | (green << 8) | (blue << 16);
  for (let column = 0; column < Math.min(width, top.length); column++) {
    const [high, low] = [Math.max(0, top[column] * density), Math.min(height, bottom[column] * density)];
    if (!(low > high) || (only && !only(column))) continue;
    const last = Math.ceil(low);
    for (let y = Math.floor(high); y < last; y++) {
      const alpha = opacity * (Math.min(y + 1, low) - Math.max(y, high));
      const alone = opaque | (Math.round(255 * alpha) << 24);
      const place = y * width + column;
      if (pixels[place] === 0) {
        pixels[place] = alone;
        continue;
      }
      const byte = 4 * place;
      const under = (data[byte + 3] / 255) * (1 - alpha);
      const both = alpha + under;
      data[byte] = (red * alpha + data[byte] * under) / both;
      data[byte + 1] = (green * alpha + data[byte + 1] * under) / both;
      data[byte + 2] = (blue * alpha + data[byte + 2] * under) / both;
      data[byte + 3] = 255 * both;
    }
  }
}
