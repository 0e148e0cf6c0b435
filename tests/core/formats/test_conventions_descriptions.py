"""Descriptions beside weights, Keras's and ONNX's: constants worked out, and any form at all ends in a sentence."""

import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatescope.core import FormatError, OptionError, Unsupported
from gatescope.core.formats.checkpoint import Checkpoint

from .weights import chosen, numbers, parameters, permuted, said, torch_module, understand


def keras_layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, **config}}


def keras_model() -> Checkpoint:
    """Embedding, dropout, LSTM, dense layer with a softmax, as `.keras` keeps them."""
    layers = [
        keras_layer("InputLayer", "input"),
        keras_layer("Embedding", "tokens", input_dim=7, output_dim=3, mask_zero=True),
        keras_layer("Dropout", "drop", rate=0.5),
        keras_layer("LSTM", "memory", units=5, activation="relu", recurrent_activation="hard_sigmoid"),
        keras_layer("Dense", "words", units=7, activation="softmax"),
    ]
    tensors = {
        "layers/embedding/vars/0": numbers(1, 7, 3),
        "layers/lstm/cell/vars/0": numbers(2, 3, 20),
        "layers/lstm/cell/vars/1": numbers(3, 5, 20),
        "layers/lstm/cell/vars/2": numbers(4, 20),
        "layers/dense/vars/0": numbers(5, 5, 7),
        "layers/dense/vars/1": numbers(6, 7),
    }
    config = {"class_name": "Sequential", "config": {"name": "model", "layers": layers}}
    return Checkpoint("keras", tensors, {"config": config, "keras_version": "3.15.1", "layers": {}, "names": {}})


def node(op: str, inputs: list[str], output: str, **attributes: Any) -> dict[str, Any]:
    return {"op": op, "name": output, "domain": "", "inputs": inputs, "outputs": [output], "attributes": attributes}


def onnx_model() -> Checkpoint:
    """An embedding and an LSTM whose weights the graph itself brings into ONNX's order, out of PyTorch's."""
    tensors = torch_module(prefix="") | {"table": numbers(1, 7, 3)}
    nodes = [node("Gather", ["table", "x"], "rows")]
    integers = {"first": {"shape": [1], "values": [0]}}
    for key, kind in (("W", "weight_ih_l0"), ("R", "weight_hh_l0")):
        for name, start, end in (("i", 0, 5), ("o", 15, 20), ("fg", 5, 15)):
            integers |= {f"at {edge}": {"shape": [1], "values": [edge]} for edge in (start, end)}
            nodes.append(node("Slice", [kind, f"at {start}", f"at {end}", "first"], f"{key}{name}"))
        nodes.append(node("Concat", [f"{key}i", f"{key}o", f"{key}fg"], f"{key}all", axis=0))
        nodes.append(node("Unsqueeze", [f"{key}all", "first"], key))
    nodes.append(node("LSTM", ["rows", "W", "R"], "Y", hidden_size=5))
    structure = {"nodes": nodes, "integers": integers, "inputs": ["x"], "outputs": ["Y"], "functions": []}
    return Checkpoint("onnx", tensors, structure)


def test_a_keras_description_is_followed() -> None:
    imported = understand(keras_model())
    network = imported.network
    assert network.embedding is not None
    assert network.readout is not None
    assert (network.embedding.padding, network.readout.kind, network.readout.predicts) == (0, "softmax", "next_input")
    options = network.directions[0].cell.options()
    assert (options["activation"], options["output_activation"]) == ("relu", "relu")
    assert options["recurrent_activation"] == "hard_sigmoid"
    assert (chosen(imported)["embedding"], chosen(imported)["readout"]) == ("tokens", "words")
    with pytest.raises(OptionError, match="gate_order has no effect"):
        understand(keras_model(), gate_order="iofg")


def test_the_hard_sigmoid_of_keras_2_has_another_slope() -> None:
    checkpoint = keras_model()
    old = replace(checkpoint, structure={**(checkpoint.structure or {}), "keras_version": "2.15.0"})
    assert understand(old).network.directions[0].cell.options()["recurrent_activation"] == "hard_sigmoid_02"


def test_layers_of_other_kinds_are_neither_stacked_across_nor_read_through() -> None:
    checkpoint = keras_model()
    names = {"layers/attention/vars": "attention", "layers/lstm/vars": "memory"}
    bare = replace(checkpoint, format="weights.h5", structure={"config": None, "names": names})
    imported = understand(bare)
    assert imported.network.readout is None
    assert said(imported, "no readout", "'attention'")


def test_constants_of_a_graph_are_worked_out() -> None:
    imported = understand(onnx_model())
    source = torch_module(prefix="")
    assert np.array_equal(parameters(imported.network)["kernel"], source["weight_ih_l0"].T)
    assert np.array_equal(parameters(imported.network)["recurrent_kernel"], source["weight_hh_l0"].T)
    assert imported.network.input_kind == "tokens"


def test_onnx_order_differs_from_the_canonical() -> None:
    weights = torch_module(prefix="")
    tensors = {"W": permuted(weights["weight_ih_l0"], "lstm", "iofg")[None], "R": weights["weight_hh_l0"][None]}
    structure = {"nodes": [node("LSTM", ["x", "W", "R"], "Y")], "integers": {}, "functions": []}
    network = understand(Checkpoint("onnx", tensors, structure)).network
    assert np.array_equal(parameters(network)["kernel"], weights["weight_ih_l0"].T)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"clip": 1.0}, "clip"),
        ({"activations": ["Sigmoid", "Tanh", "LeakyRelu"]}, "'LeakyRelu', alpha|'LeakyRelu', which"),
        ({"activations": ["HardSigmoid", "Tanh", "Tanh"], "activation_alpha": [0.3]}, "alpha 0.3, beta 0.5"),
        ({"activations": ["Sigmoid", "Affine", "Tanh"]}, "'Affine' without alpha and beta"),
        ({"mystery": 1}, "'mystery'"),
    ],
)
def test_attributes_that_are_not_computed_are_named(attributes: dict[str, Any], words: str) -> None:
    checkpoint = onnx_model()
    structure: Any = deepcopy(checkpoint.structure)
    structure["nodes"][-1]["attributes"] |= attributes
    with pytest.raises(Unsupported, match=words):
        understand(replace(checkpoint, structure=structure))


def test_an_affine_activation_that_says_its_numbers_is_linear() -> None:
    checkpoint = onnx_model()
    structure: Any = deepcopy(checkpoint.structure)
    more = {"activations": ["Sigmoid", "Affine", "Tanh"], "activation_alpha": [1.0], "activation_beta": [0.0]}
    structure["nodes"][-1]["attributes"] |= more
    cell: Any = understand(replace(checkpoint, structure=structure)).network.layers[0].forward
    assert (cell.activation, cell.output_activation) == ("linear", "tanh")


def test_a_graph_that_spells_a_cell_out_is_refused_with_the_way_out() -> None:
    structure = {"nodes": [node("MatMul", ["x", "W"], "Y")], "integers": {}, "functions": []}
    with pytest.raises(Unsupported, match=r"LSTMCell.*as plain arithmetic: save the state dict"):
        understand(Checkpoint("onnx", {"W": numbers(1, 3, 5)}, structure))


@pytest.mark.parametrize(
    "circle",
    [
        [node("Identity", ["b"], "a"), node("Squeeze", ["a"], "b"), node("LSTM", ["b", "W", "R"], "Y")],
        [node("LSTM", ["Z", "W", "R"], "Y"), node("LSTM", ["Y", "W", "R"], "Z")],
        [node("LSTM", ["Z", "W", "R"], "Y"), node("LSTM", ["Y", "W", "R"], "Z"), node("LSTM", ["Y", "W", "R"], "top")],
    ],
)
def test_a_graph_that_goes_round_in_a_circle_is_refused(circle: list[Any]) -> None:
    tensors = {"W": numbers(1, 1, 20, 5), "R": numbers(2, 1, 20, 5)}
    with pytest.raises(FormatError, match=r"goes round in a circle: '.+' is worked out from itself"):
        understand(Checkpoint("onnx", tensors, {"nodes": circle, "integers": {}}))


def test_many_ways_through_what_hands_on_are_followed_once() -> None:
    onnx = [node("LSTM", ["x", "W", "R"], "0")]
    onnx += [node("Identity", [str(index)], str(index + 1)) for index in range(30) for _ in range(2)]
    tensors = {"W": numbers(1, 1, 20, 5), "R": numbers(2, 1, 20, 5)}
    assert understand(Checkpoint("onnx", tensors, {"nodes": onnx, "integers": {}})).network.readout is None

    model = keras_model()
    structure: Any = model.structure
    layers: list[Any] = []
    for entry in structure["config"]["config"]["layers"]:
        names = [str(layers[-1]["config"]["name"])] if layers else []
        layers.append(entry | {"inbound_nodes": [[[name, 0, 0, {}] for name in names]] if names else []})
    words = layers.pop()
    names = ["memory"]
    for index in range(40):
        twins = [f"{index} left", f"{index} right"]
        read = [[[name, 0, 0, {}] for name in names]]
        layers += [keras_layer("Dropout", name, rate=0.5) | {"inbound_nodes": read} for name in twins]
        names = twins
    words["inbound_nodes"] = [[[name, 0, 0, {}] for name in names]]
    config = {"class_name": "Functional", "config": {"name": "model", "layers": [*layers, words]}}
    network = understand(replace(model, structure=structure | {"config": config})).network
    assert network.readout is not None


def test_working_out_constants_has_a_limit() -> None:
    nodes = [node("Concat", ["W"] * 2, "0", axis=0)]
    nodes += [node("Concat", [str(index)] * 8, str(index + 1), axis=0) for index in range(20)]
    nodes.append(node("LSTM", ["x", "20", "W"], "Y"))
    checkpoint = Checkpoint("onnx", {"W": numbers(1, 1, 20, 5)}, {"nodes": nodes, "integers": {}})
    with pytest.raises(FormatError, match="takes more memory than the file's weights"):
        understand(checkpoint)


ODD: list[Any] = [None, True, 0, -1, 10**30, 1.5, "", "LSTM", [], {}, [[]], [None], ["a", 0, 0], "\ud800", {"a": 1}]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from places(one, (*path, key))


def put(value: Any, path: tuple[Any, ...], odd: Any) -> None:
    """Change one value inside a value, if what an earlier change has left still leads there."""
    try:
        for key in path[:-1]:
            value = value[key]
        value[path[-1]] = odd
    except (KeyError, IndexError, TypeError):
        return


def outcome(checkpoint: Checkpoint) -> str:
    """The sentence that a checkpoint is refused with, or nothing."""
    try:
        understand(checkpoint)
    except FormatError as error:
        return error.message
    return ""


@pytest.mark.parametrize("make", [keras_model, onnx_model])
def test_a_description_of_any_form_ends_in_a_network_or_a_sentence(make: Any) -> None:
    original: Any = make().structure
    rng = random.Random(1)
    sentences = set()
    for _ in range(600):
        structure = deepcopy(original)
        for path in rng.sample(list(places(structure)), rng.randint(1, 2)):
            put(structure, path, rng.choice(ODD))
        sentences.add(outcome(replace(make(), structure=structure)))
    assert len(sentences) > 20
    assert all(len(sentence.encode()) < 1500 for sentence in sentences)
