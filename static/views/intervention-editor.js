/** The small editor of one intervention, beside where it was made. It stays open while the pictures under it change. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { icon } from "../lib/svg.js";
import { interventionFields } from "./intervention-fields.js";

/**
 * @typedef {object} EditorProps
 * @property {import("../types.js").Listed | null} one null closes it
 * @property {boolean} fresh whether it is dropped when it is not kept
 * @property {{x: number, y: number}} at where on the screen
 * @property {string} symbol
 * @property {string} name of the quantity
 * @property {string} where the layer, in words
 * @property {import("./intervention-fields.js").Bounds} bounds
 * @property {string | null} fault why it is not done
 */

/** How far it keeps from the edges of the screen and from where it was made, in CSS pixels. */
const MARGIN = 10;

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<EditorProps>}
 */
export function create(root, emit) {
  const symbol = h("i");
  const name = h("span");
  const where = h("span", { class: "editor-where" });
  const fault = h("p", { class: "form-error", role: "status" });
  const fields = interventionFields((change) => shown?.one && emit({ type: "intervention-changed", key: shown.one.key, change }));
  /** @param {boolean} keep */
  const end = (keep) => emit({ type: "editing-ended", keep });
  const done = h("button", { type: "button", class: "action is-main", text: "Done", on: { click: () => end(true) } });
  const remove = h("button", { type: "button", class: "action", text: "Remove", on: { click: () => shown?.one && emit({ type: "intervention-removed", key: shown.one.key }) } });
  const close = h("button", { type: "button", class: "icon-button small", "aria-label": "Close", title: "Close (Esc)", on: { click: () => end(true) } }, icon("close"));
  root.append(h("header", { class: "editor-head" }, h("h2", {}, symbol, name), where, close), fields.element, fault, h("div", { class: "actions" }, done, remove));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end(false);
    else if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.type !== "radio") end(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  /** @type {EditorProps | null} */
  let shown = null;
  /** @type {Element | null} what had the focus before */
  let from = null;

  /** Beside the place, where there is room; the style sheet moves it to the foot of a narrow screen. @param {{x: number, y: number}} at */
  const place = ({ x, y }) => {
    const { offsetWidth: width, offsetHeight: height } = root;
    const right = innerWidth - MARGIN - width;
    const left = right >= x + MARGIN ? x + MARGIN : Math.max(MARGIN, x - MARGIN - width);
    root.style.setProperty("--x", `${left}px`);
    root.style.setProperty("--y", `${Math.max(MARGIN, Math.min(y + MARGIN, innerHeight - height - MARGIN))}px`);
  };

  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      const { one } = props;
      setHidden(root, one === null);
      if (!one) {
        if (before?.one && from instanceof HTMLElement && (root.contains(document.activeElement) || document.activeElement === document.body)) from.focus({ preventScroll: true });
        return;
      }
      root.dataset.quantity = one.quantity;
      root.setAttribute("aria-label", `Intervention on the ${props.name}`);
      setText(symbol, props.symbol);
      setText(name, ` ${props.name}`);
      setText(where, props.where);
      setText(fault, props.fault ?? "");
      fields.fill(one, props.bounds);
      if (one.key === before?.one?.key) return;
      if (!before?.one) from = document.activeElement;
      place(props.at);
      fields.focus();
    },
    destroy: () => root.replaceChildren(),
  };
}
