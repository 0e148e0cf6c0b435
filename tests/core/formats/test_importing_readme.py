"""The README's Python examples run as they stand, and its table of options is complete."""

import re
import runpy
import sys
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from gatescope.core import Network, Options

from .weights import torch_module

README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
SECTIONS = [
    "".join(re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL))
    for section in re.split(r"^##+ ", README, flags=re.MULTILINE)
]
EXAMPLES = [
    example
    for example in SECTIONS
    if example and "reference.npz" not in example  # which need a network of the reader's own: see `core/snippets.py`
]
"""Of each section its blocks, one after the other."""
SHAPE = re.compile(r"^(.+?)  # (\(\d+, \d+\))", re.MULTILINE)
"""A line and, in its comment, the shape of what it gives."""


def stand_in() -> ModuleType:
    """What the examples use of PyTorch, for machines without it: modules that have a state dict."""

    def module(cell: str, width: int, units: int) -> Any:
        source = torch_module(cell, "", width, units, dtype="float32")
        return SimpleNamespace(state_dict=lambda: source)

    torch: Any = ModuleType("torch")
    torch.nn = SimpleNamespace(LSTM=lambda d, h: module("lstm", d, h), RNN=lambda d, h: module("rnn", d, h))
    found: ModuleType = torch
    return found


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 2
    assert "state_dict()" in EXAMPLES[1]
    assert [len(SHAPE.findall(example)) for example in EXAMPLES] == [2, 1]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_runs(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("torch") is None:
        monkeypatch.setitem(sys.modules, "torch", stand_in())
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "example.py"
    script.write_text(SHAPE.sub(r"assert \1.shape == \2  #", example), "utf-8")
    names = runpy.run_path(str(script))
    assert isinstance(names["network"], Network)
    assert ("mine.safetensors" in example) == (tmp_path / "mine.safetensors").exists()
    if "imported" in names:
        assert names["imported"].network.directions[0].cell.options()["activation"] == "relu"
        assert names["imported"].notes


def test_every_option_is_in_the_table() -> None:
    rows = re.findall(
        r"^\| (`[a-z_`, ]+`) \|", README.partition("| option | says |")[2].partition("\n\n")[0], re.MULTILINE
    )
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    assert named == {field.name for field in fields(Options)}
