"""The child process that parses HDF5 and ONNX: how it is confined, and how it may fail."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gatescope.core.errors import FileTooLarge, FormatError
from gatescope.core.formats import isolation
from gatescope.core.formats.checkpoint import Checkpoint
from gatescope.core.formats.limits import MIB, Limits
from gatescope.core.formats.readers import read
from gatescope.core.formats.readers.child import serialise
from tests.core.formats.files import good_files, h5_file


def command_of(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("import time; time.sleep(60)", FileTooLarge, "may take 1 seconds"),
        ("import os; os.abort()", FormatError, "the parser broke down"),
        ("import os; os.kill(os.getpid(), 9)", FormatError, "the parser broke down"),
        ("print('nonsense' * 9)", FormatError, "the parser broke down"),
        ("import sys; sys.stdout.buffer.write(b'+' + b'\\xff' * 5000)", FormatError, "the parser broke down"),
        ("import sys; sys.stdout.buffer.write(b'-' + bytes([2]) + bytes(7) + b'{}')", FormatError, "broke down"),
        ("import sys; sys.stdout.buffer.write(b'+' + bytes([9]) + bytes(16))", FormatError, "header"),
        ("import sys; sys.stdout.buffer.write(b'-' + bytes([2]) + bytes(7) + b'[]')", FormatError, "broke down"),
    ],
)
def test_a_child_that_fails_is_an_error_like_others(
    code: str, kind: type[FormatError], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda _, **options: start(command_of(code), **options))
    with pytest.raises(FormatError, match=words) as caught:
        isolation.parse_apart("HDF5", "h5py", memoryview(b"x" * MIB), Limits(seconds=1))
    assert type(caught.value) is kind


@pytest.mark.parametrize("data", [good_files()["onnx"], good_files()["onnx"][:60]])
def test_no_process_and_no_pipe_is_left_behind(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    start, started = subprocess.Popen, []

    def remember(*arguments: Any, **options: Any) -> Any:
        started.append(start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", remember)
    with suppress(FormatError):
        read(data)
    (process,) = started
    assert process.returncode is not None
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdin.closed
    assert process.stdout.closed


def test_a_child_that_cannot_be_started_is_an_error_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(FormatError, match="could not be started"):
        read(good_files()["onnx"])


def test_a_child_has_only_so_much_memory() -> None:
    big = h5_file(lambda file: file.update({"w": np.ones(4 * MIB, "f4")}))
    with pytest.raises(FileTooLarge, match="more memory than parsing it may take"):
        read(big, Limits(memory_bytes=64 * MIB))


def test_a_child_can_open_no_file_and_knows_little_of_its_surroundings(tmp_path: Path) -> None:
    """The confinement itself, tried in a child that does nothing else."""
    module = "gatescope.core.formats.readers.child"
    code = f"""
import os, sys
from gatescope.core.formats.limits import Limits
from {module} import _confine
_confine(Limits())
for attempt in (lambda: open({str(tmp_path / "x")!r}, "w"), lambda: open("/dev/null"), os.pipe):
    try:
        attempt()
    except OSError:
        pass
    else:
        sys.exit("it could open something")
print(sorted(os.environ), os.getcwd())
"""
    environment = isolation._environment()
    answer = subprocess.run(command_of(code), env=environment, cwd="/", capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "HOME" not in answer.stdout
    assert not {"GATESCOPE_TOKEN", "PATH"} & environment.keys()


def test_a_description_that_is_too_long_is_named_as_what_it_is() -> None:
    found = Checkpoint("onnx", {}, {"nodes": ["x" * 1000] * 20_000})
    with pytest.raises(FileTooLarge, match=r"description of what a file holds may take 16.* but this one takes 19"):
        serialise(found)
