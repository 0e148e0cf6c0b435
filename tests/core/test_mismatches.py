"""Parts that do not fit together are refused in a sentence with a pointer: cells, layers, readouts, vocabularies."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatescope.core import GRU, LSTM, RNN, Embedding, Feedback, Layer, Network, ParameterError, Readout, Vocabulary
from tests.core.networks import changed, random_cell, random_network, speaking_network

LSTM_CELL, LETTERS = random_cell("lstm"), random_network(tokens=True, readout="softmax")
SINGLE = random_cell("lstm", dtype="float32")
SPEAKING = speaking_network()


def vocabulary(*labels: Any, unknown: Any = None) -> Vocabulary:
    return Vocabulary(labels, unknown)


Refusal = tuple[Callable[[], object], tuple[str | int, ...], str]
REFUSALS: dict[str, Refusal] = {
    # Cells.
    "kernel of whole numbers": (
        lambda: changed(LSTM_CELL, kernel=np.ones((3, 16), int)),
        ("kernel",),
        "lstm kernel must be float32 or float64, not int64",
    ),
    "kernel of half precision": (lambda: changed(LSTM_CELL, kernel=np.ones((3, 16), "f2")), ("kernel",), "float16"),
    "kernel of text": (lambda: changed(LSTM_CELL, kernel=np.array("a")), ("kernel",), "must be float32"),
    "kernel of another byte order": (lambda: changed(LSTM_CELL, kernel=np.ones((3, 16), ">f8")), ("kernel",), ">f8"),
    "ragged kernel": (
        lambda: LSTM([[1.0], [1.0, 2.0]], np.ones((1, 4)), np.ones(4)),  # type: ignore[arg-type]
        ("kernel",),
        "rows differ in length",
    ),
    "two precisions": (
        lambda: changed(LSTM_CELL, bias=np.ones(16, "f4")),
        ("bias",),
        "bias is float32 but the kernel is float64",
    ),
    "recurrent kernel flat": (
        lambda: changed(LSTM_CELL, recurrent_kernel=np.ones(16)),
        ("recurrent_kernel",),
        r"must be \(H, 4H\), not \(16,\)",
    ),
    "no unit": (
        lambda: LSTM(np.ones((3, 0)), np.ones((0, 0)), np.ones(0)),
        ("recurrent_kernel",),
        r"must be \(H, 4H\), not \(0, 0\)",
    ),
    "kernel flat": (lambda: changed(LSTM_CELL, kernel=np.ones(16)), ("kernel",), r"must be \(D, 4H\), not \(16,\)"),
    "no input": (lambda: changed(LSTM_CELL, kernel=np.ones((0, 16))), ("kernel",), r"must be \(D, 4H\), not \(0, 16\)"),
    "kernel too narrow": (
        lambda: changed(LSTM_CELL, kernel=np.ones((3, 12))),
        ("kernel",),
        r"must be \(3, 16\) for 4 units and 3 inputs, not \(3, 12\)",
    ),
    "bias too long": (lambda: changed(LSTM_CELL, bias=np.ones(17)), ("bias",), r"must be \(16,\)"),
    "gru of four gates": (
        lambda: GRU(np.ones((3, 16)), np.ones((4, 16)), np.ones(16), np.ones(16)),
        ("recurrent_kernel",),
        r"gru recurrent_kernel must be \(H, 3H\), not \(4, 16\)",
    ),
    "gru recurrent bias too short": (
        lambda: changed(random_cell("gru"), recurrent_bias=np.ones(4)),
        ("recurrent_bias",),
        r"must be \(12,\)",
    ),
    "gru reset_after 1": (
        lambda: replace(random_cell("gru"), reset_after=1),
        ("reset_after",),
        "must be true or false, not 1",
    ),
    "rnn swish": (
        lambda: replace(random_cell("rnn"), activation="swish"),
        ("activation",),
        "must be one of sigmoid, tanh, relu, .*, not 'swish'",
    ),
    "lstm activation missing": (
        lambda: replace(random_cell("lstm"), output_activation=None),
        ("output_activation",),
        "must be one of sigmoid, .*, not None",
    ),
    "coupled tanh gates": (
        lambda: replace(random_cell("lstm"), coupled=True, recurrent_activation="tanh"),
        ("coupled",),
        r"need an activation with f\(-x\) = 1 - f\(x\), not tanh",
    ),
    "projection too long": (
        lambda: replace(random_cell("lstm, projected"), projection=np.ones((5, 2))),
        ("projection",),
        r"must be \(4, 2\)",
    ),
    "recurrent kernel not projected": (
        lambda: replace(random_cell("lstm"), projection=np.ones((4, 2))),
        ("recurrent_kernel",),
        r"must be \(2, 16\)",
    ),
    "peepholes of two gates": (
        lambda: replace(random_cell("lstm"), peepholes=np.ones((2, 4))),
        ("peepholes",),
        r"must be \(3, 4\)",
    ),
    "padding outside": (
        lambda: Embedding(np.ones((3, 2)), 3),
        ("padding",),
        "must be one of the ids 0 to 2, not 3",
    ),
    "no direction": (lambda: Layer(None), (), "at least one direction"),
    "rnn of two gates": (
        lambda: RNN(np.ones((3, 8)), np.ones((4, 8)), np.ones(8)),
        ("recurrent_kernel",),
        r"rnn recurrent_kernel must be \(8, 8\)",
    ),
    # Layers.
    "directions of two widths": (
        lambda: Layer(LSTM_CELL, random_cell(input_size=2)),
        (),
        "forward reads 3 numbers in float64, backward 2 in float64",
    ),
    "directions of two precisions": (lambda: Layer(LSTM_CELL, SINGLE), (), "backward 3 in float32"),
    # Embedding and readout.
    "flat embedding": (lambda: Embedding(np.ones(3)), ("table",), r"must have 2 dimensions.*not shape \(3,\)"),
    "empty embedding": (lambda: Embedding(np.ones((0, 3))), ("table",), r"none of them 0, not shape \(0, 3\)"),
    "embedding of whole numbers": (lambda: Embedding(np.ones((2, 2), int)), ("table",), "not int64"),
    "hardmax": (
        lambda: Readout("hardmax", np.ones((4, 2)), np.ones(2)),  # type: ignore[arg-type]
        ("kind",),
        "must be softmax or linear, not 'hardmax'",
    ),
    "prophecy": (
        lambda: Readout("linear", np.ones((4, 2)), np.ones(2), "fate"),  # type: ignore[arg-type]
        ("predicts",),
        "must be next_input or None, not 'fate'",
    ),
    "readout bias of another size": (
        lambda: Readout("linear", np.ones((4, 2)), np.ones(3)),
        ("bias",),
        r"must be \(2,\) like the kernel's columns, not \(3,\)",
    ),
    "readout bias in two dimensions": (
        lambda: Readout("linear", np.ones((4, 2)), np.ones((1, 2))),
        ("bias",),
        r"must have 1 dimension, none of them 0, not shape \(1, 2\)",
    ),
    "readout kernel of half precision": (
        lambda: Readout("linear", np.ones((4, 2), "f2"), np.ones(2)),
        ("kernel",),
        "kernel must be float32 or float64, not float16",
    ),
    "labels of a linear readout": (
        lambda: Readout("linear", np.ones((4, 2)), np.ones(2), labels=("a", "b")),
        ("labels",),
        "2 softmax outputs, not 2 of a linear one",
    ),
    "labels of a readout twice": (
        lambda: Readout("softmax", np.ones((4, 2)), np.ones(2), labels=("a", "a")),
        ("labels",),
        "every label of a readout must be different, but 'a'",
    ),
    # Feedback and columns.
    "feedback beside the columns": (
        lambda: replace(SPEAKING, feedback=Feedback(3)),
        ("feedback", "first"),
        "a column for each of 7 outputs among 9, not from 3 on",
    ),
    "feedback from true on": (
        lambda: replace(SPEAKING, feedback=Feedback(first=True)),
        ("feedback", "first"),
        "not from True",
    ),
    "an end that is no output": (
        lambda: replace(SPEAKING, feedback=Feedback(2, 7)),
        ("feedback", "end"),
        "one of 0 to 6, not 7",
    ),
    "feedback without readout": (
        lambda: replace(SPEAKING, readout=None),
        ("feedback",),
        "needs a network that reads numbers and has a softmax readout",
    ),
    "names of other columns": (
        lambda: replace(SPEAKING, columns=("a", "b")),
        ("columns",),
        "reads 9 numbers a step cannot have names for 2 columns",
    ),
    # Vocabulary.
    "label twice": (lambda: vocabulary("a", "b", "a"), ("labels",), "'a' is there more than once"),
    "label that is a number": (lambda: vocabulary("a", 1), ("labels", 1), "must be Unicode text, not 1"),
    "label that is half a character": (lambda: vocabulary("\udfff"), ("labels", 0), "must be Unicode text"),
    "unknown out of range": (lambda: vocabulary("a", "b", unknown=2), ("unknown",), "ids 0 to 1, not 2"),
    "unknown below 0": (lambda: vocabulary("a", "b", unknown=-1), ("unknown",), "not -1"),
    "unknown true": (lambda: vocabulary("a", "b", unknown=True), ("unknown",), "not True"),
    "label without end": (lambda: vocabulary("a", "b" * 257), ("labels", 1), "at most 256 characters, not 257"),
    "unknown label": (lambda: vocabulary("a", "b", unknown="a"), ("unknown",), "not 'a'"),
    # Networks.
    "no layer": (lambda: Network(()), ("layers",), "at least one layer"),
    "layers that do not meet": (
        lambda: Network((Layer(LSTM_CELL), Layer(random_cell(input_size=5)))),
        ("layers", 1),
        "layer 1 reads 5 numbers a step but layer 0 gives 4",
    ),
    "layer over two directions": (
        lambda: Network((Layer(LSTM_CELL, LSTM_CELL), Layer(random_cell(input_size=4)))),
        ("layers", 1),
        "layer 0 gives 8",
    ),
    "embedding of another width": (
        lambda: Network((Layer(LSTM_CELL),), Embedding(np.ones((7, 2)))),
        ("layers", 0),
        "layer 0 reads 3 numbers a step but the embedding gives 2",
    ),
    "readout of another width": (
        lambda: Network((Layer(LSTM_CELL),), readout=Readout("linear", np.ones((5, 2)), np.ones(2))),
        ("readout",),
        "reads 5 numbers but the last layer gives 4",
    ),
    "vocabulary without embedding": (
        lambda: Network((Layer(LSTM_CELL),), vocabulary=vocabulary("a")),
        ("vocabulary",),
        "must have an embedding",
    ),
    "vocabulary of another size": (
        lambda: replace(LETTERS, vocabulary=vocabulary("a", "b")),
        ("vocabulary",),
        "has 2 tokens but the embedding 7 rows",
    ),
    "empty vocabulary": (lambda: replace(LETTERS, vocabulary=Vocabulary(())), ("vocabulary",), "has 0 tokens"),
    "layers of two precisions": (
        lambda: Network((Layer(SINGLE), Layer(random_cell(input_size=4)))),
        (),
        "same precision, not float32 and float64",
    ),
    "readout of another precision": (
        lambda: Network((Layer(SINGLE),), readout=Readout("linear", np.ones((4, 2)), np.ones(2))),
        (),
        "same precision, not float32 and float64",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_parts_that_do_not_fit_are_refused(name: str) -> None:
    make, pointer, words = REFUSALS[name]
    with pytest.raises(ParameterError, match=words) as raised:
        make()
    assert raised.value.pointer == pointer
