"""PyTorch's names: modules found under any prefix, layouts, and sentences for what is incomplete or rewritten."""

from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from gatescope.core import ChoiceNeeded, FormatError, OptionError, Unsupported, import_network

from .weights import chosen, linear, numbers, parameters, permuted, said, torch_module


@pytest.mark.parametrize("prefix", ["", "rnn.", "a.b.c.encoder.rnn.", "model/rnn/"])
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_a_module_is_found_under_any_prefix(cell: str, prefix: str) -> None:
    source = torch_module(cell, prefix)
    network = import_network(source).network
    (place,) = network.directions
    arrays = parameters(network)
    assert place.cell.name == cell
    assert np.array_equal(arrays["kernel"], source[f"{prefix}weight_ih_l0"].T)
    assert np.array_equal(arrays["recurrent_kernel"], source[f"{prefix}weight_hh_l0"].T)
    biases = [source[f"{prefix}bias_{kind}_l0"] for kind in ("ih", "hh")]
    if cell == "gru":
        assert np.array_equal(arrays["bias"], biases[0])
        assert np.array_equal(arrays["recurrent_bias"], biases[1])
    else:
        assert np.array_equal(arrays["bias"], biases[0] + biases[1])


def test_the_name_of_a_bare_module_is_its_kind() -> None:
    assert said(import_network(torch_module("gru", "")), "Found 'gru': GRU, 1 layer, 3 -> 5.")


@pytest.mark.parametrize("wrapper", ["module.", "_orig_mod.", "module.module.", "module._orig_mod."])
def test_what_wrappers_put_into_names_vanishes(wrapper: str) -> None:
    imported = import_network(torch_module(prefix=f"{wrapper}encoder.") | linear(f"{wrapper}head", 2, 5))
    assert said(imported, "Found 'encoder'")
    assert chosen(imported)["readout"] == "head"


def test_layers_and_directions_stand_in_their_places() -> None:
    source = torch_module(layers=2, both=True)
    network = import_network(source).network
    assert [(one.layer, one.direction) for one in network.directions] == [
        (0, "forward"), (0, "backward"), (1, "forward"), (1, "backward"),
    ]  # fmt: skip
    for one in network.directions:
        suffix = f"_l{one.layer}" + ("_reverse" if one.direction == "backward" else "")
        arrays = parameters(network, layer=one.layer, direction=one.direction)
        assert np.array_equal(arrays["recurrent_kernel"], source[f"rnn.weight_hh{suffix}"].T)


def test_a_projection_is_read_and_said() -> None:
    source = torch_module(projection=2, layers=2)
    imported = import_network(source)
    assert np.array_equal(parameters(imported.network)["projection"], source["rnn.weight_hr_l0"].T)
    assert imported.network.layers[0].output_size == 2
    assert said(imported, "weight_hr")


def test_missing_biases_are_zeros_and_said() -> None:
    imported = import_network(torch_module(bias=False))
    assert not parameters(imported.network)["bias"].any()
    assert said(imported, "no biases")


def test_cells_without_layers_are_modules_of_their_own() -> None:
    source = {
        f"cells.{index}.{kind}": array
        for index in (0, 1, 2, 10)
        for kind, array in zip(
            ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), torch_module(width=5, seed=index).values(), strict=True
        )
    }
    with pytest.raises(ChoiceNeeded, match=r"'cells\.2', 'cells\.10'") as error:
        import_network(dict(sorted(source.items())))
    (choice,) = error.value.choices
    names = ["cells.0", "cells.1", "cells.2", "cells.10"]
    assert [value for value, _ in choice.values] == [*names, names]
    assert choice.chosen is None
    assert error.value.pointer == ("options", "module")
    stacked = import_network(source, options={"module": names}).network
    assert len(stacked.layers) == 4
    third = import_network(source, options={"module": "cells.2"}).network
    assert np.array_equal(parameters(third)["kernel"], parameters(stacked, layer=2)["kernel"])


def test_modules_that_do_not_chain_are_not_offered_as_a_stack() -> None:
    source = torch_module(prefix="encoder.") | torch_module(prefix="decoder.")
    with pytest.raises(ChoiceNeeded) as error:
        import_network(source)
    assert [value for value, _ in error.value.choices[0].values] == ["encoder", "decoder"]
    with pytest.raises(OptionError, match="'decoder' reads 3 numbers and cannot stand upon 'encoder', which gives 5"):
        import_network(source, options={"module": ["encoder", "decoder"]})
    with pytest.raises(OptionError, match="must be one of 'encoder', 'decoder', not 'middle'") as wrong:
        import_network(source, options={"module": "middle"})
    assert wrong.value.pointer == ("options", "module")


def test_the_kind_of_cell_narrows_the_choice() -> None:
    source = torch_module("lstm", "a.") | torch_module("gru", "b.")
    assert said(import_network(source, options={"cell": "gru"}), "Found 'b'")
    with pytest.raises(OptionError, match="no simple RNN is in this file, only GRU and LSTM"):
        import_network(source, options={"cell": "rnn"})


@pytest.mark.parametrize(
    ("drop", "words"),
    [
        ("rnn.weight_ih_l0", "'rnn.weight_ih_l0' is missing"),
        ("rnn.weight_hh_l1", "'rnn.weight_hh_l1' is missing"),
        ("rnn.bias_hh_l1_reverse", "'rnn.bias_hh_l1_reverse' is missing: 'rnn.bias_ih_l1_reverse' needs it"),
        ("rnn.bias_ih_l0", "'rnn.bias_ih_l0' is missing: 'rnn.bias_hh_l0' needs it"),
    ],
)
def test_a_tensor_that_is_missing_is_named(drop: str, words: str) -> None:
    source = torch_module(layers=2, both=True)
    del source[drop]
    with pytest.raises(FormatError, match=words):
        import_network(source)


def test_a_layer_or_direction_that_is_missing_is_named() -> None:
    upper = {name: array for name, array in torch_module(layers=2).items() if "_l1" in name}
    with pytest.raises(FormatError, match=r"'rnn\.weight_ih_l0' is missing"):
        import_network(upper)
    half = {name: a for name, a in torch_module(layers=2, both=True).items() if not name.endswith("l1_reverse")}
    with pytest.raises(FormatError, match=r"'rnn\.weight_ih_l1_reverse' is missing"):
        import_network(half)
    with pytest.raises(FormatError, match="'weight_ih_l0' is missing: 'weight_hh_l0' needs it"):
        import_network({"weight_hh_l0": numbers(1, 8, 2)})


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("rnn.weight_hh_l0", (20, 6), "4, 3 or 1 rows for each of its 6 units"),
        ("rnn.weight_ih_l0", (19, 3), "a matrix of 20 rows"),
        ("rnn.weight_ih_l1", (20, 4), "must read the 5 numbers that the layer below gives, not 4"),
        ("rnn.bias_ih_l0", (20, 1), r"20 numbers for 5 units of 'rnn', not shape \(20, 1\)"),
        ("rnn.weight_hh_l0", (20,), "must be a matrix"),
        ("rnn.weight_hr_l0", (3, 5), r"must have the 5 rows"),
    ],
)
def test_shapes_that_do_not_fit_are_named(name: str, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(FormatError, match=words):
        import_network(torch_module(layers=2) | {name: numbers(3, *shape)})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rnn.weight_hh_l0_g", "weight normalisation"),
        ("rnn.parametrizations.weight_hh_l0.original0", "parametrisation"),
        ("rnn.weight_ih_l0_orig", "pruned"),
        ("rnn.weight_hh_l0_raw", "weight drop"),
        ("rnn._packed_params._weight", "quantised"),
    ],
)
def test_rewritten_weights_are_refused_by_name(name: str, words: str) -> None:
    source: dict[str, Any] = torch_module() | {name: numbers(4, 20, 5)}
    with pytest.raises(Unsupported, match=words) as error:
        import_network(source)
    assert repr(name) in error.value.message
    assert error.value.message.endswith("save the state dict again")


def test_an_rnn_is_tanh_unless_told() -> None:
    source = torch_module("rnn")
    imported = import_network(source)
    assert imported.network.layers[0].cells[0][1].options()["activation"] == "tanh"
    assert said(imported, "tanh", "assumed")
    assert chosen(imported) == {"activation": "tanh"}
    told = import_network(source, options={"activation": "relu"})
    assert told.network.layers[0].cells[0][1].options()["activation"] == "relu"
    assert not said(told, "assumed")
    assert said(told, "As the options say", "relu")


@pytest.mark.parametrize(("cell", "order"), [("lstm", "iofg"), ("lstm", "fiog"), ("gru", "zrn"), ("gru", "nzr")])
def test_another_order_of_the_gates_is_put_right(cell: str, order: str) -> None:
    source = torch_module(cell, layers=2, both=True)
    turned = {name: permuted(array, cell, order) for name, array in source.items()}
    right = import_network(source).network
    assert import_network(turned).network.digest != right.digest
    imported = import_network(turned, options={"gate_order": order.replace("g", "c").replace("n", "h")})
    assert imported.network.digest == right.digest
    assert said(imported, "As the options say", "gate_order")


def test_other_formulas_are_taken_if_told() -> None:
    gru = import_network(torch_module("gru"), options={"reset_after": False, "recurrent_activation": "hard_sigmoid"})
    options = gru.network.directions[0].cell.options()
    assert (options["reset_after"], options["recurrent_activation"]) == (False, "hard_sigmoid")
    lstm = import_network(torch_module(), options={"activation": "softsign"}).network.directions[0].cell.options()
    assert (lstm["activation"], lstm["output_activation"]) == ("softsign", "softsign")


def test_weights_of_a_file_are_not_copied() -> None:
    data = safetensors.numpy.save(torch_module(units=64, dtype="float32"))
    kernel = parameters(import_network(data).network)["kernel"]
    assert np.shares_memory(kernel, np.frombuffer(data, np.uint8))
    assert not kernel.flags.writeable
