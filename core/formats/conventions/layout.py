"""From a framework's gate order, double biases and choice of activations to cells in the canonical layout."""

from typing import Any

import numpy as np

from ...activations import Array
from ...cells import CELLS, GRU, LSTM, RNN, Cell
from ...errors import FormatError, OptionError, ParameterError
from ..imported import Choice
from .answers import Answers
from .words import shown

GATES = {"lstm": "ifgo", "gru": "rzn", "rnn": "h"}
"""The canonical order of each cell's gates, as letters."""
COUNTS = {"lstm": 4, "gru": 3, "rnn": 1}
CELL_OF_COUNT = {count: cell for cell, count in COUNTS.items()}
DEFAULTS = {
    "lstm": {"activation": "tanh", "output_activation": "tanh", "recurrent_activation": "sigmoid"},
    "gru": {"activation": "tanh", "recurrent_activation": "sigmoid"},
    "rnn": {"activation": "tanh"},
}


def gate_order(answers: Answers, cell: str, own: str) -> str:
    """The order of the gates in the file: the framework's ``own``, or what the user says it is.

    Raises:
        OptionError: the letters are not those of this cell.
    """
    if cell == "rnn":
        return own
    given = answers("gate_order", own)
    order = str(given).replace("c", "g") if cell == "lstm" else str(given).replace("h", "n")
    if sorted(order) != sorted(GATES[cell]):
        raise OptionError(
            f"gate_order must hold each of the letters {', '.join(GATES[cell])} once for this {cell.upper()}, "
            f"not {shown(given)}",
            ("options", "gate_order"),
        )
    return order


def arrange(array: Array, cell: str, order: str, axis: int) -> Array:
    """The blocks along ``axis``, one a gate in ``order``, in the canonical order; the array itself where they are."""
    if order == GATES[cell] or cell == "rnn":
        return array
    blocks = dict(zip(order, np.split(array, len(order), axis=axis), strict=True))
    return np.concatenate([blocks[gate] for gate in GATES[cell]], axis=axis)


def activations(answers: Answers, cell: str, **own: str) -> dict[str, Any]:
    """The activations by field of the cell: the framework's ``own``, or what the user says they are.

    ``activation`` as an option stands for the candidate's and, in an LSTM, for the output's too, as in Keras.
    """
    found: dict[str, Any] = DEFAULTS[cell] | own
    if answers.gives("activation"):
        found["activation"] = answers("activation")
        if cell == "lstm":
            found["output_activation"] = answers("activation")
    if cell != "rnn" and answers.gives("recurrent_activation"):
        found["recurrent_activation"] = answers("recurrent_activation")
    return found


def make_cell(cell: str, where: str, arrays: dict[str, Array], **options: Any) -> Cell:
    """The cell, in the words of the file where its arrays do not fit together.

    Raises:
        FormatError: they do not.
    """
    defaults = DEFAULTS[cell] | {"reset_after": True, "coupled": False}
    changed = {name: value for name, value in options.items() if value != defaults[name]}
    try:
        return CELLS[cell](**arrays, **changed)
    except ParameterError as error:
        raise FormatError(f"the weights of {shown(where)} do not fit together: {error.message}") from None


def lstm(where: str, kernel: Array, recurrent_kernel: Array, bias: Array, *, projection: Array | None = None,
         peepholes: Array | None = None, **options: Any) -> LSTM:  # fmt: skip
    """An LSTM from arrays in the canonical order; what is None is left out."""
    arrays = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    arrays |= {} if projection is None else {"projection": projection}
    arrays |= {} if peepholes is None else {"peepholes": peepholes}
    made = make_cell("lstm", where, arrays, **options)
    assert isinstance(made, LSTM)
    return made


def gru(where: str, kernel: Array, recurrent_kernel: Array, bias: Array, recurrent_bias: Array, **options: Any) -> GRU:
    """A GRU from arrays in the canonical order."""
    arrays = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias, "recurrent_bias": recurrent_bias}
    made = make_cell("gru", where, arrays, **options)
    assert isinstance(made, GRU)
    return made


def rnn(where: str, kernel: Array, recurrent_kernel: Array, bias: Array, **options: Any) -> RNN:
    """A simple RNN."""
    made = make_cell("rnn", where, {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}, **options)
    assert isinstance(made, RNN)
    return made


def choice_of_activation(chosen: str) -> Choice:
    """Whether a simple RNN whose file does not say it has tanh or relu."""
    return Choice(
        "activation",
        (("tanh", "tanh, the default"), ("relu", "relu")),
        chosen,
        "the file does not say whether the simple RNN has tanh or relu",
    )


def choice_of_reset(chosen: bool | None) -> Choice:
    """Which of the two formulas a GRU follows whose file does not say it."""
    return Choice(
        "reset_after",
        ((True, "after the recurrent product"), (False, "before the recurrent product")),
        chosen,
        "the file does not say whether the GRU's reset gate stands after or before the recurrent product",
    )
