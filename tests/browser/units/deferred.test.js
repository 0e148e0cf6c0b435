/** Views that come after the first picture. */

import { deferred } from "/static/lib/deferred.js";
import { check, equal } from "./check.js";

export async function test_a_view_that_comes_late_is_told_what_was_said_last() {
  /** @type {number[]} */
  const told = [];
  let made = 0;
  const view = deferred(async () => {
    made += 1;
    return { update: (/** @type {{step: number}} */ { step }) => void told.push(step), destroy: () => void told.push(-1) };
  }, () => check(false, "it came"));
  equal(made, 0);
  view.update({ step: 1 });
  view.update({ step: 2 });
  equal(told, []);
  await new Promise((resolve) => setTimeout(resolve));
  equal(told, [2]);
  view.update({ step: 3 });
  view.destroy();
  equal(told, [2, 3, -1]);
  equal(made, 1);
}

export async function test_one_that_cannot_come_is_said_once() {
  /** @type {unknown[]} */
  const failures = [];
  const view = deferred(() => Promise.reject(new Error("gone")), (error) => void failures.push(error));
  for (let step = 0; step < 3; step++) {
    view.update({ step });
    await new Promise((resolve) => setTimeout(resolve));
  }
  equal(failures.length, 1);
  view.destroy();
}
