"""Figures that grow a block of steps at a time, so that no trace has to be kept for them."""

from typing import Any

import numpy as np

from ..activations import ACTIVATIONS, Array
from ..cells import Cell
from ..errors import NumericalError
from .figures import Histogram, QuantityHealth

LOW, HIGH = 0.1, 0.9
"""A gate below or above is called closed or open; of signed quantities, -HIGH and HIGH are the bounds."""

STILL = 1e-3
"""A unit whose numbers span less over all steps is stuck; one whose hidden state never leaves this about 0 is dead."""

ALWAYS = 0.99
"""Share of steps from which a saturated gate is worth a sentence."""

BIN_WIDTH = 0.05
"""Of quantities with bounds: then no bin lies on both sides of `LOW` or `HIGH`."""

HALF_BINS = 32
"""Bins on each side of zero for quantities without bounds, the outer ones empty at times."""

SMALLEST_REACH = -10
"""The power of two that bins reach at least: where all is zero there is no width to find."""


def span_of(cell: Cell, quantity: str) -> tuple[float, float] | None:
    """The interval that the activation of a gate, a candidate or a simple RNN's state leaves, None if unbounded."""
    if quantity not in cell.gates:
        return None
    options: dict[str, Any] = cell.options()
    return ACTIVATIONS[options["recurrent_activation" if quantity.endswith("_gate") else "activation"]].range


def bounds(cell: Cell, quantity: str) -> tuple[float, float] | None:
    """Below and above which numbers a quantity counts as saturated; None where it has no bounds."""
    span = span_of(cell, quantity)
    if span is None:
        return None
    return (LOW, HIGH) if span[0] == 0 else (-HIGH, HIGH)


class RunningQuantity:
    """Figures of one quantity over all (T, U) blocks so far.

    Mean and variance are merged as Chan, Golub and LeVeque (1979) do it: but for rounding they do not depend on how
    the steps were cut into blocks.
    """

    def __init__(self, cell: Cell, name: str) -> None:
        units = cell.sizes[name]
        span = span_of(cell, name)
        self.name = name
        self.steps = 0
        self.minimum, self.maximum = np.full(units, np.inf), np.full(units, -np.inf)
        self._bounds = bounds(cell, name)
        self._low, self._high = np.zeros(units, np.int64), np.zeros(units, np.int64)
        self._mean, self._squares = np.zeros(units), np.zeros(units)
        self._bins: FixedBins | GrowingBins = GrowingBins() if span is None else FixedBins(*span)

    @np.errstate(over="ignore", invalid="ignore")
    def add(self, block: Array) -> None:
        """Take in a block of steps, (T, U)."""
        count = len(block)
        total = self.steps + count
        np.minimum(self.minimum, block.min(axis=0), out=self.minimum)
        np.maximum(self.maximum, block.max(axis=0), out=self.maximum)
        if self._bounds is not None:
            self._low += (block < self._bounds[0]).sum(axis=0)
            self._high += (block > self._bounds[1]).sum(axis=0)
        mean = block.mean(axis=0, dtype=np.float64)
        change = mean - self._mean
        apart = block - mean
        self._squares += np.einsum("tu,tu->u", apart, apart) + np.square(change) * (self.steps * count / total)
        self._mean += change * (count / total)
        self._bins.add(block)
        self.steps = total

    @np.errstate(over="ignore")
    def figures(self) -> QuantityHealth:
        """What has come of it so far; at least one step.

        Raises:
            NumericalError: numbers are so large that their squares left the range of float64.
        """
        if not np.isfinite([self._mean, self._squares]).all():
            name = self.name.replace("_", " ")
            raise NumericalError(
                f"every mean and variance must be finite, but one of the {name} left the range of float64"
            )
        return QuantityHealth(
            self.name,
            None if self._bounds is None else self._low / self.steps,
            None if self._bounds is None else self._high / self.steps,
            self._mean.copy(),
            self._squares / self.steps,
            self.minimum.copy(),
            self.maximum.copy(),
            (self.maximum - self.minimum < STILL) & (self.steps > 1),
            self._bins.histogram(),
        )


class FixedBins:
    """Bins of `BIN_WIDTH` from ``low`` to ``high``. What an intervention put beyond counts in the outermost ones."""

    def __init__(self, low: float, high: float) -> None:
        self._low, self._high = low, high
        self._counts = np.zeros(round((high - low) / BIN_WIDTH), np.int64)

    def add(self, block: Array) -> None:
        """Count the numbers of a block."""
        most = len(self._counts) - 1
        places = np.clip((block - self._low) * (len(self._counts) / (self._high - self._low)), 0, most)
        self._counts += np.bincount(places.astype(np.intp).ravel(), minlength=most + 1)

    def histogram(self) -> Histogram:
        """All bins."""
        return Histogram(self._low, self._high, self._counts.copy())


class GrowingBins:
    """Bins about zero whose width, a power of two, doubles until all numbers fit: each then is two narrower ones."""

    def __init__(self) -> None:
        self._reach = SMALLEST_REACH
        self._counts = np.zeros(2 * HALF_BINS, np.int64)

    def add(self, block: Array) -> None:
        """Count the numbers of a block."""
        _, reach = np.frexp(float(np.abs(block).max()))
        if reach > self._reach:
            places = (np.arange(-HALF_BINS, HALF_BINS) >> int(reach - self._reach)) + HALF_BINS
            self._counts = np.bincount(places, self._counts, 2 * HALF_BINS).astype(np.int64)
            self._reach = int(reach)
        places = np.floor(np.ldexp(block, 5 - self._reach)).astype(np.intp) + HALF_BINS
        self._counts += np.bincount(places.ravel(), minlength=2 * HALF_BINS)

    def histogram(self) -> Histogram:
        """From the first bin with a number in it to the last."""
        filled = np.flatnonzero(self._counts)
        first, last = int(filled[0]), int(filled[-1])
        low, high = (float(np.ldexp(edge - HALF_BINS, self._reach - 5)) for edge in (first, last + 1))
        return Histogram(low, high, self._counts[first : last + 1].copy())
