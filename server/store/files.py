"""The files in the folder of networks: found, looked at, read whole. Anybody may have put anything there."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from gatescope.core.errors import FormatError

from .index import Seen

ENDING = ".safetensors"


def network_files(folder: Path) -> Iterator[Seen]:
    """Every network file as it is now, by name."""
    for path in sorted(folder.glob(f"*{ENDING}")) if folder.is_dir() else ():
        try:
            status = path.stat()
        except OSError:
            continue  # gone between listing and looking
        yield Seen(os.fsencode(path.name), status.st_mtime_ns, status.st_size)


def display_name(path: Path) -> str:
    """A file's name for people, as far as it is text."""
    return path.stem.encode("utf-8", "replace").decode()


def content(path: Path, max_bytes: int) -> bytes:
    """All bytes of a file that is one: a pipe would never open, a device never end, a growing file pass the limit.

    Raises:
        FormatError: it is not an ordinary file, or larger than ``max_bytes``.
        OSError: it cannot be read.
    """

    def open_at_once(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))

    with open(path, "rb", opener=open_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise FormatError("a network file must be an ordinary file")
        data = b"" if status.st_size > max_bytes else file.read(max_bytes + 1)
        size = max(status.st_size, len(data))
    if size > max_bytes:
        raise FormatError(f"a network file must not be larger than {max_bytes:,} bytes, but it has {size:,}")
    return data
