/** The second time axis: that of training. Its places are the updates after which a network was kept. Pure. */

/** @typedef {{checkpoints: number[]}} Kept */

/**
 * Every update after which one of the runs was kept.
 * @param {Kept[]} runs
 * @returns {number[]} rising
 */
export const placesOf = (runs) => [...new Set(runs.flatMap(({ checkpoints }) => checkpoints))].sort((a, b) => a - b);

/**
 * The place some places further; it stays on the axis.
 * @param {Kept[]} runs
 * @param {number | null} update null is the newest
 * @param {number} by how many places; ±Infinity is the first or last one
 * @returns {number | null} null where nothing has been kept yet
 */
export function placeOnTraining(runs, update, by) {
  const places = placesOf(runs);
  if (places.length === 0) return null;
  const at = update === null ? places.length - 1 : places.filter((place) => place <= update).length - 1;
  return places[Math.max(0, Math.min(places.length - 1, at + by))];
}

/**
 * What a run was like at a place: the last network that was kept until then.
 * @param {Kept} run
 * @param {number | null} update null is the newest
 * @returns {number | null} null where nothing was kept yet
 */
export function keptAt({ checkpoints }, update) {
  const until = update === null ? checkpoints : checkpoints.filter((kept) => kept <= update);
  return until[until.length - 1] ?? null;
}
