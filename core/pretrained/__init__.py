"""Networks that come with the program: weights trained by this core, and a card for each.

The recipes that made them are in `recipes`; ``python -m gatescope.core.pretrained NAME`` makes one again.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..formats import load_network
from ..network import Network

NAMES = ("python-code", "brackets", "sunspots")
"""Bundled networks in the order in which they are offered."""

FOLDER = Path(__file__).parent / "networks"


@dataclass(frozen=True, eq=False)
class Pretrained:
    """A network with its card: name, title, description, data, licence, training, results, example_inputs."""

    name: str
    network: Network
    card: dict[str, Any]


@cache
def load_pretrained(name: str) -> Pretrained:
    """The bundled network of this name.

    Raises:
        KeyError: there is none.
    """
    if name not in NAMES:
        raise KeyError(name)
    card = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return Pretrained(name, load_network(FOLDER / f"{name}.safetensors"), card)


def pretrained() -> tuple[Pretrained, ...]:
    """All bundled networks."""
    return tuple(load_pretrained(name) for name in NAMES)
