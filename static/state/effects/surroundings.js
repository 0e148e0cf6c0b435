/** Tells the store how much room there is, and what the system prefers. */

/** Below this width everything stands in one column, in CSS pixels. The style sheets use the same number. */
const NARROW = 860;

/**
 * @param {import("../store.js").Store} store
 * @param {{content: HTMLElement, viewport: HTMLElement, panels: HTMLElement}} elements the stack, what scrolls it, and its heatmaps
 */
export function attachSurroundings(store, { content, viewport, panels }) {
  const measure = () => {
    const head = panels.getBoundingClientRect().top - content.getBoundingClientRect().top;
    store.dispatch({
      type: "surroundings-changed",
      width: content.clientWidth,
      free: Math.max(0, Math.floor(viewport.clientHeight - head)),
      rem: parseFloat(getComputedStyle(document.documentElement).fontSize),
      compact: innerWidth < NARROW,
      density: devicePixelRatio || 1,
    });
  };
  const observer = new ResizeObserver(measure);
  // Another place may fill the page, and what is hidden does not change its size with it.
  addEventListener("resize", measure);
  observer.observe(viewport);
  // What stands above the panels takes room from them; the panels' own height must not feed back.
  for (const child of content.children) if (child !== panels) observer.observe(child);

  /** @param {string} query @param {"dark" | "reducedMotion"} name */
  const follow = (query, name) => matchMedia(query).addEventListener("change", ({ matches }) => store.dispatch({ type: "surroundings-changed", [name]: matches }));
  follow("(prefers-color-scheme: dark)", "dark");
  follow("(prefers-reduced-motion: reduce)", "reducedMotion");
}
