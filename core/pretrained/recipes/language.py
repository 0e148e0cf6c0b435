"""What the character recipes share: token streams, and the baseline that a network has to beat."""

from collections.abc import Iterator

import numpy as np

from ...activations import Array
from ...network import Network
from ...training import Batch, batch_loss, zero_states


def streams(tokens: Array, batch_size: int, steps: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Endless batches of ``batch_size`` parallel readers that go through ``tokens`` (N,) from evenly spaced places.

    Each pass begins at another place, so that readers do not meet the same cuts again. State can be carried from
    batch to batch.
    """
    while True:
        turned = np.roll(tokens, -int(rng.integers(len(tokens))))
        length = (len(tokens) - 1) // batch_size
        table = turned[: length * batch_size + 1]
        starts = np.arange(batch_size) * length
        for begin in range(0, length - steps + 1, steps):
            at = starts[None, :] + np.arange(begin, begin + steps)[:, None]
            yield Batch(table[at], table[at + 1])


def bits_per_character(network: Network, tokens: Array, readers: int = 32, steps: int = 200) -> float:
    """Mean -log2 of the probability of the next token over ``tokens`` (N,), state carried along."""
    length = (len(tokens) - 1) // readers
    starts, states, losses = np.arange(readers) * length, zero_states(network, readers), []
    for begin in range(0, length - steps + 1, steps):
        at = starts[None, :] + np.arange(begin, begin + steps)[:, None]
        loss, states = batch_loss(network, Batch(tokens[at], tokens[at + 1]), states)
        losses.append(loss)
    return float(np.mean(losses) / np.log(2))


def trigram_bits(training: Array, held_out: Array, size: int) -> float:
    """Bits per character of a 3-gram model with Witten-Bell smoothing down to the uniform distribution."""

    def probabilities(order: int) -> Array:
        """P(token | order tokens before), (size ** order, size)."""
        below = np.full((1, size), 1 / size) if order == 0 else np.tile(probabilities(order - 1), (size, 1))
        context = np.zeros(len(training) - order, np.int64)
        for back in range(order):
            context = context * size + training[back : len(training) - order + back]
        counts = (
            np.bincount(context * size + training[order:], minlength=size ** (order + 1))
            .reshape(-1, size)
            .astype(np.float64)
        )
        kinds = (counts > 0).sum(axis=1, keepdims=True)
        total = counts.sum(axis=1, keepdims=True)
        return np.asarray(np.where(total > 0, (counts + kinds * below) / np.maximum(total + kinds, 1), below))

    table = probabilities(2)
    context = held_out[:-2] * size + held_out[1:-1]
    return float(-np.log2(table[context, held_out[2:]]).mean())
