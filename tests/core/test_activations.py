"""Activations: exact at their ends, silent everywhere, with derivatives in terms of their outputs."""

from collections.abc import Callable

import numpy as np
import pytest

from gatescope.core.activations import Array, d_relu, d_sigmoid, d_tanh, relu, sigmoid, softmax, tanh
from tests.core.networks import DTYPES, normal

ALL: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "sigmoid": (sigmoid, d_sigmoid),
    "tanh": (tanh, d_tanh),
    "relu": (relu, d_relu),
}
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


@every_dtype
def test_sigmoid_is_right_at_every_size(dtype: str) -> None:
    x = np.array([-1e4, -3, -1, 0, 1, 3, 1e4, np.finfo(dtype).max, -np.finfo(dtype).max], dtype)
    expected = [0, 0.04742587317756678, 0.2689414213699951, 0.5, 0.7310585786300049, 0.9525741268224334, 1, 1, 0]
    found = sigmoid(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=4 * float(np.finfo(dtype).eps))
    assert found[0] == 0
    assert found[6] == 1


@every_dtype
def test_sigmoid_keeps_small_values_where_one_minus_them_would_lose_them(dtype: str) -> None:
    x = np.array([-80.0], dtype)
    np.testing.assert_allclose(sigmoid(x), np.exp(x), rtol=4 * float(np.finfo(dtype).eps))


@every_dtype
def test_sigmoid_is_symmetric_and_rises(dtype: str) -> None:
    x = np.linspace(-30, 30, 1001).astype(dtype)
    y = sigmoid(x)
    np.testing.assert_allclose(y + sigmoid(-x), 1, rtol=4 * float(np.finfo(dtype).eps))
    assert (np.diff(y) >= 0).all()


@every_dtype
@pytest.mark.parametrize("name", ALL)
def test_derivatives_agree_with_differences_and_keep_the_precision(name: str, dtype: str) -> None:
    activation, derivative = ALL[name]
    x = normal(100, scale=3)
    x = x[np.abs(x) > 1e-3]  # not at the corner of relu
    numeric = (activation(x + 1e-6) - activation(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(derivative(activation(x)), numeric, atol=1e-8)
    assert derivative(activation(x.astype(dtype))).dtype == dtype


def test_relu_at_its_corner() -> None:
    np.testing.assert_array_equal(relu(np.array([-1.0, 0.0, 2.0])), [0, 0, 2])
    np.testing.assert_array_equal(d_relu(np.array([0.0, 2.0])), [0, 1])


@every_dtype
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_is_normalised_and_does_not_see_a_shift(dtype: str, axis: int) -> None:
    x = normal(4, 5, 6, dtype=dtype)
    found, eps = softmax(x, axis), float(np.finfo(dtype).eps)
    assert found.dtype == dtype
    np.testing.assert_allclose(found.sum(axis=axis), 1, rtol=8 * eps)
    exact = np.exp(x.astype("f8"))
    np.testing.assert_allclose(found, exact / exact.sum(axis=axis, keepdims=True), rtol=16 * eps)
    np.testing.assert_allclose(softmax(x + 64, axis), found, rtol=256 * eps)


@every_dtype
def test_softmax_of_huge_scores_is_exact_and_silent(dtype: str) -> None:
    np.testing.assert_array_equal(softmax(np.array([1e4, -1e4, 1e4], dtype)), [0.5, 0, 0.5])
    assert softmax(np.array([-np.finfo(dtype).max / 4, 0], dtype)).tolist() == [0, 1]
