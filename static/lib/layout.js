/** How much room the parts of the time-aligned stack get. Pure. */

/** Left of every plot, in rem: names, values and legends. On a narrow screen they stand above instead. The style sheets use the same numbers. */
export const GUTTER = { wide: 13, narrow: 2.125 };

/** Vertical room between two panels, in CSS pixels. */
const PANEL_GAP = 7;

/** Room of a panel's own head where it stands above the picture. */
export const HEAD_HEIGHT = 30;

/** A token narrower than this, in CSS pixels, is hard to read on a phone. */
const READABLE = 14;

/**
 * How many steps of a sequence to show at first, so that its tokens can be read on a narrow screen.
 * @param {number} width of the plot in CSS pixels
 */
export const readableSteps = (width) => Math.max(8, Math.floor(width / READABLE));

const SMALLEST = 42;
const LARGEST = 192;

/** A panel that is alone may grow until a row of it is this tall, */
const ROOMY_ROW = 36;
/** and the whole of it this tall. */
const ROOMY = 576;

/** Rows of exactly equal height are worth this share of the room, and no more. */
const SPARED = 0.12;

/**
 * A panel's height in CSS pixels: its share of the free room. Where it costs little, every row of units is equally tall;
 * elsewhere some are a pixel taller than others, which is better than an empty page.
 * @param {object} room
 * @param {number} room.units
 * @param {number} room.free pixels left for all panels
 * @param {number} room.panels how many are open
 * @param {boolean} room.compact a narrow screen, which scrolls
 * @param {boolean} room.tall
 * @param {boolean} room.enlarged
 * @returns {number}
 */
export function panelHeight({ units, free, panels, compact, tall, enlarged }) {
  const largest = panels === 1 ? Math.max(LARGEST, Math.min(ROOMY, units * ROOMY_ROW)) : LARGEST;
  let target = compact ? 96 : Math.max(SMALLEST, Math.min(largest, free / Math.max(1, panels) - PANEL_GAP));
  if (tall) target = Math.max(target, Math.min(288, units * 12));
  if (enlarged) target = Math.max(target * 2, Math.min(560, free - 2 * PANEL_GAP), 256);
  target = Math.floor(target);
  const rows = Math.ceil(units / Math.ceil(units / target));
  const even = rows * Math.max(1, Math.floor(target / rows));
  return even >= target * (1 - SPARED) ? even : target;
}
