"""What the fast paths multiply with: weights where the cache likes them, safe from subnormal numbers."""

import math
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np

from ..activations import Array
from ..tiles import copy_by_tiles
from .products import at_each_step, in_pieces, multiply, project_inputs

Product = Callable[[Any, Array], object]
"""Computes z from the numbers that are in h by then; takes the weights, as its `Recurrence` has them, and z."""

Summand = tuple[Product, Array, Array]

CACHE_LINE = 64
"""Bytes."""

LARGE = 8 * 1024 * 1024
"""Bytes above which weights are not copied: an arranged copy would make products no faster."""

STACKED = 128 * 1024
"""Bytes up to which all weights of a cell are one matrix for a single sequence; for a batch they are up to `LARGE`."""

PART = 1024 * 1024
"""Bytes of a part; the products of a single sequence take a copied matrix that is larger part by part."""

Columns = tuple[tuple[int, int, int], ...]
"""Columns ``start`` to ``stop`` of a matrix, and the sign, 1 or -1, by which they are taken; and further ones."""

Piece = tuple[slice, slice, int]
"""A place among arranged columns, the columns of the matrix that stand there, and their sign."""


class Weights:
    """A matrix with its columns in the order and with the signs that a fast path wants, shared by blocks and threads.

    A small one is copied, once for a cell, to where each row begins at a cache line: products are up to 1.7 times as
    fast. A large one stays where and as it lies, in a file's bytes or transposed: memory decides how fast its products
    are, so that putting their results in order costs nothing, and nothing has to be copied before the first step.
    """

    def __init__(self, matrix: Array, columns: Columns) -> None:
        """``matrix`` (R, N) in any order; ``columns`` are those that are wanted, from left to right."""
        self.matrix = matrix
        self.dtype = matrix.dtype
        self.pieces: list[Piece] = []
        width = 0
        for start, stop, sign in columns:
            self.pieces.append((slice(width, width + stop - start), slice(start, stop), sign))
            width += stop - start
        self.shape = (matrix.shape[0], width)

    @property
    def is_large(self) -> bool:
        """Whether the matrix is used as it lies."""
        return self.matrix.nbytes > LARGE and bool(self.matrix.flags.aligned)

    @cached_property
    def copied(self) -> Array | None:
        """The arranged matrix (R, C) where it is small."""
        if self.is_large:
            return None
        copy = aligned_empty(self.shape, self.dtype)
        self.write(copy)
        return copy

    @cached_property
    def parts(self) -> tuple[tuple[slice, Array], ...]:
        """The columns of `copied` in parts of about `PART` bytes, each where it stands and alone in its memory."""
        assert self.copied is not None  # large weights are used whole
        count = math.ceil(self.copied.nbytes / PART)
        edges = [self.shape[1] * index // count for index in range(count + 1)]
        parts = []
        for place in map(slice, edges[:-1], edges[1:]):
            part = aligned_empty(self.copied[:, place].shape, self.dtype)
            part[...] = self.copied[:, place]
            parts.append((place, part))
        return tuple(parts)

    def write(self, out: Array) -> None:
        """Write the arranged matrix into ``out`` (R, C)."""
        for place, columns, sign in self.pieces:
            copy_by_tiles(self.matrix[:, columns], out[:, place], sign)


class Recurrence:
    """``z = U^T h`` for one working block, safe from subnormal numbers.

    A state that decays towards zero reaches numbers so small that the processor handles them in slow microcode: a
    product took sixty times as long. When the state before a stretch ``has_tiny`` numbers, the stretch takes
    ``settling_products``, which see the state rounded to a multiple of about 1e-31 (3e-287 in float64). The recorded
    state keeps its value.
    """

    def __init__(self, weights: Weights, batch: tuple[int, ...]) -> None:
        """``weights`` is U, (R, C); states are (R,), or (R, B) where ``batch`` is (B,)."""
        matrix = weights.copied
        self._columns, self._is_batch, self._is_large = weights.pieces, bool(batch), matrix is None
        if matrix is None:
            self.weights: Any = weights.matrix.T
            self._whole = np.empty((weights.matrix.shape[1], *batch), weights.dtype)
        elif batch:
            self.weights = in_pieces(matrix.T, batch)
        else:
            self.weights = weights.parts if matrix.nbytes > PART else matrix
        self._tiny = weights.dtype.type(2.0 ** (-80 if weights.dtype == np.float32 else -900))
        self._settled = np.empty((weights.shape[0], *batch), weights.dtype)

    def products(self, hidden: Sequence[Array] | Array) -> list[Product]:
        """What computes z at each step of a block, from its h, (R[, B])."""
        if self._is_large:
            return [partial(self._by_large, h) for h in hidden]
        if self._is_batch:
            return [partial(_by_pieces, h) for h in hidden]
        if isinstance(self.weights, tuple):
            # What one step takes last is what the cache still has when the next begins.
            return [partial(_by_parts, h, slice(None, None, -1 if t % 2 else 1)) for t, h in enumerate(hidden)]
        # An array's own method is found faster than np.dot finds it.
        return [h.dot for h in hidden]

    def settling_products(self, hidden: Sequence[Array] | Array) -> list[Product]:
        """The same of each h without its tiny numbers."""
        products = self.products([self._settled] * len(hidden))
        return [partial(self._by_settled, *both) for both in zip(hidden, products, strict=True)]

    def _by_settled(self, h: Array, product: Product, weights: Any, z: Array) -> None:
        self.settle(h, self._settled)
        product(weights, z)

    def settle(self, h: Array, out: Array) -> None:
        """Write ``h`` without its tiny numbers into ``out``."""
        np.add(h, self._tiny, out)
        np.subtract(out, self._tiny, out)

    def _by_large(self, h: Array, matrix: Array, z: Array) -> None:
        np.dot(matrix, h, self._whole)
        for place, columns, sign in self._columns:
            np.multiply(self._whole[columns], sign, z[place])

    def has_tiny(self, h: Array) -> bool:
        """Whether some number in ``h`` is on its way to the subnormal ones."""
        size = np.abs(h)
        return bool(size.min() < self._tiny and ((size < self._tiny) & (size > 0)).any())


class Affine:
    """``U^T h + K^T x + b`` with arranged columns, made once for a cell.

    Small weights are stacked to one matrix ``[U; K; b]``, so that one product of a row ``[h | x | 1]`` is the whole
    sum. Of larger ones the inputs' share is one product for all steps of a block, and added at each. For a batch that
    addition costs more than the longer product, so that all weights which are copied at all are stacked.
    """

    def __init__(self, recurrent_kernel: Array, kernel: Array, bias: Array, columns: Columns) -> None:
        """``recurrent_kernel`` (R, N), ``kernel`` (D, N), ``bias`` (N,); ``columns`` are those that are wanted."""
        self.recurrent, self.inputs = Weights(recurrent_kernel, columns), Weights(kernel, columns)
        self._bias = Weights(bias[None], columns)
        self._size = recurrent_kernel.nbytes + kernel.nbytes

    def is_stacked(self, batch: tuple[int, ...]) -> bool:
        """Whether the weights are one matrix; ``batch`` is () or (B,)."""
        return self._size <= (LARGE if batch else STACKED)

    def project(self, inputs: Array, out: Array) -> None:
        """``out[t] = K^T x + b`` for rows ``inputs[t] = [x | 1]``, (T, D + 1[, B]), into (T, C[, B])."""
        if self._rows_read is not None:
            at_each_step(self._rows_read.T, inputs, out)
            return
        bias = np.empty(self._bias.shape, self._bias.dtype)
        self._bias.write(bias)
        for place, columns, sign in self.inputs.pieces:
            signed = inputs[:, :-1] if sign > 0 else -inputs[:, :-1]
            project_inputs(signed, self.inputs.matrix[:, columns], bias[0, place], out[:, place])

    @cached_property
    def _rows_read(self) -> Array | None:
        """The arranged rows [K; b] where they are small."""
        return None if self.inputs.is_large else self._stack(self.inputs, self._bias)

    @cached_property
    def stacked(self) -> Weights:
        """The arranged rows [U; K; b]."""
        matrix = self._stack(self.recurrent, self.inputs, self._bias)
        return Weights(matrix, ((0, matrix.shape[1], 1),))

    @staticmethod
    def _stack(*weights: Weights) -> Array:
        matrix = aligned_empty((sum(part.shape[0] for part in weights), weights[0].shape[1]), weights[0].dtype)
        start = 0
        for part in weights:
            part.write(matrix[start : start + part.shape[0]])
            start += part.shape[0]
        return matrix


class Sums:
    """An `Affine` at each step of one working block; ``hidden`` (steps + 1, R[, B]) has h before each step and after.

    Call ``read`` with the inputs of a block, then ``product(weights, z)`` of one step after the other; where it
    ``adds``, the inputs' share has to be added to z.
    """

    def __init__(self, affine: Affine, steps: int, batch: tuple[int, ...]) -> None:
        """``batch`` is () or (B,)."""
        self._affine, self.adds = affine, not affine.is_stacked(batch)
        (told, columns), read, dtype = affine.recurrent.shape, affine.inputs.shape[0], affine.recurrent.dtype
        weights = affine.recurrent if self.adds else affine.stacked
        self._rows = aligned_empty((steps + 1, weights.shape[0], *batch), dtype)
        self.hidden = self._rows[:, :told]
        read_rows = aligned_empty((steps, read + 1, *batch), dtype) if self.adds else self._rows[:, told:]
        read_rows[:, read] = 1
        self._read_rows, self._inputs = read_rows, read_rows[:, :read]
        if self.adds:
            self._projected = aligned_empty((steps, columns, *batch), dtype)
        self._recurrence = Recurrence(weights, batch)
        self.weights = self._recurrence.weights

    def read(self, inputs: Array) -> None:
        """Take the inputs of a block, (steps or fewer, D[, B])."""
        count = len(inputs)
        self._inputs[:count] = inputs
        if self.adds:
            self._affine.project(self._read_rows[:count], self._projected[:count])

    def steps(self, out: Array) -> tuple[list[Summand], list[Summand]]:
        """Product, z and share of each step, with z in ``out`` (steps, C[, B]); and the same with settling products."""
        rows, recurrence = self._rows[:-1], self._recurrence
        shares = self._projected if self.adds else out
        return (
            list(zip(recurrence.products(rows), out, shares, strict=True)),
            list(zip(recurrence.settling_products(rows), out, shares, strict=True)),
        )

    def has_tiny(self, step: int) -> bool:
        """Whether the state before a step has tiny numbers."""
        return self._recurrence.has_tiny(self.hidden[step])


def _by_pieces(h: Array, pieces: Array, z: Array) -> None:
    multiply(pieces, h, z)


def _by_parts(h: Array, order: slice, parts: tuple[tuple[slice, Array], ...], z: Array) -> None:
    for place, part in parts[order]:
        h.dot(part, z[place])


def _aligned(matrix: Array) -> Array:
    """A copy that begins at a cache line."""
    copy = aligned_empty(matrix.shape, matrix.dtype)
    copy[...] = matrix
    return copy


def aligned_empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Like ``np.empty``, beginning at a cache line."""
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)
