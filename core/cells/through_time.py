"""The way back through a sequence, in blocks of steps whose derivatives stay in the processor's cache."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..activations import Array

BLOCK = 128 * 1024
"""Numbers of pre-activations' derivatives in a block."""


@dataclass(frozen=True)
class CellGradients:
    """What ``backward`` returns.

    ``parameters`` is keyed like the cell's fields; ``d_inputs`` is (T, D[, B]); ``d_initial_state`` (H[, B]) by state
    name; ``d_states`` holds the total derivatives of the states at every step, future included: ``d_hidden_state`` (and
    ``d_cell_state``) (T, H[, B]). What nobody asked for is empty: ``d_inputs`` (T, 0[, B]), ``d_states`` {}.
    """

    parameters: dict[str, Array]
    d_inputs: Array
    d_initial_state: dict[str, Array]
    d_states: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Span:
    """Some steps on the way back: what they read and computed, and where their derivatives go.

    ``inputs`` is (T, D[, B]); ``before`` has the states before each step, ``quantities`` what each step computed, and
    ``d_hidden_state`` the loss's direct derivatives, all (T, H[, B]).

    To be written are ``d_pre`` (T, G H[, B]), the derivatives of what the kernel adds to, and ``d_states``, the total
    ones of the states after each step, (T, H[, B]) by the state's name. ``d_carried`` (H[, B]) by the state's name
    comes as the derivative that later steps hand to the last of these, and leaves as what the first one hands on.
    """

    inputs: Array
    before: Mapping[str, Array]
    quantities: Mapping[str, Array]
    d_hidden_state: Array
    d_pre: Array
    d_states: Mapping[str, Array]
    d_carried: Mapping[str, Array]


def blocks_from_the_end(steps: int, step_size: int) -> Iterator[slice]:
    """The steps of a sequence in blocks of about `BLOCK` numbers, the last block first and none longer than it."""
    size = max(1, BLOCK // step_size)
    return (slice(max(0, stop - size), stop) for stop in range(steps, 0, -size))


def previous(initial: Array, states: Array, at: slice = slice(None)) -> Array:
    """The state before each of some steps, (T, H[, B]): from the initial (H[, B]) and the states after each step."""
    start, stop, _ = at.indices(len(states))
    return states[start - 1 : stop - 1] if start else np.concatenate((initial[None], states[: stop - 1]))
