"""Small networks that are described instead of stored: drawn from a seed, or written down number by number."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from .activations import Array
from .cells import CELLS, Cell
from .encoding import as_numbers
from .errors import ParameterError
from .network import Layer, Network

SAME_AS = {"hidden_state": "candidate"}
"""What a simple RNN computes is what the others call their candidate."""
KEEPERS = {"lstm": "forget_gate", "gru": "update_gate"}
"""The gate that keeps the state as it is, by cell; a simple RNN has none."""
PRECISIONS = ("float32", "float64")
SEEDS = 2**53
"""Seeds are whole numbers below this, so that every language's JSON can write them."""
LARGEST = 1000.0
"""Scales and forget biases beyond this teach nothing: every gate is at its end."""


def drawn(
    kind: str,
    input_size: int = 1,
    hidden_size: int = 32,
    *,
    seed: int = 0,
    forget_bias: float = 1.0,
    weight_scale: float = 1.0,
    dtype: str = "float32",
    **options: Any,
) -> Network:
    """One layer of a cell whose weights are drawn from a seed.

    Weights are uniform in ``weight_scale`` times the limit 1 / sqrt(H) that PyTorch draws from, for inputs and state
    alike, so that a recurrent kernel of many units has a spectral radius of about ``weight_scale / sqrt(3)``. The same
    seed gives the same weights times another scale, and gives a simple RNN the weights of an LSTM's and a GRU's
    candidate. Biases are 0.

    Args:
        kind: "lstm", "gru" or "rnn".
        input_size: D.
        hidden_size: H.
        seed: a whole number from 0 to `SEEDS` - 1.
        forget_bias: the bias of the gate that keeps the state: an LSTM's forget gate, a GRU's update gate. A simple RNN
            has no such gate, and is the same with any. From -`LARGEST` to `LARGEST`.
        weight_scale: from 0 to `LARGEST`.
        dtype: "float32" or "float64".
        options: what changes the cell's equations, such as ``activation`` or ``reset_after``; None for the usual.

    Raises:
        ParameterError: there is no such cell or option, or a number is out of its range; the pointer has its name.
    """
    cell = _kind(kind)
    sizes = {"input_size": input_size, "hidden_size": hidden_size}
    for name, size in sizes.items():
        if size < 1:
            raise ParameterError(f"{name} must be at least 1, not {size}", (name,))
    if not 0 <= seed < SEEDS:
        raise ParameterError(f"seed must be a whole number from 0 to {SEEDS - 1:,}, not {seed}", ("seed",))
    for name, number, lowest in (("weight_scale", weight_scale, 0.0), ("forget_bias", forget_bias, -LARGEST)):
        if not lowest <= number <= LARGEST:
            raise ParameterError(f"{name} must be a number from {lowest:g} to {LARGEST:g}, not {number}", (name,))
    limit = weight_scale / np.sqrt(hidden_size)
    arrays = {name: np.zeros(shape) for name, shape in cell.expected_shapes(input_size, hidden_size).items()}
    for index, gate in enumerate(cell.gates):
        # A gate's numbers come from the seed and its name, so that all cells that have it share them.
        rng = np.random.default_rng([seed, *SAME_AS.get(gate, gate).encode()])
        columns = slice(index * hidden_size, (index + 1) * hidden_size)
        for name in ("recurrent_kernel", "kernel"):
            arrays[name][:, columns] = limit * rng.uniform(-1, 1, (len(arrays[name]), hidden_size))
        if gate == KEEPERS.get(kind):
            arrays["bias"][columns] = forget_bias
    return _network(cell, arrays, dtype, options)


def written(kind: str, parameters: Mapping[str, Any], *, dtype: str = "float32", **options: Any) -> Network:
    """One layer of a cell whose every number is given.

    Args:
        kind: "lstm", "gru" or "rnn".
        parameters: the cell's arrays by name, such as ``kernel`` (D, 4H), ``recurrent_kernel`` (H, 4H) and ``bias``
            (4H,) of an LSTM, and ``projection`` and ``peepholes`` where it has them.
        dtype: "float32" or "float64".
        options: what changes the cell's equations, such as ``activation`` or ``reset_after``; None for the usual.

    Raises:
        ParameterError: there is no such cell, option or array, or the arrays do not fit together; the pointer leads to
            the cause, inside ``parameters`` where it is there.
    """
    cell = _kind(kind)
    needed = tuple(cell.expected_shapes(1, 1))
    known = tuple(name for name in _defaults(cell) if name not in _options(cell))
    for name in parameters:
        if name not in known:
            detail = f"the parameters of a cell {kind!r} are {', '.join(known)}, not {str(name)[:40]!r}"
            raise ParameterError(detail, ("parameters", name))
    for name in needed:
        if name not in parameters:
            given = ", ".join(parameters) or "none"
            detail = f"the parameters of a cell {kind!r} must have {', '.join(needed)}; {name} is missing from {given}"
            raise ParameterError(detail, ("parameters",))
    arrays = {name: _numbers(name, value) for name, value in parameters.items()}
    return _network(cell, arrays, dtype, options)


def _kind(name: str) -> type[Cell]:
    if name not in CELLS:
        raise ParameterError(f"the cell must be one of {', '.join(CELLS)}, not {name!r}", ("cell",))
    return CELLS[name]


def _defaults(cell: type[Cell]) -> dict[str, Any]:
    return {entry.name: entry.default for entry in fields(cell)}


def _options(cell: type[Cell]) -> list[str]:
    return [name for name, default in _defaults(cell).items() if isinstance(default, (str, bool))]


def _numbers(name: str, value: Any) -> Array:
    numbers = as_numbers(value)
    if numbers is None or 0 in numbers.shape:
        raise ParameterError(f"{name} must be a rectangular list of numbers, and not empty", ("parameters", name))
    return numbers


def _network(cell: type[Cell], arrays: Mapping[str, Array], dtype: str, options: Mapping[str, Any]) -> Network:
    if dtype not in PRECISIONS:
        raise ParameterError(f"dtype must be {' or '.join(PRECISIONS)}, not {dtype!r}", ("dtype",))
    chosen = {name: value for name, value in options.items() if value is not None}
    for name in chosen:
        if name not in _options(cell):
            detail = f"a cell {cell.name!r} has the options {', '.join(_options(cell))}, not {name}"
            raise ParameterError(detail, (name,))
    with np.errstate(over="ignore"):
        cast = {name: array.astype(dtype) for name, array in arrays.items()}
    for name, array in cast.items():
        if not np.isfinite(array).all():
            raise ParameterError(f"every number of {name} must be finite in {dtype}", ("parameters", name))
    try:
        return Network((Layer(cell(**cast, **chosen)),))
    except ParameterError as error:
        inside = bool(error.pointer) and error.pointer[0] in cast
        error.pointer = ("parameters", *error.pointer) if inside else error.pointer
        raise
