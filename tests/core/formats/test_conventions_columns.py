"""Names with kernels as (inputs, units): Keras's paths without a description, Flax's dense layers, Gatescope's own."""

from typing import Any

import numpy as np
import pytest

from gatescope.core import GRU, LSTM, RNN, ChoiceNeeded, FormatError, Layer, Network, OptionError, import_network
from gatescope.core.formats.checkpoint import Checkpoint

from .weights import chosen, numbers, offered, parameters, said, understand

Source = dict[str, Any]


def keras(cell: str, prefix: str = "layer/", *, bias: tuple[int, ...] | None = None, width: int = 3) -> Source:
    gates = {"lstm": 4, "gru": 3, "rnn": 1}[cell]
    shapes: dict[str, tuple[int, ...]] = {"kernel": (width, 5 * gates), "recurrent_kernel": (5, 5 * gates)}
    shapes |= {"bias": bias or (5 * gates,)} if bias != () else {}
    return {f"{prefix}{kind}": numbers(seed, *shape) for seed, (kind, shape) in enumerate(shapes.items())}


@pytest.mark.parametrize("prefix", ["", "lstm/", "model.encoder.", "deep/er/"])
def test_keras_paths_are_read_in_keras_order(prefix: str) -> None:
    source = keras("lstm", prefix)
    imported = import_network(source)
    assert np.array_equal(parameters(imported.network)["kernel"], source[f"{prefix}kernel"])
    assert said(imported, "Keras's names", "i, f, c, o")
    stored = keras("gru", prefix)[f"{prefix}kernel"]
    z, r, n = np.split(stored, 3, axis=1)
    gru = import_network(keras("gru", prefix)).network
    assert np.array_equal(parameters(gru)["kernel"], np.concatenate((r, z, n), axis=1))


def test_the_bias_of_a_gru_tells_its_formula() -> None:
    after = import_network(keras("gru", bias=(2, 15)))
    assert after.network.directions[0].cell.options()["reset_after"] is True
    assert said(after, "By the shape of its bias", "after")
    rows = keras("gru", bias=(2, 15))["layer/bias"]
    z, r, n = np.split(rows[1], 3)
    assert np.array_equal(parameters(after.network)["recurrent_bias"], np.concatenate((r, z, n)))
    before = import_network(keras("gru"))
    assert before.network.directions[0].cell.options()["reset_after"] is False
    assert not parameters(before.network)["recurrent_bias"].any()


def test_a_gru_without_bias_is_asked_for_its_formula() -> None:
    source = keras("gru", bias=())
    with pytest.raises(ChoiceNeeded, match="without biases") as error:
        import_network(source)
    (choice,) = error.value.choices
    assert (choice.option, [value for value, _ in choice.values]) == ("reset_after", [True, False])
    for answer in (True, False):
        network = import_network(source, options={"reset_after": answer}).network
        assert network.directions[0].cell.options()["reset_after"] is answer


def test_activations_that_the_file_does_not_say_are_assumed_and_said() -> None:
    imported = import_network(keras("lstm"))
    assert said(imported, "does not say the recurrent_activation", "sigmoid")
    assert chosen(imported) == {"activation": "tanh", "recurrent_activation": "sigmoid"}
    assert "hard_sigmoid_02" in offered(imported, "recurrent_activation")
    options = {"activation": "relu", "recurrent_activation": "hard_sigmoid_02", "gate_order": "iofc"}
    told = import_network(keras("lstm"), options=options)
    assert not said(told, "does not say the")
    assert told.network.directions[0].cell.options()["recurrent_activation"] == "hard_sigmoid_02"


def test_keras_layers_around_are_recognised() -> None:
    source = {"tokens/embeddings": numbers(1, 9, 3)} | keras("rnn")
    source |= {"dense/kernel": numbers(2, 5, 9), "dense/bias": numbers(3, 9)}
    imported = import_network(source)
    assert imported.network.embedding is not None
    assert imported.network.readout is not None
    assert np.array_equal(imported.network.readout.kernel, source["dense/kernel"])
    assert (chosen(imported)["embedding"], chosen(imported)["readout"]) == ("tokens", "dense")


def test_numbered_variables_follow_keras_count_and_sizes() -> None:
    def layer(place: str, width: int, units: int, seed: int) -> Source:
        shapes = ((width, units), (units, units), (units,))
        return {f"layers/{place}/cell/vars/{k}": numbers(seed + k, *shape) for k, shape in enumerate(shapes)}

    tensors = layer("simple_rnn", 3, 4, 1) | layer("simple_rnn_1", 4, 4, 5)
    tensors |= layer("simple_rnn_10", 4, 6, 9) | layer("simple_rnn_2", 4, 4, 13)
    tensors |= {"layers/dense/vars/0": numbers(17, 6, 2), "layers/dense/vars/1": numbers(18, 2)}
    imported = understand(Checkpoint("weights.h5", tensors, {"config": None, "layers": {}, "names": {}}))
    assert [one.cell.output_size for one in imported.network.directions] == [4, 4, 4, 6]
    assert np.array_equal(parameters(imported.network, layer=2)["bias"], tensors["layers/simple_rnn_2/cell/vars/2"])
    assert said(imported, "going by their sizes", "one upon the other")
    assert chosen(imported)["module"] == ["simple_rnn", "simple_rnn_1", "simple_rnn_2", "simple_rnn_10"]
    assert chosen(imported)["readout"] == "dense"
    apart = layer("simple_rnn", 3, 4, 1) | layer("simple_rnn_1", 3, 4, 5)
    with pytest.raises(ChoiceNeeded):
        understand(Checkpoint("weights.h5", apart, {"config": None}))


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("layer/recurrent_kernel", (5, 19), "4, 3 or 1 columns for each unit"),
        ("layer/kernel", (3, 15), "4, 3 or 1 columns"),
        ("layer/bias", (19,), "must hold 20 numbers"),
        ("layer/kernel", (3,), "must be a matrix"),
    ],
)
def test_keras_shapes_that_do_not_fit(name: str, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(FormatError, match=words):
        import_network(keras("lstm") | {name: numbers(9, *shape)})


def flax(cell: str, prefix: str, separator: str) -> Source:
    gates = {"lstm": "ifgo", "gru": "rzn"}[cell]
    names = [(f"i{gate}", 3) for gate in gates] + [(f"h{gate}", 5) for gate in gates]
    found = {f"{prefix}{name}{separator}kernel": numbers(k, rows, 5) for k, (name, rows) in enumerate(names)}
    biased = [f"h{gate}" for gate in gates] if cell == "lstm" else [f"i{gate}" for gate in gates] + ["hn"]
    return found | {f"{prefix}{name}{separator}bias": numbers(20 + k, 5) for k, name in enumerate(biased)}


@pytest.mark.parametrize("separator", [".", "/"])
def test_flax_cells_have_a_layer_for_each_gate(separator: str) -> None:
    prefix = f"params{separator}OptimizedLSTMCell_0{separator}"
    source = flax("lstm", prefix, separator)
    imported = import_network(source)
    arrays = parameters(imported.network)
    assert np.array_equal(arrays["kernel"][:, 10:15], source[f"{prefix}ig{separator}kernel"])
    assert np.array_equal(arrays["recurrent_kernel"][:, 5:10], source[f"{prefix}hf{separator}kernel"])
    assert np.array_equal(arrays["bias"][15:], source[f"{prefix}ho{separator}bias"])
    assert said(imported, "Flax's names")
    gru = parameters(import_network(flax("gru", prefix, separator)).network)
    source = flax("gru", prefix, separator)
    assert np.array_equal(gru["recurrent_kernel"][:, 5:10], source[f"{prefix}hz{separator}kernel"])
    assert np.array_equal(gru["recurrent_bias"][10:], source[f"{prefix}hn{separator}bias"])
    assert not gru["recurrent_bias"][:10].any()


def test_flax_cells_may_come_nested_and_around_them_embed_and_dense() -> None:
    nested: Source = {"params": {"cell": {}, "Embed_0": {"embedding": numbers(1, 9, 3)}}}
    for name, array in flax("lstm", "", "/").items():
        layer, _, kind = name.partition("/")
        nested["params"]["cell"].setdefault(layer, {})[kind] = array
    nested["params"]["Dense_0"] = {"kernel": numbers(2, 5, 9), "bias": numbers(3, 9)}
    imported = import_network(nested)
    assert chosen(imported)["embedding"] == "params.Embed_0"
    assert chosen(imported)["readout"] == "params.Dense_0"


def test_a_gate_that_is_missing_is_named() -> None:
    source = flax("lstm", "cell/", "/")
    del source["cell/hg/kernel"]
    with pytest.raises(FormatError, match="'cell' must have the kernel of 'hg'"):
        import_network(source)


def test_nnx_keeps_the_gates_together() -> None:
    shapes = {"dense_i/kernel": (3, 20), "dense_h/kernel": (5, 20), "dense_h/bias": (20,)}
    source = {f"cell/{name}": numbers(seed, *shape) for seed, (name, shape) in enumerate(shapes.items())}
    arrays = parameters(import_network(source).network)
    assert np.array_equal(arrays["kernel"], source["cell/dense_i/kernel"])
    assert np.array_equal(arrays["bias"], source["cell/dense_h/bias"])


def test_a_networks_own_parameters_make_it_again() -> None:
    lstm = LSTM(numbers(1, 3, 20), numbers(2, 4, 20), numbers(3, 20), projection=numbers(4, 5, 4))
    gru = GRU(numbers(5, 4, 15), numbers(6, 5, 15), numbers(7, 15), numbers(8, 15))
    rnn = RNN(numbers(9, 5, 5), numbers(10, 5, 5), numbers(11, 5))
    network = Network((Layer(lstm), Layer(gru), Layer(None, rnn)))
    imported = import_network(network.parameters())
    assert imported.network.digest == network.digest
    assert said(imported, "Gatescope's own names")


def test_names_of_two_conventions_are_asked_for() -> None:
    source = keras("lstm") | flax("lstm", "cell/", "/")
    with pytest.raises(ChoiceNeeded, match="more than one convention: keras, flax") as error:
        import_network(source)
    assert error.value.pointer == ("options", "convention")
    assert said(import_network(source, options={"convention": "flax"}), "Flax's names")
    with pytest.raises(OptionError, match="no recurrent layer by the convention torch"):
        import_network(source, options={"convention": "torch"})
