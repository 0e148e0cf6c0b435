/** Small helpers over the DOM. Text is only ever set as text, never parsed as HTML. */

/**
 * @typedef {string | Node | null | undefined | false} Child
 * @typedef {{class?: string, text?: string, data?: Record<string, string>, on?: Record<string, (event: any) => void>,
 *   [attribute: string]: any}} Attributes
 */

/**
 * An HTML element: `h("button", {class: "quiet", on: {click}}, "Play")`. A value of null or false leaves the attribute out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => /** @type {string | Node} */ (child)));
  return element;
}

/**
 * Sets text only when it changed, and in the text node that is there already: another node would cost a new layout box.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  const only = node.firstChild;
  if (only instanceof Text && only === node.lastChild) {
    if (only.data !== text) only.data = text;
  } else if (node.textContent !== text) node.textContent = text;
}

/**
 * Shows or hides, touching the attribute only when it changes.
 * @param {HTMLElement} element
 * @param {boolean} hidden
 */
export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/**
 * Replaces the children of a keyed list while keeping the elements whose key stays.
 * @template Item
 * @param {HTMLElement} parent
 * @param {Map<string, HTMLElement>} known elements by key; updated in place
 * @param {Item[]} items
 * @param {(item: Item) => string} key
 * @param {(item: Item) => HTMLElement} make
 */
export function keyed(parent, known, items, key, make) {
  const wanted = new Set(items.map(key));
  for (const [name, element] of known) {
    if (!wanted.has(name)) {
      element.remove();
      known.delete(name);
    }
  }
  items.forEach((item, index) => {
    const name = key(item);
    const element = known.get(name) ?? make(item);
    known.set(name, element);
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
}

/**
 * True when two flat objects hold the same values under the same keys.
 * @param {Record<string, any> | null} a
 * @param {Record<string, any>} b
 */
export function shallowEqual(a, b) {
  if (a === b) return true;
  if (a === null) return false;
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => Object.is(a[key], b[key]));
}
