"""One direction of a finished trace in the order in which it was read, as float64."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..activations import ACTIVATIONS, Array
from ..cells import Cell
from ..trace import LayerTrace, Trace


def as_float64(array: Array) -> Array:
    """The numbers in float64; as they are if they are that already."""
    return np.asarray(array, np.float64)


@dataclass(frozen=True, eq=False)
class Part:
    """Some consecutive steps of a run; arrays are (N, H) in float64 and nothing of it is kept.

    ``before`` are the states before each step. ``computed`` are the quantities as the cell computed them, before
    interventions; ``gains`` is what an intervention multiplies a change of a quantity by: 0 where it is set.
    """

    quantities: Mapping[str, Array]
    before: Mapping[str, Array]
    computed: Mapping[str, Array]
    gains: Mapping[str, Array]

    def gain(self, quantity: str) -> Array | float:
        """How a change of this quantity arrives at what follows."""
        return self.gains.get(quantity, 1.0)


@dataclass(frozen=True, eq=False)
class Run:
    """A direction of a layer with everything in reading order: position 0 is what it read first."""

    trace: Trace
    place: LayerTrace

    @property
    def cell(self) -> Cell:
        """The cell that ran."""
        return self.place.cell

    def turned(self, array: Array) -> Array:
        """Rows of the trace in reading order, or the other way round."""
        return array if self.place.direction == "forward" else array[::-1]

    def position(self, step: int) -> int:
        """When the row of the trace was read."""
        return step if self.place.direction == "forward" else self.trace.steps - 1 - step

    @cached_property
    def gains(self) -> dict[str, Array]:
        """By quantity, (T, H): the product of what the interventions multiply a change by."""
        gains: dict[str, Array] = {}
        for one in self.trace.interventions:
            if (one.layer, one.direction) != (self.place.layer, self.place.direction):
                continue
            size = self.cell.sizes[one.quantity]
            gain = gains.setdefault(one.quantity, np.ones((self.trace.steps, size)))
            rows = slice(None) if one.steps is None else slice(*one.steps)
            units = slice(None) if one.units is None else list(one.units)
            gain[rows, units] *= {"set": 0.0, "scale": one.value, "add": 1.0}[one.operation]
        return {name: self.turned(gain) for name, gain in gains.items()}

    def part(self, start: int, stop: int) -> Part:
        """The steps at positions ``start`` to ``stop - 1``."""
        rows = slice(start, stop)
        kept = {name: self.turned(array)[rows] for name, array in self.place.quantities.items()}
        first = {
            name: self.turned(self.place.quantities[name])[start - 1] if start else self.place.initial_state[name]
            for name in self.cell.state_names
        }
        quantities = {name: as_float64(array) for name, array in kept.items()}
        before = {
            name: np.concatenate((as_float64(state)[None], quantities[name][:-1])) for name, state in first.items()
        }
        gains = {name: gain[rows] for name, gain in self.gains.items()}
        computed = quantities | self._computed(rows, first, kept) if gains else quantities
        return Part(quantities, before, computed, gains)

    def _computed(self, rows: slice, first: Mapping[str, Array], kept: Mapping[str, Array]) -> dict[str, Array]:
        """Gates and candidates as they came out of their activations, before anything was done to them."""
        inputs = self.turned(self.trace.layer_inputs(self.place.layer))[rows]
        with np.errstate(over="ignore", invalid="ignore"):
            pre = self.cell.pre_activations(inputs, first, kept)
        return {
            name: ACTIVATIONS[_activation_of(self.cell, name)].function(as_float64(array))
            for name, array in pre.items()
        }


def _activation_of(cell: Any, quantity: str) -> str:
    """Name of the activation that a quantity comes out of: gates have one, the candidate and a simple RNN another."""
    name: str = cell.recurrent_activation if quantity.endswith("_gate") else cell.activation
    return name
