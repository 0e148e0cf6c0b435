/** The one table of keys: the page's keyboard and its help dialog both read it. */

/**
 * @typedef {{keys: string[], shown: string, does: string, event: {type: string, [detail: string]: any}}} Shortcut
 */

/** @type {Shortcut[]} */
export const SHORTCUTS = [
  { keys: [" "], shown: "Space", does: "Play or pause", event: { type: "play-toggled" } },
  { keys: ["ArrowRight"], shown: "→", does: "One step (or stage) later", event: { type: "stepped", by: 1 } },
  { keys: ["ArrowLeft"], shown: "←", does: "One step (or stage) earlier", event: { type: "stepped", by: -1 } },
  { keys: ["PageDown"], shown: "Page down", does: "Ten steps later", event: { type: "jumped", by: 10 } },
  { keys: ["PageUp"], shown: "Page up", does: "Ten steps earlier", event: { type: "jumped", by: -10 } },
  { keys: ["Home"], shown: "Home", does: "First step", event: { type: "jumped", by: -Infinity } },
  { keys: ["End"], shown: "End", does: "Last step", event: { type: "jumped", by: Infinity } },
  { keys: ["ArrowUp"], shown: "↑", does: "The unit above", event: { type: "unit-moved", by: -1 } },
  { keys: ["ArrowDown"], shown: "↓", does: "The unit below", event: { type: "unit-moved", by: 1 } },
  { keys: ["p", "P"], shown: "P", does: "Pin the unit to the carry track, or let it go", event: { type: "pin-toggled" } },
  { keys: ["m", "M"], shown: "M", does: "Pin the mean over the units", event: { type: "pin-toggled", unit: "mean" } },
  { keys: ["o", "O"], shown: "O", does: "Split the carry track by who wrote what the unit remembers", event: { type: "origins-toggled" } },
  { keys: ["i", "I"], shown: "I", does: "Drag over a heatmap to intervene, or no longer", event: { type: "intervening-toggled" } },
  { keys: ["d", "D"], shown: "D", does: "Turn on: original, intervened, difference", event: { type: "seen-turned" } },
  { keys: ["s", "S"], shown: "S", does: "Show the three stages of each step", event: { type: "stages-toggled" } },
  { keys: ["+", "="], shown: "+", does: "Zoom in about the step", event: { type: "window-zoomed", factor: 1.5 } },
  { keys: ["-", "_"], shown: "−", does: "Zoom out", event: { type: "window-zoomed", factor: 1 / 1.5 } },
  { keys: ["["], shown: "[", does: "Look earlier", event: { type: "window-panned", share: -0.25 } },
  { keys: ["]"], shown: "]", does: "Look later", event: { type: "window-panned", share: 0.25 } },
  { keys: ["0"], shown: "0", does: "Fit the whole sequence", event: { type: "window-fitted" } },
  { keys: ["?"], shown: "?", does: "This list", event: { type: "dialog-opened", name: "help" } },
];

/** Where a key already has a meaning of its own: typing always, and a control's own keys. */
const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, [contenteditable]";
const OWN_KEYS = [
  { selector: "select, [role=listbox]", keys: /^(Arrow|Home|End|Page| |[a-z]$)/i },
  { selector: "button, a, summary, input[type=checkbox], input[type=radio]", keys: /^ $/ },
  // The scrubber's arrows are those of the page; any other slider has its own.
  { selector: "input[type=radio], input[type=range]:not(.scrub)", keys: /^(Arrow|Home|End|Page)/ },
  { selector: "[role=tab], [role=menuitem]", keys: /^(Arrow|Home|End)/ },
  { selector: "dialog[open]", keys: /./ },
];

/**
 * What a key press means, or null when it belongs to the control that has the focus.
 * @param {KeyboardEvent} press
 * @returns {Shortcut["event"] | null}
 */
export function shortcutFor(press) {
  if (press.ctrlKey || press.metaKey || press.altKey || press.defaultPrevented) return null;
  const target = press.target;
  if (target instanceof Element) {
    if (target.closest(TYPING)) return null;
    if (OWN_KEYS.some(({ selector, keys }) => target.closest(selector) && keys.test(press.key))) return null;
  }
  return SHORTCUTS.find(({ keys }) => keys.includes(press.key))?.event ?? null;
}
