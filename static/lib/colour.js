/**
 * Colour maps as tables of 256 packed pixels. Gates on [0, 1] use cividis, whose lightness rises steadily for all eyes;
 * signed values use blue - neutral - orange, which red-green blindness keeps apart. In the dark theme the neutral middle is dark.
 */

/** @typedef {"sequential" | "diverging"} MapKind */

/** @type {Record<string, [number, number, number][]>} */
const STOPS = {
  sequential: [
    [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115],
    [138, 134, 120], [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56],
  ],
  "diverging-light": [
    [8, 44, 108], [26, 92, 163], [86, 149, 203], [168, 204, 229], [246, 245, 241],
    [247, 205, 165], [231, 143, 78], [184, 82, 26], [110, 37, 8],
  ],
  "diverging-dark": [
    [116, 196, 255], [72, 152, 222], [42, 104, 170], [27, 62, 104], [24, 26, 31],
    [98, 47, 18], [170, 80, 26], [222, 124, 50], [255, 174, 96],
  ],
};

/**
 * @param {MapKind} kind
 * @param {"light" | "dark"} theme
 */
function stopsOf(kind, theme) {
  return STOPS[kind === "sequential" ? "sequential" : `diverging-${theme}`];
}

/** @type {Map<string, Uint32Array>} */
const tables = new Map();

/**
 * 256 colours, each packed as the four bytes R, G, B, A in memory order (little-endian machines, which all browsers run on).
 * @param {MapKind} kind
 * @param {"light" | "dark"} theme
 * @returns {Uint32Array}
 */
export function colourTable(kind, theme) {
  const key = `${kind}-${theme}`;
  let table = tables.get(key);
  if (!table) {
    table = Uint32Array.from({ length: 256 }, (_, index) => {
      const [r, g, b] = mix(stopsOf(kind, theme), index / 255);
      return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    });
    tables.set(key, table);
  }
  return table;
}

/**
 * @param {[number, number, number][]} stops
 * @param {number} share in [0, 1]
 * @returns {number[]} three whole numbers up to 255
 */
function mix(stops, share) {
  const place = share * (stops.length - 1);
  const left = Math.min(Math.floor(place), stops.length - 2);
  return stops[left].map((value, channel) => Math.round(value + (stops[left + 1][channel] - value) * (place - left)));
}

/**
 * The same map as a CSS gradient, for legends.
 * @param {MapKind} kind
 * @param {"light" | "dark"} theme
 */
export function gradient(kind, theme) {
  return `linear-gradient(90deg, ${stopsOf(kind, theme).map((rgb) => `rgb(${rgb.join(" ")})`).join(", ")})`;
}
