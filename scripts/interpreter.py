"""Find a Python that is new enough."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
WANTED = "3.11"
# The best supported first: the newest ones may not have a built package of every dependency yet.
_NAMES = ("python3.13", "python3.12", "python3.14", "python3.11", "python3.15", "python3")
_FOLDERS = ("/usr/local/bin", "/opt/homebrew/bin", "/usr/bin")


def find_python() -> str | None:
    """Return the path of a Python >= 3.11, the running one if it will do, or None."""
    if sys.version_info >= OLDEST:
        return sys.executable
    folders = os.pathsep.join((os.environ.get("PATH", ""), *_FOLDERS))
    for name in _NAMES:
        path = shutil.which(name, path=folders)
        if path and version_of(path) >= OLDEST:
            return path
    return None


def version_of(python: str | Path) -> tuple[int, ...]:
    """Return (major, minor) as told by running ``python``, or () if it does not run, as some launchers do not."""
    command = [str(python), "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=True)
        return tuple(int(number) for number in done.stdout.split())
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()
