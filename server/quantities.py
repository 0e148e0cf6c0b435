"""Which quantities of a trace are sent: a cell's own, and by name what stood inside its activations."""

from collections.abc import Iterable, Iterator
from typing import Any

from numpy.typing import NDArray

from gatescope.core.cells import Cell
from gatescope.core.network import DirectionName, Network
from gatescope.core.quantities import names_for
from gatescope.core.trace import Trace

from .errors import INVALID, Cause, Pointer, Problem

PRE = "_pre"


def quantity_names(cell: Cell) -> tuple[str, ...]:
    """Everything that can be asked of a cell: its quantities, then what stood inside its activations."""
    return names_for(cell.name) + tuple(gate + PRE for gate in cell.gates)


def check_quantities(network: Network, names: Iterable[str], *pointer: str | int) -> tuple[str, ...]:
    """The names, each once, if the network has a quantity for each.

    Raises:
        Problem: it has none for one of them; ``pointer`` is where the names stand in the request.
    """
    return _checked(names, [name for place in network.directions for name in quantity_names(place.cell)], pointer)


def own_quantities(network: Network, names: Iterable[str], *pointer: str | int) -> tuple[str, ...]:
    """As `check_quantities`, but without what stood inside activations.

    Raises:
        Problem: the network has no such quantity.
    """
    return _checked(names, [name for place in network.directions for name in names_for(place.cell.name)], pointer)


def _checked(names: Iterable[str], known: Iterable[str], pointer: Pointer) -> tuple[str, ...]:
    known, names = tuple(dict.fromkeys(known)), tuple(names)
    for index, name in enumerate(names):
        if name not in known:
            detail = f"A quantity of this model must be one of {', '.join(known)}, not {name[:40]!r}."
            raise Problem(INVALID, detail, (Cause(detail, (*pointer, index)),))
    return tuple(dict.fromkeys(names))


def find_layer(trace: Trace, layer: int, direction: DirectionName) -> int:
    """Which of ``trace.layers`` this direction of this layer is.

    Raises:
        Problem: the trace has no such layer or direction.
    """
    places = [(place.layer, place.direction) for place in trace.layers]
    if (layer, direction) not in places:
        known = ", ".join(f"layer {number} {name}" for number, name in places[:20])
        detail = f"This trace has {known}, not layer {str(layer)[:20]} {direction}."
        raise Problem(INVALID, detail, (Cause(detail, ("query", "layer")),))
    return places.index((layer, direction))


def chosen(trace: Trace, index: int, names: tuple[str, ...] | None) -> Iterator[tuple[str, NDArray[Any]]]:
    """Names and (T, H) arrays of ``trace.layers[index]`` in display order; None stands for the cell's own."""
    layer = trace.layers[index]
    own = names_for(layer.cell.name)
    yield from ((name, layer.quantities[name]) for name in own if names is None or name in names)
    wanted = [name for name in quantity_names(layer.cell)[len(own) :] if names is not None and name in names]
    if wanted:
        pre = trace.pre_activations(index)
        yield from ((name, pre[name.removesuffix(PRE)]) for name in wanted)


def input_bytes(network: Network, steps: int) -> int:
    """Bytes of the (T, D) rows that the first layer reads: an embedding can make a token id into very many numbers."""
    return steps * network.directions[0].cell.input_size * network.dtype.itemsize


def sent_bytes(network: Network, steps: int, names: tuple[str, ...] | None) -> int:
    """Bytes of the (T, H) and (T, O) arrays that an answer holds, before any encoding."""
    units = 0
    for place in network.directions:
        cell = place.cell
        own = names_for(cell.name) if names is None else set(quantity_names(cell)).intersection(names)
        units += sum(cell.sizes.get(name, cell.hidden_size) for name in own)  # only a projected state has another size
    readout = network.readout
    outputs = readout.size if readout and readout.kind == "linear" else 0
    return steps * (units + outputs) * network.dtype.itemsize
