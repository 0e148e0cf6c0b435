/** Moving an element sideways, as often as every frame. */

/** Further than any screen is wide, in CSS pixels; what lies beyond stays there. */
const REACH = 2 ** 14;

/**
 * What moves an element right of where it lies: by so many CSS pixels, or hundredths of its own width.
 *
 * It is a paused animation, wound to its place: the browser then hands the compositor one number, where after a new `style.transform` it would
 * gather all layers of the page anew.
 *
 * @param {HTMLElement} element
 * @param {"px" | "%"} [unit]
 * @returns {(x: number) => void}
 */
export function slider(element, unit = "px") {
  const animation = element.animate([{ transform: `translateX(${-REACH}${unit})` }, { transform: `translateX(${REACH}${unit})` }], { duration: 2 * REACH, fill: "both" });
  animation.pause();
  let shown = NaN;
  return (x) => {
    const place = Math.max(-REACH, Math.min(REACH, x));
    if (place === shown) return;
    shown = place;
    animation.currentTime = place + REACH;
  };
}
