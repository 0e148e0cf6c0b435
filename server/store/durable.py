"""Files that are whole or not there: written beside their place, flushed to the disk, and then moved.

A file that is being written is locked, so that whoever sweeps up after a crash can tell it from one nobody writes.
"""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":  # which lets nobody remove an open file anyway
    import fcntl

PREFIX, SUFFIX = ".new-", ".part"


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


def write_file(target: Path, content: bytes) -> None:
    """Have a file of this content, in place of an older one; on the disk when this returns.

    Raises:
        OSError: the folder does not take it.
    """
    with new_file(target.parent) as (file, path):
        view = memoryview(content)
        while view:
            view = view[file.write(view) :]
        os.fsync(file.fileno())
        publish(file, path, target)


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


def hold(path: Path) -> BinaryIO | None:
    """The file, made if need be, locked until it is closed or its process ends; None while somebody else has it.

    Raises:
        OSError: it cannot be opened.
    """
    file = path.open("ab", buffering=0)
    if _lock(file):
        return file
    file.close()
    return None


def _lock(file: BinaryIO) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
