"""What follows when the process of a run has ended: the state it is in, and its network as a model."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gatescope.core.errors import CoreError
from gatescope.core.formats.imported import Imported
from gatescope.core.training.run import Run

from ..errors import Problem
from ..store.checkpoints import probes_of
from ..store.models import ModelStore
from ..store.trainings import Training

logger = logging.getLogger("gatescope")

KILLED = "The server or its process was killed while it trained."
GOING_ON = ("queued", "running", "paused", "interrupted")


class Conclusions:
    """Draws them, for whoever holds the run's lock."""

    def __init__(self, models: ModelStore) -> None:
        self._models = models

    @contextmanager
    def held(self, training: Training, patience: float = 0.0) -> Iterator[bool]:
        """Hold the run's lock for the block; false where another has it, and still does after ``patience`` seconds."""
        lock, until = None, time.monotonic() + patience
        with suppress(OSError):  # the folder is gone
            while (lock := training.files.hold()) is None and time.monotonic() < until:
                time.sleep(0.01)
        try:
            yield lock is not None
        finally:
            if lock is not None:
                lock.close()

    def draw(self, training: Training, state: str | None, error: str | None) -> None:
        """Have the run be in ``state``, or in the one that its process said last; else it was interrupted."""
        history = training.history()
        if history.state not in GOING_ON:
            return
        done = history.done
        checkpoints = training.files.checkpoints()
        update = checkpoints[-1] if checkpoints else 0
        if done is not None:
            state, error, update = done["state"], done.get("error"), done["update"]
            if done.get("log"):
                logger.error("The training %s ended in an unexpected error.\n%s", training.id, done["log"])
        elif state is None and history.state != "running":
            return
        try:
            if checkpoints and checkpoints != history.checkpoints:
                # Its process ended after it had written the file and before it could say so.
                model = f"{training.id}@{update}"
                training.append("checkpoint", update=update, model=model, checkpoints=checkpoints)
            if state == "paused":
                training.append("state", state=state, update=update)
            else:
                self._end(training, state or "interrupted", update, error)
        except OSError as problem:
            logger.error("The end of the training %s could not be written down: %s", training.id, problem)

    def _end(self, training: Training, state: str, update: int, error: str | None) -> None:
        history = training.history()
        model = None
        if state in ("finished", "stopped"):
            try:
                model, error = self._keep_model(training)
            except Problem as problem:
                error = f"Its network was not kept as a model. {problem.detail}"
            except Exception:  # whatever it is, the run has ended all the same
                logger.exception("The network of the training %s was not kept.", training.id)
                error = "Its network was not kept as a model, for a reason that was logged."
        if state == "interrupted":
            error = f"{error or KILLED} Resume it, and it goes on from update {update:,}."
        training.append(
            "end",
            state=state,
            update=update,
            seconds=history.seconds,
            model=model,
            error=error,
            evaluation=history.evaluation,
            baseline=training.facts().get("baseline"),
        )

    def _keep_model(self, training: Training) -> tuple[str | None, str | None]:
        """The id of the model that the last readable checkpoint's network has become, and what is to be known of it.

        Both are None where there is no checkpoint.
        """
        unreadable: list[int] = []
        for update in reversed(training.files.checkpoints()):
            try:
                run = Run.from_checkpoint(training.files.checkpoint(update).read_bytes())
            except FileNotFoundError:
                continue
            except (CoreError, OSError) as error:
                logger.warning("The checkpoint %s@%d cannot be read: %s", training.id, update, error)
                unreadable.append(update)
                continue
            imported = Imported(run.network, "gatescope", notes_of(run, training))
            told = {"origin": "trained", "description": description_of(run, training), **probes_of(training)}
            model = self._models.keep(imported, training.asked["name"], None, lambda: None, told)[0]
            lost = f"{_cannot_be_read(unreadable)} Its model is that of update {update:,}." if unreadable else None
            return model, lost
        return None, _cannot_be_read(unreadable) if unreadable else None


def _cannot_be_read(updates: list[int]) -> str:
    return f"What was kept after update {' and '.join(f'{update:,}' for update in updates[:3])} cannot be read."


def description_of(run: Run, training: Training) -> str:
    """What the model is, in a sentence or two."""
    done = "" if run.finished else f", stopped at update {run.update:,} of {run.plan.steps:,}"
    return f"Trained here on the task {run.plan.task}{done}: the training {training.id}."


def notes_of(run: Run, training: Training) -> tuple[str, ...]:
    """The plan in words, and what the network has reached, measured against its baseline."""
    notes = [f"{note[0].upper()}{note[1:].rstrip('.')}." for note in run.notes]
    if (last := training.history().evaluation) is not None:
        notes.append(
            f"Measured on held-out data after update {last['update']:,}: {last['measure']} {last['value']:.4g} "
            f"({last['unit']}); {last['baseline_name']}: {last['baseline']:.4g}."
        )
    return tuple(notes)
