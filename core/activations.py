"""Activations, and their derivatives in terms of their outputs (which is what a trace keeps)."""

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
