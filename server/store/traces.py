"""The latest traces, so that they can be asked for again. Bounded by bytes; the least recently used go first."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from gatescope.core.trace import Trace

from ..errors import UNKNOWN_TRACE, Problem
from ..schemas import Encoding

BYTES_PER_STEP = 200
"""What a step costs beside the quantities and the rows it read: its label, its token."""


@dataclass(frozen=True, eq=False)
class KeptTrace:
    """A trace with the representation it was last asked for in. ``quantities`` of None are the cell's own.

    ``rows`` are the values it read, as the JSON text they came in, where that is known.
    """

    id: str
    trace: Trace
    model_id: str
    model_title: str
    encoding: Encoding
    quantities: tuple[str, ...] | None
    rows: bytes | None = None

    @property
    def nbytes(self) -> int:
        """Memory it takes, roughly; a wide row that was read can be larger than all that came of it."""
        values = self.trace.encoded.values
        read = (0 if values is None else values.nbytes) + (0 if self.rows is None else len(self.rows))
        return self.trace.nbytes + BYTES_PER_STEP * self.trace.steps + read


class TraceCache:
    """Kept traces by id. Safe to use from any thread."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, KeptTrace] = OrderedDict()

    def put(self, kept: KeptTrace) -> None:
        """Keep a trace in place of an older one of the same id; one that is larger than the whole cache is not kept."""
        with self._lock:
            self._drop(kept.id)
            if kept.nbytes > self._max_bytes:
                return
            self._kept[kept.id] = kept
            self._bytes += kept.nbytes
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._kept)))

    def find(self, trace_id: str) -> KeptTrace | None:
        """The trace of this id, if it is still there."""
        with self._lock:
            kept = self._kept.get(trace_id)
            if kept is not None:
                self._kept.move_to_end(trace_id)
            return kept

    def get(self, trace_id: str) -> KeptTrace:
        """The trace of this id.

        Raises:
            Problem: it was never made or is not kept any more.
        """
        kept = self.find(trace_id)
        if kept is None:
            raise Problem(
                UNKNOWN_TRACE,
                f"There is no trace {trace_id[:64]!r}, or it is no longer kept; post its input again to get it back.",
            )
        return kept

    def _drop(self, trace_id: str) -> None:
        kept = self._kept.pop(trace_id, None)
        if kept is not None:
            self._bytes -= kept.nbytes
