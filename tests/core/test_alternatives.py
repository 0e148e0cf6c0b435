"""Which convention would be right: a network that was misread departs, and the hint names what to set."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatescope.core import Layer, Network
from gatescope.core.activations import Array
from tests.core.networks import changed, random_cell, random_network
from tests.core.references import checked, one, own


def permuted(order: str, letters: str) -> Callable[[Any], Any]:
    """The cell that is read when gates stored as ``order`` are taken for ``letters``."""

    def change(cell: Any) -> Any:
        def arrange(array: Array) -> Array:
            blocks = dict(zip(letters, np.split(array, len(letters), axis=-1), strict=True))
            return np.concatenate([blocks[letter] for letter in order], axis=-1)

        return changed(cell, **{name: arrange(array) for name, array in cell.arrays().items()})

    return change


def exchanged(cell: Any) -> Any:
    return changed(cell, bias=cell.recurrent_bias, recurrent_bias=cell.bias)


MISREADINGS: dict[str, tuple[str, Callable[[Any], Any], dict[str, Any], str]] = {
    "ONNX's order": (
        "lstm",
        permuted("iofg", "ifgo"),
        {"gate_order": "iofg"},
        "gates in the order iofg instead of ifgo",
    ),
    "TensorFlow's order": ("lstm", permuted("igfo", "ifgo"), {"gate_order": "igfo"}, "order igfo"),
    "any order": ("lstm", permuted("ogif", "ifgo"), {"gate_order": "ogif"}, "order ogif"),
    "Keras's order": ("gru", permuted("zrn", "rzn"), {"gate_order": "zrn"}, "order zrn instead of rzn"),
    "a GRU's candidate first": ("gru", permuted("nrz", "rzn"), {"gate_order": "nrz"}, "order nrz"),
    "reset before": (
        "gru, reset before",
        lambda cell: replace(cell, reset_after=True),
        {"reset_after": False},
        "before",
    ),
    "reset after": ("gru", lambda cell: replace(cell, reset_after=False), {"reset_after": True}, "after"),
    "relu": ("rnn, relu", lambda cell: replace(cell, activation="tanh"), {"activation": "relu"}, "activation=relu"),
    "tanh": ("rnn", lambda cell: replace(cell, activation="relu"), {"activation": "tanh"}, "activation=tanh"),
    "hard sigmoid": (
        "lstm",
        lambda cell: replace(cell, recurrent_activation="hard_sigmoid"),
        {"recurrent_activation": "sigmoid"},
        "with recurrent_activation=sigmoid",
    ),
    "another activation": (
        "gru",
        lambda cell: replace(cell, activation="softsign"),
        {"activation": "tanh"},
        "activation=tanh",
    ),
    "both activations": (
        "lstm",
        lambda cell: replace(cell, activation="relu", output_activation="relu"),
        {"activation": "tanh"},
        "with activation=tanh",
    ),
    "two biases": ("gru", exchanged, {}, "with the two biases exchanged"),
    "order and reset": (
        "gru, reset before",
        lambda cell: permuted("zrn", "rzn")(replace(cell, reset_after=True)),
        {"gate_order": "zrn", "reset_after": False},
        "order zrn instead of rzn (gate_order=zrn) and the reset gate before",
    ),
    "transposed": (
        "rnn",
        lambda cell: changed(cell, recurrent_kernel=cell.recurrent_kernel.T),
        {},
        "with each recurrent matrix transposed",
    ),
    "forget bias": (
        "lstm",
        lambda cell: changed(cell, bias=cell.bias - np.repeat([0, 1, 0, 0], cell.hidden_size)),
        {},
        "1 added to the forget gate's bias",
    ),
    "update gate": (
        "gru",
        lambda cell: changed(
            cell, **{name: array * np.repeat([1, -1, 1], cell.hidden_size) for name, array in cell.arrays().items()}
        ),
        {},
        "an update gate that takes the candidate where it is 1",
    ),
}


@pytest.mark.parametrize("told", ["states", "output", "end"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", MISREADINGS)
def test_a_misread_file_departs_and_the_hint_names_what_is_right(name: str, bidirectional: bool, told: str) -> None:
    variant, misread, options, words = MISREADINGS[name]
    right = random_network(variant, variant, bidirectional=bidirectional, readout=None)
    wrong = replace(
        right,
        layers=tuple(
            Layer(misread(layer.forward), layer.backward and misread(layer.backward)) for layer in right.layers
        ),
    )
    arrays = own(right)
    prefixes = {"states": ("hidden_state", "cell_state"), "output": ("output",), "end": ("h_n",)}[told]
    assumed = {"lstm": "ifgo", "gru": "rzn"}.get(right.directions[0].cell.name)
    given = {key: array for key, array in arrays.items() if key == "input" or key.startswith(prefixes)}
    result = checked(wrong, given, gate_order=assumed)
    assert not result.matches
    assert result.departure is not None
    if told != "end":
        assert "layer 0" in result.sentence
    assert options in [hint.options for hint in result.hints]
    assert words in result.hints[0].sentence
    assert result.sentence.endswith(f". {result.hints[0].sentence}")


def test_exchanged_directions_are_told() -> None:
    forward, backward = random_cell(seed=1), random_cell(seed=2)
    right, wrong = Network((Layer(forward, backward),)), Network((Layer(backward, forward),))
    result = checked(wrong, own(right))
    assert [hint.sentence for hint in result.hints] == ["It would match with the two directions exchanged"]


@pytest.mark.parametrize("turned", [False, True], ids=["as the input", "as it was read"])
def test_a_sequence_that_was_read_from_its_other_end_is_told(turned: bool) -> None:
    right, wrong = Network((Layer(None, random_cell()),)), Network((Layer(random_cell()),))
    arrays = own(right)
    rows = arrays["output.0"][::-1] if turned else arrays["output.0"]
    told = {"input": arrays["input"], "output": rows}
    assert checked(right, told).matches
    assert [hint.sentence for hint in checked(wrong, told).hints] == [
        "It would match with the sequence read from its other end"
    ]
    there = own(wrong)
    assert (
        checked(right, {"input": there["input"], "output": there["output.0"]}).hints[0].sentence.endswith("other end")
    )


def test_a_hint_counts_from_the_order_that_was_assumed() -> None:
    right = one("lstm")
    wrong = Network((Layer(permuted("igfo", "ifgo")(right.layers[0].forward)),))
    # The file was read as i, o, f, c. Its blocks are then i and o where the network has them, and f and c exchanged.
    result = checked(wrong, own(right), gate_order="iofc")
    assert result.hints[0].options == {"gate_order": "iogf"}
    for assumed, order in (("zrh", "rzn"), ("rzn", "zrn")):
        gru = one("gru")
        misread = Network((Layer(permuted("zrn", "rzn")(gru.layers[0].forward)),))
        assert checked(misread, own(gru), gate_order=assumed).hints[0].options == {"gate_order": order}
        (hint,) = checked(misread, own(gru)).hints
        assert hint.sentence == "It would match with the gates that are taken for r, z, n being z, r, n"
        assert hint.options == {}


def test_other_weights_have_no_hint() -> None:
    result = checked(one("gru", seed=1), own(one("gru", seed=40)))
    assert not result.matches
    assert result.hints == ()
