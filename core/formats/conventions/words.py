"""Words for sentences: names out of files, and lists of them."""

from collections.abc import Iterable


def plain(name: object) -> str:
    """A name out of a description as text that can be sent, and of some length at most."""
    return str(name)[:1000].encode("utf-8", "replace").decode()


def shown(name: object) -> str:
    """A name that comes from the file, in quotes: never long, and always text that can be sent."""
    text = plain(name)
    return repr(text if len(text) <= 120 else text[:117] + "...")


def listed(names: Iterable[object], most: int = 4) -> str:
    """Some names, and how many more there are."""
    every = list(names)
    words = ", ".join(shown(name) for name in every[:most])
    return words if len(every) <= most else f"{words} and {len(every) - most} more"


def joined(words: Iterable[str], last: str = "and") -> str:
    """Words with commas and ``last`` before the last one."""
    every = list(words)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} {last} {every[-1]}"


def counted(count: int, noun: str) -> str:
    """1 layer, 2 layers."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


CELL_WORDS = {"lstm": "LSTM", "gru": "GRU", "rnn": "simple RNN"}
"""The cells as people write them."""


def described(cell: str, layers: int, both: bool, inputs: int, outputs: int) -> str:
    """A module for people: "LSTM, 2 layers, both directions, 32 -> 256"."""
    parts = [CELL_WORDS[cell], counted(layers, "layer"), *(["both directions"] if both else [])]
    return f"{', '.join(parts)}, {inputs} -> {outputs}"
