/** The Compare view: two traces over one time axis, and where they differ. */

import { h, setHidden, setText } from "../lib/dom.js";
import { shortcutFor } from "../lib/keys.js";
import { fieldsOfComparison } from "../state/compare-address.js";
import { compareToolbarProps, compareTransportProps, sideBarProps, sideProps } from "../state/compare-props.js";
import { alignmentNote, changeListProps, compareAnnouncement, headline, isStale, readingProps } from "../state/compare-reading.js";
import { compareOf } from "../state/compare-sides.js";
import { atCompare, compareTransitions, NO_COMPARISON } from "../state/compare-transitions.js";
import { attachCompare } from "../state/effects/compare.js";
import { attachPlayer } from "../state/effects/player.js";
import * as announcer from "../views/announcer.js";
import * as changeList from "../views/change-list.js";
import * as compareSide from "../views/compare-side.js";
import * as compareToolbar from "../views/compare-toolbar.js";
import * as inputBar from "../views/input-bar.js";
import * as stepComparison from "../views/step-comparison.js";
import * as transport from "../views/transport.js";
import { createStage } from "./compare-stage.js";

/** @typedef {import("../state/types.js").State} State */
/** @typedef {import("../state/compare-types.js").SideName} SideName */

/** Events of this view's parts bear its name, so that Explore's own do not answer to them. @param {string} type */
const named = (type) => `compare:${type}`;

/** @type {import("../state/types.js").Place} */
export const place = {
  styles: ["/static/css/compare.css"],
  initial: NO_COMPARISON,
  transitions: compareTransitions,
  moves: ["model-chosen", "example-chosen", "place-visited", "swapped", "explore-taken"].map(named),
  at: atCompare,
  fields: fieldsOfComparison,
  attach(store, api) {
    attachCompare(store, api);
    attachPlayer(store, compareOf, named("time-passed"));
    addEventListener("keydown", (press) => {
      const event = store.get().place === "compare" && shortcutFor(press);
      if (!event || !(named(event.type) in compareTransitions)) return;
      press.preventDefault();
      store.dispatch({ ...event, type: named(event.type) });
    });
  },
  create(root, dispatch) {
    /** @type {import("../types.js").Emit} */
    const emit = (event) => dispatch({ ...event, type: named(event.type) });
    const sides = { a: oneSide("a", emit), b: oneSide("b", emit) };
    const said = h("p", { class: "compare-headline" });
    const note = h("p", { class: "hint" });
    const tools = h("div", { class: "toolbar compare-toolbar" });
    const stage = h("section", { class: "compare-stage", "aria-label": "Both traces along time" });
    const changes = h("section", { class: "compare-changes" });
    const reading = h("section", { class: "compare-reading" });
    const player = h("div", { class: "transport", role: "group", "aria-label": "Playing" });
    const live = h("div", { class: "visually-hidden", id: "compare-announcer", "aria-live": "polite" });
    root.append(h("h1", { class: "visually-hidden" }, "Compare"),
      h("div", { class: "compare-sides" }, sides.a.element, sides.b.element),
      h("div", { class: "compare-main" }, tools, stage),
      h("aside", { class: "aside compare-aside", "aria-label": "Differences" }, said, note, changes, reading),
      player, live);
    const views = {
      tools: compareToolbar.create(tools, emit),
      stage: createStage(stage, emit),
      changes: changeList.create(changes, emit),
      reading: stepComparison.create(reading),
      player: transport.create(player, emit, "compare-"),
      announcer: announcer.create(live),
    };
    return {
      update(state) {
        sides.a.update(state);
        sides.b.update(state);
        views.tools.update(compareToolbarProps(state));
        views.stage.update(state);
        root.classList.toggle("is-stale", isStale(state));
        setText(said, headline(state));
        setText(note, alignmentNote(state));
        const read = readingProps(state);
        for (const part of [changes, reading]) setHidden(part, read === null);
        if (read) {
          views.changes.update(changeListProps(state));
          views.reading.update(read);
        }
        views.player.update(compareTransportProps(state));
        views.announcer.update({ text: compareAnnouncement(state), quiet: compareOf(state).playing });
      },
      destroy() {
        for (const view of [sides.a, sides.b, ...Object.values(views)]) view.destroy();
        root.replaceChildren();
      },
    };
  },
};

/**
 * Network and sequence of one side.
 * @param {SideName} name
 * @param {import("../types.js").Emit} emit
 */
function oneSide(name, emit) {
  /** @type {import("../types.js").Emit} */
  const own = (event) => emit({ ...event, side: name });
  const head = h("div", { class: "side-head" });
  const bar = h("div", { class: "side-bar" });
  const element = h("section", { class: "compare-side", "aria-label": `Side ${name.toUpperCase()}`, data: { side: name } }, head, bar);
  const views = { side: compareSide.create(head, own), bar: inputBar.create(bar, own, `side-${name}-`) };
  return {
    element,
    /** @param {State} state */
    update(state) {
      views.side.update(sideProps(state, name));
      views.bar.update(sideBarProps(state, name));
    },
    destroy() {
      views.side.destroy();
      views.bar.destroy();
    },
  };
}
