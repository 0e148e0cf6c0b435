"""Networks in memory, by id: bounded by bytes, the least recently used go first, and no file is read twice at once."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from gatescope.core.network import Network

BYTES_PER_LABEL = 120
"""What a vocabulary's entry costs beside its characters: two strings and their places in a list and a table."""


class NetworkCache:
    """Loaded networks. Safe to use from any thread."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Network, int]] = OrderedDict()
        self._loading: dict[str, threading.Lock] = {}

    def get(self, model_id: str, load: Callable[[], Network]) -> Network:
        """The network, loaded unless it is here; whoever asks for the same one meanwhile waits for that."""
        with self._lock:
            if (network := self._find(model_id)) is not None:
                return network
            turn = self._loading.setdefault(model_id, threading.Lock())
        with turn:
            with self._lock:
                if (network := self._find(model_id)) is not None:
                    return network
            try:
                network = load()
                self.put(model_id, network)
            finally:
                with self._lock:
                    self._loading.pop(model_id, None)
        return network

    def put(self, model_id: str, network: Network) -> None:
        """Keep a network; one that is larger than the whole cache is not kept."""
        size = memory_of(network)
        with self._lock:
            self._drop(model_id)
            if size > self._max_bytes:
                return
            self._kept[model_id] = (network, size)
            self._bytes += size
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._kept)))

    def drop(self, model_id: str) -> None:
        """Let go of a network."""
        with self._lock:
            self._drop(model_id)

    def _find(self, model_id: str) -> Network | None:
        if model_id not in self._kept:
            return None
        self._kept.move_to_end(model_id)
        return self._kept[model_id][0]

    def _drop(self, model_id: str) -> None:
        kept = self._kept.pop(model_id, None)
        if kept is not None:
            self._bytes -= kept[1]


def memory_of(network: Network) -> int:
    """Bytes that a network takes once it has run, roughly.

    Parameters can be views of a file's bytes, which then stay as a whole; a cell that runs arranges its recurrent
    weights in a copy.
    """
    labels = network.vocabulary.labels if network.vocabulary else ()
    buffers = dict(map(_buffer, network.parameters().values()))
    copies = sum(place.cell.recurrent_kernel.nbytes for place in network.directions)
    return sum(buffers.values()) + copies + sum(BYTES_PER_LABEL + 4 * len(label) for label in labels)


def _buffer(array: NDArray[Any]) -> tuple[int, int]:
    """What tells the memory behind an array from others, and its size in bytes."""
    owner: Any = array
    while (base := owner.obj if isinstance(owner, memoryview) else getattr(owner, "base", None)) is not None:
        owner = base
    return id(owner), len(owner) if isinstance(owner, bytes) else getattr(owner, "nbytes", array.nbytes)
