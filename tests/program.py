"""Run the real program as a process of its own and wait until it answers."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

START_SECONDS = 60


@contextmanager
def running(command: Sequence[str | Path], folder: Path) -> Iterator[httpx.Client]:
    """Start ``command`` in ``folder`` on a free port of this machine, with data of its own; yield a client of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GATESCOPE_"))}
    options: list[str | Path] = ["--no-browser", "--port", port, "--data-dir", folder / "data"]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            _wait(client, process, log)
            yield client
    finally:
        process.terminate()
        process.wait(30)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask for the health until it is well."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if client.get("/api/v1/health").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the program did not answer; it said:\n{log.read_text()}")
