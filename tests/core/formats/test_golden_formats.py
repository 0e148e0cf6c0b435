"""Files that the frameworks themselves wrote, imported and traced: every quantity of every step is theirs."""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

import gatescope.core.errors
from gatescope.core import Encoded, Network, Trace, encode, step, trace
from gatescope.core.formats import isolation
from gatescope.core.formats.canonical import from_bytes, to_bytes
from gatescope.core.formats.imported import Imported
from gatescope.core.formats.importing import import_network
from tests.core.formats.forking import forking

FOLDER = Path(__file__).parents[2] / "golden" / "formats"
MANIFEST = {maker: entry["cases"] for maker, entry in json.loads((FOLDER / "manifest.json").read_text()).items()}
TOLERANCE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-12}


@pytest.fixture(scope="module", autouse=True)
def forked() -> Iterator[None]:
    """One process for each file takes half a minute where it is not forked; that way is tested elsewhere."""
    if not hasattr(os, "fork"):
        yield
        return
    with forking() as ask, pytest.MonkeyPatch.context() as patch:
        patch.setattr(isolation, "_ask", ask)
        yield


def identify(case: Any) -> str:
    options = ",".join(f"{key}={value}" for key, value in case.get("options", {}).items())
    return f"{case['file']}[{options}]" if options else str(case["file"])


def cases(outcome: str) -> list[Any]:
    return [pytest.param(case, id=identify(case)) for own in MANIFEST.values() for case in own if outcome in case]


@cache
def once(file: str, options: str) -> Imported:
    return import_network(FOLDER / file, options=json.loads(options))


def imported(case: Mapping[str, Any]) -> Imported:
    return once(case["file"], json.dumps(case.get("options", {})))


@cache
def expectation(name: str) -> dict[str, np.ndarray[Any, Any]]:
    arrays: dict[str, np.ndarray[Any, Any]] = load_file(FOLDER / "expected" / f"{name}.safetensors")
    return arrays


def encoded(network: Network, expected: Mapping[str, np.ndarray[Any, Any]]) -> Encoded:
    inputs = expected["inputs"]
    return encode(network, tokens=inputs) if inputs.ndim == 1 else encode(network, values=inputs)


def one_step(value: Any) -> dict[str, Any]:
    return {"tokens": [int(value)]} if value.ndim == 0 else {"values": [value]}


def initial_state(
    network: Network, expected: Mapping[str, np.ndarray[Any, Any]]
) -> list[dict[str, np.ndarray[Any, Any]]]:
    return [
        {name: expected[f"initial/{place.layer}/{place.direction}/{name}"] for name in place.cell.state_names}
        for place in network.directions
    ]


def run(network: Network, expected: Mapping[str, np.ndarray[Any, Any]]) -> Trace:
    return trace(network, encoded(network, expected), initial_state(network, expected))


def everything(result: Trace) -> dict[str, np.ndarray[Any, Any]]:
    """A trace by the expectation's names."""
    found = {
        f"quantities/{place.layer}/{place.direction}/{name}": array
        for place in result.layers
        for name, array in place.quantities.items()
    }
    return found | ({} if result.outputs is None else {"outputs": result.outputs})


def test_every_file_is_in_the_manifest_and_every_expectation_is_used() -> None:
    lines = [case for own in MANIFEST.values() for case in own]
    assert {case["file"] for case in lines} == {
        path.name for path in FOLDER.iterdir() if path.is_file() and path.name != "manifest.json"
    }
    assert {case["expected"] for case in lines if "expected" in case} == {
        path.stem for path in (FOLDER / "expected").iterdir()
    }
    assert all(("expected" in case) != ("refused" in case) for case in lines)
    assert len({identify(case) for case in lines}) == len(lines)


@pytest.mark.parametrize("case", cases("expected"))
def test_every_quantity_is_the_frameworks(case: Any) -> None:
    expected = expectation(case["expected"])
    found = imported(case)
    result = run(found.network, expected)
    own = everything(result)
    assert set(own) == {name for name in expected if name.startswith("quantities/") or name == "outputs"}
    for name, array in own.items():
        np.testing.assert_allclose(array, expected[name], rtol=0, atol=TOLERANCE[found.network.dtype], err_msg=name)
    assert found.network.dtype == expected["quantities/0/" + result.layers[0].direction + "/hidden_state"].dtype


@pytest.mark.parametrize("case", cases("expected"))
def test_notes_and_choices_say_what_was_understood(case: Any) -> None:
    found = imported(case)
    assert found.notes
    assert all(note.strip() == note and note.endswith(".") for note in found.notes), found.notes
    for word in case.get("notes", ()):
        assert any(word in note for note in found.notes), (word, found.notes)
    assert set(case.get("choices", ())) <= {choice.option for choice in found.choices}


@pytest.mark.parametrize("case", cases("expected"))
def test_export_then_import_is_the_identity(case: Any) -> None:
    network = imported(case).network
    data = to_bytes(network)
    for again in (from_bytes(data), import_network(data).network):
        assert again.digest == network.digest
        assert to_bytes(again) == data


@pytest.mark.parametrize("case", cases("expected"))
def test_steps_give_the_trace(case: Any) -> None:
    expected = expectation(case["expected"])
    network = imported(case).network
    if not network.can_step:
        with pytest.raises(gatescope.core.errors.CannotStep):
            step(network, encode(network, **one_step(expected["inputs"][0])))
        return
    state: Any = initial_state(network, expected)
    for row, value in enumerate(expected["inputs"]):
        result = step(network, encode(network, **one_step(value)), state)
        for place, quantities in result.quantities:
            for name, array in quantities.items():
                wanted = expected[f"quantities/{place.layer}/{place.direction}/{name}"][row]
                np.testing.assert_allclose(array, wanted, rtol=0, atol=TOLERANCE[network.dtype], err_msg=name)
        state = result.state


@pytest.mark.parametrize("case", cases("refused"))
def test_what_cannot_be_had_is_refused_by_name(case: Any) -> None:
    error = getattr(gatescope.core.errors, case["refused"]["error"])
    with pytest.raises(error) as caught:
        imported(case)
    assert type(caught.value) is error
    assert case["refused"]["word"] in caught.value.message
