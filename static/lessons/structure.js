/** What is open at each character of a text: what the trained networks of the last lessons have to know. Pure. */

/**
 * The depth of nesting after each character, as the grammar of `brackets` has it: inside quotes brackets do not count.
 * @param {string} text
 */
export function depths(text) {
  let [depth, quoted] = [0, false];
  return [...text].map((sign) => {
    if (sign === '"') quoted = !quoted;
    else if (!quoted && "([".includes(sign)) depth++;
    else if (!quoted && ")]".includes(sign)) depth--;
    return depth;
  });
}

/**
 * Of a piece of Python: whether a string is open after each character, and how many round brackets are. Knows strings of one line without
 * escapes, and no comments.
 * @param {string} text
 * @returns {{quoted: number, depth: number}[]}
 */
export function pythonStructure(text) {
  let [quote, depth] = ["", 0];
  return [...text].map((sign) => {
    if (quote) quote = sign === quote || sign === "\n" ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "(") depth++;
    else if (sign === ")") depth--;
    return { quoted: quote ? 1 : 0, depth };
  });
}
