/** The names of the page's views in its head. They are links, so that they can be opened elsewhere; a plain click stays on the page. */

/** @typedef {{place: string}} PlacesProps */

/**
 * @param {HTMLElement} root with the links in it, as they came with the page
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<PlacesProps>}
 */
export function create(root, emit) {
  /** @type {HTMLAnchorElement[]} */
  const links = [...root.querySelectorAll("a")].filter((link) => link.dataset.place);
  const listening = new AbortController();
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      emit({ type: "place-chosen", place: link.dataset.place });
    }, listening);
  }
  /** @type {string | null} */
  let shown = null;
  return {
    update({ place }) {
      if (place === shown) return;
      shown = place;
      for (const link of links) {
        if (link.dataset.place === place) {
          link.setAttribute("aria-current", "page");
          bringIn(root, link);
        } else link.removeAttribute("aria-current");
      }
    },
    destroy: () => listening.abort(),
  };
}

/** On a narrow screen the names are a line that moves: the current one comes to its middle, and the page stays where it is. @param {HTMLElement} row @param {HTMLElement} link */
function bringIn(row, link) {
  const [frame, own] = [row.getBoundingClientRect(), link.getBoundingClientRect()];
  row.scrollLeft += own.left - frame.left - (frame.width - own.width) / 2;
}
