/** The runs: where each stands, which are shown side by side, and what can be done with them. */

import { h, keyed, setHidden, setText } from "../lib/dom.js";
import { STATES } from "../lib/training-figures.js";

/** @typedef {import("../state/train-types.js").Run} Run */
/** @typedef {{run: Run, name: string, task: string, colour: number | null, standing: string}} Entry */
/** @typedef {{entries: Entry[], told: string | null, deleting: string | null}} RunListProps */

const COMMANDS = /** @type {const} */ ({
  pause: { label: "Pause", on: ["running"] },
  resume: { label: "Resume", on: ["paused", "interrupted"] },
  stop: { label: "Stop", on: ["queued", "running", "paused"] },
});

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<RunListProps>}
 */
export function create(root, emit) {
  const told = h("p", { class: "run-told", role: "status" });
  const list = h("ul", { class: "run-list" });
  const none = h("p", { class: "hint", text: "No run yet. Choose a task and press Train." });
  root.append(h("h2", { text: "Runs" }), told, none, list);
  /** @type {Map<string, HTMLElement>} */
  const known = new Map();
  /** @type {Map<string, ReturnType<typeof item>>} */
  const items = new Map();
  /** @type {RunListProps | null} */
  let shown = null;
  return {
    update(props) {
      if (props === shown) return;
      shown = props;
      setText(told, props.told ?? "");
      setHidden(none, props.entries.length > 0);
      keyed(list, known, props.entries, ({ run }) => run.id, ({ run }) => {
        const made = item(run.id, emit);
        items.set(run.id, made);
        return made.element;
      });
      for (const entry of props.entries) items.get(entry.run.id)?.update(entry);
      for (const id of items.keys()) if (!known.has(id)) items.delete(id);
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {string} id
 * @param {import("../types.js").Emit} emit
 */
function item(id, emit) {
  const box = h("input", { type: "checkbox", on: { change: () => emit({ type: "train-run-toggled", id }) } });
  const name = h("strong");
  const task = h("span", { class: "run-task" });
  const state = h("span", { class: "run-state" });
  const bar = h("progress", { max: 1, value: 0 });
  const words = h("p", { class: "run-words" });
  const error = h("p", { class: "form-error" });
  const commands = Object.entries(COMMANDS).map(([verb, { label, on }]) => ({ on: /** @type {readonly string[]} */ (on), button: h("button", { type: "button", class: "tool", on: { click: () => emit({ type: "train-commanded", id, verb }) } }, label) }));
  const explore = h("button", { type: "button", class: "tool", on: { click: () => emit({ type: "train-explored", id }) } }, "Open in Explore");
  const remove = h("button", { type: "button", class: "tool" }, "Delete");
  let sure = false;
  let title = "";
  remove.addEventListener("click", () => {
    if (sure) return emit({ type: "train-deletion-confirmed", id, name: title });
    sure = true;
    setText(remove, "Delete for good?");
  });
  remove.addEventListener("blur", () => {
    sure = false;
    setText(remove, "Delete");
  });
  const element = h("li", { class: "run" }, h("label", { class: "run-head" }, box, h("span", { class: "run-dot", "aria-hidden": "true" }), name, task, state), bar, words, error, h("div", { class: "run-actions" }, ...commands.map(({ button }) => button), explore, remove));
  return {
    element,
    /** @param {Entry} entry */
    update({ run, name: text, task: about, colour, standing }) {
      title = `The run ${text}`;
      box.checked = colour !== null;
      element.dataset.run = colour === null ? "" : String(colour);
      element.dataset.state = run.state;
      setText(name, text);
      setText(task, about);
      setText(state, STATES[run.state]);
      bar.value = run.steps ? run.update / run.steps : 0;
      bar.setAttribute("aria-label", standing);
      setText(words, standing);
      setText(error, run.error ?? "");
      for (const { on, button } of commands) setHidden(button, !on.includes(run.state));
      setHidden(explore, run.model === null);
    },
  };
}
