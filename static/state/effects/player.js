/**
 * Moves the step on while playing, by the clock and not by the frame.
 * @param {import("../store.js").Store} store
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
