/** Mouse, wheel and touch over the time axis, as plain events. Knows nothing of steps: places are pixels from the element's left edge. */

/**
 * @typedef {object} Handlers
 * @property {(x: number, event: PointerEvent) => boolean} inside whether the time axis itself is under the pointer
 * @property {(x: number, event: PointerEvent) => void} point moving over it without a button
 * @property {() => void} leave
 * @property {(x: number, event: PointerEvent) => void} choose a click or tap
 * @property {(pixels: number) => void} pan
 * @property {(event: PointerEvent) => boolean} [selects] whether a drag that begins here selects a rectangle instead of moving the window
 * @property {(from: {x: number, y: number}, event: PointerEvent) => void} [select] dragging, or a click, from where it began
 * @property {(event: PointerEvent) => void} [selected] released
 * @property {() => void} [dropped] the selection came to nothing
 * @property {(factor: number, x: number) => void} zoom
 * @property {(event: WheelEvent) => boolean} wheelZooms whether the wheel is for the time axis, or scrolls as everywhere else
 */

/** A pointer that has moved no further than this many pixels has clicked. */
const CLICK_SLOP = 4;

/**
 * @param {HTMLElement} element
 * @param {Handlers} handlers
 * @returns {() => void} undoes it
 */
export function attachGestures(element, handlers) {
  /** @type {Map<number, {x: number, startX: number, startY: number}>} */
  const down = new Map();
  let dragged = false;
  /** @type {{id: number, x: number, y: number} | null} where a selection began */
  let selecting = null;
  const undo = new AbortController();
  const { signal } = undo;
  /** @param {MouseEvent} event */
  const place = (event) => event.clientX - element.getBoundingClientRect().left;

  element.addEventListener("pointerdown", (event) => {
    const x = place(event);
    if (event.button !== 0 || !handlers.inside(x, event)) return;
    down.set(event.pointerId, { x, startX: x, startY: event.clientY });
    if (down.size === 1) dragged = false;
    if (selecting) {
      // A second finger zooms, as ever.
      selecting = null;
      handlers.dropped?.();
    } else if (down.size === 1 && handlers.selects?.(event)) {
      selecting = { id: event.pointerId, x: event.clientX, y: event.clientY };
      element.setPointerCapture(event.pointerId);
      handlers.leave();
      handlers.select?.(selecting, event);
    }
  }, { signal });

  element.addEventListener("pointermove", (event) => {
    const x = place(event);
    const held = down.get(event.pointerId);
    if (!held) {
      if (down.size === 0 && event.pointerType !== "touch") handlers.inside(x, event) ? handlers.point(x, event) : handlers.leave();
      return;
    }
    if (selecting) handlers.select?.(selecting, event);
    else if (down.size === 2) {
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1] ?? held;
      const before = Math.abs(held.x - other.x);
      const now = Math.abs(x - other.x);
      if (before > 8 && now > 8) handlers.zoom(now / before, (x + other.x) / 2);
      dragged = true;
    } else if (dragged || Math.hypot(x - held.startX, event.clientY - held.startY) > CLICK_SLOP) {
      if (!dragged) element.setPointerCapture(event.pointerId);
      dragged = true;
      handlers.leave();
      handlers.pan(held.x - x);
    }
    held.x = x;
  }, { signal });

  /** @param {PointerEvent} event */
  const release = (event) => {
    const held = down.get(event.pointerId);
    down.delete(event.pointerId);
    if (selecting?.id === event.pointerId) {
      selecting = null;
      if (event.type === "pointerup") handlers.selected?.(event);
      else handlers.dropped?.();
    } else if (held && !dragged && event.type === "pointerup") handlers.choose(held.x, event);
  };
  element.addEventListener("pointerup", release, { signal });
  element.addEventListener("pointercancel", release, { signal });
  element.addEventListener("pointerleave", () => down.size === 0 && handlers.leave(), { signal });

  element.addEventListener("wheel", (event) => {
    const x = place(event);
    if (!handlers.inside(x, /** @type {any} */ (event))) return;
    if (!event.ctrlKey && !event.shiftKey && !handlers.wheelZooms(event)) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.shiftKey || sideways) handlers.pan((event.deltaX || event.deltaY) * unit);
    else handlers.zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.002)), x);
  }, { signal, passive: false });

  return () => undo.abort();
}
