/** The only asynchronous code of the page: what the state wants is asked for, and the answers come back as events. */

import { formatAddress, parseAddress } from "./address.js";
import { modelOf } from "./input-transitions.js";
import { parseFile } from "../lib/input.js";
import { layerOf, themeOf } from "./selectors.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Event} Event */

/** Every quantity that any layer of the trace has. @param {State} state */
const namesOf = (state) => [...new Set(state.shown?.trace.layers.flatMap((layer) => Object.keys(layer.quantities)))];

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** How long the address bar waits for things to settle, in milliseconds: browsers limit how often it may be written. */
const SETTLE = 250;

/** Answers with pre-activations are only asked for when nobody has typed for this long, in milliseconds. */
const QUIET = 120;

/**
 * Asks for the models, then keeps asking for whatever trace the state wants.
 * @param {import("./store.js").Store} store
 * @param {typeof import("../api.js")} api
 */
export function attachServer(store, api) {
  let asking = new AbortController();
  let detail = new AbortController();

  const start = async () => {
    try {
      const [models, quantities] = await Promise.all([api.fetchModels(), api.fetchQuantities()]);
      store.dispatch({ type: "models-arrived", models, quantities, address: parseAddress(location.hash) });
    } catch (error) {
      store.dispatch({ type: "models-failed", text: sentence(error) });
    }
  };

  /** @param {import("./types.js").Wanted} wanted */
  const ask = async (wanted) => {
    const { signal } = (asking = new AbortController());
    performance.mark("gatescope:trace-asked");
    try {
      const trace = await api.postTrace(wanted, signal);
      performance.mark("gatescope:trace-arrived");
      store.dispatch({ type: "trace-arrived", wanted, trace });
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "trace-failed", wanted, text: sentence(error) });
    }
  };

  /** @param {NonNullable<State["shown"]>} shown */
  const askDetail = async ({ wanted, trace }) => {
    const { signal } = (detail = new AbortController());
    await new Promise((resolve) => setTimeout(resolve, QUIET));
    if (signal.aborted) return;
    try {
      const names = new Set(trace.layers.flatMap((layer) => withPreActivation(Object.keys(layer.quantities))));
      const layers = await api.postPreActivations(wanted, [...names], signal);
      store.dispatch({ type: "pre-activations-arrived", trace: trace.id, layers });
    } catch (error) {
      // The inspector goes without them; the picture does not depend on it.
      if (!signal.aborted) console.warn(`Pre-activations: ${sentence(error)}`);
    }
  };

  store.subscribe((state, _event, before) => {
    if (state.wanted !== before.wanted) {
      asking.abort();
      if (state.wanted) void ask(state.wanted);
    }
    if (state.shown !== before.shown) {
      detail.abort();
      if (state.shown) void askDetail(state.shown);
    }
  });
  void start();
}

/**
 * Gates and candidates are activations of a sum, and states are made of them; without any, the state itself is one.
 * @param {string[]} names of a layer's quantities
 */
function withPreActivation(names) {
  const activated = names.filter((name) => name.endsWith("_gate") || name === "candidate");
  return activated.length ? activated : names;
}

/**
 * Moves the step on while playing, by the clock and not by the frame.
 * @param {import("./store.js").Store} store
 */
export function attachPlayer(store) {
  let last = 0;
  let owed = 0;
  /** @param {number} now */
  const tick = (now) => {
    const { playing, speed } = store.get().view;
    if (!playing) return;
    // After a pause of the whole tab only a moment is caught up with.
    owed += (Math.min(250, now - last) / 1000) * speed;
    last = now;
    const moves = Math.floor(owed);
    owed -= moves;
    if (moves > 0) store.dispatch({ type: "time-passed", moves });
    requestAnimationFrame(tick);
  };
  store.subscribe((state, _event, before) => {
    if (state.view.playing && !before.view.playing) {
      last = performance.now();
      owed = 0;
      requestAnimationFrame(tick);
    }
  });
}

/**
 * Keeps the address bar at the view, and the view at the address bar.
 * @param {import("./store.js").Store} store
 */
export function attachAddress(store) {
  let timer = 0;
  store.subscribe((state, event) => {
    if (event.type === "hovered" || state.view.playing || !state.shown) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const { hash } = formatAddress(store.get());
      if (hash !== location.hash) history.replaceState(null, "", hash);
    }, SETTLE);
  });
  addEventListener("hashchange", () => {
    clearTimeout(timer);
    store.dispatch({ type: "address-read", address: parseAddress(location.hash) });
  });
}

/**
 * Shows the theme and remembers it.
 * @param {import("./store.js").Store} store
 */
export function attachTheme(store) {
  store.subscribe((state, _event, before) => {
    if (state.view.theme !== before.view.theme) localStorage.setItem("gatescope-theme", state.view.theme);
    if (themeOf(state) !== themeOf(before)) document.documentElement.dataset.theme = themeOf(state);
  });
}

/**
 * Sharing, exporting and opening figures: answers to what was clicked.
 * @param {import("./store.js").Store} store
 * @param {typeof import("../api.js")} api
 */
export function attachCommands(store, api) {
  let forgetting = 0;
  /** @param {"note" | "error"} tone @param {string} text */
  const tell = (tone, text) => {
    store.dispatch({ type: "told", toast: { tone, text } });
    clearTimeout(forgetting);
    forgetting = window.setTimeout(() => store.dispatch({ type: "told", toast: null }), 6000);
  };

  /**
   * Traces are kept for a while only; one that is gone is asked for again under the same id.
   * @template Answer
   * @param {State} state
   * @param {(trace: string) => Promise<Answer>} use
   */
  const withTrace = async (state, use) => {
    if (!state.shown) throw new Error("There is no trace yet.");
    const { wanted, trace } = state.shown;
    try {
      return await use(trace.id);
    } catch (error) {
      if (!(error instanceof api.ApiError) || error.status !== 404) throw error;
      await api.postTrace(wanted);
      return use(trace.id);
    }
  };

  /** @type {Record<string, (state: State, event: Event) => Promise<void>>} */
  const commands = {
    async "share-asked"(state) {
      const { hash, complete } = formatAddress(state);
      const address = location.href.split("#")[0] + hash;
      history.replaceState(null, "", hash);
      const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
      const lead = copied ? "Address copied." : "The address bar holds this view; copy it from there.";
      tell("note", complete ? `${lead} It holds the network, the sequence and this view.` : `${lead} The sequence is too long for an address and is not in it; send it along as a file.`);
    },
    async "export-asked"(state, { format }) {
      const layer = layerOf(state);
      if (!layer) return;
      const [blob, name] = await withTrace(state, async (trace) => {
        const stem = `gatescope-${trace.slice(0, 12)}`;
        if (format !== "figure") return /** @type {const} */ ([await api.fetchTraceFile(trace, format, namesOf(state)), `${stem}.${format}`]);
        const quantity = state.view.enlarged ?? Object.keys(layer.quantities)[0];
        const figure = await api.fetchFigure(trace, layer, quantity);
        return /** @type {const} */ ([new Blob([JSON.stringify(figure)], { type: "application/json" }), `${stem}-${quantity}.plotly.json`]);
      });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      tell("note", `Saved ${name}.`);
    },
    async "dialog-opened"(state, { name, quantity }) {
      const layer = layerOf(state);
      if (name !== "figure" || !layer) return;
      try {
        const [figure] = await Promise.all([withTrace(state, (trace) => api.fetchFigure(trace, layer, quantity)), loadPlotly()]);
        store.dispatch({ type: "figure-arrived", quantity, figure });
      } catch (error) {
        store.dispatch({ type: "figure-failed", quantity, text: sentence(error) });
      }
    },
  };

  store.subscribe((state, event) => {
    commands[event.type]?.(state, event).catch((error) => tell("error", sentence(error)));
  });
}

/** @type {Promise<void> | null} */
let plotly = null;

/** plotly.js is large: it is loaded when the first figure is opened. Its rules come as a file because the page allows no inline style. */
function loadPlotly() {
  plotly ??= Promise.all([
    loaded("link", { rel: "stylesheet", href: "/static/vendor/plotly.css", id: "plotly.js-style-global", class: "no-inline-styles" }),
    loaded("script", { src: "/static/vendor/plotly.min.js" }),
  ]).then(
    () => undefined,
    (error) => {
      plotly = null;
      throw error;
    },
  );
  return plotly;
}

/**
 * @param {"link" | "script"} tag
 * @param {Record<string, string>} attributes
 * @returns {Promise<void>}
 */
function loaded(tag, attributes) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return new Promise((resolve, reject) => {
    element.onload = () => resolve();
    element.onerror = () => {
      element.remove();
      reject(new Error("The chart library could not be loaded from this server."));
    };
    document.head.append(element);
  });
}

/**
 * Reads a dropped or chosen file as a sequence for the chosen network.
 * @param {import("./store.js").Store} store
 */
export function attachFiles(store) {
  /** @type {File | null} */
  let latest = null;
  store.subscribe((state, event) => {
    const model = event.type === "file-dropped" && modelOf(state);
    if (!model) return;
    /** @type {File} */
    const file = event.file;
    latest = file;
    file.arrayBuffer().then((buffer) => parseFile(file.name, buffer, model.input)).then(
      (input) => latest === file && store.dispatch({ type: "file-read", name: file.name, input }),
      (error) => latest === file && store.dispatch({ type: "file-refused", name: file.name, text: sentence(error) }),
    );
  });
}
