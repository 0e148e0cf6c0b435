/** All lessons, in the order in which they are read. */

import { add } from "./add.js";
import { bias } from "./bias.js";
import { build } from "./build.js";
import { carry } from "./carry.js";
import { clip } from "./clip.js";
import { counter } from "./counter.js";
import { delay } from "./delay.js";
import { depth } from "./depth.js";
import { forget } from "./forget.js";
import { forgets } from "./forgets.js";
import { gru } from "./gru.js";
import { latch } from "./latch.js";
import { output } from "./output.js";
import { reach } from "./reach.js";
import { vanish } from "./vanish.js";

/** @typedef {import("./types.js").Lesson} Lesson */

/** @type {Lesson[]} */
export const LESSONS = [forgets, carry, forget, add, output, latch, counter, delay, build, gru, bias, vanish, clip, depth, reach];

/** @param {string | null} id @returns {Lesson | null} */
export const lessonOf = (id) => LESSONS.find((lesson) => lesson.id === id) ?? null;
