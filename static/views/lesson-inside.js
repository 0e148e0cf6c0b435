/** Under the pictures: the equations with their numbers, and the place where the drawing of the cell stands. Both fold. */

import { h, setHidden, setText } from "../lib/dom.js";
import { richText } from "./rich-text.js";

/** @typedef {import("../lessons/equations.js").Line} Line */
/** @typedef {{unfolded: {equations: boolean, cell: boolean}, written: Line[], step: number, covered: boolean}} InsideProps while it is covered, no numbers are filled in */

/**
 * Emits `lesson-unfolded`. The cell is drawn into `slot`, while it is open.
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<InsideProps> & {slot: HTMLElement}}
 */
export function create(root, emit) {
  const fold = (/** @type {"equations" | "cell"} */ name, /** @type {Node[]} */ ...children) => {
    const element = h("details", { class: `lesson-fold is-${name}`, on: { toggle: () => shown && element.open !== shown.unfolded[name] && emit({ type: "lesson-unfolded", name, open: element.open }) } }, ...children);
    return element;
  };
  const title = h("summary");
  const lines = h("div", { class: "written-lines" });
  const slot = h("div", { class: "lesson-cell" });
  const equations = fold("equations", title, lines);
  const cell = fold("cell", h("summary", {}, "The cell at this step"), slot);
  root.append(equations, cell);

  /** @type {InsideProps | null} */
  let shown = null;
  return {
    slot,
    update(props) {
      const before = shown;
      shown = props;
      setHidden(equations, props.written.length === 0);
      if (equations.open !== props.unfolded.equations) equations.open = props.unfolded.equations;
      if (cell.open !== props.unfolded.cell) cell.open = props.unfolded.cell;
      setText(title, props.covered ? "The equations with these weights" : `The equations with these numbers, at step ${props.step + 1}`);
      setHidden(cell, props.covered);
      if (props.written !== before?.written || props.covered !== before.covered) lines.replaceChildren(...props.written.map(({ quantity, written, filled }) => h("div", { class: "written-line", role: "math", data: { quantity } }, h("span", {}, ...richText(written)), props.covered ? null : h("span", { class: "written-filled" }, ...richText(filled)))));
    },
    destroy: () => root.replaceChildren(),
  };
}
