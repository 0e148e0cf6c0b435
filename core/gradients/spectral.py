"""Spectral norms: how much a matrix can stretch a vector at most."""

import numpy as np

from ..activations import Array

DIRECT_BELOW = 96
"""Rows below which all eigenvalues are found as quickly as the largest one."""

MOST_ROUNDS = 100
ROUNDS_BETWEEN_CHECKS = 4

CLOSE = 1e-8
"""Residual, as a share of the largest eigenvalue, at which the iteration ends. The eigenvalue's own error is about its
square: rounding is all that is left."""


def spectral_norms(matrices: Array) -> Array:
    """The largest singular value of each of (N, M, K) matrices, (N,), to within rounding.

    Matrices that resemble the one before them, as those of neighbouring steps do, are quicker.
    """
    largest = np.abs(matrices).max(axis=(1, 2), keepdims=True)
    scale = np.where(largest > 0, largest, 1.0)  # products of many Jacobians lie far outside of what can be squared
    scaled = matrices / scale
    if matrices.shape[1] < DIRECT_BELOW:
        return _by_all_eigenvalues(scaled) * scale[:, 0, 0]
    stir: Array = np.random.default_rng(0).standard_normal((matrices.shape[1],))
    stir *= 0.1 / np.linalg.norm(stir)
    start = stir
    found = np.empty(len(scaled))
    for index, matrix in enumerate(scaled):
        outcome = _lanczos(matrix, start)
        if outcome is None:
            found[index] = _by_all_eigenvalues(matrix[None])[0]
        else:
            found[index], vector = outcome
            # A little of everything: what was largest before may not be so now.
            start = vector + stir
    return found * scale[:, 0, 0]


def _by_all_eigenvalues(matrices: Array) -> Array:
    """By those of A A^T, which are found several times quicker than singular values; the largest is as precise."""
    squares = np.linalg.eigvalsh(matrices @ matrices.swapaxes(1, 2))[:, -1]
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


def _lanczos(matrix: Array, start: Array) -> tuple[float, Array] | None:
    """The largest singular value of (M, K), and its left vector (M,), by Lanczos' iteration with A A^T.

    ``start`` is about the vector. None where the iteration has not come to an end, as with many almost equal values.
    """
    basis = np.empty((MOST_ROUNDS + 1, len(matrix)))
    diagonal, beside = np.zeros(MOST_ROUNDS), np.zeros(MOST_ROUNDS)
    basis[0] = start / np.linalg.norm(start)
    for index in range(min(MOST_ROUNDS, len(matrix))):
        vector, known = matrix @ (basis[index] @ matrix), basis[: index + 1]
        diagonal[index] = vector @ basis[index]
        for _ in range(2):  # rounding leaves something of what is known the first time
            vector -= (known @ vector) @ known
        rest = beside[index] = np.sqrt(vector @ vector)
        exhausted = rest <= np.finfo(float).eps * diagonal[0]
        if exhausted or index % ROUNDS_BETWEEN_CHECKS == ROUNDS_BETWEEN_CHECKS - 1:
            off = beside[:index]
            values, vectors = np.linalg.eigh(np.diag(diagonal[: index + 1]) + np.diag(off, 1) + np.diag(off, -1))
            if exhausted or rest * abs(vectors[-1, -1]) <= CLOSE * values[-1]:
                return float(np.sqrt(max(values[-1], 0.0))), vectors[:, -1] @ known
        basis[index + 1] = vector / rest
    return None
