"""Interventions: a quantity clamped, scaled or shifted right after it is computed, so that all that follows sees it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from .activations import Array
from .cells import Cell
from .cells.cell import Poll, State
from .errors import InputError, NotFinite
from .network import Direction, DirectionName, Network
from .quantities import names_for

Operation = Literal["set", "scale", "add"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)


@dataclass(frozen=True)
class Intervention:
    """One quantity of some units, at some steps, ``set`` to a value, ``scale``d by it, or with it ``add``ed.

    ``units`` of None are all of them, ``steps`` of None the whole sequence; else (from, to) are rows of the trace,
    ``to`` itself not among them.
    """

    layer: int
    direction: DirectionName
    quantity: str
    units: tuple[int, ...] | None
    steps: tuple[int, int] | None
    operation: Operation
    value: float

    def at(self, step: int) -> bool:
        """Whether this row of the trace is one of its steps."""
        return self.steps is None or self.steps[0] <= step < self.steps[1]

    def on(self, unit: int) -> bool:
        """Whether this unit is one of its units."""
        return self.units is None or unit in self.units

    def apply(self, numbers: Array) -> Array:
        """The numbers of these units, (..., U), with the operation done, in their own precision."""
        if self.operation == "set":
            return np.full_like(numbers, self.value)
        value = numbers.dtype.type(self.value)
        return np.asarray(numbers * value if self.operation == "scale" else numbers + value)

    def to_json(self) -> dict[str, Any]:
        """The fields as the API reads and sends them."""
        units, steps = self.units and list(self.units), self.steps and list(self.steps)
        return {**vars(self), "units": units, "steps": steps}


def check_interventions(
    network: Network, steps: int, interventions: Iterable[Intervention]
) -> tuple[Intervention, ...]:
    """The interventions in order, each with its units sorted and its value in the network's precision.

    Raises:
        InputError: the network has no such layer, quantity or unit, or the sequence no such step.
        NotFinite: a value is not finite in the network's precision.
    """
    return tuple(_checked(network, steps, one, index) for index, one in enumerate(interventions))


def _checked(network: Network, count: int, one: Intervention, index: int) -> Intervention:
    cell = next((p.cell for p in network.directions if (p.layer, p.direction) == (one.layer, one.direction)), None)
    if cell is None:
        known = ", ".join(f"layer {place.layer} {place.direction}" for place in network.directions[:20])
        raise InputError(
            f"this network has {known}, not layer {str(one.layer)[:20]} {str(one.direction)[:20]}", (index, "layer")
        )
    if one.quantity not in cell.sizes:
        known = ", ".join(names_for(cell.name))
        raise InputError(
            f"an intervention in this {cell.name.upper()} layer must be on one of {known}, not {one.quantity[:40]!r}",
            (index, "quantity"),
        )
    if one.operation not in OPERATIONS:
        raise InputError(
            f"an operation must be one of {', '.join(OPERATIONS)}, not {one.operation!r}", (index, "operation")
        )
    with np.errstate(over="ignore"):
        value = float(network.dtype.type(one.value))
    if not np.isfinite(value):
        raise NotFinite(f"the value of an intervention must be finite in {network.dtype}", (index, "value"))
    units = None if one.units is None else _units(one.units, cell.sizes[one.quantity], index)
    span = None if one.steps is None else _span(one.steps, count, index)
    return Intervention(one.layer, one.direction, one.quantity, units, span, one.operation, value)


def _units(units: Sequence[int], size: int, index: int) -> tuple[int, ...]:
    if not units:
        raise InputError("an intervention must name at least one unit; null stands for all", (index, "units"))
    for place, unit in enumerate(units):
        if not 0 <= unit < size:
            raise InputError(f"a unit must be one of 0 to {size - 1}, not {str(unit)[:20]}", (index, "units", place))
    return tuple(sorted(set(units)))


def _span(steps: Sequence[int], count: int, index: int) -> tuple[int, int]:
    if len(steps) != 2 or not 0 <= steps[0] < steps[1] <= count:
        raise InputError(
            f"steps must be a first step and the one after the last, within 0 and {count:,}, "
            f"not {str(list(steps))[:40]}",
            (index, "steps"),
        )
    return steps[0], steps[1]


@dataclass(frozen=True)
class Plan:
    """The interventions in one direction, in the order of reading: at positions from ``first`` up to ``last``."""

    interventions: tuple[Intervention, ...]
    first: int
    last: int
    row_of: Callable[[int], int]

    def alter(self, position: int, quantity: str, numbers: Array) -> Array:
        """The quantity (..., H) at a position of reading as the interventions leave it."""
        step = self.row_of(position)
        for one in self.interventions:
            if one.quantity == quantity and one.at(step):
                units = slice(None) if one.units is None else list(one.units)
                numbers = np.array(numbers)
                numbers[..., units] = one.apply(numbers[..., units])
        return numbers


def plan(place: Direction, steps: int, interventions: Iterable[Intervention]) -> Plan | None:
    """What is done in one direction of a network; None for nothing."""
    own = tuple(one for one in interventions if (one.layer, one.direction) == (place.layer, place.direction))
    if not own:
        return None
    spans = [one.steps or (0, steps) for one in own]
    first, last = min(start for start, _ in spans), max(stop for _, stop in spans)
    if place.direction == "forward":
        return Plan(own, first, last, lambda position: position)
    return Plan(own, steps - last, steps - first, lambda position: steps - 1 - position)


def run_cell(cell: Cell, inputs: Array, initial: State, changes: Plan | None, poll: Poll | None) -> dict[str, Array]:
    """The cell's quantities in the order of reading: by textbook steps where something is changed, else fast.

    Up to the first change they are, to the last bit, those of the run without it.
    """
    if changes is None:
        return cell.forward(inputs, initial, poll)
    first, last = changes.first, changes.last
    if first > 0:
        quantities = cell.forward(inputs, initial, poll)
    else:
        quantities = {name: np.empty((len(inputs), size), cell.dtype) for name, size in cell.sizes.items()}

    def before(position: int) -> State:
        return {name: quantities[name][position - 1] for name in cell.state_names} if position else initial

    def altered(position: int, quantity: str, numbers: Array) -> Array:
        return changes.alter(first + position, quantity, numbers)

    for name, array in cell.run_by_steps(inputs[first:last], before(first), poll, altered).items():
        quantities[name][first:last] = array
    if last < len(inputs):
        for name, array in cell.forward(inputs[last:], before(last), poll).items():
            quantities[name][last:] = array
    return quantities


def pointer_to_cause(
    interventions: tuple[Intervention, ...], fails: Callable[[tuple[Intervention, ...]], bool]
) -> tuple[str | int, ...]:
    """Where the intervention is with which a run fails, while with only those before it, it does not.

    All of ``interventions`` together are known to fail. Where the run fails without any, none is to blame and the
    pointer is empty. Looked for by halves: a thousand take eleven runs.
    """
    if not interventions or fails(()):
        return ()
    passing, failing = 0, len(interventions)
    while failing - passing > 1:
        middle = (passing + failing) // 2
        passing, failing = (passing, middle) if fails(interventions[:middle]) else (middle, failing)
    return "interventions", passing


def interventions_text(interventions: Iterable[Intervention]) -> str:
    """The interventions as text that is the same on any machine; nothing for none."""
    listed = [one.to_json() for one in interventions]
    return json.dumps(listed, sort_keys=True) if listed else ""
