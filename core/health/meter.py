"""From traces to health, one trace after another: none is kept."""

from collections.abc import Iterable

import numpy as np

from ..activations import Array
from ..cells.cell import Poll
from ..encoding import Encoded
from ..errors import InputError
from ..ledger import ACCOUNTS
from ..network import Direction, Network
from ..trace import Trace, trace
from .figures import Health, LayerHealth
from .findings import findings_of, half_life, hint, memory, openness
from .running import STILL, RunningQuantity

BLOCK_NUMBERS = 1 << 17
"""How many numbers of a quantity are taken in at once: what is made of them stays in the cache, and of many short
sequences it costs little more than of one long one."""


class HealthMeter:
    """Gathers the health of one network over as many traces as come.

    >>> import numpy as np
    >>> from gatescope.core import LSTM, Layer, Network, encode, trace
    >>> network = Network((Layer(LSTM(np.ones((1, 8)), np.ones((2, 8)), np.zeros(8))),))
    >>> meter = HealthMeter(network)
    >>> for values in ([[0.1], [0.2]], [[0.3], [0.4], [0.5]]):
    ...     meter.update(trace(network, encode(network, values=values)))
    >>> meter.compute().steps
    5
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._places = [_RunningLayer(place) for place in network.directions]
        self._sequences = self._steps = 0

    def update(self, traced: Trace, poll: Poll | None = None) -> None:
        """Take in a trace. ``poll`` is called every some ten thousand numbers; whatever it raises stops it.

        Raises:
            InputError: the trace is of another network.
        """
        if traced.network.digest != self._network.digest:
            raise InputError("health is that of one network, but the traces are of several")
        for place, layer in zip(self._places, traced.layers, strict=True):
            place.add(layer.quantities, poll)
        self._sequences += 1
        self._steps += traced.steps

    def compute(self) -> Health:
        """The health over all traces so far.

        Raises:
            InputError: there was none.
        """
        if not self._sequences:
            raise InputError("health needs at least one trace, and none came")
        layers = tuple(place.figures() for place in self._places)
        findings = tuple(finding for layer in layers for finding in findings_of(layer))
        hints = tuple(found for layer in layers if (found := hint(layer)) is not None)
        sentences = [finding.sentence for finding in findings] or ["No gate is stuck or always open or closed."]
        sentences += [said for layer in layers for said in (openness(layer), memory(layer)) if said is not None]
        sentences += [found.sentence for found in hints]
        return Health(self._sequences, self._steps, layers, findings, hints, tuple(sentences))


class _RunningLayer:
    """The figures of one direction of one layer so far."""

    def __init__(self, place: Direction) -> None:
        account = ACCOUNTS.get(place.cell.name)
        self._place = place
        self._keep = None if account is None else account.keep
        self._rows = max(1, BLOCK_NUMBERS // place.cell.hidden_size)
        self._waiting: list[dict[str, Array]] = []
        self._rows_waiting = 0
        self._kept = np.zeros(place.cell.hidden_size)
        self._quantities = {name: RunningQuantity(place.cell, name) for name in place.cell.sizes}

    def add(self, quantities: dict[str, Array], poll: Poll | None) -> None:
        self._waiting.append(quantities)
        self._rows_waiting += len(quantities["hidden_state"])
        if self._rows_waiting >= self._rows:
            self._take_in(poll)

    def _take_in(self, poll: Poll | None) -> None:
        waiting, self._waiting, self._rows_waiting = self._waiting, [], 0
        for name, running in self._quantities.items():
            arrays = [quantities[name] for quantities in waiting]
            array = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
            for start in range(0, len(array), self._rows):
                if poll is not None:
                    poll()
                block = array[start : start + self._rows]
                running.add(block)
                if name == self._keep:
                    with np.errstate(divide="ignore"):
                        self._kept += np.log2(np.abs(block), dtype=np.float64).sum(axis=0)

    def figures(self) -> LayerHealth:
        if self._waiting:
            self._take_in(None)
        cell, running = self._place.cell, self._quantities
        hidden = running["hidden_state"]
        return LayerHealth(
            self._place.layer,
            self._place.direction,
            cell,
            tuple(one.figures() for one in running.values()),
            None if self._keep is None else half_life(self._kept / hidden.steps),
            np.maximum(np.abs(hidden.minimum), np.abs(hidden.maximum)) < STILL,
        )


def health(traces: Iterable[Trace], poll: Poll | None = None) -> Health:
    """The health of one network over the traces of one input or many.

    Raises:
        InputError: no trace, or traces of different networks.
    """
    meter = None
    for traced in traces:
        meter = meter or HealthMeter(traced.network)
        meter.update(traced, poll)
    if meter is None:
        raise InputError("health needs at least one trace, and none came")
    return meter.compute()


def network_health(network: Network, inputs: Iterable[Encoded], poll: Poll | None = None) -> Health:
    """The health of a network over many inputs, each traced, looked at and let go of.

    Args:
        network: the network.
        inputs: sequences that fit it, from `encode`; taken one at a time.
        poll: called every few dozen steps; whatever it raises stops the run.

    Raises:
        InputError: no input, or one of them was encoded for another network.
        NumericalError: a number left the finite range; says where.
    """
    return health((trace(network, encoded, poll=poll) for encoded in inputs), poll)
