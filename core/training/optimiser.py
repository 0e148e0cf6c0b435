"""Optimisers as values, and clipping by the global norm (Pascanu et al. 2013)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

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


@dataclass(frozen=True, eq=False)
class Memory:
    """What an optimiser remembers: how many updates it made, and by name its arrays for each parameter."""

    updates: int
    slots: Mapping[str, Arrays]


class Optimiser(Protocol):
    """Makes parameters out of parameters, gradients, and what it remembers."""

    def start(self, parameters: Arrays) -> Memory:
        """What is remembered before the first update."""

    def update(
        self, parameters: Arrays, gradients: Arrays, memory: Memory, learning_rate: float
    ) -> tuple[dict[str, Array], Memory]:
        """The parameters after one update, and what is remembered then."""


@dataclass(frozen=True)
class Adam:
    """Kingma and Ba 2015: steps by the running mean of the gradients over the root of that of their squares.

    ``beta_1``, ``beta_2`` are the decays of the means; ``epsilon`` is added to the root of the corrected mean, as
    PyTorch does; ``weight_decay`` is decoupled (Loshchilov and Hutter 2019).
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def start(self, parameters: Arrays) -> Memory:
        """Means of zero."""
        return Memory(0, {slot: _zeros(parameters) for slot in ("mean", "square")})

    def update(
        self, parameters: Arrays, gradients: Arrays, memory: Memory, learning_rate: float
    ) -> tuple[dict[str, Array], Memory]:
        """The parameters after one update, and the next means."""
        updates = memory.updates + 1
        # Both means begin at 0: their corrections stand outside the arrays, where epsilon has to take its part.
        correction = np.sqrt(1 - self.beta_2**updates)
        rate, epsilon = learning_rate * correction / (1 - self.beta_1**updates), self.epsilon * correction
        result, means, squares = {}, {}, {}
        for name, array in parameters.items():
            kind, gradient = array.dtype.type, gradients[name]
            part = np.multiply(gradient, kind(1 - self.beta_1))
            means[name] = mean = np.multiply(memory.slots["mean"][name], kind(self.beta_1))
            mean += part
            np.square(gradient, out=part)
            part *= kind(1 - self.beta_2)
            squares[name] = square = np.multiply(memory.slots["square"][name], kind(self.beta_2))
            square += part
            np.sqrt(square, out=part)
            part += kind(epsilon)
            np.divide(mean, part, out=part)
            part *= kind(rate)
            result[name] = array * kind(1 - learning_rate * self.weight_decay) - part
        return result, Memory(updates, {"mean": means, "square": squares})


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent; with ``momentum`` m a velocity v <- m v + gradient takes the gradient's place."""

    momentum: float = 0.0

    def start(self, parameters: Arrays) -> Memory:
        """No velocity."""
        return Memory(0, {"velocity": _zeros(parameters)} if self.momentum else {})

    def update(
        self, parameters: Arrays, gradients: Arrays, memory: Memory, learning_rate: float
    ) -> tuple[dict[str, Array], Memory]:
        """The parameters after one update, and the next velocity."""
        slots: dict[str, Arrays] = {}
        if self.momentum:
            before = memory.slots["velocity"]
            gradients = {
                name: before[name].dtype.type(self.momentum) * before[name] + gradient
                for name, gradient in gradients.items()
            }
            slots["velocity"] = gradients
        result = {name: array - array.dtype.type(learning_rate) * gradients[name] for name, array in parameters.items()}
        return result, Memory(memory.updates + 1, slots)


def _zeros(parameters: Arrays) -> dict[str, Array]:
    return {name: np.zeros_like(array) for name, array in parameters.items()}


OPTIMISERS: dict[str, type[Adam | SGD]] = {"adam": Adam, "sgd": SGD}
"""Every optimiser by its name."""
