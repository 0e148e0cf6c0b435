"""Flax's names: a dense layer for each gate, ``{prefix}/ii/kernel`` to ``{prefix}/ho/bias``, or one for all of them.

The latter are NNX's, ``{prefix}/dense_i/kernel`` and ``{prefix}/dense_h/kernel``. Kernels lie as (inputs, H)
with the gates i, f, g, o and r, z, n; the GRU's reset gate stands after the recurrent product.
"""

import re
from collections.abc import Mapping

import numpy as np

from ...activations import Array
from ...errors import FormatError
from ...network import Layer
from .answers import Answers
from .found import Finding, Found, Part
from .layout import CELL_OF_COUNT, activations, choice_of_activation, gru, lstm, rnn
from .naming import natural
from .surroundings import Surroundings, column_entries
from .weights import Weights
from .words import described, shown

NAME = re.compile(r"(?:(.*)[./])?(i[ifgorzn]|if_|h[ifgorzn]|dense_[ih]|[ih])[./](kernel|bias)(?:[./]value)?", re.DOTALL)
GATES = {"lstm": "ifgo", "gru": "rzn"}

Group = dict[tuple[str, str], str]
"""Names of tensors by dense layer and kind."""


def find(tensors: Mapping[str, Array]) -> Finding | None:
    """Every cell with Flax's names.

    Raises:
        FormatError: a cell's tensors are incomplete or do not fit together.
    """
    groups: dict[str, Group] = {}
    for name in tensors:
        if match := NAME.fullmatch(name):
            groups.setdefault(match[1] or "", {})[match[2].rstrip("_"), match[3]] = name
    parts = []
    taken: set[str] = set()
    for prefix in sorted(groups, key=natural):
        layers = {layer for layer, _ in groups[prefix]}
        cell = _cell_of(layers)
        if cell is None:
            continue
        parts.append(_part(prefix or cell.rstrip("+"), cell, groups[prefix], tensors))
        taken |= set(parts[-1].tensors)
    surroundings = Surroundings(tensors, column_entries(tensors, taken), parts, ordered=False)
    reads = "read by Flax's names: a layer for each gate, or the gates in the order i, f, g, o and r, z, n"
    return Finding(tuple(parts), surroundings.around, reads)


def _cell_of(layers: set[str]) -> str | None:
    """The kind of cell that has these dense layers; "+" stands for one that keeps all its gates together."""
    if layers & {"hi", "hf", "hg", "ho"} and layers & {"ii", "if", "ig", "io"}:
        return "lstm"
    if layers & {"hr", "hz", "hn"} and layers & {"ir", "iz", "in"}:
        return "gru"
    if {"dense_i", "dense_h"} <= layers:
        return "+"
    return "rnn" if {"i", "h"} <= layers else None


def _part(prefix: str, cell: str, group: Group, tensors: Mapping[str, Array]) -> Part:
    sides = {"i": _layers("i", cell), "h": _layers("h", cell)}
    for layers in sides.values():
        for layer in layers:
            if (layer, "kernel") not in group:
                raise FormatError(f"{shown(prefix)} must have the kernel of {layer!r}, like those of its other gates")
    kernels = {side: [tensors[group[layer, "kernel"]] for layer in layers] for side, layers in sides.items()}
    for side, every in kernels.items():
        for layer, kernel in zip(sides[side], every, strict=True):
            if kernel.ndim != 2 or kernel.shape != every[0].shape or 0 in kernel.shape:
                raise FormatError(
                    f"{shown(group[layer, 'kernel'])} must be a matrix like the others', not {kernel.shape}"
                )
    width, columns = kernels["i"][0].shape
    hidden, recurrent_columns = kernels["h"][0].shape
    count = columns // hidden * len(sides["h"])
    found = CELL_OF_COUNT.get(count)
    if columns != recurrent_columns or columns % hidden or found is None or (cell != "+" and found != cell):
        raise FormatError(
            f"the kernels of {shown(prefix)} do not fit one cell: {(width, columns)} from the input, "
            f"{(hidden, recurrent_columns)} from the state"
        )
    used = [(layer, kind) for layers in sides.values() for layer in layers for kind in ("kernel", "bias")]
    for place in used:
        if place[1] == "bias" and place in group and tensors[group[place]].shape != (columns,):
            raise FormatError(f"{shown(group[place])} must be {(columns,)}, not {tensors[group[place]].shape}")

    def build(answers: Answers, weights: Weights) -> Found:
        return _build(prefix, found, sides, group, columns, answers, weights)

    names = tuple(group[place] for place in used if place in group)
    return Part(
        prefix, found, width, hidden, names, described(found, 1, both=False, inputs=width, outputs=hidden), build
    )


def _layers(side: str, cell: str) -> list[str]:
    """The dense layers of one side, in the canonical order of their gates."""
    if cell == "+":
        return [f"dense_{side}"]
    return [side] if cell == "rnn" else [side + gate for gate in GATES[cell]]


def _build(prefix: str, cell: str, sides: Mapping[str, list[str]], group: Group, columns: int, answers: Answers,
           weights: Weights) -> Found:  # fmt: skip
    def together(side: str, kind: str) -> Array:
        arrays = [
            weights(group[layer, kind]) if (layer, kind) in group else np.zeros(columns, weights.dtype)
            for layer in sides[side]
        ]
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=-1)

    functions = activations(answers, cell)
    kernel, recurrent = together("i", "kernel"), together("h", "kernel")
    first, second = together("i", "bias"), together("h", "bias")
    notes = []
    if not answers.gives("activation"):
        notes.append(f"parameters do not say the activations of {shown(prefix)}: Flax's own are assumed")
    if cell == "gru":
        notes.append("the reset gate stands after the recurrent product, as in Flax")
        made = Layer(gru(prefix, kernel, recurrent, first, second, **functions))
    elif cell == "rnn":
        notes.append(f"{shown(prefix)} is taken to have no residual connection")
        made = Layer(rnn(prefix, kernel, recurrent, first + second, **functions))
    else:
        made = Layer(lstm(prefix, kernel, recurrent, first + second, **functions))
    choices = (choice_of_activation(functions["activation"]),) if cell == "rnn" else ()
    return Found(prefix, (made,), tuple(notes), choices)
