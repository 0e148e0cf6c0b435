"""What the tasks of characters share: bits, and a baseline that knows the last two characters."""

import numpy as np

from ..activations import Array
from ..batch import Batch


def bits(outputs: Array, batch: Batch) -> float:
    """Mean -log2 of the probability that ``outputs`` (T, V, B) gave to each next token, weighted as in the batch."""
    steps, sequences = batch.targets.shape
    chosen = outputs[np.arange(steps)[:, None], batch.targets, np.arange(sequences)[None]]
    surprise = -np.log2(np.maximum(chosen, np.finfo(outputs.dtype).tiny).astype(np.float64))
    return float(np.average(surprise, weights=batch.weights))


def trigram_bits(training: Array, held_out: Array, size: int) -> float:
    """Bits per token of ``held_out`` (N,) for a 3-gram model of ``training`` (M,).

    Witten-Bell smoothing, down to the uniform distribution over ``size`` tokens. Only what occurs is counted, so that a
    large vocabulary takes no more than a small one.
    """
    targets = held_out[2:]
    probabilities = np.full(len(targets), 1 / size)
    for order in range(3):
        seen = _contexts(training, order, size) * size + training[order:]
        asked = _contexts(held_out, order, size)[2 - order :]
        pairs, counts = np.unique(seen, return_counts=True)
        contexts, first = np.unique(pairs // size, return_index=True)
        kinds, totals = np.diff([*first, len(pairs)]), np.add.reduceat(counts, first)
        count = _found(pairs, counts, asked * size + targets)
        kind, total = _found(contexts, kinds, asked), _found(contexts, totals, asked)
        mixed = (count + kind * probabilities) / np.maximum(total + kind, 1)
        probabilities = np.where(total > 0, mixed, probabilities)
    return float(-np.log2(probabilities).mean())


def _contexts(tokens: Array, order: int, size: int) -> Array:
    """One number for the ``order`` tokens before each token that has so many, (N - order,)."""
    context = np.zeros(len(tokens) - order, np.int64)
    for back in range(order):
        context = context * size + tokens[back : len(tokens) - order + back]
    return context


def _found(keys: Array, values: Array, wanted: Array) -> Array:
    """The value at each wanted key, 0 where there is no such key; ``keys`` are sorted."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)
