/** A counter that is built by hand: what an LSTM can do and a squashed state cannot. */

import { formatNumber } from "../lib/numerals.js";
import { near, within } from "./bands.js";
import { lstmUnit, OPEN } from "./networks.js";
import { at, atLast, numbersOf, short, single } from "./reading.js";
import { WEISS } from "./sources.js";

const ONES = single("ones", "Ones among zeros", [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0]);
const WALKS = [
  single("both", "Up and down", [1, 1, 0, 1, -1, 0, 1, -1, -1, 0, 1, 1]),
  single("below", "Below zero", [-1, 0, -1, -1, 1, 0, -1, 0]),
  single("high", "High, and back", [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1]),
];

/** @param {number[]} numbers */
function counts(numbers) {
  let count = 0;
  return numbers.map((number) => (count += number));
}

/** @param {import("./types.js").Evidence} evidence */
const flat = ({ run }) => {
  const states = [1, 2, 3, 6, 7].map((count) => {
    const step = counts(numbersOf(ONES)).indexOf(count);
    return `${count}: ${formatNumber(at(run, "hidden_state", step))}`;
  });
  return `The hidden state at each count is ${states.join("; ")}. From 1 to 2 it moves by a fifth, from 6 to 7 by almost nothing: tanh is flat there. The count itself is safe in c; what reads h sees only the first few. A network that has to tell larger counts apart lets each one add less.`;
};

/** @type {import("./types.js").Lesson} */
export const counter = {
  id: "counter",
  chapter: "Machines built by hand",
  title: "A counter",
  summary: "A cell state has no upper end: it can count",
  paragraphs: [
    "If the forget gate stays open and nearly 1 is written each time, the cell state counts. Nothing bounds it: gates lie between 0 and 1 and the candidate between −1 and 1, but *c* is their sum over all steps.",
    "That is more than a simple tanh unit can do, whose state never leaves −1 to 1, and it is how LSTMs keep track of how deep brackets are nested or how long a line is.",
    "This one counts ones: its input gate, σ(20 *x* − 10), opens for them, and the candidate is tanh(3), nearly 1.",
  ],
  sources: [{ ...WEISS, claim: "With finite precision, LSTMs and simple networks with a ReLU can count, in a way in which GRUs and simple networks with a squashing activation cannot; and trained LSTMs are seen to do so." }],
  controls: [
    { name: "wi", symbol: "w_i", label: "input gate: weight of the input", lowest: -20, highest: 20, step: 1, initial: 20, quantity: "input_gate" },
    { name: "bi", symbol: "b_i", label: "input gate: bias", lowest: -20, highest: 20, step: 1, initial: -10, quantity: "input_gate" },
    { name: "wg", symbol: "w_g", label: "candidate: weight of the input", lowest: -5, highest: 5, step: 0.5, initial: 0, quantity: "candidate" },
    { name: "bg", symbol: "b_g", label: "candidate: bias", lowest: -5, highest: 5, step: 0.5, initial: 3, quantity: "candidate" },
  ],
  networks: ({ wi, bi, wg, bg }) => [{ name: "An LSTM unit", sketch: lstmUnit({ i: { x: [wi], b: bi }, f: { b: OPEN }, g: { x: [wg], b: bg }, o: { b: OPEN } }) }],
  features: ["x"],
  sequences: () => [ONES, ...WALKS],
  pictures: [{ kind: "carry", network: 0 }],
  questions: [
    {
      id: "seven",
      kind: "number",
      predicts: true,
      ask: `It reads ${numbersOf(ONES).join(" ")}. Where does its cell state end, to within 0.2?`,
      unit: "",
      tolerance: 0.2,
      right: ({ run }) => atLast(run, "cell_state"),
      why: (_given, right) => `There are ${numbersOf(ONES).filter(Boolean).length} ones, and each writes tanh(3) = 0.995, so the state ends at ${short(right)}.`,
      hints: ["Count the ones."],
    },
    {
      id: "shown",
      kind: "choice",
      ask: "The rest of the network sees h = o tanh(c). Can it read the count?",
      sequences: () => [ONES],
      options: [
        { id: "all", text: "Yes, every count as well as any other", why: flat },
        { id: "small", text: "Only small counts; large ones all look alike", why: flat },
        { id: "none", text: "No, h is the same at every count", why: flat },
      ],
      right({ run }) {
        const shown = [0, 1, 6, 7].map((count) => (count ? at(run, "hidden_state", counts(numbersOf(ONES)).indexOf(count)) : 0));
        const [small, large] = [shown[1] - shown[0], shown[3] - shown[2]];
        return small < 0.05 ? "none" : large > 0.5 * small ? "all" : "small";
      },
      hints: ["Move along the steps and compare h with c."],
    },
    {
      id: "down",
      kind: "goal",
      ask: "Let it count in both directions: up by one for every 1, down by one for every −1.",
      sequences: () => WALKS,
      wanted: (sequence) => counts(numbersOf(sequence)).map((count) => String(count).replace("-", "−")),
      judge: ({ runs: [run], sequence }) => within(run, "cell_state", counts(numbersOf(sequence)).map((count, step) => near(count, 0.2, numbersOf(sequence)[step] ? "Both 1 and −1 must be let in, and the candidate must have the sign of the input." : "A 0 must not be counted: either the gate or the candidate has to be 0.")), "Every count is right."),
      met: "The gate can stand open all the time, if the candidate is 0 when there is nothing to count. Which part of a product does the work is a matter of taste: training finds both.",
      hints: ["The input gate must no longer shut −1 out: let its weight be 0 and its bias large.", "Then the candidate must be 1, 0 or −1 as the input is: no bias, a large weight."],
      solution: { wi: 0, bi: 20, wg: 5, bg: 0 },
    },
  ],
};
