"""The training runs in the data folder: found, made, looked at, removed. Who runs them is another matter."""

import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import UNKNOWN_TRAINING, Problem, storage_problem
from ..training.events import EventLog, EventReader, now, rewind, time_text
from ..training.files import RunFiles, read_object, write_object
from .durable import sync_folder
from .history import History

RUN_ID = re.compile(r"[0-9a-f]{12}", re.ASCII)
NEW, GONE = ".new-", ".gone-"
STRAY_SECONDS = 3600.0
"""A run that is only half made after this time was left behind by a crash."""
LONGEST_SHOWN = 200
"""Characters of a text, and numbers of a list, in a plan as lists of runs show it."""
ENDED = ("finished", "stopped", "failed", "interrupted")
"""States in which nothing more happens, unless somebody resumes what was interrupted."""
DAMAGED = (
    "Its plan.json cannot be read, so that its name and what was asked for are not known; "
    "what it has kept can be looked at all the same, and it can be deleted."
)


class Training:
    """One run, as its folder tells it. Safe to use from any thread."""

    def __init__(self, files: RunFiles) -> None:
        self.files = files
        asked = _asked(files)
        self._damage = None if asked else DAMAGED
        self.asked = shortened(asked or _stand_in(files))
        """Plan, name and when it was asked for; a text to learn from can be long, and is not kept in memory."""
        self._lock = threading.Lock()
        self._listeners: set[Callable[[], None]] = set()
        self._facts: dict[str, Any] | None = None
        self._begin()

    @property
    def id(self) -> str:
        """The run's id."""
        return self.files.id

    @property
    def exists(self) -> bool:
        """Whether it has not been deleted."""
        return self.files.exists

    def facts(self) -> dict[str, Any]:
        """What the task is; empty until the run has begun."""
        with self._lock:
            return self._facts_read()

    def history(self) -> History:
        """What happened so far. It goes on changing in whatever thread asks next."""
        with self._lock:
            self._read()
            return self._history

    def to_json(self, *, whole: bool) -> dict[str, Any]:
        """The run as the API sends it; in lists without its curves, and with long texts of the plan cut short."""
        with self._lock:
            self._read()
            history = self._history
            plan, facts = self.asked["plan"], self._facts_read()
            evaluations = history.evaluated()
            told: dict[str, Any] = {
                "id": self.id,
                "name": self.asked["name"],
                "state": history.state,
                "task": plan["task"],
                "created": self.asked["created"],
                "started": history.started,
                "ended": history.ended,
                "update": history.update,
                "steps": plan["steps"],
                "seconds": history.seconds,
                "loss": history.loss,
                "evaluation": evaluations[-1] if evaluations else None,
                "baseline": facts.get("baseline"),
                "measure": facts.get("measure"),
                "parameters": facts.get("parameters"),
                "model": history.end.get("model"),
                "error": " ".join(str(text) for text in (history.end.get("error"), self._damage) if text) or None,
                "checkpoints": list(history.checkpoints),
                "last_event": history.last_event,
                "plan": plan,
            }
            if whole:
                told |= {"probes": facts.get("probes", []), "history": history.columns(), "evaluations": evaluations}
                told["plan"] = (_asked(self.files) or self.asked)["plan"]
            return told

    def append(self, kind: str, **data: Any) -> None:
        """Add an event; for whoever holds the lock.

        Raises:
            OSError: the disk does not take it.
        """
        log = EventLog(self.files.events)
        try:
            log.append(kind, **data, time=now())
            log.sync()
        finally:
            log.close()
        self.tell()

    def queue_again(self) -> None:
        """Have the run wait for its turn to go on; for whoever holds the lock.

        Raises:
            OSError: the disk does not take it.
        """
        update = self.history().update
        rewind(self.files.events, lambda event: event.kind != "end", "state", state="queued", update=update, time=now())
        self.tell()

    @contextmanager
    def listening(self, listener: Callable[[], None]) -> Iterator[None]:
        """Have ``listener`` called, in any thread, whenever something has happened."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    def tell(self) -> None:
        """Something has happened."""
        for listener in tuple(self._listeners):
            listener()

    def _begin(self) -> None:
        self._history, self._reader = History(), EventReader(self.files.events)

    def _facts_read(self) -> dict[str, Any]:
        self._facts = self._facts or read_object(self.files.facts)
        return self._facts or {}

    def _read(self) -> None:
        if self._reader.is_rewound():
            self._begin()
        if self._damage and (asked := _asked(self.files)):  # it could not be read for a moment, or was repaired
            self.asked, self._damage = shortened(asked), None
        with suppress(OSError):
            while events := self._reader.read():
                for event in events:
                    self._history.add(event)


def shortened(value: Any) -> Any:
    """A JSON value with its long texts and lists cut short."""
    if isinstance(value, dict):
        return {name: shortened(entry) for name, entry in value.items()}
    if isinstance(value, str) and len(value) > LONGEST_SHOWN:
        return f"{value[:LONGEST_SHOWN]}…"
    return value[:LONGEST_SHOWN] if isinstance(value, list) else value


def _asked(files: RunFiles) -> dict[str, Any] | None:
    """What `TrainingFolder.create` wrote; None where it is damaged: anybody may have put anything there."""
    asked = read_object(files.plan) or {}
    plan, texts = asked.get("plan"), (asked.get("name"), asked.get("created"))
    if not isinstance(plan, dict) or not all(isinstance(text, str) for text in texts):
        return None
    return asked if isinstance(plan.get("task"), str) and type(plan.get("steps")) is int else None


def _stand_in(files: RunFiles) -> dict[str, Any]:
    """In place of what is damaged: the run is called by its id, and said to be made when its folder last changed."""
    try:
        created = time_text(files.folder.stat().st_mtime)
    except (OSError, OverflowError, ValueError):  # deleted meanwhile, or of a year that no calendar has
        created = time_text(0.0)
    return {"name": files.id, "created": created, "plan": {"task": "unknown", "steps": 0}}


def unknown_training(training_id: str) -> Problem:
    """That there is no such run."""
    detail = f"There is no training {training_id[:64]!r}; GET /api/v1/trainings lists what there is."
    return Problem(UNKNOWN_TRAINING, detail)


class TrainingFolder:
    """All runs by id. Safe to use from any thread, and beside another server on the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: dict[str, Training] = {}

    def all(self) -> list[Training]:
        """Every run, oldest first."""
        try:
            names = {path.name for path in self._folder.iterdir() if RUN_ID.fullmatch(path.name)}
        except OSError:
            names = set()
        with self._lock:
            for gone in set(self._known) - names:
                del self._known[gone]
        found = (self.find(name) for name in names)
        return sorted((one for one in found if one), key=lambda one: (one.asked["created"], one.id))

    def get(self, training_id: str) -> Training:
        """The run of this id.

        Raises:
            Problem: there is none.
        """
        if (training := self.find(training_id)) is None:
            raise unknown_training(training_id)
        return training

    def find(self, training_id: str) -> Training | None:
        """The run of this id, if there is one."""
        if not RUN_ID.fullmatch(training_id):
            return None
        files = RunFiles(self._folder / training_id)
        with self._lock:
            known = self._known.get(training_id)
            if known is not None and known.exists:
                return known
            self._known.pop(training_id, None)
            return self._known.setdefault(training_id, Training(files)) if files.exists else None

    def create(self, plan: dict[str, Any], name: str) -> Training:
        """Keep a new run, queued. It is on the disk when this returns.

        Raises:
            Problem: the disk does not take it.
        """
        training_id = secrets.token_hex(6)
        made = RunFiles(self._folder / f"{NEW}{training_id}")
        try:
            made.folder.mkdir(parents=True)
            try:
                write_object(made.plan, {"name": name, "created": now(), "plan": plan})
                log = EventLog(made.events)
                log.append("state", state="queued", update=0, time=now())
                log.sync()
                log.close()
                made.folder.rename(self._folder / training_id)
            except OSError:
                shutil.rmtree(made.folder, ignore_errors=True)
                raise
            sync_folder(self._folder)
        except OSError as error:
            raise storage_problem(error) from error
        return self.get(training_id)

    def remove(self, training: Training) -> None:
        """Delete a run that nobody carries on.

        Raises:
            Problem: the disk does not take it.
        """
        gone = self._folder / f"{GONE}{training.id}"
        try:
            training.files.folder.rename(gone)
            sync_folder(self._folder)
        except FileNotFoundError:
            raise unknown_training(training.id) from None
        except OSError as error:
            raise storage_problem(error) from error
        with self._lock:
            self._known.pop(training.id, None)
        shutil.rmtree(gone, ignore_errors=True)
        training.tell()

    def sweep(self) -> None:
        """Remove what a crash left half made or half deleted."""
        for path in self._folder.glob(".*-*") if self._folder.is_dir() else ():
            with suppress(OSError):
                stray = path.name.startswith(NEW) and time.time() - path.stat().st_mtime > STRAY_SECONDS
                if stray or path.name.startswith(GONE):
                    shutil.rmtree(path)

    def size(self) -> int:
        """Bytes on the disk of all runs together."""
        total = 0
        for training in self.all():
            with suppress(OSError), os.scandir(training.files.folder) as entries:
                for entry in entries:
                    with suppress(OSError):
                        total += entry.stat().st_size
        return total
