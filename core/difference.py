"""Two traces of equal shape, one less the other, with the largest change named."""

from dataclasses import dataclass

import numpy as np

from .activations import Array
from .errors import InputError, NumericalError
from .network import DirectionName
from .trace import LayerTrace, Trace

MOVERS = 5
"""Outputs named at each step."""


@dataclass(frozen=True)
class Largest:
    """Where two arrays differ most: ``difference`` is ``here - baseline``. Of outputs, the layer is None."""

    layer: int | None
    direction: DirectionName | None
    quantity: str
    unit: int
    step: int
    difference: float
    here: float
    baseline: float


@dataclass(frozen=True, eq=False)
class Difference:
    """Changes of every quantity, by layer (T, H) and of the outputs (T, O), None where the two do not both have them.

    ``largest`` names the largest change of every quantity of every layer, and of the outputs, the largest first.
    """

    layers: tuple[dict[str, Array], ...]
    outputs: Array | None
    largest: tuple[Largest, ...]


def shape_of(trace: Trace) -> str:
    """What must be equal of two traces, in words."""
    layers = (
        f"layer {place.layer} {place.direction} {place.cell.name.upper()} of {place.cell.hidden_size}"
        + (f" projected to {place.cell.output_size}" if place.cell.output_size != place.cell.hidden_size else "")
        for place in trace.layers
    )
    return f"{trace.steps:,} steps through {', '.join(layers)}"


def check_comparable(trace: Trace, baseline: Trace) -> None:
    """That two traces can be compared.

    Raises:
        InputError: they differ in steps or layers.
    """
    if (one := shape_of(trace)) != (other := shape_of(baseline)):
        raise InputError(f"two traces must have equal shape to be compared: {one}, not {other}", ("baseline",))


def difference(trace: Trace, baseline: Trace) -> Difference:
    """``trace`` less ``baseline``.

    Raises:
        InputError: they differ in steps or layers.
        NumericalError: a change is infinite, as between the largest numbers of both signs.
    """
    check_comparable(trace, baseline)
    layers, largest = [], []
    for place, other in zip(trace.layers, baseline.layers, strict=True):
        layers.append({name: _less(array, other.quantities[name]) for name, array in place.quantities.items()})
        for name, change in layers[-1].items():
            largest.append(_largest(place, name, change, place.quantities[name], other.quantities[name]))
    outputs = None
    if trace.outputs is not None and baseline.outputs is not None and _same_readout(trace, baseline):
        outputs = _less(trace.outputs, baseline.outputs)
        largest.append(_largest(None, "output", outputs, trace.outputs, baseline.outputs))
    return Difference(tuple(layers), outputs, tuple(sorted(largest, key=lambda one: -abs(one.difference))))


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
    return f"The largest change is in the {what}{where} at step {one.step}: {one.baseline:.4g} became {one.here:.4g}."


def _less(here: Array, baseline: Array) -> Array:
    """``here - baseline``; where float32 and float64 meet, in float64."""
    with np.errstate(over="ignore"):
        change = here - baseline
    if not np.isfinite(change).all():
        raise NumericalError(f"every change must be finite, but one left the range of {change.dtype}")
    return change


def _same_readout(trace: Trace, baseline: Trace) -> bool:
    one, other = trace.network.readout, baseline.network.readout
    return one is not None and other is not None and (one.kind, one.size) == (other.kind, other.size)


def _largest(place: LayerTrace | None, name: str, change: Array, here: Array, baseline: Array) -> Largest:
    step, unit = np.unravel_index(int(np.abs(change).argmax()), change.shape)
    return Largest(
        None if place is None else place.layer,
        None if place is None else place.direction,
        name,
        int(unit),
        int(step),
        float(change[step, unit]),
        float(here[step, unit]),
        float(baseline[step, unit]),
    )
