"""Arrays under names of nobody, as ``arr_0`` or ``W``, ``U``, ``b``: told by shapes and order once a layout is named.

What is found gets the names that PyTorch or Keras would give it, and is then read as theirs is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...activations import Array
from ..checkpoint import Checkpoint
from . import keras_bare, torch
from .answers import Answers
from .found import Finding
from .layout import COUNTS
from .words import listed

GATE_AXIS = {"torch": 0, "keras": 1}
"""The layouts that arrays can have, with the axis along which the gates lie."""
WORDS = {"torch": "gates along the rows, as in PyTorch", "keras": "gates along the columns, as in Keras"}


def find(checkpoint: Checkpoint, convention: str, answers: Answers) -> Finding | None:
    """The layers among a file's arrays in the layout of ``convention``, one upon the other in the file's order.

    Raises:
        FormatError: their arrays do not fit together.
    """
    if convention not in GATE_AXIS or checkpoint.structure is not None:
        return None
    # One gate has the shapes of any two dense layers.
    counts = {COUNTS[answers("cell")]} if answers.gives("cell") else {3, 4}
    groups = list(_groups(checkpoint.tensors, GATE_AXIS[convention], counts))
    renamed: dict[str, Array] = {}
    for index, names in enumerate(groups):
        renamed |= _renamed(f"layer {index}", [checkpoint.tensors[name] for name in names], convention)
    if not renamed:
        return None
    finding = (
        torch.find(renamed)
        if convention == "torch"
        else keras_bare.find(Checkpoint(checkpoint.format, renamed), has_config=False)
    )
    assert finding is not None  # there are groups, and they have its names
    fits = all(above.input_size == below.output_size for below, above in pairwise(finding.parts))
    return replace(
        finding,
        reads=f"read by shapes, {WORDS[convention]}: {listed([name for names in groups for name in names], 12)}",
        stack=tuple(part.name for part in finding.parts) if fits and len(finding.parts) > 1 else None,
        tensors=renamed,
        lists_leftovers=False,
    )


def _groups(tensors: Mapping[str, Array], axis: int, counts: set[int]) -> Iterator[list[str]]:
    """Names that lie one after the other and fit one layer: of the input's weights, the state's, and of biases."""
    names = list(tensors)
    while len(names) > 1:
        first, second = tensors[names[0]], tensors[names[1]]
        pair = _ordered(names[0], names[1], tensors, axis, counts)
        if first.ndim != 2 or second.ndim != 2 or pair is None:
            names = names[1:]
            continue
        rows = first.shape[axis]
        biases: list[str] = []
        for name in names[2:4]:
            if tensors[name].shape != (rows,) and not (axis == 1 and not biases and tensors[name].shape == (2, rows)):
                break
            biases.append(name)
        biases = biases[: 2 if axis == 0 else 1]
        names = names[2 + len(biases) :]
        yield [*pair, *biases]


def _ordered(one: str, two: str, tensors: Mapping[str, Array], axis: int, counts: set[int]) -> tuple[str, str] | None:
    """Both names, the recurrent weights behind; in the file's order where both could be these."""
    for first, second in ((one, two), (two, one)):
        kernel, recurrent = tensors[first], tensors[second]
        if kernel.ndim == recurrent.ndim == 2 and kernel.size and recurrent.size:
            rows, units = recurrent.shape[axis], recurrent.shape[1 - axis]
            if kernel.shape[axis] == rows and rows % units == 0 and rows // units in counts:
                return first, second
    return None


def _renamed(name: str, arrays: list[Array], convention: str) -> dict[str, Array]:
    """The arrays of a layer by the names of a framework; a second bias that PyTorch would have is zeros."""
    kernel, recurrent, *biases = arrays
    if convention == "keras":
        found = {f"{name}/kernel": kernel, f"{name}/recurrent_kernel": recurrent}
        return found | {f"{name}/bias": bias for bias in biases}
    found = {f"{name}.weight_ih_l0": kernel, f"{name}.weight_hh_l0": recurrent}
    if biases:
        found |= {f"{name}.bias_ih_l0": biases[0], f"{name}.bias_hh_l0": [*biases, np.zeros_like(biases[0])][1]}
    return found
