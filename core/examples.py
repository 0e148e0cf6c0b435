"""A first sequence for a network that comes without one, so that there is something to see at once."""

from typing import Any

import numpy as np

from .network import Network

STEPS = 48
MOST_NUMBERS = 20_000
"""Examples are part of every list of networks: a very wide one gets fewer steps."""


def example_inputs(network: Network) -> list[dict[str, Any]]:
    """Inputs that fit the network, as the API takes them: waves for numbers, the vocabulary in order for tokens."""
    if network.input_kind == "values":
        return [{"name": "Waves", "input": {"values": _waves(network.input_size).tolist()}}]
    walk = [index % network.input_size for index in range(min(STEPS, 2 * network.input_size))]
    labels = network.vocabulary.labels if network.vocabulary else ()
    # Text is read by characters, so it gives these tokens back only where each label is one.
    if labels and all(len(labels[token]) == 1 for token in walk):
        return [{"name": "The vocabulary in order", "input": {"text": "".join(labels[token] for token in walk)}}]
    return [{"name": "The vocabulary in order", "input": {"tokens": walk}}]


def _waves(width: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(STEPS or fewer, width): a sine in each column, each with a period of its own, rounded to be read easily."""
    count = max(2, min(STEPS, MOST_NUMBERS // width))
    steps, periods = np.arange(count)[:, None], 24 / (1 + 0.5 * (np.arange(width)[None, :] % 4))
    return np.asarray(np.round(np.sin(2 * np.pi * steps / periods), 3) + 0.0)
