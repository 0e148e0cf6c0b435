"""Gradients over REST are the core's own, and what cannot be asked is a sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gatescope.core.encoding import encode
from gatescope.core.gradients import LossTarget, StateTarget, gradients
from gatescope.core.interventions import Intervention
from gatescope.core.sketches import drawn
from gatescope.core.trace import trace
from tests.server.support import Client, application, check_problem, decode, networks

ROWS: dict[str, Any] = {"values": [[0.5, 0.25, -4.0], [3.0, 2.0, 1.0], [0.0, 1.0, 0.5]]}
TEXT: dict[str, Any] = {"text": "ab &\né"}
STATE: dict[str, Any] = {"kind": "hidden_state", "layer": 0, "direction": "forward", "step": 2, "unit": None}
BACKWARD = {**STATE, "direction": "backward"}
LOSS: dict[str, Any] = {"kind": "loss", "step": None}
ARRAYS = ("d_hidden_state", "d_cell_state", "d_input", "carry_path", "jacobian_norm", "jacobian_cell_norm")


def equal(sent: Any, expected: Any) -> None:
    """The numbers of an answer, in either form, are these to the last bit."""
    if expected is None:
        assert sent is None
    else:
        assert np.array_equal(decode(sent), expected)


@pytest.mark.parametrize("encoding", ["list", "base64"])
@pytest.mark.parametrize(
    ("name", "sequence", "target", "own"),
    [
        ("projected", ROWS, BACKWARD, StateTarget("hidden_state", 0, "backward", 2)),
        (
            "projected", ROWS, {**BACKWARD, "kind": "cell_state", "step": 0, "unit": 3},
            StateTarget("cell_state", 0, "backward", 0, 3),
        ),
        ("both", ROWS, {**STATE, "direction": "backward"}, StateTarget("hidden_state", 0, "backward", 2)),
        ("letters", TEXT, {"kind": "hidden_state"}, StateTarget("hidden_state", 0, "forward", 5)),
        ("both", ROWS, {**BACKWARD, "step": None}, StateTarget("hidden_state", 0, "backward", 0)),
        ("letters", TEXT, LOSS, LossTarget()),
        ("letters", TEXT, {"kind": "loss", "step": 5, "token": 1}, LossTarget(5, token=1)),
        ("numbers", {"values": [1, 2, 3]}, {"kind": "loss", "step": 1, "value": [0, 1]}, LossTarget(1, value=[0, 1])),
    ],
)  # fmt: skip
def test_numbers_are_the_cores(client: Client, encoding: str, name: str, sequence: Any, target: Any, own: Any) -> None:
    network = networks()[name]
    expected = gradients(trace(network, encode(network, **sequence)), own)
    answer = client.post("/gradients", {"model": name, "input": sequence, "target": target, "encoding": encoding})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["model"], body["value"]) == (name, expected.value)
    assert client.get(f"/traces/{body['trace']}").json()["input"] == body["input"]
    assert len(body["layers"]) == len(expected.layers)
    for sent, layer in zip(body["layers"], expected.layers, strict=True):
        for name in ARRAYS:
            equal(sent[name], getattr(layer, name))
        for state, array in layer.norms.items():
            equal(sent[f"d_{state}_norm"], array)
        for state, array in layer.d_initial_state.items():
            equal(sent["d_initial_state"][state], array)
        assert (sent["layer"], sent["direction"], sent["focus"]) == (layer.layer, layer.direction, layer.focus)


def test_of_a_sketch_with_states_and_interventions(client: Client) -> None:
    network = drawn("gru", 1, 3, seed=2)
    state = [{"hidden_state": [0.5, -0.5, 0.25]}]
    done = {"layer": 0, "quantity": "update_gate", "units": [1], "steps": [0, 2], "operation": "set", "value": 1.0}
    body = client.post(
        "/gradients",
        {
            "sketch": {"cell": "gru", "hidden_size": 3, "seed": 2},
            "input": {"values": [1, 2, 3]},
            "initial_state": state,
            "interventions": [done],
            "target": STATE,
            "jacobian": False,
        },
    ).json()
    intervention = Intervention(0, "forward", "update_gate", (1,), (0, 2), "set", 1.0)
    ran = trace(network, encode(network, values=[1, 2, 3]), state, interventions=[intervention])
    assert body["trace"] == ran.id
    expected = gradients(ran, StateTarget("hidden_state", 0, "forward", 2)).layers[0]
    equal(body["layers"][0]["d_hidden_state"], expected.d_hidden_state)
    assert body["layers"][0]["jacobian_norm"] is None


SKETCHED: dict[str, Any] = {"sketch": {"cell": "rnn", "hidden_size": 3}, "input": {"values": [1, 2, 3]}}


def ask(**fields: Any) -> dict[str, Any]:
    """A request that would be right without these fields of its target."""
    return {"model": "projected", "input": ROWS, "target": {**BACKWARD, **fields}}


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no target": ({"model": "projected", "input": ROWS}, "/target", "must be given"),
    "a target that is a word": ({**ask(), "target": "loss"}, "/target", "must be an object"),
    "an unknown kind": (ask(kind="hope"), "/target/kind", "must be 'hidden_state', 'cell_state' or 'loss'"),
    "an unknown field": (ask(colour=1), "/target/colour", "not a field"),
    "a step too high": (ask(step=3), "/target/step", "0 to 2, not 3"),
    "a step below zero": (ask(step=-1), "/target/step", "0 to 2, not -1"),
    "a step of 300 digits": (ask(step=10**300), "/target/step", "whole number"),
    "a unit too high": (ask(unit=2), "/target/unit", "0 to 1, not 2"),
    "a unit that is true": (ask(unit=True), "/target/unit", "not true"),
    "a layer": (ask(layer=1), "/target/layer", "not layer 1 backward"),
    "a direction": (ask(direction="forward"), "/target/layer", "not layer 0 forward"),
    "a state": (
        {"model": "plain", "input": ROWS, "target": {**STATE, "kind": "cell_state"}}, "/target/kind", "not cell_state",
    ),
    "a token of a state": (ask(token=1), "/target/token", "is not for a target that is a hidden state"),
    "a unit of a loss": ({**ask(), "target": {"kind": "loss", "unit": 1}}, "/target/unit", "that is a loss"),
    "a loss without a readout": ({**SKETCHED, "target": LOSS}, "/target/kind", "this network has none"),
    "a token too high": (
        {"model": "letters", "input": TEXT, "target": {**LOSS, "step": 1, "token": 7}}, "/target/token", "not 7",
    ),
    "a value that is text": ({**ask(), "target": {"kind": "loss", "value": "a"}}, "/target/value", "list of numbers"),
    "nothing that follows": (
        {"model": "letters", "input": TEXT, "target": {"kind": "loss", "step": 5}}, "/target/token", "nothing follows",
    ),
    "jacobian that is a number": ({**ask(), "jacobian": 1}, "/jacobian", "true or false"),
    "both networks": ({**ask(), "sketch": {"cell": "rnn"}}, "/sketch", "exactly one"),
    "an input that does not fit": ({**ask(), "input": {"text": "a"}}, "/input/text", "not text"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_asked(client: Client, name: str) -> None:
    body, pointer, words = WRONG[name]
    problem = check_problem(client.post("/gradients", body), 422)
    assert problem["errors"][0]["pointer"] == pointer, problem
    assert words in problem["detail"]
    assert len(problem["detail"]) < 300


def test_an_unknown_model(client: Client) -> None:
    check_problem(client.post("/gradients", {**ask(), "model": "nothing"}), 404, "/model")


def test_limits_are_looked_at_first(tmp_path: Path) -> None:
    client = Client(application(tmp_path, max_jacobian_operations=1000, max_list_bytes=600, max_steps=50))
    sketch = {"sketch": {"cell": "rnn", "hidden_size": 3}, "target": STATE}
    long = {**sketch, "input": {"values": [0.0] * 40}, "encoding": "base64"}
    detail = check_problem(client.post("/gradients", long), 413, "/jacobian")["detail"]
    assert "at most 1,000 multiplications" in detail
    assert client.post("/gradients", {**long, "jacobian": False}).status_code == 200
    lists = {**long, "jacobian": False, "encoding": "list"}
    assert "Lists hold at most 600 bytes" in check_problem(client.post("/gradients", lists), 413, "/input")["detail"]
    check_problem(client.post("/gradients", {**long, "input": {"values": [0.0] * 51}}), 413, "/input")


def test_a_gradient_that_explodes_is_a_sentence(client: Client) -> None:
    parameters = {"kernel": [[1.0]], "recurrent_kernel": [[10.0]], "bias": [0.0]}
    sketch = {"cell": "rnn", "parameters": parameters, "activation": "linear"}
    body = {"sketch": sketch, "input": {"values": [0.0] * 400}, "target": {**STATE, "step": 399}}
    assert "left the range of float64" in check_problem(client.post("/gradients", body), 422)["detail"]


def test_a_long_computation_ends_at_the_deadline(tmp_path: Path) -> None:
    client = Client(application(tmp_path, deadline_seconds=0.05))
    sketch = {"cell": "lstm", "hidden_size": 128}
    body = {"sketch": sketch, "input": {"values": [0.5] * 500}, "target": {**STATE, "step": 499}, "encoding": "base64"}
    check_problem(client.post("/gradients", body), 504)
