/** Which sequence the picture shows: one of the lesson's, one that a goal is tried on, or what somebody wrote. Pure. */

/** @typedef {import("./types.js").Lesson} Lesson */
/** @typedef {import("./types.js").Goal} Goal */
/** @typedef {import("./types.js").Sequence} Sequence */
/** @typedef {import("./types.js").Settings} Settings */

/** Longer ones would only be a blur on the page of a lesson. */
const LONGEST = 400;

/** Between a goal's name and the name of one of its sequences. */
const OF_GOAL = ".";

/** How a goal's sequence is called where all sequences of a lesson are told apart. @param {string} goal @param {string} sequence */
export const goalSequence = (goal, sequence) => `${goal}${OF_GOAL}${sequence}`;

/**
 * @param {Lesson} lesson
 * @param {{settings: Settings, sequence: string | null, own: string | null}} chosen `own` is what somebody wrote, which comes first
 * @returns {{sequence: Sequence, goal: Goal | null, error: string | null}} where what was written cannot be read, `error` says why, and the sequence is the one before
 */
export function displayed(lesson, { settings, sequence, own }) {
  const there = ofLesson(lesson, settings, sequence ?? "");
  if (own === null) return { ...there, error: null };
  try {
    return { sequence: written(lesson, own), goal: null, error: null };
  } catch (error) {
    return { ...there, error: /** @type {Error} */ (error).message };
  }
}

/** @param {Lesson} lesson @param {Settings} settings @param {string} id @returns {{sequence: Sequence, goal: Goal | null}} */
function ofLesson(lesson, settings, id) {
  const [question, name] = id.split(OF_GOAL);
  const goal = /** @type {Goal | undefined} */ (lesson.questions.find((one) => one.kind === "goal" && one.id === question));
  const among = (goal?.sequences ?? lesson.sequences)(settings);
  const found = among.find((one) => one.id === (goal ? name : id));
  return { sequence: found ?? lesson.sequences(settings)[0], goal: found && goal ? goal : null };
}

/**
 * Reads a sequence as it is typed: a text, or numbers with spaces between them, those of one step joined by commas.
 * @param {Lesson} lesson
 * @param {string} text
 * @returns {Sequence}
 */
export function written({ features }, text) {
  const own = { id: "own", name: "Your own" };
  const steps = features.length === 0 ? [...text] : text.trim().split(/\s+/).filter(Boolean);
  if (steps.length === 0) throw new Error("A sequence needs at least one step.");
  if (steps.length > LONGEST) throw new Error(`A sequence here may have ${LONGEST} steps, and this one has ${steps.length}.`);
  if (features.length === 0) return { ...own, text };
  return { ...own, values: steps.map((step, index) => row(step, features, index + 1)) };
}

/** @param {string} step @param {string[]} features @param {number} place */
function row(step, features, place) {
  const numbers = step.replaceAll("−", "-").split(",").map((part) => (part === "" ? NaN : Number(part)));
  if (!numbers.every(Number.isFinite)) throw new Error(`Step ${place}, “${step.slice(0, 20)}”, is not ${features.length > 1 ? `${features.length} numbers joined by commas` : "a number"}.`);
  if (numbers.length !== features.length) throw new Error(`Step ${place} has ${numbers.length} ${numbers.length === 1 ? "number" : "numbers"}; it takes ${features.length}: ${features.join(" and ")}.`);
  return numbers;
}

/**
 * A sequence as it is typed.
 * @param {Sequence} sequence
 */
export const asTyped = ({ text, values }) => text ?? (values ?? []).map((numbers) => numbers.join(",")).join(" ").replaceAll("-", "−");
