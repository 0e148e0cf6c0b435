"""Where everything of one run lies. What is there is whole, whenever anybody was killed."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ..store.durable import hold, sweep, write_file

CHECKPOINT = re.compile(r"checkpoint-(0|[1-9][0-9]{0,17})\.safetensors", re.ASCII)


@dataclass(frozen=True)
class RunFiles:
    """The folder of one run; its name is the run's id.

    ``plan.json`` says what was asked for and never changes, ``facts.json`` what the task is once it was prepared,
    ``events.jsonl`` what happened, ``checkpoint-<update>.safetensors`` the run after that update. Whoever writes one of
    the last two holds the ``lock``.
    """

    folder: Path

    @property
    def id(self) -> str:
        """The run's id."""
        return self.folder.name

    @property
    def exists(self) -> bool:
        """Whether there is a run in the folder, be it a damaged one."""
        return _may_exist(self.plan) or _may_exist(self.events)

    @property
    def plan(self) -> Path:
        """What was asked for: plan, name, and when."""
        return self.folder / "plan.json"

    @property
    def facts(self) -> Path:
        """What the task is: baseline, measure, probe sequences, number of parameters."""
        return self.folder / "facts.json"

    @property
    def events(self) -> Path:
        """What happened, one event a line."""
        return self.folder / "events.jsonl"

    def checkpoint(self, update: int) -> Path:
        """The run after this many updates."""
        return self.folder / f"checkpoint-{update}.safetensors"

    def checkpoints(self) -> list[int]:
        """The updates of which there is a checkpoint, in order."""
        found = (CHECKPOINT.fullmatch(path.name) for path in self.folder.glob("checkpoint-*"))
        return sorted(int(match[1]) for match in found if match)

    def discard(self, update: int) -> None:
        """Remove a checkpoint, or whatever lies in its place.

        Raises:
            OSError: it cannot be removed.
        """
        path = self.checkpoint(update)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def hold(self) -> BinaryIO | None:
        """The lock, until it is closed; None while another process has it.

        Raises:
            OSError: the folder is gone or cannot be written to.
        """
        return hold(self.folder / "lock")

    def sweep(self) -> None:
        """Remove what a crash left half written."""
        sweep(self.folder)


def _may_exist(path: Path) -> bool:
    """Also where that cannot be told: what nobody can read may be repaired."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def read_object(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None where there is none."""
    try:
        value = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write_object(path: Path, value: dict[str, Any]) -> None:
    """Keep a JSON object; on the disk when this returns.

    Raises:
        OSError: the folder does not take it.
    """
    write_file(path, orjson.dumps(value))
