/** A delay that is built by hand, of simple units: a chain that hands on what it was told. */

import { within } from "./bands.js";
import { simple } from "./networks.js";
import { at, numbersOf, series, short, single, zeros } from "./reading.js";
import { ELMAN } from "./sources.js";

const SEQUENCES = [
  single("one", "A single one", zeros(10, { 2: 1 })),
  single("pair", "One and minus one", zeros(12, { 1: 1, 4: -1, 5: 1, 8: -1 })),
  single("dense", "Without a pause", [1, -1, -1, 1, 0, 1, 1, -1, 0, -1, 0, 0]),
];

/** What was read so many steps before each step. @param {number[]} numbers @param {number} by */
const delayed = (numbers, by) => numbers.map((_, step) => numbers[step - by] ?? 0);

const LONG = 20;

/** A chain in which every unit reads the one before it. @param {number} units */
const chain = (units) => simple([zeros(units, { 0: 2 })], Array.from({ length: units }, (_, from) => zeros(units, { [from + 1]: 2 })).map((row) => row.slice(0, units)), zeros(units));

/** The unit that stirs most at a step. @param {import("./types.js").Run} run @param {number} step */
function stirred(run, step) {
  const sizes = Array.from({ length: run.layer.hiddenSize }, (_, unit) => Math.abs(at(run, "hidden_state", step, unit)));
  return sizes.indexOf(Math.max(...sizes));
}

const WHEN = [
  { id: "now", text: "At step 3 itself", by: 0 },
  { id: "one", text: "At step 4", by: 1 },
  { id: "two", text: "At step 5", by: 2 },
  { id: "never", text: "Never", by: -1 },
];

/** How many steps after the one unit 1 shows it; −1 for never. @param {import("./types.js").Run} run */
function lag(run) {
  const step = series(run, "hidden_state", 1).findIndex((value) => Math.abs(value) > 0.1);
  return step < 0 ? -1 : step - 2;
}

/** @param {import("./types.js").Evidence} evidence */
const told = ({ run }) => `Unit 0 is ${short(at(run, "hidden_state", 2, 0))} at step 3, where the 1 is read. Unit 1 does not read the input at all, only what unit 0 was a step earlier: it is ${short(at(run, "hidden_state", 2, 1))} at step 3 and ${short(at(run, "hidden_state", 3, 1))} at step 4. A recurrent weight always reaches back by one step.`;

/** @param {number} from @param {number} to @param {number} initial */
const link = (from, to, initial) => ({ name: `u${from}${to}`, symbol: `u_${from}→${to}`, label: `what unit ${to} reads of unit ${from}`, lowest: -3, highest: 3, step: 0.5, initial, quantity: "hidden_state" });

/** @type {import("./types.js").Lesson} */
export const delay = {
  id: "delay",
  chapter: "Machines built by hand",
  title: "A delay",
  summary: "Three simple units that hand on what was read, one step at a time",
  paragraphs: [
    "Not every memory needs a gate. Here are three simple units. Unit 0 reads the input. What a unit reads of the others, it reads as they were one step earlier; that is all a recurrent weight does.",
    "So a chain of units is a delay: what the first one is told, the next one knows a step later. It holds the last few inputs, all of them at once, but each further step costs a further unit. A latch needs one unit for any time, and holds one thing.",
    "The heatmap has a row for each unit. Watch the diagonal.",
  ],
  sources: [{ ...ELMAN, claim: "The hidden units’ last values are read as if they were a further input: context units, each a copy, one step old." }],
  controls: [
    { name: "w", symbol: "w_0", label: "what unit 0 reads of the input", lowest: -3, highest: 3, step: 0.5, initial: 2, quantity: "hidden_state" },
    link(1, 0, 0), link(2, 0, 0), link(0, 1, 2), link(1, 1, 0), link(2, 1, 0), link(0, 2, 0), link(1, 2, 0), link(2, 2, 0),
  ],
  networks: (s) => [{ name: "Three simple units", sketch: simple([[s.w, 0, 0]], [[0, s.u01, s.u02], [s.u10, s.u11, s.u12], [s.u20, s.u21, s.u22]], [0, 0, 0]) }],
  features: ["x"],
  sequences: () => SEQUENCES,
  pictures: [{ kind: "heatmap", network: 0, quantity: "hidden_state", height: 96 }, { kind: "carry", network: 0 }],
  unit: 2,
  questions: [
    {
      id: "when",
      kind: "choice",
      predicts: true,
      ask: "At step 3 a 1 is read. When does unit 1 show it, which reads nothing but unit 0?",
      sequences: () => [SEQUENCES[0]],
      options: WHEN.map(({ id, text }) => ({ id, text, why: told })),
      right: ({ run }) => WHEN.find(({ by }) => by === lag(run))?.id ?? "",
      hints: ["When unit 1 is computed, what of unit 0 is already there to be read?"],
    },
    {
      id: "two",
      kind: "goal",
      ask: "Let unit 2 show what was read two steps before: above 0.5 for a 1, below −0.5 for a −1, and near 0 for a 0.",
      sequences: () => SEQUENCES,
      wanted: (sequence) => delayed(numbersOf(sequence), 2).map((number) => String(number).replace("-", "−")),
      judge: ({ runs: [run], sequence }) =>
        within(run, "hidden_state", delayed(numbersOf(sequence), 2).map((number, step) => {
          const advice = `Two steps before, a ${String(number).replace("-", "−")} was read${step < 2 ? " at most" : ""}.`;
          return number ? { lowest: number > 0 ? 0.5 : -1, highest: number > 0 ? 1 : -0.5, advice } : { lowest: -0.1, highest: 0.1, advice: step < 2 ? "Nothing was read two steps before." : advice };
        }), "Two steps late, and nothing else.", 2),
      met: "One more link of the chain. In the heatmap every number now wanders down a diagonal and out at the end.",
      hints: ["Unit 1 knows at each step what was read one step before. Who should read unit 1?", "Set what unit 2 reads of unit 1 to 2, and leave the others at 0."],
      solution: { u12: 2 },
    },
    {
      id: "many",
      kind: "number",
      ask: `How many units does such a chain need to show what was read ${LONG} steps before?`,
      unit: "units",
      tolerance: 0,
      networks: () => [{ name: "A chain", sketch: chain(LONG + 6) }],
      sequences: () => [single("impulse", "A single one", zeros(LONG + 3, { 0: 1 }))],
      right: ({ run }) => stirred(run, LONG) + 1,
      why: (_given, right) => `In a chain of ${LONG + 6} units it is unit ${right - 1} that stirs ${LONG} steps later; counted from unit 0 these are ${right} units. Memory of this kind is as long as it is wide.`,
      hints: ["Two steps needed units 0, 1 and 2."],
    },
  ],
};
