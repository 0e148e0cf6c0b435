"""Wait for whoever does the same already, as the processes of a test run do that all find no browser."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from scripts.shell import say


@contextlib.contextmanager
def only_one(folder: Path, waiting: str) -> Iterator[None]:
    """Hold the lock of ``folder``; while another holds it, say ``waiting`` and wait. It ends with the process."""
    handle = os.open(str(folder), os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(waiting)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
