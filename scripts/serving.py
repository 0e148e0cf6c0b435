"""Run the real program as a process of its own, for whoever looks at it from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PROGRAM = (sys.executable, "-m", "gatescope.server")
STOP_SECONDS = 15


@contextmanager
def serving(data_dir: Path, *options: str, program: Sequence[str] = PROGRAM) -> Iterator[str]:
    """Start ``program`` on a free port with its data in ``data_dir`` and yield its address, such as http://127.0.0.1:40123.

    Raises:
        RuntimeError: it did not start; the message ends in what it said.
    """
    with server(data_dir, *options, program=program) as (_, address):
        yield address


@contextmanager
def server(
    data_dir: Path, *options: str, program: Sequence[str] = PROGRAM
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """As `serving`, with the process beside its address, for whoever does something to it. It may be gone at the end.

    Raises:
        RuntimeError: it did not start; the message ends in what it said.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GATESCOPE_", "PYTHON"))}
    command = [*program, "--no-browser", "--port", "0", "--data-dir", str(data_dir)]
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            [*command, *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
        assert process.stdout is not None
        try:
            yield process, _address(process, complaints)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def _address(process: subprocess.Popen[str], complaints: IO[str]) -> str:
    assert process.stdout is not None
    announcement = process.stdout.readline()
    addresses = [word for word in announcement.split() if word.startswith("http://")]
    if not addresses:
        process.wait(STOP_SECONDS)
        complaints.seek(0)
        raise RuntimeError(f"the server was expected to say where it is, but said: {complaints.read().strip()}")
    return addresses[0].rstrip("/")
