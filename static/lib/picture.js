/**
 * Canvases that show a picture and are never drawn on: the browser hands a picture to the compositor once, where it copies a canvas that can be drawn on
 * for every frame.
 */

/**
 * A picture that is still empty.
 * @param {number} columns in pixels of the screen, as are rows
 * @param {number} rows
 */
export function emptyPicture(columns, rows) {
  const picture = new OffscreenCanvas(Math.max(1, columns), Math.max(1, rows));
  return { picture, context: /** @type {OffscreenCanvasRenderingContext2D} */ (picture.getContext("2d")) };
}

/**
 * Shows a picture, which is empty afterwards, in a canvas of its size.
 * @param {HTMLCanvasElement} canvas
 * @param {OffscreenCanvas} picture
 */
export function showPicture(canvas, picture) {
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(picture.transferToImageBitmap());
}

/**
 * Draws in CSS pixels what a canvas of this size shows.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width in CSS pixels
 * @param {number} height
 * @param {(context: OffscreenCanvasRenderingContext2D) => void} draw
 */
export function paintPicture(canvas, width, height, draw) {
  const density = window.devicePixelRatio || 1;
  const { picture, context } = emptyPicture(Math.round(width * density), Math.round(height * density));
  context.scale(density, density);
  draw(context);
  showPicture(canvas, picture);
  fitPicture(canvas, width, height);
}

/**
 * Gives a canvas its size on the page.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width in CSS pixels
 * @param {number} height
 */
export function fitPicture(canvas, width, height) {
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}
