"""Adam (Kingma and Ba 2015) and clipping by the global norm (Pascanu et al. 2013), as values."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..activations import Array

Arrays = Mapping[str, Array]


def global_norm(arrays: Arrays) -> float:
    """Euclidean norm of all arrays together."""
    return float(np.sqrt(sum(float(np.vdot(array, array)) for array in arrays.values())))


def clip_by_norm(arrays: Arrays, limit: float) -> tuple[dict[str, Array], float]:
    """The arrays scaled down so that their global norm is at most ``limit``, and the norm before."""
    norm = global_norm(arrays)
    if norm <= limit:
        return dict(arrays), norm
    return {name: array * array.dtype.type(limit / norm) for name, array in arrays.items()}, norm


@dataclass(frozen=True)
class AdamState:
    """How many updates were made, and the running means of the gradients and their squares."""

    updates: int
    mean: dict[str, Array]
    square: dict[str, Array]


@dataclass(frozen=True)
class Adam:
    """``beta_1``, ``beta_2``: decays of the means; ``weight_decay`` is decoupled (Loshchilov and Hutter 2019)."""

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def start(self, parameters: Arrays) -> AdamState:
        """The state before the first update."""
        return AdamState(0, *({name: np.zeros_like(array) for name, array in parameters.items()} for _ in range(2)))

    def update(
        self, parameters: Arrays, gradients: Arrays, state: AdamState, learning_rate: float
    ) -> tuple[dict[str, Array], AdamState]:
        """The parameters after one update, and the next state."""
        updates = state.updates + 1
        # Both means begin at 0: their corrections stand outside the arrays, where epsilon has to take its part.
        correction = np.sqrt(1 - self.beta_2**updates)
        rate, epsilon = learning_rate * correction / (1 - self.beta_1**updates), self.epsilon * correction
        result, means, squares = {}, {}, {}
        for name, array in parameters.items():
            kind, gradient = array.dtype.type, gradients[name]
            means[name] = mean = kind(self.beta_1) * state.mean[name] + kind(1 - self.beta_1) * gradient
            squares[name] = square = kind(self.beta_2) * state.square[name] + kind(1 - self.beta_2) * gradient**2
            kept = kind(1 - learning_rate * self.weight_decay)
            result[name] = kept * array - kind(rate) * mean / (np.sqrt(square) + kind(epsilon))
        return result, AdamState(updates, means, squares)
