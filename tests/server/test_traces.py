"""The numbers that come over the wire are the core's own, to the last bit."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gatescope.core.encoding import encode
from gatescope.core.formats import save_network
from gatescope.core.network import Embedding, Layer, Network, Vocabulary
from gatescope.core.quantities import names_for
from gatescope.core.trace import top_predictions, trace
from gatescope.server.quantities import chosen, sent_bytes
from tests.server.support import LABELS, Client, application, cell, check_problem, decode, networks

INPUTS: dict[str, dict[str, Any]] = {
    "letters": {"text": "ab &\né"},
    "numbers": {"values": [0.25, -1, 3, 1e-3]},
    "both": {"values": [[0.1, -0.2, 0.3], [1, 2, 3], [-1e-7, 0, 12.5]]},
    "plain": {"values": [[0.5, 0.25, -4], [3, 2, 1]]},
    "projected": {"values": [[0.5, 0.25, -4], [3, 2, 1], [0, 1, 0]]},
    "ids": {"tokens": [0, 6, 3, 3]},
}


@pytest.mark.parametrize("encoding", ["list", "base64"])
@pytest.mark.parametrize("name", INPUTS)
def test_numbers_are_the_cores(client: Client, name: str, encoding: str) -> None:
    network = networks()[name]
    expected = trace(network, encode(network, **INPUTS[name]))
    response = client.post("/traces", {"model": name, "input": INPUTS[name], "encoding": encoding})
    assert response.status_code == 201
    body = response.json()
    assert response.headers["location"] == f"/api/v1/traces/{body['id']}"
    assert body["id"] == expected.id
    assert (body["model"], body["steps"], body["dtype"]) == (name, expected.steps, network.dtype.name)
    assert len(body["layers"]) == len(expected.layers)
    for sent, layer in zip(body["layers"], expected.layers, strict=True):
        assert (sent["layer"], sent["direction"], sent["cell"]) == (layer.layer, layer.direction, layer.cell.name)
        assert sent["hidden_size"] == layer.cell.hidden_size
        assert tuple(sent["quantities"]) == names_for(layer.cell.name)
        for quantity, array in layer.quantities.items():
            received = decode(sent["quantities"][quantity])
            assert received.shape == array.shape
            assert np.array_equal(received.astype(network.dtype), array), quantity
            if encoding == "base64":
                assert received.dtype == network.dtype
        for state, array in layer.initial_state.items():
            assert np.array_equal(np.array(sent["initial_state"][state], network.dtype), array)


@pytest.mark.parametrize("name", INPUTS)
def test_sizes_are_known_before_anything_is_computed(name: str) -> None:
    network = networks()[name]
    result = trace(network, encode(network, **INPUTS[name]))
    outputs = result.outputs.nbytes if result.outputs is not None and name != "letters" else 0
    for names in (None, ("hidden_state",), ("candidate_pre", "hidden_state_pre", "cell_state")):
        arrays = [array for index in range(len(result.layers)) for _, array in chosen(result, index, names)]
        assert sent_bytes(network, result.steps, names) == sum(array.nbytes for array in arrays) + outputs


def test_states_of_a_projected_layer_have_their_own_sizes(client: Client) -> None:
    state = [{"hidden_state": [0.5, -0.5], "cell_state": [1, 2, 3, 4, 5]}]
    request = {"model": "projected", "input": INPUTS["projected"], "initial_state": state}
    body = client.post("/traces", request).json()
    assert body["layers"][0]["initial_state"] == state[0]
    assert [len(row) for row in body["layers"][0]["quantities"]["hidden_state"]] == [2, 2, 2]
    assert [len(row) for row in body["layers"][0]["quantities"]["cell_state"]] == [5, 5, 5]
    wrong = [{"hidden_state": [0.5] * 5, "cell_state": [0] * 5}]
    check_problem(client.post("/traces", request | {"initial_state": wrong}), 422, "/initial_state/0/hidden_state")
    check_problem(client.post("/steps", {"model": "projected", "input": {"values": [[1, 2, 3]]}}), 422)


def test_input_is_echoed_as_it_was_read(client: Client) -> None:
    body = client.post("/traces", {"model": "letters", "input": {"text": "a§b"}}).json()
    assert body["input"]["kind"] == "tokens"
    assert body["input"]["labels"] == ["a", "§", "b"]
    assert body["input"]["unknown"] == [1]
    assert body["input"]["values"] is None
    assert any("§" in note for note in body["notes"])
    rows = [[0.5, 1, 2], [3, 4, 5]]
    body = client.post("/traces", {"model": "plain", "input": {"values": rows}}).json()
    assert body["input"] == {"kind": "values", "tokens": None, "labels": ["1", "2"], "values": rows, "unknown": []}
    assert body["notes"] == []


def test_predictions_are_the_five_most_likely(client: Client) -> None:
    network = networks()["letters"]
    outputs = trace(network, encode(network, text="ab")).outputs
    assert outputs is not None
    best = top_predictions(outputs, 5)
    body = client.post("/traces", {"model": "letters", "input": {"text": "ab"}}).json()
    assert body["outputs"] is None
    for row, tokens, probabilities in zip(body["predictions"], best.tokens, best.probabilities, strict=True):
        assert [entry["token"] for entry in row] == tokens.tolist()
        assert [entry["label"] for entry in row] == [LABELS[token] for token in tokens]
        assert np.array_equal(np.array([entry["probability"] for entry in row], np.float32), probabilities)


def test_a_linear_readout_gives_outputs(client: Client) -> None:
    network = networks()["numbers"]
    body = client.post("/traces", {"model": "numbers", "input": {"values": [1, 2]}, "encoding": "base64"}).json()
    assert body["predictions"] is None
    outputs = trace(network, encode(network, values=[1, 2])).outputs
    assert outputs is not None
    assert np.array_equal(decode(body["outputs"]), outputs)


def test_without_a_readout_both_are_null(client: Client) -> None:
    body = client.post("/traces", {"model": "plain", "input": {"values": [[1, 2, 3]]}}).json()
    assert body["predictions"] is None
    assert body["outputs"] is None


def test_initial_state_is_used_and_echoed(client: Client) -> None:
    network = networks()["both"]
    state = [
        {"hidden_state": [0.1, -0.5, 0.25, 0], "cell_state": [1, 2, -3, 0.5]},
        {"hidden_state": [0.5, 0.5, -1, 0, 0.25]},
        {"hidden_state": [1, -1, 0.125]},
    ]
    expected = trace(network, encode(network, **INPUTS["both"]), state)
    body = client.post("/traces", {"model": "both", "input": INPUTS["both"], "initial_state": state}).json()
    assert body["id"] == expected.id
    for sent, layer, given in zip(body["layers"], expected.layers, state, strict=True):
        for name, numbers in given.items():
            assert np.array_equal(np.array(sent["initial_state"][name], np.float32), np.array(numbers, np.float32))
        for name, array in layer.quantities.items():
            assert np.array_equal(decode(sent["quantities"][name]).astype(np.float32), array)


def test_only_the_quantities_asked_for_are_sent(client: Client) -> None:
    request = {"model": "both", "input": INPUTS["both"], "quantities": ["update_gate", "hidden_state", "forget_gate"]}
    layers = client.post("/traces", request).json()["layers"]
    assert [list(layer["quantities"]) for layer in layers] == [
        ["forget_gate", "hidden_state"],
        ["update_gate", "hidden_state"],
        ["hidden_state"],
    ]
    assert client.post("/traces", {**request, "quantities": []}).json()["layers"][0]["quantities"] == {}


@pytest.mark.parametrize("name", INPUTS)
def test_pre_activations_are_what_stood_inside(client: Client, name: str) -> None:
    network = networks()[name]
    expected = trace(network, encode(network, **INPUTS[name]))
    wanted = [f"{gate}_pre" for layer in expected.layers for gate in layer.cell.gates]
    request = {"model": name, "input": INPUTS[name], "quantities": wanted, "encoding": "base64"}
    for index, layer in enumerate(client.post("/traces", request).json()["layers"]):
        pre = expected.pre_activations(index)
        assert list(layer["quantities"]) == [f"{gate}_pre" for gate in pre]
        for gate, array in pre.items():
            assert np.array_equal(decode(layer["quantities"][f"{gate}_pre"]), array)


def test_an_infinite_pre_activation_is_never_sent(client: Client) -> None:
    request = {"model": "both", "input": {"values": [[3e38, 0, 0]]}}
    answer = client.post("/traces", request)
    assert answer.status_code == 201, "every gate and state is finite"
    body = check_problem(client.post("/traces", {**request, "quantities": ["forget_gate_pre"]}), 422)
    assert "pre-activation" in body["detail"]
    path = f"/traces/{answer.json()['id']}"
    check_problem(client.get(f"{path}?quantities=forget_gate_pre"), 422)
    check_problem(client.get(f"{path}/figure?quantity=forget_gate_pre"), 422)
    assert client.get(path).json() == answer.json()


def test_a_quantity_the_model_lacks_is_named(client: Client) -> None:
    request = {"model": "plain", "input": INPUTS["plain"], "quantities": ["hidden_state", "forget_gate"]}
    body = check_problem(client.post("/traces", request), 422, "/quantities/1")
    assert "forget_gate" in body["detail"]
    assert "hidden_state" in body["detail"]


def test_a_trace_can_be_asked_for_again(client: Client) -> None:
    request = {"model": "letters", "input": {"text": "baba"}, "encoding": "base64", "quantities": ["forget_gate"]}
    first = client.post("/traces", request)
    path = first.headers["location"].removeprefix("/api/v1")
    assert client.get(path).content == first.content
    assert client.post("/traces", request).content == first.content
    as_lists = client.get(f"{path}?encoding=list&quantities=cell_state,forget_gate_pre").json()
    assert list(as_lists["layers"][0]["quantities"]) == ["cell_state", "forget_gate_pre"]
    assert isinstance(as_lists["layers"][0]["quantities"]["cell_state"], list)
    assert client.get(path).json() == as_lists, "the representation last asked for"
    check_problem(client.get(f"{path}?quantities=nonsense"), 422, "/query/quantities/0")
    check_problem(client.get(f"{path}?encoding=xml"), 422, "/query/encoding")


def test_the_cache_forgets_the_least_recently_used(folder: Any) -> None:
    steps, units = 100, 64
    size = steps * units * 6 * 4
    client = Client(application(folder, trace_cache_bytes=int(2.5 * (size + 200 * steps))))
    paths = []
    for token in range(3):
        response = client.post("/traces", {"model": "ids", "input": {"tokens": [token] * steps}, "encoding": "base64"})
        paths.append(response.headers["location"].removeprefix("/api/v1"))
        assert client.get(paths[0]).status_code == 200
    check_problem(client.get(paths[1]), 404)
    assert client.get(paths[2]).status_code == 200


def test_the_rows_that_were_read_count_in_the_cache(folder: Any) -> None:
    steps = 50
    size = steps * (4 * 4 + 200)
    rows = json.dumps([[1, 2, 3]] * steps)
    size += len(rows)  # their text is kept too
    for room, status in ((size + steps * 3 * 4, 200), (size, 404)):
        client = Client(application(folder, trace_cache_bytes=room))
        response = client.post("/traces", b'{"model": "plain", "input": {"values": %s}}' % rows.encode())
        assert client.get(response.headers["location"].removeprefix("/api/v1")).status_code == status


@pytest.mark.parametrize("suffix", ["", ".npz", "/figure"])
def test_an_unknown_trace_is_404(client: Client, suffix: str) -> None:
    check_problem(client.get(f"/traces/{'0' * 32}{suffix}"), 404)


@pytest.mark.parametrize("name", INPUTS)
def test_npz_holds_all_arrays(client: Client, name: str) -> None:
    network = networks()[name]
    expected = trace(network, encode(network, **INPUTS[name]))
    client.post("/traces", {"model": name, "input": INPUTS[name]})
    response = client.get(f"/traces/{expected.id}.npz")
    assert response.status_code == 200
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    with np.load(io.BytesIO(response.content), allow_pickle=False) as arrays:
        assert arrays["labels"].tolist() == list(expected.encoded.labels)
        for layer in expected.layers:
            prefix = f"layer_{layer.layer}_{layer.direction}_"
            for quantity, array in layer.quantities.items():
                assert np.array_equal(arrays[prefix + quantity], array)
                assert arrays[prefix + quantity].dtype == network.dtype
            for state, array in layer.initial_state.items():
                assert np.array_equal(arrays[f"{prefix}initial_{state}"], array)
        assert ("outputs" in arrays) == (expected.outputs is not None)
        assert ("tokens" in arrays) != ("values" in arrays)


def test_too_long_a_sequence_is_refused_before_anything_is_allocated(
    folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was run")

    monkeypatch.setattr("gatescope.server.tracing.trace", never)
    monkeypatch.setattr("gatescope.server.tracing.encode", never)
    tokens = {"model": "ids", "input": {"tokens": [1] * 1000}}
    body = check_problem(Client(application(folder, max_steps=999)).post("/traces", tokens), 413, "/input")
    assert "999 steps" in body["detail"]
    assert "1,000" in body["detail"]
    size = 1000 * 64 * 6 * 4
    body = check_problem(Client(application(folder, max_trace_bytes=size - 1)).post("/traces", tokens), 413, "/input")
    assert f"{size:,}" in body["detail"]
    body = check_problem(Client(application(folder, max_list_bytes=size - 1)).post("/traces", tokens), 413, "/input")
    assert "base64" in body["detail"]


def test_a_computation_that_leaves_the_finite_numbers_says_where(client: Client) -> None:
    values = [[3e38, 3e38, 3e38]] * 3
    body = check_problem(client.post("/traces", {"model": "plain", "input": {"values": values}}), 422)
    assert "layer 0" in body["detail"]
    assert body["type"] == "/docs#problem-numerical"


def test_the_intervention_that_makes_it_leave_them_is_pointed_to(client: Client) -> None:
    given = (("scale", 0.5, [0, 1]), ("set", 3e38, [2, 3]), ("scale", 10, [2, 3]))
    done = [
        {"quantity": "hidden_state", "operation": operation, "value": value, "steps": steps}
        for operation, value, steps in given
    ]
    request = {"model": "plain", "input": {"values": [[1, 2, 3]] * 3}, "interventions": done}
    body = check_problem(client.post("/traces", request), 422, "/interventions/2")
    assert "hidden state of layer 0 (forward) left the range" in body["detail"]


def test_a_repeated_quantity_is_kept_once(client: Client) -> None:
    request = {"model": "plain", "input": {"values": [[1, 2, 3]]}, "quantities": ["hidden_state"] * 50_000}
    answer = client.post("/traces", request).json()
    assert list(answer["layers"][0]["quantities"]) == ["hidden_state"]


def test_the_rows_an_embedding_would_make_are_counted_before_they_are(folder: Path) -> None:
    width = 50_000
    network = Network(
        (Layer(cell("rnn", width, 1, 1)),),
        Embedding(np.ones((2, width), np.float32)),
        vocabulary=Vocabulary(("a", "b")),
    )
    (folder / "models").mkdir()
    save_network(network, folder / "models" / "wide.safetensors")
    client = Client(application(folder, max_trace_bytes=10 * width * 4))
    request = {"model": network.digest, "input": {"tokens": [1] * 10}}
    assert client.post("/traces", request).status_code == 201
    problem = check_problem(client.post("/traces", {**request, "input": {"tokens": [1] * 11}}), 413, "/input")
    assert f"{11 * width * 4:,}" in problem["detail"]
