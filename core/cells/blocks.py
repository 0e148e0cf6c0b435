"""Blocks of steps: working memory that is used again, with each step's views of it made once."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, Generic, TypeVar

from ..activations import Array
from .cell import Poll

STRETCH = 64
"""Steps after which a run can be stopped, and its state is looked at for numbers on their way to the subnormal ones."""

STEPS = 256
"""Steps of a block: what is done once for all of them costs little, and they still stay in the processor's cache."""

STEPS_OF_A_BATCH = 16
"""The same for a batch of sequences, whose steps are larger."""


class Block(ABC):
    """Working memory of a cell's ``forward`` for some steps.

    ``views`` has what the cell works on at each step. ``settling_views`` has the same where the state before a stretch
    is near the subnormal numbers, so that the stretch's products have to be kept from them: see `Recurrence`.
    """

    steps: int
    views: list[tuple[Any, ...]]
    settling_views: list[tuple[Any, ...]]

    @abstractmethod
    def has_tiny(self, step: int) -> bool:
        """Whether the state before a step of the block has numbers on their way to the subnormal ones."""

    def run(self, before: int, count: int, poll: Poll | None) -> Iterator[tuple[Any, ...]]:
        """The views of the block's first ``count`` steps, each when those before it are computed.

        ``before`` is how many steps of the sequence came before the block; ``poll`` is called before each stretch.
        """
        return chain.from_iterable(self._stretches(before, count, poll))

    def _stretches(self, before: int, count: int, poll: Poll | None) -> Iterator[list[tuple[Any, ...]]]:
        for start in range(0, count, STRETCH):
            if poll is not None:
                poll()
            settles = before + start > 0 and self.has_tiny(start)
            yield (self.settling_views if settles else self.views)[start : min(start + STRETCH, count)]


SomeBlock = TypeVar("SomeBlock", bound=Block)
Result = TypeVar("Result")


class Pool(Generic[SomeBlock]):
    """A cell's blocks, which wait for the next run, so that a short sequence does not pay for making one.

    Threads may share a cell: each run is lent a block of its own, and taking from and adding to a list is atomic.
    """

    def __init__(self, make: Callable[[int, tuple[int, ...]], SomeBlock]) -> None:
        """An empty pool; ``make`` makes a block for a number of steps and a batch, () or (B,)."""
        self._make = make
        # Blocks of one stretch, which are made sooner, and whole ones.
        self._waiting: tuple[list[SomeBlock], list[SomeBlock]] = ([], [])

    def lend(self, inputs: Array, run: Callable[[SomeBlock], Result]) -> Result:
        """``run(block)`` with a block for ``inputs`` (T, D[, B]); one for a batch is made for this run alone."""
        steps, batch = len(inputs), inputs.shape[2:]
        if batch:
            return run(self._make(min(STEPS_OF_A_BATCH, steps), batch))
        waiting = self._waiting[steps > STRETCH]
        try:
            block = waiting.pop()
        except IndexError:
            block = self._make(STEPS if steps > STRETCH else STRETCH, batch)
        result = run(block)
        waiting.append(block)
        return result
