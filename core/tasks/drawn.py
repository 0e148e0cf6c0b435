"""Tasks whose sequences are drawn at random, as many as are asked for."""

from abc import abstractmethod
from functools import cached_property

import numpy as np

from ..batch import Batch
from .task import Prepared

HELD_OUT = 2**31
HELD_OUT_SEQUENCES = 256


class Drawn(Prepared):
    """Each update has fresh sequences, so that nothing can be learned by heart."""

    @abstractmethod
    def draw(self, rng: np.random.Generator, size: int) -> Batch:
        """``size`` sequences of the full length."""

    def batch(self, index: int, size: int) -> Batch:
        """See `Prepared.batch`."""
        return self.draw(np.random.default_rng([self.seed, index]), size)

    @cached_property
    def held_out(self) -> Batch:
        """See `Prepared.held_out`; no update has this number."""
        return self.draw(np.random.default_rng(HELD_OUT), HELD_OUT_SEQUENCES)
