"""Activations: their values, their derivatives in terms of their outputs, and no overflow anywhere."""

from collections.abc import Callable

import numpy as np
import pytest

from gatescope.core import activations
from gatescope.core.activations import Array, relu, sigmoid, softmax, tanh

DTYPES = ("float32", "float64")
DERIVATIVES = [("sigmoid", activations.d_sigmoid), ("tanh", activations.d_tanh), ("relu", activations.d_relu)]


@pytest.mark.parametrize("dtype", DTYPES)
def test_values_of_the_sigmoid(dtype: str) -> None:
    x = np.array([-2.0, 0.0, 0.5, 3.0], dtype)
    found = sigmoid(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, [0.11920292202211755, 0.5, 0.6224593312018546, 0.9525741268224334], rtol=2e-7)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_sigmoid_is_symmetric_and_rises(dtype: str) -> None:
    x = np.linspace(-30, 30, 1001).astype(dtype)
    y = sigmoid(x)
    np.testing.assert_allclose(y + sigmoid(-x), 1, rtol=1e-6 if dtype == "float32" else 1e-15)
    assert (np.diff(y) >= 0).all()
    # Small values keep their digits: they are not 1 minus something near 1.
    np.testing.assert_allclose(sigmoid(np.array([-30.0], dtype)), np.exp(-30.0), rtol=1e-6)


@pytest.mark.parametrize("function", [sigmoid, tanh, relu, softmax])
@pytest.mark.parametrize("dtype", DTYPES)
def test_no_finite_number_overflows(function: Callable[[Array], Array], dtype: str) -> None:
    most = np.finfo(dtype).max / 2
    x = np.array([-most, -1e4, -1.0, 0.0, 1.0, 1e4, most], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        found = function(x)
    assert found.dtype == dtype
    assert np.isfinite(found).all()
    if function is not relu:
        assert found[-1] == 1
        assert found[0] == (-1 if function is tanh else 0)


@pytest.mark.parametrize(("name", "derivative"), DERIVATIVES)
def test_derivatives_by_the_output(name: str, derivative: Callable[[Array], Array]) -> None:
    function = getattr(activations, name)
    x = np.array([-3.1, -1.2, -0.3, 0.2, 1.7, 2.9])
    numeric = (function(x + 1e-6) - function(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(derivative(function(x)), numeric, atol=1e-9)


def test_relu_has_no_slope_at_its_corner() -> None:
    assert activations.d_relu(relu(np.array([0.0]))) == [0]


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_sums_to_1_along_its_axis_and_ignores_what_is_added_to_all(axis: int) -> None:
    x = np.random.default_rng(0).standard_normal((3, 4))
    found = softmax(x, axis=axis)
    np.testing.assert_allclose(found.sum(axis=axis), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax(x + 1000, axis=axis), found, rtol=1e-10)
    np.testing.assert_allclose(np.log(found) - np.log(found).mean(axis=axis, keepdims=True),
                               x - x.mean(axis=axis, keepdims=True), atol=1e-12)  # fmt: skip
