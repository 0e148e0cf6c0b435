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
BLOCKS = [
    block
    for block in re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    if "reference.npz" not in block  # which need a network of the reader's own and are tested beside `core/snippets.py`
]


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
    assert len(BLOCKS) >= 2
    assert any("state_dict()" in block for block in BLOCKS)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_an_example_runs(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("torch") is None:
        monkeypatch.setitem(sys.modules, "torch", stand_in())
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "example.py"
    script.write_text(block, "utf-8")
    names = runpy.run_path(str(script))
    assert isinstance(names["network"], Network)
    shape = re.search(r'quantities\["forget_gate"\]  # \((\d+), (\d+)\)', block)
    assert shape
    assert names["result"].layers[0].quantities["forget_gate"].shape == (int(shape[1]), int(shape[2]))
    if "imported" in names:
        assert names["imported"].network.directions[0].cell.options()["activation"] == "relu"
        assert names["imported"].notes


def test_every_option_is_in_the_table() -> None:
    rows = re.findall(
        r"^\| (`[a-z_`, ]+`) \|", README.partition("| option | says |")[2].partition("\n\n")[0], re.MULTILINE
    )
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    assert named == {field.name for field in fields(Options)}
