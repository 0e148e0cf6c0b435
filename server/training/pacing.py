"""How often a run says how it is doing, and how often it is kept, so that long runs stay small."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

SHORTEST_PAUSE = 0.1
"""Seconds between two reports of progress."""
IN_A_RUN = 1000
"""Reports are never closer than this part of the run so far, so that their number grows with the logarithm of time."""

MOST_CHECKPOINTS = 40
SECONDS_BETWEEN = 30.0
"""A run is kept at least this often, whatever is planned, so that a crash costs little."""

SNAPSHOT_SECONDS = 0.25
SNAPSHOT_SHARE = 50
"""A snapshot in memory is never taken more often than this times as long as it takes."""


@dataclass
class ProgressPace:
    """When progress is due, in seconds of training."""

    last: float = float("-inf")

    def is_due(self, seconds: float) -> bool:
        """Whether to report now; if so, that was it."""
        if seconds - self.last < max(SHORTEST_PAUSE, seconds / IN_A_RUN):
            return False
        self.last = seconds
        return True


def spacing(update: int, every: int, most: int = MOST_CHECKPOINTS) -> int:
    """Updates between the checkpoints that are kept: ``every``, doubled until ``most`` or fewer are left so far."""
    space = max(1, every)
    while update > space * max(1, most - 2):  # besides the first and the last
        space *= 2
    return space


def superfluous(updates: Collection[int], every: int, most: int = MOST_CHECKPOINTS) -> list[int]:
    """Which of the checkpoints of these updates can go: all but the first, the last, and evenly many between."""
    if not updates:
        return []
    first, last = min(updates), max(updates)
    space = spacing(last, every, most)
    return [update for update in updates if update % space and update not in (first, last)]


@dataclass
class Thinned(Generic[T]):
    """At most ``most`` of a series, evenly spread, and always its last."""

    most: int
    _kept: list[T] = field(default_factory=list)
    _last: T | None = None
    _count: int = 0
    _stride: int = 1

    def add(self, entry: T) -> None:
        """The next of the series."""
        self._last = entry
        if self._count % self._stride == 0:
            self._kept.append(entry)
            if len(self._kept) >= self.most:
                del self._kept[1::2]
                self._stride *= 2
        self._count += 1

    def last(self) -> T | None:
        """The last of the series, None before the first."""
        return self._last

    def entries(self) -> list[T]:
        """What remains, in order."""
        if self._last is None or (self._kept and self._kept[-1] is self._last):
            return list(self._kept)
        return [*self._kept, self._last]
