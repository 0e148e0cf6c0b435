"""What the character recipes share: token streams, and bits per character."""

from collections.abc import Iterator

import numpy as np

from ...activations import Array
from ...encoding import encode
from ...network import Network
from ...trace import trace
from ...training import Batch


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


def windows(tokens: Array, starts: Array, batch_size: int, steps: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Endless batches of ``steps`` tokens from randomly chosen ``starts``, each to be read from the state of zeros."""
    starts = starts[starts < len(tokens) - steps]
    while True:
        at = rng.choice(starts, batch_size)[None, :] + np.arange(steps)[:, None]
        yield Batch(tokens[at], tokens[at + 1])


def bits_per_character(network: Network, tokens: Array, piece: int = 10_000) -> float:
    """Mean -log2 of the probability of each next token of ``tokens`` (N,), read in one go from the state of zeros."""
    state, bits = None, []
    for begin in range(0, len(tokens) - 1, piece):
        traced = trace(network, encode(network, tokens=tokens[begin : begin + piece]), state)
        assert traced.outputs is not None  # the recipes' networks have a softmax readout
        following = tokens[begin + 1 : begin + piece + 1]
        bits.append(-np.log2(traced.outputs[np.arange(len(following)), following]))
        state = [{name: layer.quantities[name][-1] for name in layer.cell.state_names} for layer in traced.layers]
    return float(np.concatenate(bits).mean())
