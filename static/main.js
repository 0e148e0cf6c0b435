/** The one composition root: makes the store, the views and the effects, and renders once a frame. */

import * as api from "./api.js";
import { deferred } from "./lib/deferred.js";
import { keyed, setHidden, setText } from "./lib/dom.js";
import { shortcutFor } from "./lib/keys.js";
import { READING } from "./lib/paced.js";
import { recall } from "./lib/remember.js";
import { createPlaces } from "./places/places.js";
import * as alteredProps from "./state/altered-props.js";
import { attachAddress } from "./state/effects/address-bar.js";
import { attachAltered } from "./state/effects/altered.js";
import { attachArithmetic } from "./state/effects/arithmetic.js";
import { attachCommands } from "./state/effects/commands.js";
import { attachContinuing } from "./state/effects/continuing.js";
import { attachFiles } from "./state/effects/files.js";
import { attachLibrary } from "./state/effects/library.js";
import { attachPlayer } from "./state/effects/player.js";
import { attachServer } from "./state/effects/server.js";
import { attachSurroundings } from "./state/effects/surroundings.js";
import { attachTheme } from "./state/effects/theme.js";
import { attachTimeline } from "./state/effects/timeline.js";
import { attachDrops, attachUploads } from "./state/effects/uploads.js";
import { initialState } from "./state/initial.js";
import * as insideProps from "./state/inside-props.js";
import * as interveningProps from "./state/intervening-props.js";
import * as propsOf from "./state/props.js";
import { layerOf } from "./state/selectors.js";
import { createStore } from "./state/store.js";
import { transition } from "./state/transitions.js";
import * as announcer from "./views/announcer.js";
import * as carryTrack from "./views/carry-track.js";
import * as changes from "./views/changes.js";
import * as continuing from "./views/continuing.js";
import * as cursor from "./views/cursor.js";
import * as forecast from "./views/forecast.js";
import * as header from "./views/header.js";
import * as heatmap from "./views/heatmap.js";
import * as holdings from "./views/holdings.js";
import * as inputBar from "./views/input-bar.js";
import * as placeLinks from "./views/place-links.js";
import * as ribbon from "./views/ribbon.js";
import * as tabs from "./views/tabs.js";
import * as toolbar from "./views/toolbar.js";
import * as transport from "./views/transport.js";

/** @typedef {import("./state/types.js").State} State */

/** @param {string} id */
const root = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const remembered = recall("theme");
const theme = remembered === "light" || remembered === "dark" ? remembered : "system";
const store = createStore(initialState({ theme, dark: matchMedia("(prefers-color-scheme: dark)").matches, reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches, density: devicePixelRatio || 1 }), transition);
const emit = store.dispatch;

/** @param {unknown} error */
function cannotShow(error) {
  console.warn(`A part of the page: ${error}`);
  emit({ type: "told", toast: { tone: "error", text: "A part of the page could not be loaded. Once Gatescope is running, load the page again." } });
}

const views = {
  header: header.create(root("header"), emit),
  inputBar: inputBar.create(root("input-bar"), emit),
  continuing: continuing.create(root("continuing"), emit),
  ribbon: ribbon.create(root("ribbon"), { ranged: true, zoomable: true }),
  holdings: holdings.create(root("holdings"), emit),
  forecast: forecast.create(root("forecast")),
  carryTrack: carryTrack.createCarryTrack(root("carry"), emit),
  originList: deferred(async () => (await import("./views/origin-list.js")).create(root("origins"), emit), cannotShow),
  toolbar: toolbar.create(root("toolbar"), emit),
  changes: changes.create(root("changes"), emit),
  cursor: cursor.create(root("cursor")),
  tabs: tabs.create(root("tabs"), emit),
  inspector: deferred(async () => (await import("./views/inspector.js")).createInspector(root("inspector"), emit), cannotShow),
  arithmetic: deferred(async () => (await import("./views/arithmetic.js")).create(root("arithmetic"), emit), cannotShow),
  moved: deferred(async () => (await import("./views/moved.js")).create(root("moved")), cannotShow),
  numbers: deferred(async () => (await import("./views/numbers.js")).create(root("units"), emit), cannotShow),
  ledgerTable: deferred(async () => (await import("./views/ledger-table.js")).create(root("ledger"), emit), cannotShow),
  interventions: deferred(async () => (await import("./views/interventions.js")).create(root("interventions"), emit), cannotShow),
  interventionEditor: deferred(async () => (await import("./views/intervention-editor.js")).create(root("intervention-editor"), emit), cannotShow),
  transport: transport.create(root("transport"), emit),
  announcer: announcer.create(root("announcer")),
  dialogs: deferred(async () => (await import("./views/dialogs.js")).create(root("dialogs"), emit), cannotShow),
  placeLinks: placeLinks.create(root("places"), emit),
};
const places = createPlaces(root("other-places"), store, api);

/** @type {Map<string, HTMLElement>} */
const panelRoots = new Map();
/** @type {Map<HTMLElement, import("./types.js").View<import("./views/heatmap.js").HeatmapProps>>} */
const panels = new Map();

/** @param {import("./views/heatmap.js").HeatmapProps[]} all */
function renderPanels(all) {
  keyed(root("panels"), panelRoots, all, ({ name }) => name, () => {
    const element = document.createElement("section");
    element.className = "panel";
    panels.set(element, heatmap.create(element, emit));
    return element;
  });
  for (const [element, view] of panels) {
    if (element.isConnected) continue;
    view.destroy();
    panels.delete(element);
  }
  for (const props of all) panels.get(/** @type {HTMLElement} */ (panelRoots.get(props.name)))?.update(props);
}

/** When numbers last followed the playing, in milliseconds. */
let lastRead = 0;

/**
 * Whether numbers are to follow in this frame. Where a step lasts longer than that they always do, or they would stay behind for all of it.
 * @param {State["view"]} view
 * @param {number} now
 */
const isReading = ({ playing, speed }, now) => !playing || 1000 / speed >= READING || now - lastRead > READING;

/** @param {State} state */
function render(state) {
  const reading = isReading(state.view, performance.now());
  if (reading) lastRead = performance.now();
  views.header.update(propsOf.headerProps(state));
  views.inputBar.update(propsOf.inputBarProps(state));
  views.continuing.update(propsOf.continuingProps(state));
  views.transport.update(propsOf.transportProps(state, reading));
  views.tabs.update({ chosen: state.view.aside });
  views.dialogs.update(propsOf.dialogProps(state));
  // A dialog lies over the foot of the page and says it itself.
  renderToast(state.dialog ? null : state.toast);
  views.placeLinks.update({ place: state.place });
  document.body.dataset.place = state.place;
  places.update(state);
  if (state.place !== "explore") return;
  const layer = layerOf(state);
  document.body.classList.toggle("has-trace", layer !== null);
  document.body.classList.toggle("is-stale", state.stale);
  document.body.classList.toggle("has-message", state.message !== null);
  if (!layer || state.surroundings.width === 0) return;
  views.ribbon.update(propsOf.ribbonProps(state));
  views.holdings.update(insideProps.holdingsProps(state));
  views.forecast.update(propsOf.forecastProps(state));
  views.carryTrack.update(propsOf.carryProps(state, layer, reading));
  views.originList.update(insideProps.originListProps(state));
  views.toolbar.update(propsOf.toolbarProps(state, layer));
  views.changes.update(interveningProps.changesProps(state));
  views.interventionEditor.update(interveningProps.editorProps(state));
  document.body.classList.toggle("is-intervening", state.intervening.tool);
  renderPanels(propsOf.panelProps(state, layer, reading));
  views.cursor.update(propsOf.cursorProps(state, layer));
  setHidden(root("inspector"), state.view.aside !== "cell");
  setHidden(root("arithmetic"), state.view.aside !== "arithmetic");
  setHidden(root("numbers"), state.view.aside !== "numbers");
  setHidden(root("interventions"), state.view.aside !== "interventions");
  if (reading) {
    updateAside(state, layer);
  }
  views.announcer.update({ text: state.view.playing ? "" : propsOf.announcement(state, layer), quiet: state.view.playing });
}

/** Only what is seen is told anything. @param {State} state @param {import("./types.js").LayerTrace} layer */
function updateAside(state, layer) {
  views.moved.update(alteredProps.movedProps(state));
  if (state.view.aside === "cell") return views.inspector.update(propsOf.inspectorProps(state, layer));
  if (state.view.aside === "interventions") return views.interventions.update(interveningProps.interventionsProps(state, layer));
  if (state.view.aside === "numbers") {
    views.ledgerTable.update(insideProps.originListProps(state));
    return views.numbers.update(propsOf.numbersProps(state, layer));
  }
  const sum = insideProps.arithmeticProps(state, layer);
  if (sum) views.arithmetic.update(sum);
}

/** @param {State["toast"]} toast */
function renderToast(toast) {
  const element = root("toast");
  setText(element, toast?.text ?? "");
  element.dataset.tone = toast?.tone ?? "";
}

/** @type {State | null} the state on the screen */
let rendered = null;
let scheduled = false;

function frame() {
  scheduled = false;
  const state = store.get();
  const before = rendered;
  if (state === before) return;
  const began = performance.now();
  render(state);
  rendered = state;
  if (state.shown && state.shown !== before?.shown && state.surroundings.width > 0) performance.mark("gatescope:heatmaps-painted");
  else if (state.selection.step !== before?.selection.step) performance.measure("gatescope:step", { start: began, end: performance.now(), detail: state.selection.step });
}

store.subscribe((state, _event, before) => {
  if (state === before || scheduled) return;
  scheduled = true;
  requestAnimationFrame(frame);
});

addEventListener("keydown", (press) => {
  const event = shortcutFor(press);
  if (!event || (store.get().place !== "explore" && event.type !== "dialog-opened")) return;
  press.preventDefault();
  emit(event);
});

attachSurroundings(store, { content: root("timeline-content"), viewport: root("timeline"), panels: root("panels") });
attachTimeline(store, root("timeline-content"), root("timeline"));
attachTheme(store);
attachDrops(store);
attachFiles(store);
attachUploads(store, api);
attachLibrary(store, api);
attachArithmetic(store, api);
attachPlayer(store);
attachAddress(store, places);
attachCommands(store, api, places.fieldsOf);
attachContinuing(store, api);
attachServer(store, api, attachAltered(store, api));
