"""ONNX's LSTM, GRU and RNN nodes as layers: gates i, o, f, c and z, r, h, both biases in one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...activations import Array
from ...cells import Cell
from ...errors import FormatError, Unsupported
from ...network import Layer
from .layout import COUNTS, arrange, gru, lstm, rnn
from .onnx_values import Node, Values
from .weights import Weights
from .words import shown

CELLS = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn"}
OWN_ORDER = {"lstm": "iofg", "gru": "zrn", "rnn": "h"}
ACTIVATIONS = {
    "sigmoid": "sigmoid", "tanh": "tanh", "relu": "relu", "softsign": "softsign", "softplus": "softplus", "elu": "elu",
    "hardsigmoid": "hard_sigmoid_02", "affine": "linear",
}  # fmt: skip
"""ONNX's names, which ignore case, with their default parameters."""
PARAMETERS: dict[str, dict[tuple[float | None, ...], str]] = {
    "hardsigmoid": {(0.2, 0.5): "hard_sigmoid_02", (0.166667, 0.5): "hard_sigmoid"},
    "elu": {(1.0, None): "elu"},
    "affine": {(1.0, 0.0): "linear"},
}
"""What those with parameters are called here; numbers rounded to six places."""
DEFAULT_PARAMETERS: dict[str, tuple[float, float | None]] = {"hardsigmoid": (0.2, 0.5), "elu": (1.0, None)}
"""Where alpha and beta are left out. Runtimes do not agree about Affine, which has to say them."""
WITH_ALPHA = {"affine", "leakyrelu", "thresholdedrelu", "scaledtanh", "hardsigmoid", "elu"}
WITH_BETA = {"affine", "scaledtanh", "hardsigmoid"}
DEFAULTS = {"lstm": ("Sigmoid", "Tanh", "Tanh"), "gru": ("Sigmoid", "Tanh"), "rnn": ("Tanh",)}
FIELDS = {
    "lstm": ("recurrent_activation", "activation", "output_activation"),
    "gru": ("recurrent_activation", "activation"),
    "rnn": ("activation",),
}
KNOWN = {
    "activations", "activation_alpha", "activation_beta", "clip", "direction", "hidden_size", "input_forget", "layout",
    "linear_before_reset", "output_sequence",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Recurrent:
    """A node: its weights' names, sizes and options by direction."""

    node: Node
    cell: str
    name: str
    names: Mapping[str, str]
    directions: tuple[str, ...]
    width: int
    hidden: int
    options: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...]

    @property
    def output_size(self) -> int:
        """H of all directions together."""
        return self.hidden * len(self.directions)

    def layer(self, weights: Weights) -> Layer:
        """The layer."""
        cells = [self._cell(index, weights) for index in range(len(self.directions))]
        if self.directions == ("reverse",):
            return Layer(None, cells[0])
        return Layer(*cells)

    def _cell(self, index: int, weights: Weights) -> Cell:
        order, columns = OWN_ORDER[self.cell], COUNTS[self.cell] * self.hidden
        kernel, recurrent = (arrange(weights(self.names[key])[index], self.cell, order, 0).T for key in "WR")
        if "B" in self.names:
            bias = weights(self.names["B"])[index]
            first, second = (arrange(half, self.cell, order, 0) for half in (bias[:columns], bias[columns:]))
        else:
            first = second = np.zeros(columns, weights.dtype)
        options = self.options[index]
        if self.cell == "gru":
            return gru(self.name, kernel, recurrent, first, second, **options)
        if self.cell == "rnn":
            return rnn(self.name, kernel, recurrent, first + second, **options)
        peepholes = None
        if "P" in self.names:
            i, o, f = np.split(weights(self.names["P"])[index], 3)
            peepholes = np.stack((i, f, o))
        return lstm(self.name, kernel, recurrent, first + second, peepholes=peepholes, **options)


def recurrent(node: Node, values: Values) -> Recurrent:
    """A node with its weights found and its attributes understood.

    Raises:
        Unsupported: an attribute asks for something that is not computed here, or weights are no constants.
        FormatError: weights are missing or of another shape.
    """
    cell, attributes = CELLS[node["op"]], node["attributes"]
    name = node["name"] or next(filter(None, node["outputs"]), node["op"])
    if unknown := sorted(set(attributes) - KNOWN):
        raise Unsupported(f"{shown(name)} has the attribute {shown(unknown[0])}, which is not understood here")
    if attributes.get("clip") is not None:
        raise Unsupported(f"{shown(name)} clips what stands inside its activations (clip), which is not computed here")
    direction = attributes.get("direction", "forward")
    directions = {"forward": ("forward",), "reverse": ("reverse",), "bidirectional": ("forward", "reverse")}.get(
        direction
    )
    if directions is None:
        raise FormatError(
            f"the direction of {shown(name)} must be forward, reverse or bidirectional, not {shown(direction)}"
        )
    inputs = dict(zip(("X", "W", "R", "B", "lengths", "h", "c", "P"), node["inputs"], strict=False))
    arrays = {key: values.weight(inputs[key], f"the input {key} of {shown(name)}") for key in "WRBP" if inputs.get(key)}
    width, hidden = _sizes(name, cell, len(directions), arrays, attributes)
    functions = _activations(name, cell, len(directions), attributes)
    options = []
    for own in functions:
        more: dict[str, Any] = dict(zip(FIELDS[cell], own, strict=True))
        if cell == "gru":
            more["reset_after"] = bool(attributes.get("linear_before_reset", 0))
        elif cell == "lstm":
            more["coupled"] = bool(attributes.get("input_forget", 0))
        options.append(more)
    names = {key: inputs[key] for key in arrays}
    found = Recurrent(node, cell, str(name), names, directions, width, hidden, tuple(options), ())
    return replace(found, notes=tuple(_notes(found, inputs, values)))


def _sizes(
    name: str, cell: str, count: int, arrays: Mapping[str, Array], attributes: Mapping[str, Any]
) -> tuple[int, int]:
    """D and H."""
    for key in "WR":
        if key not in arrays:
            raise FormatError(f"{shown(name)} must have the input {key}")
        if arrays[key].ndim != 3 or 0 in arrays[key].shape:
            raise FormatError(f"the input {key} of {shown(name)} must have 3 dimensions, not shape {arrays[key].shape}")
    hidden, width, gates = arrays["R"].shape[2], arrays["W"].shape[2], COUNTS[cell]
    wanted = {
        "W": (count, gates * hidden, width),
        "R": (count, gates * hidden, hidden),
        "B": (count, 2 * gates * hidden),
        "P": (count, 3 * hidden),
    }
    for key, array in arrays.items():
        if array.shape != wanted[key]:
            raise FormatError(
                f"the input {key} of {shown(name)} must be {wanted[key]} for {hidden} units, not {array.shape}"
            )
    if attributes.get("hidden_size", hidden) != hidden:
        raise FormatError(
            f"{shown(name)} says that it has {shown(attributes['hidden_size'])} units, its weights are of {hidden}"
        )
    return width, hidden


def _activations(name: str, cell: str, count: int, attributes: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The activations of each direction, by the names here."""
    given: Sequence[str] = attributes.get("activations") or DEFAULTS[cell] * count
    each = len(DEFAULTS[cell])
    if len(given) != each * count:
        raise FormatError(f"{shown(name)} must have {each * count} activations, not {len(given)}")
    alphas, betas = list(attributes.get("activation_alpha") or ()), list(attributes.get("activation_beta") or ())
    found = []
    for one in given:
        plain = str(one).lower()
        standard = DEFAULT_PARAMETERS.get(plain, (None, None))
        alpha = alphas.pop(0) if plain in WITH_ALPHA and alphas else standard[0]
        beta = betas.pop(0) if plain in WITH_BETA and betas else standard[1]
        known = ACTIVATIONS.get(plain)
        if plain in PARAMETERS:
            rounded = tuple(None if number is None else round(float(number), 6) for number in (alpha, beta))
            known = PARAMETERS[plain].get(rounded)
        if known is None:
            numbers = "".join(
                f", {word} {value:g}" for word, value in (("alpha", alpha), ("beta", beta)) if value is not None
            )
            if plain == "affine" and not numbers:
                numbers = " without alpha and beta"
            raise Unsupported(f"{shown(name)} has the activation {shown(one)}{numbers}, which is not computed here")
        found.append(known)
    return [tuple(found[index * each : (index + 1) * each]) for index in range(count)]


def _notes(found: Recurrent, inputs: Mapping[str, str], values: Values) -> list[str]:
    notes, name = [], shown(found.name)
    if found.cell == "gru":
        place = "after" if found.options[0]["reset_after"] else "before"
        notes.append(f"the reset gate of {name} stands {place} the recurrent product, as linear_before_reset says")
    if found.cell == "lstm" and found.options[0]["coupled"]:
        notes.append(f"{name} has its forget gate coupled to the input gate (input_forget): f = 1 - i")
    if "P" in found.names:
        notes.append(f"{name} has peepholes")
    if "B" not in found.names:
        notes.append(f"{name} has no biases; they are zeros")
    if inputs.get("lengths"):
        notes.append(f"{name} is told the lengths of its sequences; here every sequence is read whole")
    for key, state in (("h", "hidden_state"), ("c", "cell_state")):
        initial = values.constant(inputs[key]) if inputs.get(key) else None
        if initial is not None and initial.any():
            notes.append(
                f"the file has an initial {state} for {name} that is not zeros, {shown(inputs[key])}; "
                "here a sequence starts from the state it is given"
            )
    return notes
