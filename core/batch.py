"""Sequences side by side, as a network is trained on them."""

from dataclasses import dataclass

from .activations import Array


@dataclass(frozen=True, eq=False)
class Batch:
    """B sequences of T steps.

    ``inputs`` is (T, B) token ids or (T, D, B) numbers; ``targets`` (T, B) token ids for a softmax readout or
    (T, O, B) numbers for a linear one; ``weights`` (T, B) says how much each prediction counts, None for all alike.
    Numbers are taken in the network's precision.
    """

    inputs: Array
    targets: Array
    weights: Array | None = None
