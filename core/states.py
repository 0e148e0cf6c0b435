"""States that are handed in: checked against the network, in its precision."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .activations import Array
from .cells import Cell
from .encoding import as_numbers
from .errors import NotFinite, StateMismatch
from .network import Network

InitialState = Sequence[Mapping[str, Any]]


def check_state(network: Network, state: InitialState | None) -> tuple[dict[str, Array], ...]:
    """The state of each direction as arrays in the network's precision; zeros for None.

    Raises:
        StateMismatch: another number of entries, names or lengths.
        NotFinite: a number that is not finite in the network's precision.
    """
    if state is None:
        return tuple(place.cell.zero_state() for place in network.directions)
    count = len(network.directions)
    if not isinstance(state, (list, tuple)):
        raise StateMismatch(
            f"a state must be a list with one entry for each of the network's {count} layer directions, "
            f"not a {type(state).__name__}"
        )
    if len(state) != count:
        raise StateMismatch(
            f"a state must have one entry for each of the network's {count} layer directions, not {len(state)}"
        )
    return tuple(
        _check_entry(place.cell, entry, index)
        for index, (place, entry) in enumerate(zip(network.directions, state, strict=True))
    )


def _check_entry(cell: Cell, entry: Mapping[str, Any], index: int) -> dict[str, Array]:
    wanted, layer = " and ".join(cell.state_names), f"this {cell.name.upper()} layer"
    if not isinstance(entry, Mapping):
        raise StateMismatch(
            f"the state of {layer} must be an object with {wanted}, not a {type(entry).__name__}", (index,)
        )
    if set(entry) != set(cell.state_names):
        found = " and ".join(sorted(map(str, entry))) or "nothing"
        raise StateMismatch(f"the state of {layer} must have {wanted}, not {found}", (index,))
    arrays = {}
    for name in cell.state_names:
        numbers = as_numbers(entry[name])
        if numbers is None:
            raise StateMismatch(f"{name} must be a list of {cell.sizes[name]} finite numbers", (index, name))
        with np.errstate(over="ignore"):
            array = np.array(numbers, dtype=cell.dtype)
        if array.shape != (cell.sizes[name],):
            raise StateMismatch(
                f"{name} must have {cell.sizes[name]} numbers, one for each unit; shape {array.shape} came",
                (index, name),
            )
        if not np.isfinite(array).all():
            raise NotFinite(
                f"{name} must be finite in {cell.dtype}", (index, name, int(np.flatnonzero(~np.isfinite(array))[0]))
            )
        arrays[name] = array
    return arrays
