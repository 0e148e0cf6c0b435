/** What health says in sentences, as the page counts layers: from 1, and only where there are several. Pure. */

import { MINUS, asSentence } from "./format.js";

/** @typedef {import("./health-types.js").GateHealth} GateHealth */
/** @typedef {import("./health-types.js").HealthFlag} HealthFlag */

/**
 * A sentence: `index` is the layer that it is about, null for none; `tone` tells what deserves a look from what is only told. `flag` has the units.
 * @typedef {{text: string, where: string, index: number | null, tone: "flag" | "hint" | "told", flag: HealthFlag | null}} HealthSentence
 */

/**
 * @param {GateHealth} health
 * @returns {HealthSentence[]}
 */
export function findingsOf({ findings, flags, hints, layers }) {
  const both = layers.some(({ direction }) => direction === "backward");
  const names = layers.map(({ layer, direction }) => ({ said: `Layer ${layer} (${direction}): `, shown: layers.length > 1 ? `Layer ${layer + 1}${both ? `, ${direction}` : ""}` : "" }));
  return findings.map((sentence) => {
    const index = names.findIndex(({ said }) => sentence.startsWith(said));
    const flag = flags.find((one) => one.sentence === sentence) ?? null;
    const tone = flag ? "flag" : hints.some((one) => one.sentence === sentence) ? "hint" : "told";
    const text = asSentence(index < 0 ? sentence : sentence.slice(names[index].said.length)).replace(/ -(?=\d)/g, ` ${MINUS}`);
    return { text, where: index < 0 ? "" : names[index].shown, index: index < 0 ? null : index, tone, flag };
  });
}
