"""Spectral norms, by all eigenvalues and by iteration, are those of NumPy's singular values."""

import numpy as np
import pytest

from gatescope.core.gradients import spectral
from gatescope.core.gradients.spectral import spectral_norms
from tests.core.networks import normal

SHAPES = ((5, 3, 3), (3, 70, 70), (3, 130, 130), (2, 20, 60), (2, 60, 20), (2, 100, 140), (2, 140, 20), (1, 1, 1))


@pytest.mark.parametrize("shape", SHAPES)
def test_of_any_size_and_scale(shape: tuple[int, int, int]) -> None:
    scales = np.array([1e-150, 1e150, 1.0, 0.0, 1e-300])[: shape[0], None, None]
    matrices = normal(*shape) * scales
    np.testing.assert_allclose(spectral_norms(matrices), np.linalg.norm(matrices, 2, axis=(1, 2)), rtol=1e-12)


@pytest.mark.parametrize(
    "values",
    [np.ones(120), np.linspace(1, 0, 120), 0.5 ** np.arange(120), np.r_[1, 1 - 1e-9, np.zeros(118)], np.zeros(120)],
    ids=["all alike", "spread evenly", "falling fast", "two almost alike", "nothing"],
)
def test_of_any_spectrum(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    left, right = (np.linalg.qr(normal(120, 120, seed=seed))[0] for seed in (1, 2))
    matrices = np.stack([left @ np.diag(values) @ right, right @ np.diag(values) @ left])
    np.testing.assert_allclose(spectral_norms(matrices), values.max(), rtol=1e-12, atol=1e-300)


def test_a_vector_that_was_largest_before_does_not_hide_the_one_that_is_now() -> None:
    one, other = np.eye(120), np.eye(120)
    one[0, 0] = other[1, 1] = 9.0
    np.testing.assert_allclose(spectral_norms(np.stack([one, other, one])), 9, rtol=1e-12)


def test_where_the_iteration_does_not_end_all_eigenvalues_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spectral, "MOST_ROUNDS", 2)
    matrices = normal(2, 110, 110)
    np.testing.assert_allclose(spectral_norms(matrices), np.linalg.norm(matrices, 2, axis=(1, 2)), rtol=1e-12)
