"""A first sequence for a network that comes without one, so that there is something to see at once."""

from typing import Any

import numpy as np

from .network import Network, Vocabulary

STEPS = 48
MOST_NUMBERS = 20_000
"""Examples are part of every list of networks: a very wide one gets fewer steps."""


def example_inputs(network: Network) -> list[dict[str, Any]]:
    """Inputs that fit the network, as the API takes them: waves for numbers, the vocabulary in order for tokens."""
    if network.input_kind == "values":
        return [{"name": "Waves", "input": {"values": _waves(network.input_size).tolist()}}]
    walk = _walk(network)
    if network.vocabulary:
        labels = [network.vocabulary.labels[token] for token in walk]
        for text in (" ".join(labels), "".join(labels)):
            if _tokens(network.vocabulary, text) == walk:
                return [{"name": "The vocabulary in order", "input": {"text": text}}]
    return [{"name": "The vocabulary in order", "input": {"tokens": walk}}]


def _walk(network: Network) -> list[int]:
    """Token ids from the first one on, the padding left out, which no sequence may hold."""
    padding = network.embedding.padding if network.embedding else None
    tokens = [token for token in range(min(network.input_size, STEPS + 1)) if token != padding] or [0]
    return [tokens[index % len(tokens)] for index in range(min(STEPS, 2 * len(tokens)))]


def _tokens(vocabulary: Vocabulary, text: str) -> list[int] | None:
    """The ids that a text gives, None where a piece of it is unknown."""
    if vocabulary.splitter.by_character:
        pieces: list[str | None] = [character if character in vocabulary.ids else None for character in text]
    else:
        pieces = [found for _, found in vocabulary.splitter.split(text)[0]]
    known = [vocabulary.ids[piece] for piece in pieces if piece is not None]
    return known if len(known) == len(pieces) else None


def _waves(width: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(STEPS or fewer, width): a sine in each column, each with a period of its own, rounded to be read easily."""
    count = max(2, min(STEPS, MOST_NUMBERS // width))
    steps, periods = np.arange(count)[:, None], 24 / (1 + 0.5 * (np.arange(width)[None, :] % 4))
    return np.asarray(np.round(np.sin(2 * np.pi * steps / periods), 3) + 0.0)
