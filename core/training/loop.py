"""The training loop: batches in, one record of progress out for each update."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..activations import Array
from ..batch import Batch
from ..errors import NumericalError
from ..network import Network
from .backpropagation import States, gradients, zero_states
from .optimiser import Adam, Memory, Optimiser, clip_by_norm, global_norm


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
class Update:
    """After one update: network, memory and last states; the batch's loss before it, and the gradient's norms."""

    network: Network
    memory: Memory
    states: list[dict[str, Array]]
    loss: float
    gradient_norm: float
    clipped_norm: float


@dataclass(frozen=True, eq=False)
class Progress:
    """After one update: its number from 1, the batch's loss before it, the gradient's norm unclipped, the network."""

    update: int
    loss: float
    gradient_norm: float
    network: Network


def make_update(
    network: Network,
    batch: Batch,
    states: States,
    optimiser: Optimiser,
    memory: Memory,
    learning_rate: float,
    clip_norm: float | None,
) -> Update | None:
    """One update on a batch that begins in ``states``; None where the loss or its gradient is not finite."""
    found = gradients(network, batch, states)
    if clip_norm is None:
        clipped, norm = found.parameters, global_norm(found.parameters)
    else:
        clipped, norm = clip_by_norm(found.parameters, clip_norm)
    if not (np.isfinite(found.loss) and np.isfinite(norm)):
        return None
    parameters, memory = optimiser.update(network.parameters(), clipped, memory, learning_rate)
    clipped_norm = norm if clip_norm is None else min(norm, clip_norm)
    return Update(network.with_parameters(parameters), memory, found.state, found.loss, norm, clipped_norm)


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
    memory = optimiser.start(network.parameters())
    states = None
    for index, batch in enumerate(batches):
        if states is None or not carry_state:
            states = zero_states(network, batch.inputs.shape[-1])
        made = make_update(network, batch, states, optimiser, memory, schedule(index), clip_norm)
        if made is None:
            raise NumericalError(
                f"the loss must stay finite, but it is not at update {index + 1}: try a lower learning rate"
            )
        network, memory, states = made.network, made.memory, made.states
        yield Progress(index + 1, made.loss, made.gradient_norm, network)
