"""The training loop: batches in, one record of progress out for each update."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import NumericalError
from ..network import Network
from .backpropagation import Batch, gradients, zero_states
from .optimiser import Adam, clip_by_norm


@dataclass(frozen=True)
class Schedule:
    """Learning rate over ``updates``: a linear rise over ``warm_up``, then a half cosine to ``final`` of the peak."""

    peak: float
    updates: int
    warm_up: int = 100
    final: float = 0.02

    def __call__(self, update: int) -> float:
        """Rate of the update with this number, from 0."""
        if update < self.warm_up:
            return self.peak * (update + 1) / self.warm_up
        done = (update - self.warm_up) / max(1, self.updates - self.warm_up)
        return self.peak * (self.final + (1 - self.final) * 0.5 * (1 + float(np.cos(np.pi * min(done, 1)))))


@dataclass(frozen=True, eq=False)
class Progress:
    """After one update: its number from 1, the batch's loss before it, the gradient's norm unclipped, the network."""

    update: int
    loss: float
    gradient_norm: float
    network: Network


def train(
    network: Network,
    batches: Iterable[Batch],
    schedule: Schedule,
    *,
    clip_norm: float = 1.0,
    optimiser: Adam | None = None,
    carry_state: bool = False,
) -> Iterator[Progress]:
    """Train on each batch in turn.

    With ``carry_state`` a batch begins in the state in which the one before it ended: truncated backpropagation
    through time over streams longer than a batch.

    Raises:
        NumericalError: the loss is no longer finite; says at which update.
    """
    optimiser = optimiser or Adam()
    parameters = network.parameters()
    memory = optimiser.start(parameters)
    states = None
    for index, batch in enumerate(batches):
        if states is None or not carry_state:
            states = zero_states(network, batch.inputs.shape[-1])
        found = gradients(network, batch, states)
        if not np.isfinite(found.loss):
            raise NumericalError(
                f"the loss must stay finite, but it is {found.loss} at update {index + 1}: try a lower learning rate"
            )
        clipped, norm = clip_by_norm(found.parameters, clip_norm)
        parameters, memory = optimiser.update(parameters, clipped, memory, schedule(index))
        network = network.with_parameters(parameters)
        states = found.state
        yield Progress(index + 1, found.loss, norm, network)
