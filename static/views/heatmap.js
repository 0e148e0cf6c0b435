/** One panel: a quantity of all units over time. The bitmap is painted once a trace; a step only moves what lies over it. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { gradient, colourTable } from "../lib/colour.js";
import { number, rangeEnd, words } from "../lib/format.js";
import { emptyPicture, showPicture } from "../lib/picture.js";
import { paint, stepsPerColumn, unitsPerRow } from "../lib/raster.js";
import { slider } from "../lib/slide.js";
import { icon } from "../lib/svg.js";
import { marksView } from "./marks.js";

/** @typedef {import("../types.js").Matrix} Matrix */

/**
 * What the bitmap depends on.
 * @typedef {object} Picture
 * @property {Matrix} matrix rows are steps
 * @property {ArrayLike<number> | null} order the unit at each place from the top, where they are not all in their own order
 * @property {"sequential" | "diverging"} kind
 * @property {[number, number]} range
 * @property {boolean} clipped whether some values lie beyond the range
 * @property {ArrayLike<number> | null} centre
 * @property {"light" | "dark"} theme
 * @property {import("../types.js").TimeWindow} window
 * @property {number} plotWidth in CSS pixels
 * @property {number} height in CSS pixels
 * @property {number} density device pixels a CSS pixel
 */

/**
 * @typedef {object} HeatmapProps
 * @property {string} name
 * @property {string} symbol
 * @property {string} formula
 * @property {string} description
 * @property {boolean} derived whether the page worked it out itself: then the server has no figure of it
 * @property {string} [badge] whose numbers these are, where several traces are shown
 * @property {boolean} [plain] without tools
 * @property {Picture} picture
 * @property {boolean} folded
 * @property {boolean} enlarged
 * @property {number} revealedFrom share of the plot's width before which all is dimmed
 * @property {number} revealedTo share of the plot's width after which all is dimmed
 * @property {number} unit
 * @property {number | null} place of the chosen unit from the top; null where its rows are no units
 * @property {number | null} hoverPlace
 * @property {import("../lib/marks.js").Mark[]} marks what was intervened in
 * @property {import("../lib/marks.js").Mark | null} rubber what is being dragged over
 * @property {number | null | undefined} value of the unit at the step; null while it is not revealed, undefined leaves the last one
 */

/** Columns of one tile: sequences may be longer than the largest canvas, and of a long one little more is held ready than is seen. */
const TILE = 1024;

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<HeatmapProps>}
 */
export function create(root, emit) {
  const badge = h("span", { class: "badge", hidden: true });
  const symbol = h("span", { class: "symbol", "aria-hidden": "true" });
  const title = h("h3");
  const value = h("span", { class: "value" });
  const low = h("span");
  const high = h("span");
  const ramp = h("span", { class: "ramp" });
  /** @param {string} type @param {string} picture */
  const button = (type, picture) => h("button", { class: "icon-button small", type: "button", on: { click: () => shown && emit({ type, name: "figure", quantity: shown.name }) } }, icon(picture));
  const fold = button("panel-folded", "fold");
  const enlarge = button("panel-enlarged", "enlarge");
  const figure = button("dialog-opened", "figure");
  const tools = h("span", { class: "panel-tools" }, fold, enlarge, figure);
  const bitmap = h("div", { class: "bitmap", "aria-hidden": "true" });
  const dimBefore = h("div", { class: "dim" });
  const dimAfter = h("div", { class: "dim" });
  const slideBefore = slider(dimBefore);
  const slideAfter = slider(dimAfter);
  const row = h("div", { class: "row-mark" });
  const hoverRow = h("div", { class: "row-mark is-hover" });
  const marks = marksView();
  const plot = h("div", { class: "plot" }, bitmap, dimBefore, dimAfter, row, hoverRow, marks.element);
  root.append(
    h("div", { class: "panel-head" },
      h("div", { class: "panel-title" }, symbol, title, badge),
      value,
      tools,
      h("div", { class: "legend" }, low, ramp, high)),
    plot,
  );

  /** @type {HeatmapProps | null} */
  let shown = null;
  let tiles = tileCache();
  let rowHeight = 0;

  /** @param {HeatmapProps} props */
  const describe = (props) => {
    root.dataset.quantity = props.name;
    setText(symbol, props.symbol);
    setText(badge, props.badge ?? "");
    setHidden(badge, !props.badge);
    setHidden(tools, props.plain === true);
    setText(title, words(props.name));
    title.title = `${props.formula}\n${props.description}`;
    fold.replaceChildren(icon(props.folded ? "unfold" : "fold"));
    enlarge.replaceChildren(icon(props.enlarged ? "shrink" : "enlarge"));
    label(fold, `${props.folded ? "Unfold" : "Fold"} ${words(props.name)}`);
    label(enlarge, `${props.enlarged ? "Shrink" : "Enlarge"} ${words(props.name)}`);
    label(figure, `Open ${words(props.name)} as a Plotly figure`);
    setHidden(figure, props.derived);
    fold.setAttribute("aria-expanded", String(!props.folded));
    root.classList.toggle("is-folded", props.folded);
    root.classList.toggle("is-enlarged", props.enlarged);
  };

  /** @param {Picture} picture */
  const legend = ({ range, clipped, kind, theme }) => {
    setText(low, (clipped ? "≤" : "") + rangeEnd(range[0]));
    setText(high, (clipped ? "≥" : "") + rangeEnd(range[1]));
    ramp.style.backgroundImage = gradient(kind, theme);
  };

  return {
    update(props) {
      const before = shown;
      if (shallowEqual(before, props)) return;
      shown = props;
      if (props.name !== before?.name || props.folded !== before.folded || props.enlarged !== before.enlarged || props.formula !== before.formula || props.badge !== before.badge) describe(props);
      const grown = props.enlarged && before !== null && !before.enlarged;
      if (props.picture !== before?.picture || (before.folded && !props.folded)) {
        const { picture } = props;
        if (!before || !samePixels(before.picture, picture)) tiles = tileCache();
        if (picture.range[1] !== before?.picture.range[1] || picture.clipped !== before.picture.clipped || picture.theme !== before.picture.theme || picture.kind !== before.picture.kind) legend(picture);
        rowHeight = picture.height / Math.max(1, rowsOf(picture));
        plot.style.height = `${picture.height}px`;
        if (!props.folded) placeTiles(bitmap, picture, tiles);
      }
      const { plotWidth } = props.picture;
      slideBefore((props.revealedFrom - 1) * plotWidth);
      slideAfter(props.revealedTo * plotWidth);
      setHidden(row, props.place === null);
      if (props.place !== null && (props.place !== before?.place || props.picture !== before.picture)) markRow(row, props.place, rowHeight);
      // Hidden ones cost no layer of their own.
      setHidden(dimBefore, props.revealedFrom <= 0);
      setHidden(dimAfter, props.revealedTo >= 1);
      setHidden(hoverRow, props.hoverPlace === null);
      if (props.hoverPlace !== null) markRow(hoverRow, props.hoverPlace, rowHeight);
      if (!props.folded && (props.picture !== before?.picture || props.marks !== before.marks || props.rubber !== before.rubber || before.folded)) marks.update(props.marks, props.rubber, props.picture);
      if (grown) root.scrollIntoView({ block: "nearest" });
      if (props.value !== undefined) setText(value, props.value === null ? "·" : number(props.value, 3, 0));
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function label(element, text) {
  element.setAttribute("aria-label", text);
  element.title = text;
}

/**
 * @param {HTMLElement} mark
 * @param {number} place
 * @param {number} rowHeight
 */
function markRow(mark, place, rowHeight) {
  const height = `${Math.max(3, rowHeight)}px`;
  if (mark.style.height !== height) mark.style.height = height;
  const transform = `translateY(${place * rowHeight - Math.max(0, 3 - rowHeight) / 2}px)`;
  if (mark.style.transform !== transform) mark.style.transform = transform;
}

/** @typedef {ReturnType<typeof tileCache>} Tiles */

const tileCache = () => /** @type {Map<string, HTMLCanvasElement>} */ (new Map());

/** How many rows a picture has. @param {Picture} picture */
const rowsOf = ({ matrix, order }) => (order ? order.length : matrix.columns);

/**
 * Whether two pictures are cut from the same bitmaps.
 * @param {Picture} a
 * @param {Picture} b
 */
function samePixels(a, b) {
  return a.matrix === b.matrix && a.order === b.order && a.kind === b.kind && a.range[1] === b.range[1] && a.theme === b.theme && unitsPerRow(rowsOf(a), a.height * a.density) === unitsPerRow(rowsOf(b), b.height * b.density);
}

/**
 * Puts the tiles of the visible window in place, scaled by the compositor, so that a moving window paints nothing; a tile that is not there yet
 * is painted.
 * @param {HTMLElement} bitmap
 * @param {Picture} picture
 * @param {Tiles} tiles
 */
function placeTiles(bitmap, picture, tiles) {
  if (rowsOf(picture) === 0) return bitmap.replaceChildren();
  const { plotWidth, height, density } = picture;
  const { from, to } = picture.window;
  const steps = picture.matrix.rows;
  const perColumn = stepsPerColumn(to - from, Math.max(1, Math.round(plotWidth * density)));
  const perTile = TILE * perColumn;
  /** Tiles meet on whole device pixels, or a seam would show. @param {number} step */
  const edge = (step) => Math.round(((step - from) / (to - from)) * plotWidth * density) / density;
  const visible = [];
  for (let first = Math.floor(from / perTile) * perTile; first < Math.min(to, steps); first += perTile) {
    const key = `${perColumn}:${first}`;
    let tile = tiles.get(key);
    if (!tile) tiles.set(key, (tile = paintTile(picture, first, perColumn)));
    const left = edge(first);
    const right = edge(first + tile.width * perColumn);
    tile.style.transform = `translateX(${left}px) scale(${(right - left) / tile.width}, ${height / tile.height})`;
    visible.push(tile);
  }
  if (visible.length !== bitmap.children.length || visible.some((tile, index) => bitmap.children[index] !== tile)) bitmap.replaceChildren(...visible);
}

/**
 * @param {Picture} picture
 * @param {number} firstStep
 * @param {number} perColumn
 */
function paintTile({ matrix, order, centre, kind, theme, range, height, density }, firstStep, perColumn) {
  const places = order ? order.length : matrix.columns;
  const perRow = unitsPerRow(places, height * density);
  const columns = Math.min(TILE, Math.ceil((matrix.rows - firstStep) / perColumn));
  const rows = Math.ceil(places / perRow);
  const { picture, context } = emptyPicture(columns, rows);
  const image = context.createImageData(columns, rows);
  paint(new Uint32Array(image.data.buffer), matrix, { firstStep, columns, stepsPerColumn: perColumn, rows, unitsPerRow: perRow }, order, centre, colourTable(kind, theme), range);
  context.putImageData(image, 0, 0);
  const tile = h("canvas");
  showPicture(tile, picture);
  return tile;
}
