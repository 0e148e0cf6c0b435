/** What was chosen for a training run, as the plan that the server is sent. Pure; what cannot be read is sent as it was typed, and refused in the server's words. */

/** @typedef {import("../state/train-types.js").Option} Option */
/** @typedef {import("../state/train-types.js").Task} Task */
/** @typedef {import("../state/train-types.js").Form} Form */
/** @typedef {import("../state/train-types.js").Catalogue} Catalogue */

/** Cells that can be trained, by the name that an address and the form know them by. */
export const CELLS = [
  { name: "lstm", label: "LSTM", plan: { cell: "lstm" } },
  { name: "gru", label: "GRU", plan: { cell: "gru" } },
  { name: "rnn", label: "Simple RNN, tanh", plan: { cell: "rnn", activation: "tanh" } },
  { name: "relu", label: "Simple RNN, relu", plan: { cell: "rnn", activation: "relu" } },
];

/** What the form asks in another way, or not at all. */
const ELSEWHERE = ["task", "options", "cell", "activation"];

/** What nearly everybody wants to choose; the rest is folded away. */
const FIRST = ["hidden_size", "layers", "learning_rate", "steps", "batch_size", "forget_bias", "clip_norm", "seed"];

/**
 * The plan's own options for a task: its defaults are the task's where it has some.
 * @param {Catalogue} catalogue
 * @param {Task} task
 * @returns {{first: Option[], more: Option[]}}
 */
export function planOptions({ parameters }, task) {
  const asked = parameters
    .filter(({ name }) => !ELSEWHERE.includes(name) && (name !== "bidirectional" || task.bidirectional))
    .map((option) => (option.name in task.defaults ? { ...option, default: task.defaults[option.name] } : option));
  const first = FIRST.flatMap((name) => asked.filter((option) => option.name === name));
  return { first, more: asked.filter(({ name }) => !FIRST.includes(name)) };
}

/**
 * How a value stands in its field.
 * @param {Option} option
 * @param {any} value
 * @returns {string | boolean}
 */
export function typedOf({ kind }, value) {
  if (kind === "boolean") return value === true;
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * @param {Option} option
 * @param {string | boolean} typed
 * @returns {any} what is sent for it
 */
export function valueOf({ kind, optional }, typed) {
  if (typeof typed === "boolean" || kind === "text") return typed;
  const text = typed.trim();
  if (text === "" && optional) return null;
  if (kind === "numbers") return numbersOf(text);
  if (kind === "integer" || kind === "number") return text !== "" && Number.isFinite(Number(text)) ? Number(text) : typed;
  return typed;
}

/** A list of numbers, apart by commas, semicolons or white space. @param {string} text */
function numbersOf(text) {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  const numbers = parts.map(Number);
  return numbers.every(Number.isFinite) ? numbers : text;
}

/**
 * One plan for each chosen cell, alike in everything else.
 * @param {Catalogue} catalogue
 * @param {Form} form
 * @returns {Record<string, any>[]}
 */
export function plansOf(catalogue, form) {
  const task = catalogue.tasks.find(({ name }) => name === form.task);
  if (!task) return [];
  const { first, more } = planOptions(catalogue, task);
  const options = sent(task.options, form.options[task.name] ?? {});
  const shared = { task: task.name, ...sent([...first, ...more], form.plan), ...(Object.keys(options).length ? { options } : {}) };
  return CELLS.filter(({ name }) => form.cells.includes(name)).map(({ plan }) => ({ ...shared, ...plan }));
}

/**
 * Only what differs from the defaults: a plan then says what was chosen.
 * @param {Option[]} options
 * @param {Record<string, string | boolean>} typed
 */
const sent = (options, typed) => Object.fromEntries(options.filter((option) => option.name in typed && typed[option.name] !== typedOf(option, option.default)).map((option) => [option.name, valueOf(option, typed[option.name])]));

/**
 * The name of a run's cell as people say it.
 * @param {Record<string, any>} plan
 */
export function cellLabel(plan) {
  const same = CELLS.find((cell) => cell.plan.cell === plan.cell && (cell.plan.cell !== "rnn" || (plan.activation ?? "tanh") === cell.plan.activation));
  return same?.label ?? (plan.cell ? String(plan.cell).toUpperCase() : "Unknown cell");
}
