"""Run the commands of the set-up: quiet when they work, with the tail of what they said when they do not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from pathlib import Path

TAIL_LINES = 15
_TAKEN_FROM_PIP = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV")


class SetupError(Exception):
    """What is in the way, in one sentence, with the last lines of the command that failed."""


def say(text: str) -> None:
    """Tell the user what is going on."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def child_environment() -> dict[str, str]:
    """Return this process's variables without those that would make pip install elsewhere."""
    variables = {name: value for name, value in os.environ.items() if name not in _TAKEN_FROM_PIP}
    variables.update(PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    variables.update(DEBIAN_FRONTEND="noninteractive")
    return variables


def run(command: list[str], folder: Path | None = None, narrate: str = "") -> tuple[bool, str]:
    """Run ``command`` and return whether it succeeded and the end of its output.

    On a terminal, lines that begin with ``narrate`` are shown while it runs, each in the place of the one before.
    """
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    shown = bool(narrate) and sys.stderr.isatty()
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        return False, str(error)
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            tail.append(line.rstrip())
            if shown and line.startswith(narrate):
                sys.stderr.write(f"\r\x1b[K  {line.strip()[:100]}")
                sys.stderr.flush()
    if shown:
        sys.stderr.write("\r\x1b[K")
    return process.returncode == 0, "\n".join(tail)
