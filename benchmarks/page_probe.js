// Put into the page before its own scripts run: notes when pictures are there, what is drawn, and when frames come.
(() => {
  const probe = { pressed: 0, draws: 0 };
  window.gatescopeProbe = probe;

  // The mark is set while the frame is being made; a timeout set there runs when that frame has been handed over.
  let paint;
  probe.nextPicture = () => { probe.picture = new Promise((resolve) => { paint = resolve; }); };
  probe.nextPicture();
  const mark = performance.mark;
  performance.mark = function (name, ...rest) {
    if (name === "gatescope:heatmaps-painted") setTimeout(() => paint(performance.now()));
    return mark.call(performance, name, ...rest);
  };

  addEventListener("keydown", (event) => { probe.pressed = event.timeStamp; }, true);

  // Everything drawn on a canvas of the page, and every heatmap painted anew.
  for (const [prototype, name] of [
    [CanvasRenderingContext2D.prototype, "drawImage"],
    [CanvasRenderingContext2D.prototype, "putImageData"],
    [CanvasRenderingContext2D.prototype, "fillRect"],
    [ImageBitmapRenderingContext.prototype, "transferFromImageBitmap"],
  ]) {
    const own = prototype[name];
    prototype[name] = function (...rest) {
      probe.draws += 1;
      return own.apply(this, rest);
    };
  }

  /** Calls `act` in each of the next `count` frames, and resolves to the times of the frames. */
  probe.eachFrame = (count, act) => new Promise((resolve) => {
    const frames = [];
    const tick = (now) => {
      frames.push(now);
      if (frames.length > count) resolve(frames);
      else {
        act(frames.length);
        requestAnimationFrame(tick);
      }
    };
    requestAnimationFrame(tick);
  });

  /** Turns the wheel over the middle of the first heatmap once a frame: in and out again, or with `shift` to and fro. */
  probe.wheelEachFrame = (count, shift) => {
    const plot = document.querySelector(".panel .plot");
    const box = plot.getBoundingClientRect();
    const place = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true, cancelable: true };
    return probe.eachFrame(count, (frame) => {
      const deltaY = frame % 60 < 30 ? -40 : 40;
      plot.dispatchEvent(new WheelEvent("wheel", { ...place, deltaY, shiftKey: shift }));
    });
  };
})();
