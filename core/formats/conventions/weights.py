"""Tensors of a file by name, in one precision."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...activations import Array


class Weights:
    """The tensors that a network is made of; remembers which were taken."""

    def __init__(self, tensors: Mapping[str, Array], names: Iterable[str]) -> None:
        """``names`` are those that will be taken: the widest of their precisions is the network's."""
        self._tensors = tensors
        kinds = {tensors[name].dtype for name in names}
        self.dtype: np.dtype[Any] = max(kinds, key=lambda kind: kind.itemsize, default=np.dtype(np.float32))
        self.mixed = len(kinds) > 1
        self.taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        """Whether the file has such a tensor."""
        return name in self._tensors

    def __call__(self, name: str) -> Array:
        """The tensor in the network's precision; the file's own memory where it has that precision already."""
        array = self._tensors[name]
        self.taken.add(name)
        return array if array.dtype == self.dtype else array.astype(self.dtype)
