/** The Health place: how the gates of a network work, over one sequence or many: in sentences, charts and a table of all units. */

import { h, setHidden, setText, shallowEqual } from "../lib/dom.js";
import { grouped } from "../lib/format.js";
import { icon } from "../lib/svg.js";
import { healthCharts } from "./health-charts.js";
import { healthFindings } from "./health-findings.js";
import { healthTable } from "./health-table.js";

/** @typedef {import("../lib/health-types.js").GateHealth} GateHealth */

/**
 * @typedef {object} HealthProps
 * @property {"trace" | "examples" | "file"} over what is looked at
 * @property {string | null} file the name of the last one
 * @property {"tokens" | "values"} reads what the network reads
 * @property {{id: string, title: string, examples: number} | null} model
 * @property {string} sequence how the looked at one begins
 * @property {boolean} altered whether interventions were made in it
 * @property {boolean} waiting
 * @property {boolean} nothing whether there is no trace to look at
 * @property {{text: string, again: boolean} | null} failure
 * @property {GateHealth | null} health
 * @property {import("../lib/health-words.js").HealthSentence[] | null} findings
 * @property {number} index of the chosen layer
 * @property {import("../lib/health-types.js").LayerHealth | null} layer the chosen one
 * @property {boolean} projected whether its hidden state has rows that are no units
 * @property {import("./health-table.js").TableProps | null} table
 * @property {"coming" | "there" | "failed"} charts whether there is something to draw them with
 * @property {"light" | "dark"} theme
 * @property {string | null} link where the same is as JSON; null where only this page has it
 */

const FORMS = {
  tokens: "Text, a sequence a line; .json or .jsonl of texts or token ids; .npy of token ids.",
  values: "A table of numbers, a step a line, as one sequence; .json or .jsonl; .npy of one or many.",
};

/**
 * @param {HTMLElement} root
 * @param {import("../types.js").Emit} emit
 * @returns {import("../types.js").View<HealthProps>}
 */
export function create(root, emit) {
  const title = h("h2", { id: "health-title", tabindex: -1, text: "Gate health" });
  const summary = h("p", { class: "health-summary", role: "status" });
  const chooser = h("input", { type: "file", id: "health-file", class: "visually-hidden", tabindex: -1, "aria-label": "File of sequences", on: { change: () => {
    if (chooser.files?.[0]) emit({ type: "health-file-chosen", file: chooser.files[0] });
    chooser.value = "";
  } } });
  /** @param {string} over @param {string} text */
  const source = (over, text) => h("button", { type: "button", class: "source", data: { over }, on: { click: () => (over === "file" && !shown?.file ? chooser.click() : emit({ type: "health-over-chosen", over })) } }, text);
  const sources = [source("trace", "The sequence in Explore"), source("examples", "The network’s examples"), source("file", "A file")];
  const choose = h("button", { type: "button", class: "action", on: { click: () => chooser.click() } }, icon("file"), h("span", { text: "Choose a file" }));
  const forms = h("p", { class: "hint" });
  const zone = h("div", { class: "drop-zone is-small health-zone" }, choose, h("p", { class: "hint", text: "or drop it here." }), forms, chooser);
  const waiting = h("div", { class: "progress" }, h("progress", { "aria-label": "Looking at the gates" }), h("span", { text: "Looking at every gate…" }), h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "health-cancelled" }) } }, "Cancel"));
  const refusal = h("span");
  const retry = h("button", { type: "button", class: "text-button", on: { click: () => emit({ type: "health-retried" }) } }, "Try again");
  const failure = h("p", { class: "health-failure", role: "alert" }, refusal, retry);
  const link = h("a", { class: "action", download: "gatescope-health.json" }, icon("export"), "JSON");
  const save = h("button", { type: "button", class: "action", on: { click: () => emit({ type: "health-saved" }) } }, icon("export"), "JSON");
  const findings = healthFindings(emit);
  const charts = healthCharts(emit);
  const table = healthTable(emit);
  const content = h("div", { class: "health-content" }, findings.element, charts.element, table.element);
  root.append(h("div", { class: "health-page", role: "region", "aria-labelledby": "health-title" },
    h("header", { class: "health-head" }, title, h("div", { class: "sources", role: "group", "aria-label": "What is looked at" }, ...sources), link, save),
    zone, summary, waiting, failure, content));

  /** @type {HealthProps | null} */
  let shown = null;
  return {
    update(props) {
      if (shallowEqual(shown, props)) return;
      shown = props;
      const { over, health, layer } = props;
      for (const button of sources) button.setAttribute("aria-pressed", String(button.dataset.over === over));
      setText(sources[1], props.model?.examples === 1 ? "The network’s example" : `The network’s ${props.model?.examples ?? ""} examples`);
      setText(sources[2], props.file ?? "A file…");
      setHidden(zone, over !== "file");
      setText(forms, FORMS[props.reads]);
      setText(summary, health ? summaryText(props, health) : props.nothing ? "There is no sequence in Explore yet." : "");
      setHidden(waiting, !props.waiting);
      setText(refusal, props.failure ? `${over === "file" ? `${props.file}: ` : ""}${props.failure.text} ` : "");
      setHidden(failure, props.failure === null);
      setHidden(retry, !props.failure?.again);
      setHidden(link, !health || !props.link);
      if (props.link) link.href = props.link;
      setHidden(save, !health || props.link !== null);
      setHidden(content, !health);
      content.classList.toggle("is-waiting", props.waiting);
      if (!health || !layer || !props.findings || !props.table) return;
      findings.update({ findings: props.findings, index: props.index });
      charts.update({ layer, projected: props.projected, charts: props.charts, theme: props.theme });
      table.update(props.table);
    },
    destroy() {
      charts.destroy();
      root.replaceChildren();
    },
  };
}

/** @param {HealthProps} props @param {GateHealth} health */
function summaryText({ over, model, sequence, altered, file }, { steps, sequences }) {
  const count = `${grouped(steps)} step${steps === 1 ? "" : "s"}`;
  const many = `${grouped(sequences)} sequence${sequences === 1 ? "" : "s"}, ${count}`;
  if (over === "trace") return `${model?.title}: ${sequence ? `“${sequence}”, ` : ""}${count}${altered ? ", with the interventions made in Explore" : ""}.`;
  return `${model?.title}: ${over === "file" ? `${file}, ` : ""}${many}.`;
}
