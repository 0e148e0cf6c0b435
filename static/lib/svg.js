/** SVG elements, and the icons of the page as paths on a 16 x 16 grid. */

const NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * Sets attributes, only those that change: one that is set again has the element laid out and painted anew.
 * @param {SVGElement} element
 * @param {Record<string, string | number>} attributes
 */
export function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/** @type {Record<string, string>} */
const ICONS = {
  first: "M4 3v10M13 3.5 6.5 8 13 12.5z",
  back: "M11 3.5 4.5 8 11 12.5z",
  play: "M4.5 2.8v10.4L13 8z",
  pause: "M5 3v10M11 3v10",
  forward: "M5 3.5 11.5 8 5 12.5z",
  last: "M12 3v10M3 3.5 9.5 8 3 12.5z",
  share: "M6.5 9.5 11 5M8 3.5 9.2 2.3a3.2 3.2 0 0 1 4.5 4.5L12.5 8M8 12.5l-1.2 1.2a3.2 3.2 0 0 1-4.5-4.5L3.5 8",
  export: "M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11",
  light: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.1 1.1M11.9 11.9 13 13M3 13l1.1-1.1M11.9 4.1 13 3",
  dark: "M13.5 9.6A6 6 0 0 1 6.4 2.5 6 6 0 1 0 13.5 9.6z",
  system: "M2 3h12v8H2zM5.5 14h5M8 11v3",
  help: "M6.3 6.4a1.8 1.8 0 1 1 2.7 1.5C8.3 8.3 8 8.6 8 9.3M8 11.4v.1M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13",
  fold: "M3.5 6 8 10.5 12.5 6",
  unfold: "M6 3.5 10.5 8 6 12.5",
  enlarge: "M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9",
  shrink: "M13 3 9.5 6.5M9.5 3v3.5H13M3 13l3.5-3.5M6.5 13V9.5H3",
  figure: "M2.5 2.5v11h11M5 10.5l2.5-3 2 1.5 3.5-4.5",
  pin: "M9.5 2.5 13.5 6.5 11 7.5 8.5 11 5 7.5 8.5 5zM6.7 9.3 2.5 13.5",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  info: "M8 7.2v4M8 4.6v.1M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13",
  file: "M4 1.8h5L12.5 5v9.2H4zM8.8 1.8V5.2h3.6",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  edit: "M3 13l.6-2.8L11 2.8 13.2 5 5.8 12.4z",
  sliders: "M2.5 5h11M2.5 11h11M6 3v4M10 9v4",
  forget: "M3 8h4M9 8h4M5.5 4.5l5 7",
  fit: "M2.5 3v10M13.5 3v10M4.5 8h7M6.5 6l-2 2 2 2M9.5 6l2 2-2 2",
};

/**
 * An icon by its name, hidden from screen readers: the button that holds it carries the words.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  return s("svg", { viewBox: "0 0 16 16", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" }, s("path", { d: ICONS[name] ?? "" }));
}
