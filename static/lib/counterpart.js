/** Something to set a sequence against when nobody has said what: itself, with one step changed. Pure. */

/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("./input.js").Input} Input */

/** What follows a change is where it shows, so it is looked for in this share of the sequence. */
const EARLY = 2 / 3;

/**
 * The same sequence with one step changed. Where the network expects its next input, that is the step at which it was most sure of something else,
 * and what it expected stands there. Else it is the step in the middle, and the token is one of the sequence's others; of numbers it is the mean.
 * @param {Pick<Trace, "input" | "predictions" | "steps">} trace
 * @param {Input} given what was traced: a text stays a text where each token is one of its characters
 * @param {boolean} nextInput whether a prediction is of the token that follows
 * @returns {Input | null} null where all steps are alike and there is nothing else to put there
 */
export function counterpart({ input: { tokens, labels, values }, predictions, steps }, given, nextInput) {
  if (values) return { values: smoothed(values, Math.floor((steps - 1) / 2)) };
  if (!tokens) return null;
  const change = (nextInput && predictions && surprise(tokens, predictions)) || swap(tokens, labels);
  if (!change) return null;
  const { step, token, label } = change;
  // Longer tokens joined could be split otherwise.
  const spelt = "text" in given && labels.join("") === given.text && labels.every((label) => [...label].length === 1);
  if (spelt) return { text: labels.map((text, place) => (place === step ? label : text)).join("") };
  return { tokens: tokens.map((known, place) => (place === step ? token : known)) };
}

/**
 * @param {number[]} tokens
 * @param {import("../types.js").Prediction[][]} predictions
 */
function surprise(tokens, predictions) {
  let best = null;
  for (let step = 1; step <= Math.max(1, Math.floor(tokens.length * EARLY)) && step < tokens.length; step++) {
    const expected = predictions[step - 1]?.[0];
    if (!expected || expected.token === tokens[step]) continue;
    const known = predictions[step - 1].find(({ token }) => token === tokens[step]);
    const sure = expected.probability - (known?.probability ?? 0);
    if (!best || sure > best.sure) best = { step, token: expected.token, label: expected.label, sure };
  }
  return best;
}

/**
 * The token in the middle becomes the nearest one before it that is another.
 * @param {number[]} tokens
 * @param {string[]} labels
 */
function swap(tokens, labels) {
  const step = Math.floor((tokens.length - 1) / 2);
  for (let away = 1; away < tokens.length; away++) {
    for (const from of [step - away, step + away]) if (from in tokens && tokens[from] !== tokens[step]) return { step, token: tokens[from], label: labels[from] };
  }
  return null;
}

/**
 * @param {import("../types.js").Matrix} values
 * @param {number} step
 */
function smoothed({ data, rows, columns }, step) {
  const list = Array.from({ length: rows }, (_, row) => Array.from(data.subarray(row * columns, (row + 1) * columns)));
  const mean = list[step].map((_, column) => Number((list.reduce((sum, row) => sum + row[column], 0) / rows).toPrecision(6)));
  list[step] = mean.every((value, column) => value === list[step][column]) ? mean.map((value) => value + 1) : mean;
  return list;
}
