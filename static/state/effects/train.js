/** What the Train place asks of the server: tasks, runs, their events, and a probe as the network of a checkpoint reads it. */

import * as trainings from "../../training-api.js";
import { plansOf } from "../../lib/plan-form.js";
import { keptAt } from "../../lib/training-axis.js";
import { chosenRuns, isGoing, trainOf } from "../train-transitions.js";
import { loadPlotly } from "./plotly.js";
import { sentence } from "./sentence.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../train-types.js").Run} Run */

/** How often the list is asked for while runs are going, in milliseconds: other windows start runs too. */
const LIST_EVERY = 4000;

/** Events of a run are gathered for this long, in milliseconds, before they are drawn. */
const GATHER = 200;

/** How long a checkpoint is seen while the training's axis plays, in milliseconds. */
const TICK = 450;

/**
 * @param {import("../store.js").Store} store
 * @param {typeof import("../../api.js")} api
 */
export function attachTrain(store, api) {
  /** @type {Map<string, () => void>} how to stop listening, by run */
  const listening = new Map();
  /** @type {Map<string, AbortController>} probes on their way, by run */
  const probing = new Map();
  /** @type {Map<string, "asked" | "there">} whose histories were asked for; listening begins where they end */
  const detailed = new Map();
  let listTimer = 0;
  let tickTimer = 0;

  /** @param {unknown} error */
  const tell = (error) => store.dispatch({ type: "train-told", text: sentence(error) });

  const begin = async () => {
    loadPlotly().then(() => store.dispatch({ type: "train-charts-arrived" })).catch(tell);
    try {
      const catalogue = await trainings.fetchTasks();
      store.dispatch({ type: "train-catalogue-arrived", catalogue });
    } catch (error) {
      store.dispatch({ type: "train-away", text: sentence(error) });
    }
  };

  const list = async () => {
    clearTimeout(listTimer);
    try {
      store.dispatch({ type: "train-runs-arrived", runs: await trainings.fetchTrainings() });
    } catch (error) {
      store.dispatch({ type: "train-away", text: sentence(error) });
    }
    listTimer = window.setTimeout(() => {
      if (store.get().place === "train") void list();
    }, LIST_EVERY);
  };

  /** @param {string} id */
  const detail = async (id) => {
    detailed.set(id, "asked");
    try {
      const run = await trainings.fetchTraining(id);
      detailed.set(id, "there");
      store.dispatch({ type: "train-run-arrived", run });
    } catch (error) {
      detailed.delete(id);
      if (!(error instanceof api.ApiError && error.status === 404)) tell(error);
    }
  };

  /** @param {string} id */
  const listen = (id) => {
    /** @type {ReturnType<typeof nothing>} */
    let gathered = nothing();
    let timer = 0;
    const flush = () => {
      timer = 0;
      store.dispatch({ type: "train-progressed", id, ...gathered });
      gathered = nothing();
    };
    const known = trainOf(store.get()).runs.find((run) => run.id === id)?.lastEvent ?? 0;
    const stop = trainings.watchTraining(id, known, {
      news({ update, points, evaluations, checkpoints }) {
        gathered.update = Math.max(gathered.update, update);
        gathered.points.push(...points);
        gathered.evaluations.push(...evaluations);
        gathered.checkpoints = checkpoints ?? gathered.checkpoints;
        timer ||= window.setTimeout(flush, GATHER);
      },
      state: (to) => store.dispatch({ type: "train-run-moved", id, to }),
      end() {
        clearTimeout(timer);
        flush();
        listening.get(id)?.();
        listening.delete(id);
        void detail(id);
        void refreshModels();
      },
    });
    listening.set(id, () => {
      clearTimeout(timer);
      stop();
    });
  };

  const refreshModels = async () => {
    try {
      store.dispatch({ type: "models-refreshed", models: await api.fetchModels() });
    } catch {
      // The list stays as it was; it is asked for again in Models.
    }
  };

  /** @param {Run} run @param {number} update @param {number} probe @param {string} key */
  const read = async (run, update, probe, key) => {
    probing.get(run.id)?.abort();
    const asking = new AbortController();
    probing.set(run.id, asking);
    const model = `${run.id}@${update}`;
    try {
      if (!trainOf(store.get()).shapes[run.id]) {
        const { input, layers, readout } = await api.fetchModel(model);
        store.dispatch({ type: "train-shape-arrived", id: run.id, shape: { input, layers, readout } });
      }
      const trace = await api.postTrace({ model, input: run.probes[probe].input }, asking.signal);
      store.dispatch({ type: "train-probed", id: run.id, probed: { key, update, trace, error: null } });
    } catch (error) {
      if (!asking.signal.aborted) store.dispatch({ type: "train-probed", id: run.id, probed: { key, update, trace: null, error: sentence(error) } });
    } finally {
      if (probing.get(run.id) === asking) probing.delete(run.id);
    }
  };

  /** @type {Map<string, string>} what was asked for last, by run */
  const wanted = new Map();

  /** Asks for what is to be seen and is not there. While one answer is on its way, the next waits for it. @param {State} state */
  const probe = (state) => {
    const train = trainOf(state);
    for (const run of chosenRuns(train)) {
      const update = keptAt(run, train.update);
      const which = Math.min(train.probe, run.probes.length - 1);
      if (update === null || which < 0) continue;
      const key = `${which}@${update}`;
      if (wanted.get(run.id) === key || (train.update === null && probing.has(run.id))) continue;
      wanted.set(run.id, key);
      void read(run, update, which, key);
    }
  };

  const start = async () => {
    const { catalogue, form } = trainOf(store.get());
    if (!catalogue) return;
    const plans = plansOf(catalogue, form);
    if (plans.length === 0) return store.dispatch({ type: "train-refused", field: "cells", text: "Choose at least one cell to train." });
    /** @type {Run[]} */
    const runs = [];
    try {
      for (const plan of plans) runs.push(await trainings.postTraining(plan));
      store.dispatch({ type: "train-started", runs });
    } catch (error) {
      if (runs.length) store.dispatch({ type: "train-started", runs });
      store.dispatch({ type: "train-refused", field: trainings.fieldOf(error), text: sentence(error) });
    }
  };

  /** @type {Record<string, (event: any) => Promise<any>>} */
  const commands = {
    "train-asked": start,
    async "train-explored"({ id }) {
      const model = trainOf(store.get()).runs.find((run) => run.id === id)?.model;
      await refreshModels();
      store.dispatch({ type: "model-explored", id: model });
    },
    async "train-commanded"({ id, verb }) {
      store.dispatch({ type: "train-run-arrived", run: await trainings.commandTraining(id, verb) });
    },
    async "train-deletion-confirmed"({ id, name }) {
      await trainings.deleteTraining(id);
      store.dispatch({ type: "train-run-deleted", id, text: `${name} was deleted.` });
    },
  };

  store.subscribe((state, event, before) => {
    void commands[event.type]?.(event).catch(tell);
    const train = trainOf(state);
    const was = trainOf(before);
    const here = state.place === "train";
    if (here && before.place !== "train") void list();
    if (train === was && here === (before.place === "train")) return;
    const runs = here ? chosenRuns(train) : [];
    for (const run of runs) {
      if (!detailed.has(run.id)) void detail(run.id);
      if (isGoing(run) && detailed.get(run.id) === "there" && !listening.has(run.id)) listen(run.id);
    }
    for (const [id, stop] of listening) {
      if (runs.some((run) => run.id === id)) continue;
      stop();
      listening.delete(id);
      detailed.delete(id);
    }
    if (here) probe(state);
    if (train.playing !== was?.playing) {
      clearInterval(tickTimer);
      if (train.playing) tickTimer = window.setInterval(() => store.dispatch({ type: "train-ticked" }), TICK);
    }
  });

  void begin();
  void list();
}

const nothing = () => ({ update: 0, points: /** @type {import("../train-types.js").Point[]} */ ([]), evaluations: /** @type {import("../train-types.js").Evaluation[]} */ ([]), checkpoints: /** @type {number[] | null} */ (null) });
