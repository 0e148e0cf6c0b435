"""What is known of the files in the data folder, in SQLite: names, notes, and descriptions that need no loading.

The files are the truth. An index that is damaged is set aside and made again from them, one that cannot be written is
kept in memory, and what it says of a file that is not there is not listed.
"""

import errno
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from weakref import finalize

T = TypeVar("T")
logger = logging.getLogger("gatescope")

VERSION = 2
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
PATIENCE_SECONDS = 10.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS models (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, format TEXT NOT NULL, file_name TEXT,
    notes TEXT NOT NULL, choices TEXT NOT NULL, described INTEGER NOT NULL, summary BLOB NOT NULL,
    details BLOB NOT NULL, told BLOB NOT NULL DEFAULT x'7b7d'
) STRICT;
CREATE TABLE IF NOT EXISTS files (
    file BLOB PRIMARY KEY, modified INTEGER NOT NULL, bytes INTEGER NOT NULL, model TEXT NOT NULL
) STRICT;
"""
ENTRIES = """
SELECT id, name, created, format, file_name, notes, choices, described, summary, told FROM models
ORDER BY created, name, id
"""
PUT = """
INSERT OR REPLACE INTO models
    (id, name, created, format, file_name, notes, choices, described, summary, told, details)
    VALUES (:id, :name, :created, :format, :file_name, :notes, :choices, :described, :summary, :told, :details)
"""
EARLIER = {1: "ALTER TABLE models ADD COLUMN told BLOB NOT NULL DEFAULT x'7b7d';"}
"""What makes a table of an earlier version into one of this."""


@dataclass(frozen=True)
class Entry:
    """A network as the index knows it. ``notes``, ``choices``, ``summary`` and ``told`` are JSON.

    ``summary`` describes the network without its labels; ``described`` is the version of such descriptions. ``told``
    has fields of the model that do not follow from its network: its origin, where it was not uploaded, and the like.
    """

    id: str
    name: str
    created: str
    format: str
    file_name: str | None
    notes: str
    choices: str
    described: int
    summary: bytes
    told: bytes = b"{}"


@dataclass(frozen=True)
class Seen:
    """A file as it was when its network was read."""

    file: bytes
    modified: int
    bytes: int


class Index:
    """The tables. Safe to use from any thread, and beside another server on the same folder.

    Every method raises `OSError` where the disk does not let it read or write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._held: list[sqlite3.Connection] = []  # one or none; closed with this object, whenever that goes
        self._opened: tuple[int, int] | None = None
        self._on_disk = False
        finalize(self, _close, self._held)

    def entries(self) -> dict[str, Entry]:
        """Everything by id, oldest first."""
        return {row[0]: Entry(*row) for row in self._do(lambda db: db.execute(ENTRIES).fetchall())}

    def details(self, model_id: str) -> bytes | None:
        """The JSON that describes a network with its labels."""
        query = "SELECT details FROM models WHERE id = ?"
        row = self._do(lambda db: db.execute(query, (model_id,)).fetchone())
        return row and bytes(row[0])

    def model_of(self, seen: Seen) -> str | None:
        """The id of the network in a file, if the file is still as it was."""
        query = "SELECT model FROM files WHERE file = ? AND modified = ? AND bytes = ?"
        row = self._do(lambda db: db.execute(query, (seen.file, seen.modified, seen.bytes)).fetchone())
        return row and str(row[0])

    def put(self, entry: Entry, details: bytes, seen: Seen) -> None:
        """Keep what is known of a network and the file it lies in; on the disk when this returns."""
        values = {**vars(entry), "details": details}

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute(PUT, values)
                row = (seen.file, seen.modified, seen.bytes, entry.id)
                db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row)

        self._do(write, write=True)

    def rename(self, model_id: str, name: str) -> None:
        """Give a network another name."""

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute("UPDATE models SET name = ? WHERE id = ?", (name, model_id))

        self._do(write, write=True)

    def forget(self, model_id: str) -> None:
        """Know nothing of a network and its files any more."""

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute("DELETE FROM models WHERE id = ?", (model_id,))
                db.execute("DELETE FROM files WHERE model = ?", (model_id,))

        self._do(write, write=True)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            _close(self._held)

    def _do(self, work: Callable[[sqlite3.Connection], T], *, write: bool = False) -> T:
        with self._lock, _as_os_errors():
            try:
                return work(self._open(write=write))
            except sqlite3.DatabaseError as error:
                if not _has_code(error, *DAMAGED):
                    raise
                self._set_aside(str(error))
                return work(self._open(write=write))

    def _open(self, *, write: bool) -> sqlite3.Connection:
        """The connection; another one where the file was taken away or replaced meanwhile."""
        identity = _identity(self._path)
        if self._held and identity == self._opened and (self._on_disk or not write):
            return self._held[0]
        self.close()
        try:
            self._on_disk = write or identity is not None
            self._held.append(_connect(str(self._path) if self._on_disk else ":memory:"))
        except sqlite3.OperationalError as error:
            if write or _has_code(error, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            self._on_disk = False
            self._held.append(self._copy())
        self._opened = _identity(self._path)
        return self._held[0]

    def _copy(self) -> sqlite3.Connection:
        """In memory, what the file says; for a folder that cannot be written, where SQLite opens nothing otherwise."""
        memory = _connect(":memory:")
        with (
            suppress(sqlite3.DatabaseError),
            closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?immutable=1", uri=True)) as kept,
        ):
            if kept.execute("PRAGMA user_version").fetchone()[0] == VERSION:
                kept.backup(memory)
        return memory

    def _set_aside(self, reason: str) -> None:
        self.close()
        aside = f"{self._path.name}.damaged-{time.time_ns()}"
        logger.warning(
            "The index %s cannot be read (%s); it is set aside as %s and made again from the network files.",
            ascii(self._path.name), reason, ascii(aside),
        )  # fmt: skip
        for ending in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                self._path.with_name(self._path.name + ending).replace(self._path.with_name(aside + ending))


def _close(held: list[sqlite3.Connection]) -> None:
    while held:
        held.pop().close()


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, timeout=PATIENCE_SECONDS, check_same_thread=False)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, *EARLIER, VERSION):
            error = sqlite3.DatabaseError(f"it is of version {version}, not {VERSION}")
            error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
            raise error
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if version in EARLIER:
            connection.executescript(f"BEGIN IMMEDIATE; {EARLIER[version]} PRAGMA user_version = {VERSION}; COMMIT")
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _has_code(error: sqlite3.Error, *codes: int) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF in codes


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """SQLite's own errors as those of the disk that they come from."""
    try:
        yield
    except sqlite3.Error as error:
        if _has_code(error, sqlite3.SQLITE_FULL):
            raise OSError(errno.ENOSPC, str(error)) from error
        if _has_code(error, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise OSError(errno.EROFS, str(error)) from error
        raise OSError(errno.EIO, str(error)) from error
