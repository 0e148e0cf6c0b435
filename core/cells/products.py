"""Matrix products and sums over the steps of a sequence: arrays are (T, N), or (T, N, B) for a batch."""

from collections.abc import Sequence

import numpy as np

from ..activations import Array

UNPACKED = 1_000_000
"""Multiplications up to which OpenBLAS takes two matrices as they lie; beyond, it rearranges both at every product."""

PIECES = 16
"""Into how many a product is taken apart at most."""


def in_pieces(matrix: Array, batch: tuple[int, ...]) -> Array:
    """``matrix`` (M, K) as (P, M / P, K), so that ``np.matmul`` multiplies it with (K[, B]) piece by piece.

    Pieces small enough for `UNPACKED` make a product of a batch, ``batch`` being (B,), up to 1.6 times as fast. P is 1
    for a single sequence and where no pieces are small enough.
    """
    rows, columns = matrix.shape
    most = UNPACKED / (columns * batch[0]) if batch else rows
    pieces = next((count for count in range(1, PIECES + 1) if rows % count == 0 and rows / count <= most), 1)
    return matrix.reshape(pieces, rows // pieces, columns)


def multiply(pieces: Array, right: Array, out: Array) -> None:
    """``out = matrix right``: (M[, B]) from a matrix of `in_pieces` and (K[, B])."""
    np.matmul(pieces, right, out=out.reshape(*pieces.shape[:2], *out.shape[1:]))


def at_each_step(matrix: Array, right: Array, out: Array) -> None:
    """``out[t] = matrix right[t]``: (T, M[, B]) from (M, K) and (T, K[, B])."""
    if right.ndim == 2:
        np.matmul(right, matrix.T, out=out)
    else:
        pieces = in_pieces(matrix, right.shape[2:])
        np.matmul(pieces, right[:, None], out=out.reshape(len(out), *pieces.shape[:2], -1))


def project_inputs(inputs: Array, kernel: Array, bias: Array, out: Array) -> None:
    """``out[t] = kernel^T inputs[t] + bias`` for (T, D[, B]) inputs, into (T, G H[, B])."""
    at_each_step(kernel.T, inputs, out)
    out += bias if inputs.ndim == 2 else bias[:, None]


def outer_sum(left: Sequence[Array], right: Sequence[Array]) -> Array:
    """Sum over steps and batch of ``left[t] right[t]^T``: (M, N) from (T, M[, B]) and (T, N[, B]).

    Several ``left`` stand one below the other, several ``right`` side by side.
    """
    rows, columns = (_side_by_side(arrays) for arrays in (left, right))
    return np.asarray(rows @ columns.T)


def _side_by_side(arrays: Sequence[Array]) -> Array:
    """All numbers of all steps, (M_1 + M_2 + ..., T B), from several (T, M[, B])."""
    if arrays[0].ndim == 2:
        return np.concatenate(arrays, axis=1).T
    steps, _, sequences = arrays[0].shape
    result = np.empty((sum(array.shape[1] for array in arrays), steps, sequences), arrays[0].dtype)
    np.concatenate([array.swapaxes(0, 1) for array in arrays], out=result)
    return result.reshape(len(result), -1)


def total(array: Array) -> Array:
    """Sum over steps and batch: (M,) from (T, M[, B])."""
    return np.asarray(array.sum(axis=(0, 2) if array.ndim == 3 else 0))
