"""Backwards through a run, block by block, so that nothing but the results grows with the sequence."""

from collections.abc import Callable, Iterator

import numpy as np

from ..activations import Array
from ..cells.cell import STEPS_BETWEEN_POLLS, Poll
from .pullbacks import PULLBACKS, Back, Pullback, States
from .run import Run

BLOCK = 256
"""Steps whose factors are in memory at once."""


class Way:
    """The way back through one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.pullback: Pullback = PULLBACKS[run.cell.name](run)

    def walk(
        self, last: int, d: States, direct: Callable[[int], States] | None = None, poll: Poll | None = None
    ) -> Iterator[tuple[int, Back]]:
        """Each position from ``last`` down to 0 with its derivatives.

        Args:
            last: the position to begin with.
            d: the direct derivatives by the states there, (H, B) by name.
            direct: those at each earlier position, which are added on the way.
            poll: called every few dozen steps; whatever it raises stops the walk.
        """
        for stop in range(last + 1, 0, -BLOCK):
            start = max(0, stop - BLOCK)
            factors = self.pullback.factors(self.run.part(start, stop))
            for position in range(stop - 1, start - 1, -1):
                if poll is not None and position % STEPS_BETWEEN_POLLS == 0:
                    poll()
                if direct is not None and position < last:
                    d = {name: array + d[name] for name, array in direct(position).items()}
                back = self.pullback.back(d, factors[position - start])
                yield position, back
                d = back.before

    def kept(self) -> Array | None:
        """(T, H): by what each step multiplies the state it keeps, None for a cell that keeps nothing as it is."""
        starts = range(0, self.run.trace.steps, BLOCK)
        blocks = [self.pullback.kept(self.run.part(start, start + BLOCK)) for start in starts]
        kept = [block for block in blocks if block is not None]
        return np.concatenate(kept) if kept else None
