"""One trace less another of the same layers, step by step or along an alignment, with the largest changes named."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .activations import Array
from .alignment import Alignment
from .errors import InputError, NumericalError
from .network import DirectionName
from .trace import LayerTrace, Trace

Rows = tuple[NDArray[np.intp], NDArray[np.intp]]

MOVERS = 5
"""Outputs named at each step."""

RANKED = 10
"""Places named in all."""


@dataclass(frozen=True)
class Largest:
    """Where two arrays differ most: ``difference`` is ``here - baseline``. Of outputs, the layer is None."""

    layer: int | None
    direction: DirectionName | None
    quantity: str
    unit: int
    step: int
    baseline_step: int
    difference: float
    here: float
    baseline: float


@dataclass(frozen=True, eq=False)
class Difference:
    """Changes of every quantity, by layer (M, H) and of the outputs (M, O), None where the two do not both have them.

    M is the number of steps that are compared: all T, or those that an alignment pairs. ``largest`` names the largest
    change of every quantity of every layer, and of the outputs, the largest first; ``by_unit`` that of single units.
    """

    layers: tuple[dict[str, Array], ...]
    outputs: Array | None
    largest: tuple[Largest, ...]
    by_unit: tuple[Largest, ...]

    def ranked(self, quantities: Collection[str] | None = None) -> tuple[Largest, ...]:
        """Where single units changed most, each at its own step: up to `RANKED` places, the largest change first.

        A unit that differs for many steps is one place, so that it does not hide the others.
        """
        asked = [one for one in self.by_unit if quantities is None or one.quantity in quantities]
        return tuple(asked[:RANKED])


def shape_of(trace: Trace) -> str:
    """What must be equal of the layers of two traces, in words."""
    return ", ".join(
        f"layer {place.layer} {place.direction} {place.cell.name.upper()} of {place.cell.hidden_size}"
        + (f" projected to {place.cell.output_size}" if place.cell.output_size != place.cell.hidden_size else "")
        for place in trace.layers
    )


def check_comparable(trace: Trace, baseline: Trace, aligned: bool = False) -> None:
    """That two traces can be compared; those that are ``aligned`` may be of different lengths.

    Raises:
        InputError: they differ in steps or layers.
    """
    one, other = shape_of(trace), shape_of(baseline)
    if one == other and (aligned or trace.steps == baseline.steps):
        return
    if not aligned:
        one, other = f"{trace.steps:,} steps through {one}", f"{baseline.steps:,} steps through {other}"
    way_out = "; an alignment pairs sequences of different lengths" if shape_of(trace) == shape_of(baseline) else ""
    raise InputError(f"two traces must have equal shape to be compared: {one}, not {other}{way_out}", ("baseline",))


def difference(trace: Trace, baseline: Trace, alignment: Alignment | None = None) -> Difference:
    """``trace`` less ``baseline``, step by step or over the steps that an alignment pairs.

    Raises:
        InputError: they differ in layers or, without an alignment, in steps.
        NumericalError: a change is infinite, as between the largest numbers of both signs.
    """
    check_comparable(trace, baseline, alignment is not None)
    steps = np.arange(trace.steps)
    rows = (steps, steps) if alignment is None else alignment.rows
    changes = [
        {name: _change(place, name, rows, here, other.quantities[name]) for name, here in place.quantities.items()}
        for place, other in zip(trace.layers, baseline.layers, strict=True)
    ]
    ranked = [change.by_unit() for layer in changes for change in layer.values()]
    largest = [units[0] for units in ranked]
    outputs = None
    if trace.outputs is not None and baseline.outputs is not None and _same_readout(trace, baseline):
        output = _change(None, "output", rows, trace.outputs, baseline.outputs)
        outputs = output.less
        largest.append(output.by_unit()[0])
    return Difference(
        tuple({name: change.less for name, change in layer.items()} for layer in changes),
        outputs,
        _largest_first(largest),
        _largest_first(one for units in ranked for one in units if one.difference != 0),
    )


def movers(change: Array) -> Array:
    """The outputs of (T, O) that changed most at each step, most first: (T, up to `MOVERS`)."""
    count = min(MOVERS, change.shape[1])
    found = np.argpartition(-np.abs(change), count - 1, axis=1)[:, :count]
    order = np.lexsort((found, -np.abs(np.take_along_axis(change, found, axis=1))), axis=1)
    return np.take_along_axis(found, order, axis=1)


def sentence(one: Largest) -> str:
    """The change in plain words."""
    where = "" if one.layer is None else f" in layer {one.layer} ({one.direction})"
    what = f"output {one.unit}" if one.layer is None else f"{one.quantity.replace('_', ' ')} of unit {one.unit}"
    if one.difference == 0:
        return "The two are equal in every number."
    when = f"step {one.step}" + (f", {one.baseline_step} of the baseline" if one.baseline_step != one.step else "")
    return f"The largest change is in the {what}{where} at {when}: {one.baseline:.4g} became {one.here:.4g}."


def _same_readout(trace: Trace, baseline: Trace) -> bool:
    """Whether an output means the same in both."""
    one, other = trace.network.readout, baseline.network.readout
    if one is None or other is None or (one.kind, one.size) != (other.kind, other.size):
        return False
    return trace.network.output_labels == baseline.network.output_labels


def _largest_first(places: Iterable[Largest]) -> tuple[Largest, ...]:
    return tuple(sorted(places, key=lambda one: -abs(one.difference)))


@dataclass(frozen=True, eq=False)
class _Change:
    """One quantity of one layer, or the outputs: (M, H) here, in the baseline, and less; ``rows`` are whose steps."""

    place: LayerTrace | None
    quantity: str
    rows: Rows
    here: Array
    baseline: Array
    less: Array

    def by_unit(self) -> list[Largest]:
        """The largest change of each of the `RANKED` units that changed most: the largest first, then the earliest."""
        sizes = np.abs(self.less)
        steps = sizes.argmax(axis=0)
        reach = np.take_along_axis(sizes, steps[np.newaxis], axis=0)[0]
        units = np.lexsort((steps, -reach))[:RANKED]
        return [self._at(int(steps[unit]), int(unit)) for unit in units]

    def _at(self, row: int, unit: int) -> Largest:
        return Largest(
            None if self.place is None else self.place.layer,
            None if self.place is None else self.place.direction,
            self.quantity,
            unit,
            int(self.rows[0][row]),
            int(self.rows[1][row]),
            float(self.less[row, unit]),
            float(self.here[row, unit]),
            float(self.baseline[row, unit]),
        )


def _change(place: LayerTrace | None, quantity: str, rows: Rows, here: Array, baseline: Array) -> _Change:
    """``here - baseline`` over these rows; where float32 and float64 meet, in float64."""
    here, baseline = here[rows[0]], baseline[rows[1]]
    with np.errstate(over="ignore"):
        less = here - baseline
    if not np.isfinite(less).all():
        raise NumericalError(f"every change must be finite, but one left the range of {less.dtype}")
    return _Change(place, quantity, rows, here, baseline, less)
