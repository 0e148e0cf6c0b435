"""The real program as a process, and a plain socket to it."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

ANNOUNCEMENT = re.compile(r"Gatescope \S+ is at http://\S+?:(\d+)/(?:\?token=(\S+))? ")
START_SECONDS = 60.0
PATIENCE = 20.0


class Server:
    """Where a running server is, and what it wants for a token."""

    def __init__(self, process: subprocess.Popen[str], port: int, token: str | None) -> None:
        self.process, self.port, self.token = process, port, token

    def connect(self) -> socket.socket:
        """A new connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self, *parts: bytes) -> bytes:
        """Everything the server says until it closes, to parts sent on one connection."""
        with closing(self.connect()) as connection:
            for part in parts:
                connection.sendall(part)
            return read_all(connection)


@contextmanager
def serving(folder: Path, *options: str, program: Sequence[str] = ("-m", "gatescope.server")) -> Iterator[Server]:
    """Start the program on a free port with these options; stop it at the end."""
    command = [sys.executable, *program, "--port", "0", "--no-browser", "--data-dir", str(folder), *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GATESCOPE_")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if match := ANNOUNCEMENT.match(line):
                break
        else:
            pytest.fail(f"the program did not start; it said: {''.join(said)}")
        watchdog.cancel()
        yield Server(process, int(match[1]), match[2])
    finally:
        watchdog.cancel()
        process.terminate()
        process.stdout.close()
        process.wait(PATIENCE)


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)
