"""A network that is described in the request, in place of one that is kept."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gatescope.core.encoding import encode
from gatescope.core.sketches import drawn, written
from gatescope.core.trace import trace
from tests.server.support import Client, application, check_problem, decode

VALUES: dict[str, Any] = {"values": [[0.5], [-1.0], [2.0]]}
COUNTER: dict[str, Any] = {
    "cell": "lstm",
    "dtype": "float64",
    "parameters": {"kernel": [[20, 0, 0, 0]], "recurrent_kernel": [[0, 0, 0, 0]], "bias": [-10, 10, 10, 10]},
}


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_a_drawn_sketch_is_the_cores(client: Client, cell: str) -> None:
    sketch = {"cell": cell, "hidden_size": 6, "seed": 3, "forget_bias": -1, "weight_scale": 2}
    network = drawn(cell, 1, 6, seed=3, forget_bias=-1, weight_scale=2)
    expected = trace(network, encode(network, **VALUES))
    body = client.post("/traces", {"sketch": sketch, "input": VALUES}).json()
    assert body["id"] == expected.id
    assert body["model"] == f"sketch:{network.digest[:16]}"
    for name, array in expected.layers[0].quantities.items():
        received = decode(body["layers"][0]["quantities"][name])
        assert np.array_equal(received.astype("float32"), array)


def test_a_written_sketch_has_the_numbers_given(client: Client) -> None:
    body = client.post("/traces", {"sketch": COUNTER, "input": {"values": [0, 1, 1, 0, 1]}}).json()
    counted = decode(body["layers"][0]["quantities"]["cell_state"])[:, 0]
    np.testing.assert_allclose(counted, [0, 1, 2, 2, 3], atol=2e-3)
    network = written("lstm", COUNTER["parameters"], dtype="float64")
    assert body["model"] == f"sketch:{network.digest[:16]}"


def test_what_follows_a_trace_works_for_a_sketch(client: Client) -> None:
    request = {"sketch": COUNTER, "input": VALUES}
    trace_id = client.post("/traces", request).json()["id"]
    other = {"layer": 0, "quantity": "forget_gate", "operation": "set", "value": 1.0}
    baseline = client.post("/traces", request | {"interventions": [other]}).json()["id"]
    for address in (
        "", ".npz", "/figure", "/arithmetic?quantity=forget_gate&unit=0&step=1", "/ledger?unit=0&step=2", "/health",
        f"/difference?baseline={baseline}",
    ):  # fmt: skip
        assert client.get(f"/traces/{trace_id}{address}").status_code == 200, address
    assert client.get(f"/traces/{trace_id}").json()["model"].startswith("sketch:")
    figure = client.get(f"/traces/{trace_id}/figure").json()
    assert "Sketch of an LSTM, 1 unit" in str(figure["layout"])


def test_exactly_one_network_is_asked(client: Client) -> None:
    both = client.post("/traces", {"model": "plain", "sketch": COUNTER, "input": VALUES})
    assert "exactly one" in check_problem(both, 422, "/sketch")["detail"]
    neither = check_problem(client.post("/traces", {"input": VALUES}), 422, "/model")
    assert neither["detail"] == "Model must be given, or a sketch in its place."
    nulls: dict[str, Any] = {"model": None, "sketch": COUNTER, "input": VALUES}
    assert client.post("/traces", nulls).status_code == 201


def test_sketches_have_limits(tmp_path: Path) -> None:
    client = Client(application(tmp_path, max_sketch_units=4, max_sketch_inputs=2))

    def refused(sketch: dict[str, Any], field: str) -> str:
        detail: str = check_problem(
            client.post("/traces", {"sketch": sketch, "input": VALUES}), 413, f"/sketch/{field}"
        )["detail"]
        return detail

    assert "at most 4 units, not 5" in refused({"cell": "rnn", "hidden_size": 5}, "hidden_size")
    assert "not 1,000,000,000,000" in refused({"cell": "rnn", "hidden_size": 10**12}, "hidden_size")
    assert "at most 2 inputs, not 3" in refused({"cell": "rnn", "hidden_size": 4, "input_size": 3}, "input_size")
    parameters = {"kernel": [[0.0] * 5], "recurrent_kernel": [[0.0] * 5] * 5, "bias": [0.0] * 5}
    assert "at most 4 units, not 5" in refused({"cell": "rnn", "parameters": parameters}, "parameters")
    assert client.post("/traces", {"sketch": {"cell": "rnn", "hidden_size": 4}, "input": VALUES}).status_code == 201
