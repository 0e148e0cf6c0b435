"""Differences along an alignment, over REST: recomputed from the two traces, and every way to be refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gatescope.core import Cell, Layer, save_network
from gatescope.core.activations import Array
from tests.server.support import Client, application, check_problem, networks


@pytest.mark.parametrize("align", ["index", "edit"])
def test_sequences_of_different_lengths_are_compared_along_an_alignment(client: Client, align: str) -> None:
    longer, shorter = (
        client.post("/traces", {"model": "letters", "input": {"text": text}}).json() for text in ("abcabd", "bcaad")
    )
    query = {"baseline": shorter["id"], "align": align}
    found = client.get(f"/traces/{longer['id']}/difference", params=query).json()
    pairs = found["alignment"]["pairs"]
    assert [pair[0] for pair in pairs if pair[0] is not None] == list(range(6))
    assert [pair[1] for pair in pairs if pair[1] is not None] == list(range(5))
    edit = [[0, None], [1, 0], [2, 1], [3, 2], [4, 3], [5, 4]]
    assert pairs == (edit if align == "edit" else [[step, step if step < 5 else None] for step in range(6)])
    assert found["alignment"]["distance"] == {"edit": 2, "index": 5}[align]
    matched = [pair for pair in pairs if None not in pair]
    assert [pairs[column] for column in found["alignment"]["matched"]] == matched
    assert found["steps"] == len(matched) == len(found["predictions"])
    changes, arrays = {}, {}
    for index, layer in enumerate(found["layers"]):
        here, there = (trace["layers"][index]["quantities"] for trace in (longer, shorter))
        for name, change in layer["quantities"].items():
            one, other = (np.array(side[name], "f4") for side in (here, there))
            np.testing.assert_array_equal(np.array(change, "f4"), [one[step] - other[there] for step, there in matched])
            arrays[layer["layer"], name] = one, other
            for unit, size in enumerate(np.abs(np.array(change, "f4")).max(axis=0).tolist()):
                changes[layer["layer"], name, unit] = size
    assert len(found["ranked"]) == 10
    assert [abs(one["difference"]) for one in found["ranked"]] == sorted(changes.values(), reverse=True)[:10]
    for one in found["ranked"]:
        assert abs(one["difference"]) == changes.pop((one["layer"], one["quantity"], one["unit"]))
        assert [one["step"], one["baseline_step"]] in matched
        here, there = arrays[one["layer"], one["quantity"]]
        assert one["here"] == here[one["step"], one["unit"]]
        assert one["baseline"] == there[one["baseline_step"], one["unit"]]
    gates = client.get(f"/traces/{longer['id']}/difference", params={**query, "quantities": "forget_gate"}).json()
    assert {one["quantity"] for one in gates["ranked"]} == {"forget_gate"}
    bare = client.get(f"/traces/{longer['id']}/difference", params={**query, "quantities": ""}).json()
    assert bare["layers"][0]["quantities"] == {}
    assert bare["ranked"] == found["ranked"]


def test_two_networks_are_compared_when_their_layers_are_of_one_shape(client: Client, tmp_path: Path) -> None:
    one, other = (
        client.post("/traces", {"model": model, "input": given}).json()
        for model, given in (("letters", {"text": "ab"}), ("numbers", {"values": [1, 2]}))
    )
    problem = check_problem(client.get(f"/traces/{one['id']}/difference?baseline={other['id']}&align=edit"), 422)
    assert "equal shape to be compared: layer 0 forward LSTM of 5, layer 1 forward LSTM of 6, not" in problem["detail"]
    network = networks()["letters"]
    layers = [Layer(layer.forward.with_arrays(_halved(layer.forward))) for layer in network.layers if layer.forward]
    save_network(replace(network, layers=tuple(layers)), tmp_path / "twin.safetensors")
    twin = client.upload((tmp_path / "twin.safetensors").read_bytes(), name="Twin").json()["id"]
    assert twin != "letters"
    changed = client.post("/traces", {"model": twin, "input": {"text": "ab"}}).json()
    found = client.get(f"/traces/{changed['id']}/difference?baseline={one['id']}&align=index").json()
    for index, layer in enumerate(found["layers"]):
        for name, change in layer["quantities"].items():
            here, there = (np.array(trace["layers"][index]["quantities"][name], "f4") for trace in (changed, one))
            np.testing.assert_array_equal(np.array(change, "f4"), here - there)
    assert len(found["predictions"]) == 2


def _halved(cell: Cell) -> dict[str, Array]:
    return {name: array * array.dtype.type(0.5) for name, array in cell.arrays().items()}


def test_without_an_alignment_lengths_must_be_equal_and_the_way_out_is_said(client: Client) -> None:
    one, other = (
        client.post("/traces", {"model": "letters", "input": {"text": text}}).json()["id"] for text in ("abc", "ab")
    )
    problem = check_problem(client.get(f"/traces/{one}/difference?baseline={other}"), 422, "/query/baseline")
    assert problem["detail"].endswith("an alignment pairs sequences of different lengths")
    check_problem(client.get(f"/traces/{one}/difference?baseline={other}&align=sideways"), 422, "/query/align")


def test_too_large_an_alignment_is_refused_before_it_is_made(folder: Path) -> None:
    client = Client(application(folder, max_alignment_cells=6))
    one, other = (
        client.post("/traces", {"model": "letters", "input": {"text": text}}).json()["id"] for text in ("abcc", "aba")
    )
    path = f"/traces/{one}/difference?baseline={other}&align="
    assert client.get(f"{path}edit").json()["alignment"]["distance"] == 2
    assert client.get(f"{path}index").json()["alignment"]["distance"] == 2
    further = client.post("/traces", {"model": "letters", "input": {"text": "bbbb"}}).json()["id"]
    problem = check_problem(client.get(f"/traces/{one}/difference?baseline={further}&align=edit"), 413, "/query/align")
    assert "at most 6 pairs of steps, not 25; by index any" in problem["detail"]
