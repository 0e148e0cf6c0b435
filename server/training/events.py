"""What happened in a run, one event a line: appended by one process at a time, followed by any number.

An event's id only ever grows, also where a resumed run takes back what came after its last checkpoint: whoever has seen
an event asks for those after its id and misses nothing.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ..store.durable import write_file

MOST_BYTES_AT_ONCE = 1024 * 1024


def now() -> str:
    """The time, in UTC."""
    return time_text(datetime.now(UTC).timestamp())


def time_text(seconds: float) -> str:
    """A time that is given in seconds since 1970, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Event:
    """``kind`` is what clients listen for: ``progress``, ``checkpoint``, ``state``, ``end``."""

    id: int
    kind: str
    data: dict[str, Any]

    def line(self) -> bytes:
        """The event as it lies in the file; numbers that are not finite become null."""
        return orjson.dumps({"id": self.id, "event": self.kind, "data": self.data}) + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> "Event | None":
        """The event of a line; None where there is none to be read."""
        try:
            value = orjson.loads(line)
            event = cls(value["id"], value["event"], value["data"])
        except (ValueError, KeyError, TypeError):
            return None
        kinds = type(event.id), type(event.kind), type(event.data)
        return event if kinds == (int, str, dict) else None


class EventLog:
    """Appends events, for whoever holds the run's lock. Methods raise `OSError` where the disk does not take it."""

    def __init__(self, path: Path) -> None:
        """Open the log, and cut off a last line that was torn."""
        self._file: BinaryIO = path.open("ab", buffering=0)
        reader = EventReader(path)
        while reader.read():
            pass
        self._last, self._size = reader.last, reader.offset
        os.truncate(path, self._size)

    def append(self, kind: str, **data: Any) -> None:
        """Append an event; whole or not at all. Readers see it at once, the disk has it after `sync`."""
        line = Event(self._last + 1, kind, data).line()
        written = 0
        try:
            while written < len(line):
                written += self._file.write(line[written:])
        except OSError:
            os.truncate(self._file.fileno(), self._size)
            raise
        self._last += 1
        self._size += len(line)

    def sync(self) -> None:
        """Have on the disk what was appended."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def rewind(path: Path, keep: Callable[[Event], bool], kind: str, **data: Any) -> None:
    """Take back the events that are not to be kept, and append one more, all at once.

    Raises:
        OSError: the disk does not take it.
    """
    events = list(read_all(path))
    kept = [event for event in events if keep(event)]
    last = Event(max((event.id for event in events), default=0) + 1, kind, data)
    write_file(path, b"".join(event.line() for event in (*kept, last)))


def read_all(path: Path) -> Iterable[Event]:
    """Every event, in order; nothing where there is no log."""
    reader = EventReader(path)
    while events := reader.read():
        yield from events


class EventReader:
    """Follows a log. ``last`` is the id of the last event that was read."""

    def __init__(self, path: Path, last: int = 0) -> None:
        """Begin after the event with the id ``last``."""
        self._path = path
        self._file: tuple[int, int] | None = None
        self.offset = 0
        self.last = last

    def is_rewound(self) -> bool:
        """Whether the file is another one than was read, because events were taken back."""
        try:
            return self._file is not None and self._file != _identity(self._path.stat())
        except OSError:
            return False

    def read(self) -> list[Event]:
        """Whole events that are new since the last call, some of them where there are many; none at the end.

        Raises:
            OSError: the file cannot be read; one that is not there has no events.
        """
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return []
        with file:
            status = os.fstat(file.fileno())
            if self._file != _identity(status) or status.st_size < self.offset:
                self._file, self.offset = _identity(status), 0  # what was read before is passed over by its id
            while True:
                file.seek(self.offset)
                piece = file.read(MOST_BYTES_AT_ONCE)
                whole = piece[: piece.rfind(b"\n") + 1]
                if not whole:
                    return []
                self.offset += len(whole)
                found = (Event.of_line(line) for line in whole.splitlines())
                events = [event for event in found if event is not None and event.id > self.last]
                if events:
                    self.last = events[-1].id
                    return events


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
