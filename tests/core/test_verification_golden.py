"""Golden weight files of every framework beside what the frameworks computed, as a user would verify them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from gatescope.core.formats.importing import import_network
from gatescope.core.references import Reference
from gatescope.core.verification import verify

FOLDER = Path(__file__).parents[1] / "golden" / "formats"
EXPECTED = {
    case["expected"]: case
    for maker in json.loads((FOLDER / "manifest.json").read_text()).values()
    for case in maker["cases"]
    if "expected" in case
}
# HDF5 and ONNX are parsed in a process of their own, which takes its time: of these a sample.
QUICK = [case for case in EXPECTED.values() if case["file"].endswith((".safetensors", ".npz", ".pt"))]
CASES = QUICK + [case for case in EXPECTED.values() if case not in QUICK][::6]


def test_there_are_golden_files() -> None:
    assert len(CASES) > 30
    assert len({case["file"].split("-")[0] for case in CASES}) >= 4


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']} {case.get('options', '')}")
def test_a_golden_file_matches_its_framework(case: dict[str, Any]) -> None:
    network = import_network(FOLDER / case["file"], options=case.get("options", {})).network
    expected = load_file(FOLDER / "expected" / f"{case['expected']}.safetensors")
    arrays: dict[str, Any] = {"input": expected["inputs"]}
    for entry, place in enumerate(network.directions):
        for name in place.cell.state_names:
            arrays[f"{name[0]}_0.{entry}"] = expected[f"initial/{place.layer}/{place.direction}/{name}"]
            arrays[f"{name}.{entry}"] = expected[f"quantities/{place.layer}/{place.direction}/{name}"]
    if "outputs" in expected:
        arrays["readout"] = expected["outputs"]
    result = verify(network, Reference.of(arrays))
    assert result.matches, result.sentence
    assert result.departure is None
    assert result.largest <= result.tolerance * max(1.0, *(float(np.abs(array).max()) for array in arrays.values()))
