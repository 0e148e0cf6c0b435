"""Steps one at a time give the trace's rows."""

from typing import Any

import numpy as np
import pytest

from gatescope.core.encoding import encode
from gatescope.core.trace import trace
from tests.server.support import Client, check_problem, networks

SEQUENCES: dict[str, list[dict[str, Any]]] = {
    "letters": [{"text": character} for character in "ab&\n"],
    "numbers": [{"values": [number]} for number in (0.5, -1.0, 2.0)],
    "plain": [{"values": [row]} for row in ([1, 2, 3], [0.5, -1, 0], [4, 4, 4])],
    "ids": [{"tokens": [token]} for token in (3, 0, 6)],
}
WHOLE: dict[str, dict[str, Any]] = {
    "letters": {"text": "ab&\n"},
    "numbers": {"values": [0.5, -1.0, 2.0]},
    "plain": {"values": [[1, 2, 3], [0.5, -1, 0], [4, 4, 4]]},
    "ids": {"tokens": [3, 0, 6]},
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_steps_give_the_traces_rows(client: Client, name: str) -> None:
    network = networks()[name]
    whole = trace(network, encode(network, **WHOLE[name]))
    tolerance = 1e-6 if network.dtype == np.float32 else 1e-13
    state = None
    for index, step_input in enumerate(SEQUENCES[name]):
        response = client.post("/steps", {"model": name, "input": step_input, "state": state})
        assert response.status_code == 200, response.text
        body = response.json()
        for sent, layer in zip(body["layers"], whole.layers, strict=True):
            assert (sent["layer"], sent["direction"], sent["cell"]) == (layer.layer, layer.direction, layer.cell.name)
            assert list(sent["quantities"]) == list(layer.quantities)
            for quantity, array in layer.quantities.items():
                np.testing.assert_allclose(sent["quantities"][quantity], array[index], rtol=tolerance, atol=tolerance)
        if network.readout and network.readout.kind == "softmax":
            assert whole.outputs is not None
            assert body["prediction"][0]["token"] == int(whole.outputs[index].argmax())
            assert body["output"] is None
        else:
            assert body["prediction"] is None
            assert (body["output"] is None) == (whole.outputs is None)
        state = body["state"]
        assert [set(entry) for entry in state] == [set(place.cell.state_names) for place in network.directions]


def test_a_backward_layer_cannot_be_stepped(client: Client) -> None:
    body = check_problem(client.post("/steps", {"model": "both", "input": {"values": [[1, 2, 3]]}}), 422)
    assert "backward" in body["detail"]


def test_only_one_step_is_taken(client: Client) -> None:
    body = check_problem(client.post("/steps", {"model": "letters", "input": {"text": "ab"}}), 422, "/input")
    assert "not 2" in body["detail"]


def test_a_state_that_does_not_fit_is_pointed_at(client: Client) -> None:
    state = [{"hidden_state": [0] * 4}]
    assert (
        client.post("/steps", {"model": "plain", "input": {"values": [[1, 2, 3]]}, "state": state}).status_code == 200
    )
    state = [{"hidden_state": [0] * 3}]
    check_problem(
        client.post("/steps", {"model": "plain", "input": {"values": [[1, 2, 3]]}, "state": state}),
        422,
        "/state/0/hidden_state",
    )
