"""A run's child process, as the server sees it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from .files import RunFiles
from .limits import Limits

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class ChildProcess:
    """A process that carries one run on. It ends when `end` is called, and when this process is gone."""

    def __init__(
        self, files: RunFiles, limits: Limits, told: Callable[[], None], ended: Callable[["ChildProcess"], None]
    ) -> None:
        """Start it. In a thread of its own ``told`` is called when there are new events, and ``ended`` last.

        Raises:
            OSError: it cannot be started.
        """
        self.files = files
        self.purpose: str | None = None
        """What it was ended for; None while nobody wants it to end."""
        self._told, self._ended = told, ended
        command = [sys.executable, "-P", "-m", __package__, str(files.folder.absolute()), json.dumps(asdict(limits))]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(sys.executable).anchor,
            env=_environment(),
            # Ctrl+C is for the server, which ends this process in its own way. A session of its own would do for that,
            # but to Linux sessions are equals, however low the priority of a process in one.
            process_group=0,
            bufsize=0,
        )
        self._thread = threading.Thread(target=self._follow, name=f"training-{files.id}", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.returncode

    def end(self, purpose: str, patience: float) -> None:
        """Have the run kept and the process ended; after ``patience`` seconds it is killed."""
        self.purpose = purpose
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        timer = threading.Timer(patience, self._process.kill)
        timer.daemon = True
        timer.start()

    def kill(self, purpose: str) -> None:
        """End the process at once."""
        self.purpose = purpose
        self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Whether the process has ended, and all that follows from it was done, within this time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _follow(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            while pipe.read(4096):
                self._told()
        self._process.wait()
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        self._ended(self)


def _environment() -> dict[str, str]:
    """This process's own, less what is only for it; packages are found where it finds them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATESCOPE_")}
    paths = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path)
    return {**kept, **dict.fromkeys(ONE_THREAD, "1"), "PYTHONPATH": paths}
