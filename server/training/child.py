"""The process that owns one run. It ends when its standard input does: closed by the server, or with the server."""

import gc
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing, suppress
from typing import BinaryIO

from gatescope.core.errors import CoreError, FormatError
from gatescope.core.threads import pin_blas_threads
from gatescope.core.training.plan import Plan
from gatescope.core.training.run import Run

from .events import EventLog
from .facts import facts_of
from .files import RunFiles, read_object, write_object
from .limits import DISK_FAILED, NOTHING_THERE, TAKEN, Limits
from .recording import Recording

with suppress(ImportError):
    import resource

PATIENCE = 0.4
"""Seconds that an update may still take when the process is to end; then it is given up."""
LOCK_SECONDS = 10.0
LOOK_SECONDS = 1.0


class Ending:
    """Whether the process is to end, told by the end of standard input, or by another parent than it started with."""

    def __init__(self) -> None:
        self.wanted = threading.Event()
        self.at_once: Callable[[], None] | None = None
        """What is still to be done where the main thread takes too long; None where nothing can be lost yet."""
        self._parent = os.getppid()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self.wanted.is_set() and not self._is_over():
            pass
        self.wanted.set()
        time.sleep(PATIENCE)
        with suppress(OSError):
            if self.at_once is not None:
                self.at_once()
        os._exit(0)

    def _is_over(self) -> bool:
        if sys.platform == "win32":  # which waits for no pipe with a time limit
            return not os.read(0, 1)
        ready, _, _ = select.select([0], [], [], LOOK_SECONDS)
        return not os.read(0, 1) if ready else os.getppid() != self._parent


def main(files: RunFiles, limits: Limits) -> int:
    """Carry the run on to its end, or to the end of standard input; gives the exit status."""
    _confine(limits)
    ending = Ending()
    signal.signal(signal.SIGTERM, lambda *_: ending.wanted.set())
    try:
        lock = _lock(files, ending)
        if lock is None:
            return TAKEN
        with closing(lock):
            files.sweep()
            return _carry_on(files, limits, ending)
    except FileNotFoundError:
        return NOTHING_THERE
    except OSError:
        return DISK_FAILED


def _carry_on(files: RunFiles, limits: Limits, ending: Ending) -> int:
    recording = None
    try:
        run = _begin(files)
        write_object(files.facts, facts_of(run))
        recording = Recording(files, run, limits.checkpoint_bytes, _tell)
        ending.at_once = recording.save_what_there_is
        gc.freeze()
        while not run.finished and not ending.wanted.is_set():
            recording.after(run.advance())
        recording.keep()
        if run.finished:
            recording.done("finished")
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the run has failed of it
        _say_why(files, recording, error, limits)
    finally:
        if recording is not None:
            recording.close()
    return 0


def _tell() -> None:
    """A byte on standard output for each event, so that nobody has to look for them."""
    with suppress(OSError):  # nobody listens any more, which standard input says as well
        os.write(1, b".")


def _begin(files: RunFiles) -> Run:
    """The run from its last checkpoint that can be read, else from the start."""
    for update in reversed(files.checkpoints()):
        path = files.checkpoint(update)
        if path.is_file():
            with suppress(CoreError):
                return Run.from_checkpoint(path.read_bytes())
        files.discard(update)
    if not files.exists:
        raise FileNotFoundError(files.folder)
    plan = (read_object(files.plan) or {}).get("plan")
    if not isinstance(plan, dict):
        raise FormatError("a run with no checkpoint to go on from begins with its plan.json, which cannot be read")
    return Run.start(Plan.of(plan))


def _say_why(files: RunFiles, recording: Recording | None, error: Exception, limits: Limits) -> None:
    """Have in the log why the run has failed: a sentence, and the traceback of what nobody foresaw."""
    log = None
    if isinstance(error, MemoryError):
        sentence = (
            f"It needs more than the {limits.memory_bytes:,} bytes of memory that a training may take; "
            "choose a smaller network, shorter sequences or smaller batches."
        )
    elif isinstance(error, CoreError):
        sentence = f"{error.message[0].upper()}{error.message[1:]}."
    else:
        sentence = "It ended in an unexpected error, which was logged."
        log = "".join(traceback.format_exception(error))
    if recording is None:
        with closing(EventLog(files.events)) as events:
            events.append("done", state="failed", update=0, seconds=0.0, error=sentence, log=log)
            events.sync()
    else:
        recording.done("failed", error=sentence, log=log)


def _lock(files: RunFiles, ending: Ending) -> BinaryIO | None:
    """The run's lock; a process of a server that was killed may still be ending."""
    until = time.monotonic() + LOCK_SECONDS
    while (lock := files.hold()) is None and time.monotonic() < until and not ending.wanted.wait(0.05):
        pass
    return lock


def _confine(limits: Limits) -> None:
    """Take no more than is due: one thread, behind everything that answers somebody, and within the memory's limit."""
    pin_blas_threads()
    with suppress(AttributeError, OSError):
        os.nice(limits.niceness)
    if "resource" in globals():
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
