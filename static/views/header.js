/** The head of the page: which network, which layer, and what can be done with the whole view. */

import { h, setText, shallowEqual } from "../lib/dom.js";
import { grouped } from "../lib/format.js";
import { icon } from "../lib/svg.js";

/** @typedef {import("../types.js").Emit} Emit */

/**
 * @typedef {object} HeaderProps
 * @property {{id: string, name: string, title?: string, origin: string, parameters: number, layers: {layer: number, direction: string, cell: string, hidden_size: number}[]}[]} models
 * @property {string | null} modelId
 * @property {number} layer index into the model's layers
 * @property {"light" | "dark" | "system"} theme
 */

/** @type {Record<string, "light" | "dark" | "system">} */
const NEXT_THEME = { system: "light", light: "dark", dark: "system" };
/** @type {Record<string, string>} */
const THEME_WORDS = { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };

/**
 * @param {HTMLElement} root
 * @param {Emit} emit
 * @returns {import("../types.js").View<HeaderProps>}
 */
export function create(root, emit) {
  const model = h("select", { id: "model", "aria-label": "Network", on: { change: () => emit({ type: "model-chosen", id: model.value }) } });
  const about = h("button", { class: "icon-button", type: "button", "aria-label": "About this network", title: "About this network", on: { click: () => emit({ type: "dialog-opened", name: "model" }) } }, icon("info"));
  const layer = h("select", { id: "layer", "aria-label": "Layer and direction", on: { change: () => emit({ type: "layer-chosen", index: Number(layer.value) }) } });
  const size = h("span", { class: "model-size" });
  const theme = h("button", { class: "icon-button", type: "button", on: { click: () => emit({ type: "theme-chosen", theme: NEXT_THEME[shown?.theme ?? "system"] }) } });
  root.append(
    h("div", { class: "model-choice" }, model, layer, about, size),
    h("div", { class: "page-actions" },
      h("button", { class: "icon-button wide only-explore", type: "button", "aria-label": "Share: copy the address of this view", title: "Copy the address of this view", on: { click: () => emit({ type: "share-asked" }) } }, icon("share"), h("span", { text: "Share" })),
      exportMenu(emit),
      theme,
      h("button", { class: "icon-button", type: "button", "aria-label": "Help and keys", title: "Help and keys (?)", on: { click: () => emit({ type: "dialog-opened", name: "help" }) } }, icon("help")),
    ),
  );

  /** @type {HeaderProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      const before = shown;
      shown = props;
      if (props.models !== before?.models) model.replaceChildren(...modelOptions(props.models));
      model.value = props.modelId ?? "";
      const chosen = props.models.find(({ id }) => id === props.modelId);
      if (chosen && (props.modelId !== before?.modelId || props.models !== before?.models)) {
        layer.replaceChildren(...chosen.layers.map((info, index) => h("option", { value: index, text: `Layer ${info.layer + 1}${chosen.layers.some(({ direction }) => direction === "backward") ? `, ${info.direction}` : ""}` })));
        layer.hidden = chosen.layers.length < 2;
      }
      layer.value = String(props.layer);
      const info = chosen?.layers[props.layer];
      setText(size, chosen && info ? `${info.cell === "rnn" ? "Simple RNN" : info.cell.toUpperCase()} · ${info.hidden_size} unit${info.hidden_size === 1 ? "" : "s"}${info.direction === "backward" && chosen.layers.length === 1 ? ", backward" : ""} · ${grouped(chosen.parameters)} parameters` : "");
      if (props.theme !== before?.theme) {
        theme.replaceChildren(icon(props.theme));
        theme.setAttribute("aria-label", THEME_WORDS[props.theme]);
        theme.title = THEME_WORDS[props.theme];
      }
    },
    destroy: () => root.replaceChildren(),
  };
}

/**
 * @param {HeaderProps["models"]} models
 * @returns {HTMLElement[]}
 */
function modelOptions(models) {
  const groups = [...new Set(models.map(({ origin }) => origin))];
  /** @param {HeaderProps["models"]} list */
  const options = (list) => list.map(({ id, name, title }) => h("option", { value: id, text: title ?? name }));
  if (groups.length < 2) return options(models);
  return groups.map((origin) => h("optgroup", { label: origin[0].toUpperCase() + origin.slice(1) }, ...options(models.filter((candidate) => candidate.origin === origin))));
}

/** @param {Emit} emit */
function exportMenu(emit) {
  /** @param {string} format @param {string} title @param {string} words */
  const item = (format, title, words) =>
    h("button", { type: "button", role: "menuitem", on: { click: () => { menu.open = false; emit({ type: "export-asked", format }); } } }, h("strong", { text: title }), h("span", { text: words }));
  const menu = h("details", { class: "menu only-explore" },
    h("summary", { class: "icon-button wide", title: "Save this trace" }, icon("export"), h("span", { text: "Export" })),
    h("div", { class: "menu-list", role: "menu" },
      item("npz", "NumPy .npz", "Every gate and state, exact"),
      item("json", "JSON", "The same, as the REST API sends it"),
      item("figure", "Plotly figure", "One panel, for plotly.io.from_json"),
    ),
  );
  menu.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && menu.contains(event.relatedTarget))) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
      event.stopPropagation();
    }
  });
  return menu;
}
