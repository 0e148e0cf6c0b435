"""Activations, and their derivatives in terms of their outputs (which is what a trace keeps)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) elementwise, without overflow for any finite x."""
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1, e) / (1 + e))


def d_sigmoid(y: Array) -> Array:
    """Derivative of the sigmoid where its output is y."""
    return np.asarray(y * (1 - y))


def tanh(x: Array) -> Array:
    """Hyperbolic tangent elementwise."""
    return np.tanh(x)


def d_tanh(y: Array) -> Array:
    """Derivative of tanh where its output is y."""
    return np.asarray(1 - y * y)


def relu(x: Array) -> Array:
    """max(x, 0) elementwise."""
    return np.maximum(x, 0)


def d_relu(y: Array) -> Array:
    """Derivative of relu where its output is y; 0 at the corner."""
    return (y > 0).astype(y.dtype)


def softmax(x: Array, axis: int = -1) -> Array:
    """exp(x) normalised to sum 1 along ``axis``, without overflow for any finite x."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def linear(x: Array) -> Array:
    """X itself."""
    return np.array(x)


def hard_sigmoid(x: Array) -> Array:
    """X / 6 + 1 / 2, kept in [0, 1]: Keras 3's."""
    return np.clip(x / 6 + 0.5, 0, 1)


def hard_sigmoid_02(x: Array) -> Array:
    """0.2 x + 1 / 2, kept in [0, 1]: Keras 2's, and ONNX's where nothing else is said."""
    return np.clip(0.2 * x + 0.5, 0, 1)


def softsign(x: Array) -> Array:
    """X / (1 + abs(x)) elementwise."""
    return np.asarray(x / (1 + np.abs(x)))


def softplus(x: Array) -> Array:
    """log(1 + exp(x)) elementwise, without overflow for any finite x."""
    return np.asarray(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))


def elu(x: Array) -> Array:
    """X above 0, exp(x) - 1 below."""
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


@dataclass(frozen=True)
class Activation:
    """A function, its derivative in terms of its output, and the open interval its outputs lie in, None if unbounded.

    Only functions that grow are here: of others the output does not tell the derivative. ``mirrored`` says that
    f(-x) = 1 - f(x).
    """

    name: str
    function: Callable[[Array], Array]
    derivative: Callable[[Array], Array]
    range: tuple[float, float] | None = None
    mirrored: bool = False


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", sigmoid, d_sigmoid, (0.0, 1.0), mirrored=True),
        Activation("tanh", tanh, d_tanh, (-1.0, 1.0)),
        Activation("relu", relu, d_relu),
        Activation("linear", linear, np.ones_like),
        Activation(
            "hard_sigmoid",
            hard_sigmoid,
            lambda y: np.where((y > 0) & (y < 1), y.dtype.type(1 / 6), y.dtype.type(0)),
            (0.0, 1.0),
            mirrored=True,
        ),
        Activation(
            "hard_sigmoid_02",
            hard_sigmoid_02,
            lambda y: np.where((y > 0) & (y < 1), y.dtype.type(0.2), y.dtype.type(0)),
            (0.0, 1.0),
            mirrored=True,
        ),
        Activation("softsign", softsign, lambda y: np.square(1 - np.abs(y)), (-1.0, 1.0)),
        Activation("softplus", softplus, lambda y: -np.expm1(-y)),
        Activation("elu", elu, lambda y: np.where(y > 0, y.dtype.type(1), y + 1)),
    )
}
"""Every activation that a cell can have, by name."""
