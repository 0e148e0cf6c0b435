"""Embedding and readout recognised by shape, order and name; what stands between makes them unusable, and is said."""

from typing import Any

import numpy as np
import pytest

from gatescope.core import Imported, OptionError, import_network

from .weights import chosen, linear, numbers, offered, said, table, torch_module

ORDERS = pytest.mark.parametrize("kept", [True, False], ids=["state dict", "sorted"])


def read(source: dict[str, Any], *, kept: bool = True, **options: Any) -> Imported:
    return import_network(source if kept else dict(sorted(source.items())), options=options)


@ORDERS
def test_a_language_model(kept: bool) -> None:
    source = table("embedding", 9, 3) | torch_module() | linear("decoder", 9, 5)
    imported = read(source, kept=kept)
    network = imported.network
    assert network.embedding is not None
    assert network.readout is not None
    assert np.array_equal(network.embedding.table, source["embedding.weight"])
    assert np.array_equal(network.readout.kernel, source["decoder.weight"].T)
    assert np.array_equal(network.readout.bias, source["decoder.bias"])
    assert (network.readout.kind, network.readout.predicts) == ("softmax", "next_input")
    assert said(imported, "softmax", "does not say")
    assert said(imported, "next token", "does not say")
    assert chosen(imported) == {
        "embedding": "embedding", "readout": "decoder", "readout_kind": "softmax", "predicts": "next_input",
    }  # fmt: skip
    assert offered(imported, "embedding") == ["embedding", None]


def test_every_choice_can_be_made_otherwise() -> None:
    source = table("embedding", 9, 3) | torch_module() | linear("decoder", 9, 5)
    linear_one = read(source, readout_kind="linear", predicts=None).network.readout
    assert linear_one is not None
    assert (linear_one.kind, linear_one.predicts) == ("linear", None)
    bare = read(source, embedding=None, readout=None).network
    assert bare.embedding is None
    assert bare.readout is None
    assert bare.input_kind == "values"
    by_tensor = read(source, embedding="embedding.weight", readout="decoder.weight").network
    assert by_tensor.digest == read(source).network.digest


@ORDERS
def test_a_readout_of_another_size_is_linear(kept: bool) -> None:
    imported = read(torch_module() | linear("fc", 2, 5, bias=False), kept=kept)
    readout = imported.network.readout
    assert readout is not None
    assert (readout.kind, readout.predicts, readout.bias.tolist()) == ("linear", None, [0, 0])
    assert said(imported, "linear", "does not say")
    with pytest.raises(OptionError, match="2 outputs, the input 3"):
        read(torch_module() | linear("fc", 2, 5), kept=kept, predicts="next_input")


@ORDERS
def test_both_directions_and_a_projection_widen_the_readout(kept: bool) -> None:
    imported = read(torch_module(both=True, projection=4) | linear("fc", 3, 8), kept=kept)
    assert imported.network.readout is not None
    assert imported.network.readout.predicts is None


@ORDERS
def test_tied_weights_serve_twice(kept: bool) -> None:
    shared = table("encoder", 9, 5)
    source = shared | torch_module(width=5) | linear("decoder", 9, 5) | {"decoder.weight": shared["encoder.weight"]}
    network = read(source, kept=kept).network
    assert network.embedding is not None
    assert network.readout is not None
    assert np.array_equal(network.embedding.table, network.readout.kernel.T)


@ORDERS
def test_names_tell_an_embedding_from_a_readout_of_the_same_shape(kept: bool) -> None:
    source = table("wte", 9, 5) | torch_module(width=5) | linear("lm_head", 9, 5, bias=False)
    imported = read(source, kept=kept)
    assert (chosen(imported)["embedding"], chosen(imported)["readout"]) == ("wte", "lm_head")
    assert "lm_head" in offered(imported, "embedding")
    alone = read(torch_module(width=5) | linear("fc", 9, 5, bias=False), kept=kept)
    assert (chosen(alone)["embedding"], chosen(alone)["readout"]) == (None, "fc")


@ORDERS
def test_a_head_of_several_layers_is_no_readout(kept: bool) -> None:
    imported = read(torch_module() | linear("head.0", 7, 5) | linear("head.2", 2, 7), kept=kept)
    assert imported.network.readout is None
    assert said(imported, "No readout", "'head.2'", "'head.0'")
    square = read(torch_module() | linear("fc1", 5, 5) | linear("fc2", 2, 5), kept=kept)
    assert square.network.readout is None
    assert offered(square, "readout") == ["fc1", "fc2", None] or offered(square, "readout") == ["fc2", "fc1", None]


@ORDERS
@pytest.mark.parametrize(
    "between", [{"norm.weight": numbers(1, 5), "norm.bias": numbers(2, 5)}, linear("attention", 1, 5)],
    ids=["normalisation", "attention"],
)  # fmt: skip
def test_what_stands_between_output_and_readout_is_named(between: dict[str, Any], kept: bool) -> None:
    imported = read(torch_module() | between | linear("fc", 2, 5), kept=kept)
    assert imported.network.readout is None
    name = next(iter(between)).partition(".")[0]
    assert said(imported, "No readout", repr(name), "'fc'")
    assert chosen(read(torch_module() | between | linear("fc", 2, 5), kept=kept, readout="fc"))["readout"] == "fc"


@ORDERS
def test_what_stands_between_embedding_and_input_is_named(kept: bool) -> None:
    norm = {"norm.weight": numbers(1, 3), "norm.bias": numbers(2, 3)}
    imported = read(table("emb", 9, 3) | norm | torch_module(), kept=kept)
    assert imported.network.embedding is None
    assert said(imported, "'norm' stands between 'emb' and 'rnn'")
    narrow = read(table("emb", 9, 2) | torch_module(), kept=kept)
    assert narrow.network.embedding is None
    assert said(narrow, "'emb'", "2 numbers", "reads 3")


def test_a_layer_before_the_module_is_no_part_of_it() -> None:
    imported = read(linear("project", 3, 5) | torch_module() | linear("fc", 2, 5))
    assert chosen(imported)["readout"] == "fc"
    assert said(imported, "'project.weight', 'project.bias' are not part of the network")


@ORDERS
def test_layers_go_with_the_module_whose_name_they_share(kept: bool) -> None:
    source = (
        table("encoder.emb", 9, 3) | torch_module("gru", "encoder.rnn.")
        | table("decoder.emb", 7, 3) | torch_module("gru", "decoder.rnn.") | linear("decoder.out", 7, 5)
    )  # fmt: skip
    decoder = read(source, kept=kept, module="decoder.rnn")
    assert (chosen(decoder)["embedding"], chosen(decoder)["readout"]) == ("decoder.emb", "decoder.out")
    encoder = read(source, kept=kept, module="encoder.rnn")
    assert (chosen(encoder)["embedding"], chosen(encoder)["readout"]) == ("encoder.emb", None)


def test_a_name_that_fits_nothing_is_refused_with_those_that_would() -> None:
    source = table("emb", 9, 3) | torch_module() | linear("fc", 2, 5)
    with pytest.raises(OptionError, match="rows of 3 numbers, which 'fc' has not; 'emb' would fit") as error:
        read(source, embedding="fc")
    assert error.value.pointer == ("options", "embedding")
    with pytest.raises(OptionError, match="5 inputs, which 'emb' has not; 'fc' would fit"):
        read(source, readout="emb")


@ORDERS
def test_an_embedding_goes_with_the_module_whose_name_it_bears(kept: bool) -> None:
    source = table("enc_emb", 9, 3) | table("dec_emb", 8, 3) | torch_module(prefix="enc.") | torch_module(prefix="dec.")
    for module in ("enc", "dec"):
        imported = read(source, kept=kept, module=module)
        assert chosen(imported)["embedding"] == f"{module}_emb"
        assert said(imported, "the embedding could also be")
