"""Parsers that cannot be trusted with hostile bytes run in a process of their own, with an end to memory and time.

The child gets the file on its standard input and nothing else: no other file descriptors, an empty environment but for
what Python needs, the root as its folder. What it gives back is safetensors, which is read here as if a stranger had
sent it.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from ..errors import (
    FileTooLarge,
    FormatError,
    MissingReader,
    UnsafeFile,
    Unsupported,
)
from .checkpoint import Checkpoint
from .limits import MIB, Limits
from .readers.gathering import short
from .readers.safetensors import read_safetensors

DESCRIPTION_BYTES = 17 * MIB
"""How much the child may send beside the tensors themselves."""
ERRORS = {kind.__name__: kind for kind in (FileTooLarge, FormatError, MissingReader, UnsafeFile, Unsupported)}
KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT")


def parse_apart(parser: str, package: str, data: memoryview, limits: Limits) -> Checkpoint:
    """Have the child process parse ``data`` with one of its `readers.child.PARSERS`.

    ``package`` is the package it needs.

    Raises:
        MissingReader: the package is not installed.
        FileTooLarge: the child needed more time or memory than it may.
        FormatError: the child says so, or it crashed, or what it gave back is not to be trusted.
    """
    if find_spec(package) is None or not sys.executable:
        raise MissingReader(
            f"this file is read with the package {package}, which is not installed: pip install 'gatescope[formats]'"
        )
    good, answer = _ask(parser, data, limits)
    if not good:
        try:
            error = json.loads(answer.decode())
            raise ERRORS[error["kind"]](short(error["message"], 600))
        except (ValueError, KeyError, TypeError, RecursionError) as problem:
            if isinstance(problem, FormatError):
                raise
            raise _broken(parser) from None
    found = read_safetensors(memoryview(answer), limits)
    try:
        described: dict[str, Any] = json.loads(found.metadata["checkpoint"])
        return replace(
            found,
            format=str(described["format"]),
            structure=described["structure"],
            metadata=described["metadata"],
            notes=tuple(str(note) for note in described["notes"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _broken(parser) from None


def _broken(parser: str) -> FormatError:
    return FormatError(f"the file cannot be read as {parser}: the parser broke down over it, so it is probably damaged")


def _ask(parser: str, data: memoryview, limits: Limits) -> tuple[bool, bytes]:
    """Whether the child succeeded, and the bytes it gave back."""
    command = [sys.executable, "-P", "-W", "ignore", "-m", f"{__package__}.readers.child", parser]
    try:
        process = subprocess.Popen(
            [*command, json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(sys.executable).anchor,
            env=_environment(),
            start_new_session=True,
        )
    except OSError:
        raise FormatError("the process that parses such files could not be started; try again later") from None
    assert process.stdin is not None
    assert process.stdout is not None
    out_of_time = threading.Event()

    def end() -> None:
        out_of_time.set()
        process.kill()

    timer = threading.Timer(limits.seconds, end)
    writer = threading.Thread(target=_write, args=(process.stdin, data), daemon=True)
    timer.start()
    writer.start()
    try:
        answer = _answer(process.stdout, limits)
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        writer.join()
        process.stdout.close()
    if answer is not None:
        return answer
    if out_of_time.is_set() or process.returncode == -getattr(signal, "SIGXCPU", 0):
        raise FileTooLarge(f"parsing the file may take {limits.seconds:g} seconds, but it takes longer")
    raise _broken(parser)


def _answer(pipe: IO[bytes], limits: Limits) -> tuple[bool, bytes] | None:
    """What the child sent, None where it is cut short or more than allowed."""
    head = pipe.read(9)
    size = int.from_bytes(head[1:], "little")
    if len(head) < 9 or size > limits.max_tensor_bytes + DESCRIPTION_BYTES:
        return None
    answer = pipe.read(size)
    return (head[:1] == b"+", answer) if len(answer) == size else None


def _write(pipe: IO[bytes], data: memoryview) -> None:
    with suppress(OSError, ValueError):
        pipe.write(data)
    with suppress(OSError):
        pipe.close()


def _environment() -> dict[str, str]:
    """As little as Python, HDF5 and NumPy need: no plugins, one thread, packages where this process finds them."""
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "PYTHONPATH": os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HDF5_PLUGIN_PRELOAD": "::",
        "HDF5_USE_FILE_LOCKING": "FALSE",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
