"""Who runs when: the queue, the processes, and what follows when one of them ends or is found to be gone."""

import logging
import threading
from collections import deque
from contextlib import suppress
from typing import Any

from ..errors import BUSY, TOO_LARGE, TRAINING_STATE, Problem, storage_problem
from ..settings import Settings
from ..store.trainings import Training, TrainingFolder, unknown_training
from .conclusions import Conclusions
from .limits import DISK_FAILED, TAKEN, Limits
from .process import ChildProcess

logger = logging.getLogger("gatescope")

STOP_SECONDS = 0.8
"""How long a process may take to keep its run and end, when it is stopped: then the last checkpoint must do."""
CLOSE_SECONDS = 5.0
"""The same where the run is paused or the server ends."""
HOLD_SECONDS = 1.0
"""How long another may hold a run of which something is wanted, before it is taken to be carried on elsewhere."""
AT_REST = ("paused", "interrupted")
"""States from which a run can go on."""


class Supervisor:
    """Carries runs on, so many at once as the settings say. Safe to use from any thread."""

    def __init__(self, settings: Settings, folder: TrainingFolder, conclusions: Conclusions) -> None:
        self._settings = settings
        self.folder = folder
        self._conclusions = conclusions
        self._limits = Limits(
            settings.max_training_memory_bytes, settings.max_training_bytes, settings.training_niceness
        )
        self._lock = threading.RLock()
        self._queue: deque[str] = deque()
        self._processes: dict[str, ChildProcess] = {}
        self._closed = False

    def open(self) -> None:
        """Take up what an earlier server left: sweep, say which runs were interrupted, start those that wait."""
        self.folder.sweep()
        for training in self.folder.all():
            self.look_after(training)
            with self._lock:
                known = training.id in self._processes or training.id in self._queue
                if training.history().state == "queued" and not known:
                    self._queue.append(training.id)
        self._start_next()

    def look_after(self, training: Training) -> None:
        """See whether a run that should be running still is; what its process left undone is done."""
        with self._lock:
            if training.id in self._processes or training.history().state != "running":
                return
        self._conclude(training, None)

    def create(self, plan: dict[str, Any], name: str) -> Training:
        """A new run, begun or queued.

        Raises:
            Problem: the queue is full, there are too many runs, or the disk does not take it.
        """
        with self._lock:
            self._check_queue()
            self._check_room()
            training = self.folder.create(plan, name)
            self._queue.append(training.id)
        self._start_next()
        return training

    def pause(self, training: Training) -> None:
        """Keep a run as it is, for later.

        Raises:
            Problem: it is not under way.
        """
        self._leave(training, "paused")

    def stop(self, training: Training) -> None:
        """End a run for good; its network is a model.

        Raises:
            Problem: it has ended, or another server runs it.
        """
        if training.history().state in AT_REST:
            self._let_end(training)
            if not self._conclude(training, "stopped", patience=HOLD_SECONDS):
                raise _elsewhere()
        else:
            self._leave(training, "stopped")

    def resume(self, training: Training) -> None:
        """Go on with a run that was paused or interrupted, once it is its turn.

        Raises:
            Problem: it is neither, or the queue is full.
        """
        self._let_end(training)
        with self._lock:
            state = training.history().state
            if state not in AT_REST:
                raise _does_not_fit("resumed", state)
            self._check_queue()
            with self._conclusions.held(training, HOLD_SECONDS) as held:
                if not held:
                    raise _elsewhere()
                try:
                    training.queue_again()
                except OSError as error:
                    raise storage_problem(error) from error
            self._queue.append(training.id)
        self._start_next()

    def delete(self, training: Training) -> None:
        """Remove a run with everything it has kept, ended or not. Its model, if it has one, stays.

        Raises:
            Problem: another server runs it, or the disk does not let go of it.
        """
        with self._lock:
            with suppress(ValueError):
                self._queue.remove(training.id)
            process = self._processes.get(training.id)
            if process is not None:
                process.kill("deleted")
        if process is not None and not process.wait(CLOSE_SECONDS):
            raise Problem(BUSY, "The training's process does not end; try again in a moment.", headers=self._retry)
        with self._conclusions.held(training, HOLD_SECONDS) as held:
            if not held:
                raise _elsewhere() if training.exists else unknown_training(training.id)
            self.folder.remove(training)

    def is_ending(self, training: Training) -> bool:
        """Whether its process was told to end and has not yet."""
        with self._lock:
            process = self._processes.get(training.id)
            return process is not None and process.purpose is not None

    def close(self) -> None:
        """Have every run kept, to be resumed later, and its process ended."""
        with self._lock:
            self._closed = True
            processes = list(self._processes.values())
            for process in processes:
                if process.purpose is None:
                    process.end("closed", CLOSE_SECONDS)
        for process in processes:
            process.wait(CLOSE_SECONDS + 1)

    @property
    def _retry(self) -> dict[str, str]:
        return {"Retry-After": str(self._settings.retry_after_seconds)}

    def _leave(self, training: Training, state: str) -> None:
        """Have a run that is running or waiting be ``state`` instead."""
        with self._lock:
            process = self._processes.get(training.id)
            if process is not None:
                if process.purpose != "stopped":  # which nothing takes back
                    process.end(state, STOP_SECONDS if state == "stopped" else CLOSE_SECONDS)
                return
            now = training.history().state
            if now == "running":
                raise _elsewhere()
            if now != "queued":
                raise _does_not_fit(state, now)
            with suppress(ValueError):
                self._queue.remove(training.id)
        if not self._conclude(training, state, patience=HOLD_SECONDS):
            raise _elsewhere()

    def _let_end(self, training: Training) -> None:
        """Wait for what is left to do after a run has come to rest: its process is over in a moment."""
        with self._lock:
            process = self._processes.get(training.id)
        if process is not None and training.history().state in AT_REST:
            process.wait(CLOSE_SECONDS)

    def _start_next(self) -> None:
        with self._lock:
            while self._queue and len(self._processes) < self._settings.max_trainings_running and not self._closed:
                training = self.folder.find(self._queue.popleft())
                if training is None or training.history().state != "queued":
                    continue  # another server on the same folder has deleted, stopped or taken it
                try:
                    process = ChildProcess(training.files, self._limits, training.tell, self._ended)
                except OSError as error:
                    logger.error("The process of the training %s could not be started: %s", training.id, error)
                    self._conclude(training, "interrupted", "Its process could not be started.")
                else:
                    self._processes[training.id] = process

    def _ended(self, process: ChildProcess) -> None:
        """In a thread of the process, once that is over."""
        training = self.folder.find(process.files.id)
        not_ours = process.purpose == "deleted" or (process.status == TAKEN and process.purpose is None)
        if training is not None and not not_ours:
            try:
                self._conclude(training, *self._outcome(process), patience=HOLD_SECONDS)
            except Exception:
                logger.exception("What follows from the end of the training %s could not be done.", training.id)
        with self._lock:
            self._processes.pop(process.files.id, None)
        if training is not None:
            training.tell()
        self._start_next()

    def _outcome(self, process: ChildProcess) -> tuple[str | None, str | None]:
        """What state a run is in whose process has ended without saying so, and why if that was not wished.

        A run that the server's end found waiting goes on waiting.
        """
        if process.purpose in ("stopped", "paused"):
            return process.purpose, None
        if process.purpose == "closed":
            return None, "The server was stopped while it trained."
        if process.status == DISK_FAILED:
            return "interrupted", "The disk did not take what it wrote; free some space."
        if process.status is not None and process.status < 0:
            return "interrupted", f"Its process was ended from outside (signal {-process.status})."
        return "interrupted", f"Its process ended of itself (status {process.status})."

    def _conclude(
        self, training: Training, state: str | None, error: str | None = None, *, patience: float = 0.0
    ) -> bool:
        """Draw the conclusions from a process's end; false where another server has the run."""
        with self._conclusions.held(training, patience) as held:
            if held:
                self._conclusions.draw(training, state, error)
            return held

    def _check_queue(self) -> None:
        running, queued = self._settings.max_trainings_running, self._settings.max_trainings_queued
        if len(self._processes) + len(self._queue) >= running + queued:
            detail = (
                f"{len(self._processes)} trainings run and {len(self._queue)} wait already; "
                "try again when one of them has ended, or stop one."
            )
            raise Problem(BUSY, detail, headers=self._retry)

    def _check_room(self) -> None:
        count, most = len(self.folder.all()), self._settings.max_trainings_kept
        if count >= most:
            raise Problem(TOO_LARGE, f"At most {most:,} trainings are kept; delete some first.")
        size, most = self.folder.size(), self._settings.max_trainings_bytes
        if size >= most:
            detail = f"All trainings may take {most:,} bytes together, and take {size:,}; delete some first."
            raise Problem(TOO_LARGE, detail)


def _does_not_fit(done: str, state: str) -> Problem:
    hint = {
        "queued": "it waits for its turn",
        "running": "it is running",
        "paused": "it is paused already",
        "interrupted": "it was interrupted, and can be resumed or stopped",
    }.get(state, f"it has {state}" if state in ("finished", "failed") else "it was stopped")
    return Problem(TRAINING_STATE, f"The training cannot be {done}: {hint}.")


def _elsewhere() -> Problem:
    return Problem(TRAINING_STATE, "The training is run by another server on the same data folder; ask that one.")
