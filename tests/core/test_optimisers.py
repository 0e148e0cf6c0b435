"""Optimisers against their formulas, and how parameters begin."""

import numpy as np
import pytest

from gatescope.core.activations import Array
from gatescope.core.initialisation import KEEPERS, SCHEMES, initial_cell
from gatescope.core.training import OPTIMISERS, SGD, Adam, Memory
from tests.core.networks import normal


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_follows_its_formula(momentum: float) -> None:
    optimiser = SGD(momentum)
    parameters, memory = {"w": np.array([2.0])}, optimiser.start({"w": np.array([2.0])})
    value, velocity = 2.0, 0.0
    for update, gradient in enumerate((1.0, -3.0, 0.5), start=1):
        parameters, memory = optimiser.update(parameters, {"w": np.array([gradient])}, memory, 0.1)
        velocity = momentum * velocity + gradient
        value -= 0.1 * velocity
        assert parameters["w"][0] == pytest.approx(value, rel=1e-14)
        assert memory.updates == update


def test_adams_epsilon_stands_beside_the_root_of_the_corrected_mean() -> None:
    """As PyTorch has it: with tiny gradients the step is far below the learning rate."""
    optimiser, gradient = Adam(epsilon=1e-3), 1e-6
    parameters = {"w": np.array([0.0])}
    memory = optimiser.start(parameters)
    parameters, memory = optimiser.update(parameters, {"w": np.array([gradient])}, memory, 0.1)
    assert parameters["w"][0] == pytest.approx(-0.1 * gradient / (gradient + 1e-3), rel=1e-12)
    parameters, memory = optimiser.update(parameters, {"w": np.array([gradient])}, memory, 0.1)
    assert parameters["w"][0] == pytest.approx(-0.2 * gradient / (gradient + 1e-3), rel=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_update_keeps_the_precision_and_leaves_what_it_was_given(name: str, dtype: str) -> None:
    optimiser = SGD(0.5) if name == "sgd" else OPTIMISERS[name]()
    parameters, gradients = {"w": normal(3, dtype=dtype)}, {"w": np.ones(3, dtype)}
    before, memory = parameters["w"].copy(), optimiser.start(parameters)
    for _ in range(2):
        after, later = optimiser.update(parameters, gradients, memory, 0.1)
        assert {array.dtype for slot in later.slots.values() for array in slot.values()} == {np.dtype(dtype)}
        assert after["w"].dtype == dtype
        np.testing.assert_array_equal(parameters["w"], before)
        np.testing.assert_array_equal(gradients["w"], 1)
        assert memory.updates + 1 == later.updates
        memory = Memory(later.updates, later.slots)


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_cell_begins_as_its_scheme_says(scheme: str, kind: str) -> None:
    def begin(**options: float) -> dict[str, Array]:
        rng = np.random.default_rng(0)
        return dict(initial_cell(kind, 20, 30, rng, scheme=scheme, dtype="float64", **options).arrays())

    arrays = begin(forget_bias=2.5)
    bound = {"orthogonal": (6 / 50) ** 0.5, "glorot": (6 / 50) ** 0.5, "uniform": 30**-0.5}[scheme]
    largest = np.abs(arrays["kernel"]).max()
    assert 0.97 * bound < largest <= bound
    for block in np.split(arrays["recurrent_kernel"], arrays["recurrent_kernel"].shape[1] // 30, axis=1):
        if scheme == "orthogonal":
            np.testing.assert_allclose(block.T @ block, np.eye(30), atol=1e-12)
        else:
            limit = {"glorot": 10**-0.5, "uniform": 30**-0.5}[scheme]
            assert 0.97 * limit < np.abs(block).max() <= limit
    assert arrays["bias"].sum() == (30 * 2.5 if kind in KEEPERS else 0)
    scaled = begin(forget_bias=2.5, weight_scale=3.0)
    for name, array in arrays.items():
        np.testing.assert_allclose(scaled[name], array * (1 if "bias" in name else 3), rtol=1e-14)
