/**
 * A text as Plotly shows it letter by letter: it would read parts of it as markup, as formulas or as its own templates.
 * @param {string} text
 */
export const escapeLabel = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("$", "&#36;").replaceAll("%", "&#37;");
