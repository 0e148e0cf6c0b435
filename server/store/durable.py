"""Files that are whole or not there: written beside their place, flushed to the disk, and then moved.

A file that is being written is locked, so that whoever sweeps up after a crash can tell it from one nobody writes.
"""

import errno
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import STORAGE, Problem

if sys.platform != "win32":  # which lets nobody remove an open file anyway
    import fcntl

PREFIX, SUFFIX = ".new-", ".part"

REASONS = {
    errno.ENOSPC: "the disk that holds the data folder is full; free some space and try again",
    errno.EDQUOT: "this user's share of the disk is used up; free some space and try again",
    errno.EROFS: "the data folder cannot be written to",
    errno.EACCES: "the data folder cannot be written to",
    errno.EPERM: "the data folder cannot be written to",
}


def storage_problem(error: OSError) -> Problem:
    """What a client is told where the disk does not take something; the folder's path stays here."""
    reason = REASONS.get(error.errno or 0) or f"the disk said: {error.strerror or type(error).__name__}"
    return Problem(STORAGE, f"Nothing was kept, because {reason}.")


@contextmanager
def new_file(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A locked file to write in ``folder``, with its path; gone when the block ends, unless it was moved.

    Raises:
        OSError: the folder does not take it.
    """
    file, path = _create_locked(folder)
    try:
        with file:
            yield file, path
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def _create_locked(folder: Path) -> tuple[BinaryIO, Path]:
    while True:
        path = folder / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
        file = path.open("xb", buffering=0)
        if _lock(file) and path.exists():
            return file, path
        file.close()  # a sweeper was faster; it takes the file away


def publish(file: BinaryIO, path: Path, target: Path) -> None:
    """Move a file that `new_file` gave to its place, and see that the folder's entry is on the disk.

    Raises:
        OSError: it cannot be moved.
    """
    if sys.platform == "win32":
        file.close()  # which moves no open file
    path.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have the folder's entries on the disk."""
    if sys.platform != "win32":  # which cannot open folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what a crash left half written; what another server is writing stays."""
    for path in folder.glob(f"{PREFIX}*{SUFFIX}") if folder.is_dir() else ():
        with suppress(OSError), path.open("rb") as file:
            if _lock(file):
                path.unlink()


def _lock(file: BinaryIO) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
