"""One Keras recurrent layer, its settings and its weights, as cells: gates i, f, c, o and z, r, h."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...cells import Cell
from ...errors import Unsupported
from ..options import ACTIVATIONS
from .answers import Answers
from .layout import COUNTS, arrange, gate_order, gru, lstm, rnn
from .weights import Weights
from .words import shown

CELLS = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn", "LSTMCell": "lstm", "GRUCell": "gru", "SimpleRNNCell": "rnn"}
"""Keras's classes by the kind of cell."""
OWN_ORDER = {"lstm": "ifgo", "gru": "zrn", "rnn": "h"}


def is_old(keras_version: str | None) -> bool:
    """Whether a model was written before Keras 3, whose hard sigmoid has another slope."""
    return (keras_version or "3").partition(".")[0] in ("1", "2")


def activation(value: Any, where: str, keras_version: str | None) -> str:
    """The name of an activation as a layer's settings give it.

    Raises:
        Unsupported: it is not computed here.
    """
    if isinstance(value, Mapping):
        inner = value.get("config")
        value = inner if isinstance(inner, str) else value.get("class_name")
    name = "linear" if value is None else str(value)
    if name == "hard_sigmoid" and is_old(keras_version):
        return "hard_sigmoid_02"
    if name not in ACTIVATIONS or name == "hard_sigmoid_02":
        raise Unsupported(
            f"{shown(where)} has the activation {shown(name)}; only {', '.join(ACTIVATIONS)} are computed here"
        )
    return name


def settings(config: Mapping[str, Any], cell: str, where: str, keras_version: str | None) -> dict[str, Any]:
    """What of a layer's settings changes the equations, as options of the cell.

    Raises:
        Unsupported: something is asked for that is not computed here.
    """
    inner = activation(config.get("activation", "tanh"), where, keras_version)
    found: dict[str, Any] = {"activation": inner}
    if cell == "lstm":
        found["output_activation"] = inner
    if cell != "rnn":
        found["recurrent_activation"] = activation(config.get("recurrent_activation", "sigmoid"), where, keras_version)
    if cell == "gru":
        # Keras 2 wrote no reset_after before it knew one.
        found["reset_after"] = bool(config.get("reset_after", not is_old(keras_version)))
    return found


def build(cell: str, where: str, names: Mapping[str, str], options: Mapping[str, Any], answers: Answers | None,
          weights: Weights) -> Cell:  # fmt: skip
    """The cell; ``answers`` is given where the file leaves open what its gate order is."""
    order = OWN_ORDER[cell] if answers is None else gate_order(answers, cell, OWN_ORDER[cell])
    kernel, recurrent = (arrange(weights(names[kind]), cell, order, 1) for kind in ("kernel", "recurrent_kernel"))
    columns = COUNTS[cell] * recurrent.shape[0]
    bias = weights(names["bias"]) if "bias" in names else np.zeros(columns, weights.dtype)
    bias = arrange(bias, cell, order, -1)
    if cell == "lstm":
        return lstm(where, kernel, recurrent, bias, **options)
    if cell == "rnn":
        return rnn(where, kernel, recurrent, bias, **options)
    first, second = bias if bias.ndim == 2 else (bias, np.zeros(columns, weights.dtype))
    return gru(where, kernel, recurrent, first, second, **options)
