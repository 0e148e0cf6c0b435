/** @typedef {import("../types.js").State} State */

/**
 * Moves the step on while playing, by the clock and not by the frame.
 * @param {import("../store.js").Store} store
 * @param {(state: State) => {playing: boolean, speed: number}} playerOf what plays: Explore's view, or that of another place
 * @param {string} event that so many moves are due
 */
export function attachPlayer(store, playerOf = ({ view }) => view, event = "time-passed") {
  let last = 0;
  let owed = 0;
  /** @param {number} now */
  const tick = (now) => {
    const { playing, speed } = playerOf(store.get());
    if (!playing) return;
    // After a pause of the whole tab only a moment is caught up with.
    owed += (Math.min(250, now - last) / 1000) * speed;
    last = now;
    const moves = Math.floor(owed);
    owed -= moves;
    if (moves > 0) store.dispatch({ type: event, moves });
    requestAnimationFrame(tick);
  };
  store.subscribe((state, _event, before) => {
    if (playerOf(state).playing && !playerOf(before).playing) {
      last = performance.now();
      owed = 0;
      requestAnimationFrame(tick);
    }
  });
}
