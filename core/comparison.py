"""One array of a reference beside what a trace has in its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .activations import Array, sigmoid, softmax
from .errors import InputError, WrongKind, WrongWidth
from .network import DirectionName, Network
from .quantities import names_for
from .references import Reference
from .trace import Trace

STATE_NAMES = {"h": "hidden_state", "c": "cell_state"}


@dataclass(frozen=True, eq=False)
class Check:
    """Numbers of a reference, as float64, and whose they are.

    ``entry`` counts as in ``network.directions``; None is the readout. ``rows`` is (T, S), or (S,) for a value at the
    end: ``output`` says that it came as the layer's last output, of which there are two readings.
    """

    name: str
    entry: int | None
    quantity: str
    rows: Array
    output: bool = False

    @property
    def per_step(self) -> bool:
        """Whether there is a row for each step."""
        return self.rows.ndim == 2

    def first(self, steps: int) -> "Check":
        """The check of the first steps only."""
        return Check(self.name, self.entry, self.quantity, self.rows[:steps], self.output)


@dataclass(frozen=True, eq=False)
class Difference:
    """Where two numbers differ, and by how much. ``step`` is None for a value at the end."""

    step: int | None
    unit: int
    difference: float
    here: float
    reference: float

    def to_json(self) -> dict[str, Any]:
        """As the API sends it."""
        return {
            "step": self.step, "unit": self.unit, "difference": self.difference, "here": self.here,
            "reference": self.reference,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Comparison:
    """What came of a check.

    ``largest`` is the largest absolute difference, ``by_step`` that of each step, empty for a value at the end;
    ``first`` is the first in the order of reading that is beyond ``tolerance``, None where all is within.
    """

    name: str
    layer: int | None
    direction: DirectionName | None
    quantity: str
    largest: Difference
    by_step: tuple[float, ...]
    tolerance: float
    first: Difference | None
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the API sends it."""
        return {
            "name": self.name, "layer": self.layer, "direction": self.direction, "quantity": self.quantity,
            "largest": self.largest.to_json(), "by_step": list(self.by_step), "tolerance": self.tolerance,
            "first": self.first and self.first.to_json(),
        }  # fmt: skip


def plan(network: Network, reference: Reference, steps: int) -> tuple[list[Check], tuple[str, ...]]:
    """The checks that a reference of ``steps`` steps asks for, and notes on what cannot be compared.

    Raises:
        WrongWidth: an array has another shape than the network gives it.
        WrongKind: the network has no such quantity.
        InputError: it has no such entry or layer.
    """
    checks: list[Check] = []
    notes: list[str] = []
    for name, array in reference.arrays.items():
        base, _, number = name.partition(".")
        index = int(number) if number else None
        if base in ("h_0", "c_0"):
            continue
        if base == "readout":
            if network.readout is None:
                notes.append("the network has no readout here, so that of the reference was not compared")
            else:
                shape = (steps, network.readout.size)
                checks.append(Check(name, None, "readout", fit(name, array, shape, shape[1:]), output=True))
        elif base == "output":
            checks += _of_layer(network, name, array, len(network.layers) - 1 if index is None else index, steps)
        elif base in ("h_n", "c_n"):
            checks += [
                Check(name, entry, STATE_NAMES[base[0]], row)
                for entry, row in by_entry(network, name, array, STATE_NAMES[base[0]], index)
            ]
        else:
            checks += [
                Check(name, entry, base, rows) for entry, rows in by_entry(network, name, array, base, index, steps)
            ]
    return checks, tuple(notes)


def by_entry(
    network: Network, name: str, array: Array, quantity: str, index: int | None, steps: int | None = None
) -> Iterator[tuple[int, Array]]:
    """The parts of an array that belong to each entry, or all of it to entry ``index``: (S,), or (T, S) for steps."""
    rows = () if steps is None else (steps,)
    if index is not None:
        if index >= len(network.directions):
            raise InputError(
                f"{name} must be of an entry from 0 to {len(network.directions) - 1}, one for each direction of a "
                f"layer, but there is no entry {index}",
                (name,),
            )
        yield index, fit(name, array, (*rows, _size(network, index, quantity, name)))
        return
    sizes = [_size(network, entry, quantity, name) for entry in range(len(network.directions))]
    if len(set(sizes)) > 1:
        raise WrongWidth(
            f"{name} must be given by entry, as {name}.0 and so on, because the entries have different sizes", (name,)
        )
    whole = fit(name, array, (*rows, len(sizes), sizes[0]))
    yield from ((entry, whole[..., entry, :]) for entry in range(len(sizes)))


def _size(network: Network, entry: int, quantity: str, name: str) -> int:
    """How many numbers a quantity of an entry has at each step."""
    cell = network.directions[entry].cell
    state = {key: len(value) for key, value in cell.zero_state().items()}
    if quantity in state:
        return state[quantity]
    if quantity not in names_for(cell.name):
        raise WrongKind(f"{name} cannot be compared: entry {entry} is a {cell.name.upper()}, which has none", (name,))
    return cell.hidden_size


def _of_layer(network: Network, name: str, array: Array, layer: int, steps: int) -> Iterator[Check]:
    """What a layer hands on, cut into its directions."""
    if layer >= len(network.layers):
        raise InputError(
            f"{name} must be of a layer from 0 to {len(network.layers) - 1}, but there is no layer {layer}", (name,)
        )
    entries = [index for index, place in enumerate(network.directions) if place.layer == layer]
    sizes = [_size(network, index, "hidden_state", name) for index in entries]
    rows = fit(name, array, (steps, sum(sizes)), (sum(sizes),))
    start = 0
    for index, size in zip(entries, sizes, strict=True):
        yield Check(name, index, "hidden_state", rows[..., start : start + size], output=True)
        start += size


def fit(name: str, array: Array, *shapes: tuple[int, ...]) -> Array:
    """The array as float64 in the first of the shapes that it has but for axes of one.

    Raises:
        WrongWidth: it has none of them.
    """
    own = [size for size in array.shape if size != 1]
    for shape in shapes:
        if own == [size for size in shape if size != 1]:
            return array.reshape(shape).astype(np.float64)
    wanted = " or ".join(str(shape) for shape in shapes)
    raise WrongWidth(f"{name} must have shape {wanted} for this network and input, not {array.shape}", (name,))


def compare(check: Check, trace: Trace, tolerance: float) -> Comparison:
    """The check beside the trace: in the first reading that agrees, else in the usual one, a readout in the closest."""
    place = None if check.entry is None else trace.layers[check.entry]
    backward = place is not None and place.direction == "backward"
    readings = list(_readings(check, trace))
    distances = [float(np.abs(rows - here).max()) for _, rows, here in readings]
    closest = distances.index(min(distances)) if check.entry is None else 0
    chosen = next((index for index, distance in enumerate(distances) if distance <= tolerance), closest)
    note, rows, here = readings[chosen]
    theirs, own = (array if check.per_step else array[None] for array in (rows, here))
    table = np.abs(theirs - own)

    def at(step: int, unit: int) -> Difference:
        shown = step if check.per_step else None
        return Difference(shown, unit, *(float(array[step, unit]) for array in (table, own, theirs)))

    by_step = table.max(axis=1)
    worst = int(by_step.argmax())
    beyond = np.flatnonzero(by_step > tolerance)
    first = None
    if len(beyond):
        step = int(beyond[-1] if backward and check.per_step else beyond[0])
        first = at(step, int(table[step].argmax()))
    return Comparison(
        check.name,
        place.layer if place else None,
        place.direction if place else None,
        check.quantity,
        at(worst, int(table[worst].argmax())),
        tuple(by_step.tolist()) if check.per_step else (),
        tolerance,
        first,
        note,
    )


def _readings(check: Check, trace: Trace) -> Iterator[tuple[str | None, Array, Array]]:
    """What the numbers may mean: a note, the reference, and what the trace has for it, the usual one first."""
    if check.entry is None:
        yield from _of_readout(check, trace)
        return
    place = trace.layers[check.entry]
    own = place.quantities[check.quantity].astype(np.float64)
    backward = place.direction == "backward"
    if check.per_step:
        yield None, check.rows, own
        if backward:
            yield f"the rows of {check.name} were taken in the order of reading, from the end", check.rows[::-1], own
        return
    yield None, check.rows, own[0 if backward else -1]
    if backward and check.output:
        yield f"{check.name} was taken as the output at the last step, in both directions", check.rows, own[-1]


def _of_readout(check: Check, trace: Trace) -> Iterator[tuple[str | None, Array, Array]]:
    readout = trace.network.readout
    assert readout is not None  # a plan has such a check only where there is one
    last = [place for place in trace.layers if place.layer == trace.layers[-1].layer]
    hidden = [place.quantities["hidden_state"] for place in last]
    if check.per_step:
        sources: Sequence[Array] = [np.concatenate(hidden, axis=1)]
    else:
        ends = [rows[0 if place.direction == "backward" else -1] for place, rows in zip(last, hidden, strict=True)]
        sources = [np.concatenate(ends), np.concatenate([rows[-1] for rows in hidden])]
    for source in sources:
        scores = source.astype(np.float64) @ readout.kernel + readout.bias
        forms = {
            "values" if readout.kind == "linear" else "scores before the softmax": scores,
            "probabilities": softmax(scores),
            "logarithms of probabilities": np.log(np.maximum(softmax(scores), np.finfo(np.float64).tiny)),
            "values after a sigmoid": sigmoid(scores),
        }
        for form, own in forms.items():
            yield f"{check.name} was compared as {form}", check.rows, own
