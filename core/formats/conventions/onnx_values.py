"""Constant values of an ONNX graph: initialisers, and what the graph makes of them by moving numbers about."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...activations import Array
from ...errors import FormatError, Unsupported
from .words import plain, shown

DEEPEST = 64
Node = Mapping[str, Any]


class Values:
    """The constants of a graph by the names of their values; worked out when asked for, and kept.

    ``tensors`` are the file's own and those that were worked out.
    """

    def __init__(self, tensors: Mapping[str, Array], integers: Mapping[str, Any], nodes: Sequence[Node]) -> None:
        """``integers`` has shapes and indices as `Checkpoint.structure` keeps them."""
        self.tensors = dict(tensors)
        self._integers = {name: np.array(entry["values"]).reshape(entry["shape"]) for name, entry in integers.items()}
        self.makers: dict[str, Node] = {output: node for node in nodes for output in node["outputs"] if output}
        self._left = 8 * sum(array.size for array in tensors.values()) + 1024 * 1024

    def constant(self, name: str, depth: int = 0) -> Array | None:
        """The value, None where it depends on the graph's inputs.

        Raises:
            FormatError: the graph's own description of it makes no sense, or takes too much memory.
        """
        for known in (self.tensors, self._integers):
            if name in known:
                return known[name]
        node = self.makers.get(name)
        if node is None or node["domain"] or node["op"] not in MOVES:
            return None
        if depth > DEEPEST:
            raise FormatError(f"the graph works out {shown(name)} in more than {DEEPEST} steps")
        inputs = [self.constant(one, depth + 1) if one else None for one in node["inputs"]]
        if any(value is None for value, one in zip(inputs, node["inputs"], strict=True) if one):
            return None
        try:
            size, make = MOVES[node["op"]](inputs, node["attributes"])
            self._left -= size
            if self._left < 0:
                raise FormatError(f"working out {shown(name)} takes more memory than the file's weights")
            value = np.asarray(make())
        except FormatError:
            raise
        except (ValueError, IndexError, TypeError, KeyError, AttributeError, OverflowError):
            raise FormatError(
                f"the graph's node {plain(node['op'])[:60]} that gives {shown(name)} does not fit its inputs"
            ) from None
        (self.tensors if value.dtype.kind == "f" else self._integers)[name] = value
        return value

    def weight(self, name: str, what: str) -> Array:
        """A constant that must be one.

        Raises:
            Unsupported: it is no constant; the message names what it is made by.
        """
        value = self.constant(name)
        if value is None or value.dtype.kind != "f":
            maker = self.makers.get(name)
            how = (
                f"comes out of a node {plain(maker['op'])[:60]}"
                if maker
                else "is handed in from outside or holds no floats"
            )
            raise Unsupported(f"{what} must be constant weights, but {shown(name)} {how}")
        return value

    def keep(self, name: str, value: Array) -> str:
        """Put a value worked out elsewhere among the tensors, under a name of its own."""
        while name in self.tensors:
            name += "'"
        self.tensors[name] = value
        return name


Move = Callable[[list[Array | None], Mapping[str, Any]], tuple[int, Callable[[], Any]]]


def _one(work: Callable[[Array, list[Array | None], Mapping[str, Any]], Any]) -> Move:
    """A move of one array whose result is no larger than it."""

    def move(inputs: list[Array | None], attributes: Mapping[str, Any]) -> tuple[int, Callable[[], Any]]:
        first = inputs[0]
        if first is None:
            raise FormatError("an operation of the graph needs an input, but nothing comes in")
        return first.size, lambda: work(first, inputs[1:], attributes)

    return move


def _ints(rest: list[Array | None], index: int, attributes: Mapping[str, Any], name: str) -> list[int] | None:
    """Whole numbers that newer opsets hand in and older ones write as an attribute."""
    value = rest[index] if index < len(rest) else None
    if value is None:
        given = attributes.get(name)
        return None if given is None else [int(one) for one in given]
    return [int(one) for one in value.ravel()]


def _slice(array: Array, rest: list[Array | None], attributes: Mapping[str, Any]) -> Array:
    starts, ends = _ints(rest, 0, attributes, "starts") or [], _ints(rest, 1, attributes, "ends") or []
    axes = _ints(rest, 2, attributes, "axes") or list(range(len(starts)))
    steps = _ints(rest, 3, attributes, "steps") or [1] * len(starts)
    cuts = [slice(None)] * array.ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        # A far end stands for "to the end", also when going backwards.
        cuts[axis] = slice(start, None if step < 0 and end < -array.shape[axis] else end, step)
    return array[tuple(cuts)]


def _unsqueeze(array: Array, rest: list[Array | None], attributes: Mapping[str, Any]) -> Array:
    return np.expand_dims(array, tuple(_ints(rest, 0, attributes, "axes") or ()))


def _squeeze(array: Array, rest: list[Array | None], attributes: Mapping[str, Any]) -> Array:
    axes = _ints(rest, 0, attributes, "axes")
    return np.squeeze(array, None if axes is None else tuple(axes))


def _reshape(array: Array, rest: list[Array | None], attributes: Mapping[str, Any]) -> Array:
    wanted = _ints(rest, 0, attributes, "shape") or []
    sizes = [array.shape[index] if size == 0 and index < array.ndim else size for index, size in enumerate(wanted)]
    return array.reshape(sizes)


def _concat(inputs: list[Array | None], attributes: Mapping[str, Any]) -> tuple[int, Callable[[], Any]]:
    arrays = [array for array in inputs if array is not None]
    return sum(array.size for array in arrays), lambda: np.concatenate(arrays, axis=int(attributes["axis"]))


def _cast(array: Array, _: list[Array | None], attributes: Mapping[str, Any]) -> Array:
    kinds: dict[int, Any] = {1: np.float32, 11: np.float64, 10: np.float32, 16: np.float32, 7: np.int64, 6: np.int64}
    return array.astype(kinds[int(attributes["to"])], copy=False)


def _transpose(array: Array, _: list[Array | None], attributes: Mapping[str, Any]) -> Array:
    return array.transpose(attributes.get("perm"))


def _flatten(array: Array, _: list[Array | None], attributes: Mapping[str, Any]) -> Array:
    axis = int(attributes.get("axis", 1))
    return array.reshape(math.prod(array.shape[:axis]), -1)


MOVES: dict[str, Move] = {
    "Identity": _one(lambda array, _rest, _attributes: array),
    "Cast": _one(_cast),
    "Transpose": _one(_transpose),
    "Squeeze": _one(_squeeze),
    "Unsqueeze": _one(_unsqueeze),
    "Reshape": _one(_reshape),
    "Flatten": _one(_flatten),
    "Slice": _one(_slice),
    "Concat": _concat,
}
"""Operations that only move numbers about, each with how many numbers it gives and how."""
