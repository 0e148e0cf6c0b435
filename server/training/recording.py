"""What a run leaves on the disk while it goes on: progress and checkpoints, each at its own pace."""

import threading
import time
from collections.abc import Callable
from typing import Any

from gatescope.core.training.run import Report, Run

from ..store.durable import write_file
from .events import Event, EventLog, now, read_all, rewind
from .files import RunFiles
from .pacing import (
    MOST_CHECKPOINTS,
    SECONDS_BETWEEN,
    SNAPSHOT_SECONDS,
    SNAPSHOT_SHARE,
    ProgressPace,
    spacing,
    superfluous,
)

LASTING = ("state", "progress", "checkpoint")
"""Events that are still true when a run is resumed after them."""


class Recording:
    """Writes events and checkpoints of a run, for the process that holds its lock.

    The thread that trains calls `after`, then `keep`; any other may call `save_what_there_is` while an update takes its
    time. Every method raises `OSError` where the disk does not take it.
    """

    def __init__(self, files: RunFiles, run: Run, checkpoint_bytes: int, tell: Callable[[], None]) -> None:
        """Take back what happened after the update from which the run goes on, and keep the run if it is not yet.

        ``tell`` is called after every event.
        """
        self._files = files
        self._run = run
        self._budget = checkpoint_bytes
        self._tell = tell
        self._lock = threading.Lock()
        events = list(read_all(files.events))
        lasting = [event for event in events if self._is_lasting(event)]
        self._seconds = max((event.data.get("seconds", 0.0) for event in lasting), default=0.0)
        running = {"state": "running", "update": run.update, "time": now()}
        if lasting != events:
            rewind(files.events, self._is_lasting, "state", **running)
        self._log = EventLog(files.events)
        if lasting == events:
            self._log.append("state", **running)
        self._tell()
        self._kept = [update for update in files.checkpoints() if update <= run.update]
        self._pace = ProgressPace()
        self._unreported: list[Report] = []
        self._snapshot: tuple[int, bytes] | None = None
        self._since = self._snapshot_at = self._kept_at = time.monotonic()
        self._snapshot_pause = SNAPSHOT_SECONDS
        if run.update not in self._kept:
            self._keep(run.update, run.checkpoint())

    @property
    def seconds(self) -> float:
        """Seconds of training so far, those before the run was resumed included."""
        return self._seconds + time.monotonic() - self._since

    def after(self, report: Report) -> None:
        """An update was made."""
        with self._lock:
            self._unreported.append(report)
            if report.update % self._run.plan.report_every == 0 and self._pace.is_due(self.seconds):
                self._report()
            self._keep_if_due(report.update)

    def keep(self) -> None:
        """The run makes no more updates in this process: keep its last state."""
        with self._lock:
            self._report()
            if self._run.update not in self._kept:
                self._keep(self._run.update, self._run.checkpoint())
            self._log.sync()

    def close(self) -> None:
        """Let go of the log."""
        self._log.close()

    def done(self, state: str, **data: Any) -> None:
        """Say that the run has ended of itself, and how; whoever started it draws the conclusions."""
        with self._lock:
            self._report()
            self._append("done", state=state, update=self._run.update, seconds=round(self.seconds, 3), **data)
            self._log.sync()

    def save_what_there_is(self) -> None:
        """Keep the latest state that is at hand. The lock is never let go: the process is to end now."""
        self._lock.acquire()
        if self._snapshot is not None and self._snapshot[0] > self._kept[-1]:
            self._keep(*self._snapshot)

    def _is_lasting(self, event: Event) -> bool:
        return event.kind in LASTING and bool(event.data.get("update", 0) <= self._run.update)

    def _keep_if_due(self, update: int) -> None:
        now = time.monotonic()
        content = None
        if now - self._snapshot_at >= self._snapshot_pause:
            content = self._run.checkpoint()
            self._snapshot = (update, content)
            self._snapshot_at = time.monotonic()
            self._snapshot_pause = max(SNAPSHOT_SECONDS, SNAPSHOT_SHARE * (self._snapshot_at - now))
        planned = update % spacing(update, self._run.plan.checkpoint_every, self._most(content)) == 0
        if planned or now - self._kept_at >= SECONDS_BETWEEN:
            self._keep(update, content or self._run.checkpoint())

    def _most(self, content: bytes | None) -> int:
        """How many checkpoints there may be: fewer of a large network."""
        size = len(content) if content else self._files.checkpoint(self._kept[-1]).stat().st_size
        return min(MOST_CHECKPOINTS, self._budget // max(1, size))

    def _keep(self, update: int, content: bytes) -> None:
        write_file(self._files.checkpoint(update), content)
        self._kept.append(update)
        for gone in superfluous(self._kept, self._run.plan.checkpoint_every, self._most(content)):
            self._files.discard(gone)
            self._kept.remove(gone)
        self._kept_at = time.monotonic()
        self._append("checkpoint", update=update, model=f"{self._files.id}@{update}", checkpoints=self._kept)
        self._log.sync()

    def _report(self) -> None:
        """Progress since the last report: the last update's figures, what stood out, and the last evaluation."""
        if not self._unreported:
            return
        reports, self._unreported = self._unreported, []
        last = reports[-1]
        evaluations = [{"update": one.update, **one.evaluation} for one in reports if one.evaluation is not None]
        self._append(
            "progress",
            update=last.update,
            loss=last.loss,
            mean_loss=sum(report.loss for report in reports) / len(reports),
            gradient_norm=last.gradient_norm,
            largest_gradient_norm=max(report.gradient_norm for report in reports),
            clipped_norm=last.clipped_norm,
            learning_rate=last.learning_rate,
            seconds=round(self.seconds, 3),
            evaluation=evaluations[-1] if evaluations else None,
        )

    def _append(self, kind: str, **data: Any) -> None:
        self._log.append(kind, **data)
        self._tell()
