"""``python-code``: characters of the Python standard library's source."""

import platform
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...activations import Array
from ...initialisation import initial_network
from ...network import Network, Vocabulary
from ...tasks.language import trigram_bits
from ...training import Batch
from .language import bits_per_character, streams
from .recipe import Settings

CHARACTERS = ("\n", *map(chr, range(32, 127)), "\N{REPLACEMENT CHARACTER}")
"""Newline, printable ASCII, and one token for everything else."""

EXAMPLES = {
    "A function": "def mean(xs):\n    return sum(xs) / len(xs)\n",
    "A class": (
        'class Stack:\n    """A last-in, first-out store."""\n\n    def __init__(self):\n        self.items = []\n\n'
        "    def push(self, item):\n        self.items.append(item)\n"
    ),
    "Quotes and brackets": "names = ['ada', \"grace\", 'alan']\nprint(sorted(names, key=lambda n: (len(n), n)))\n",
    "An exception": "try:\n    import readline\nexcept ImportError:\n    readline = None\n",
    "Deep indentation": (
        "for i in range(10):\n    for j in range(i):\n        if i % 2 == 0:\n            while j > 0:\n"
        "                j -= 1\n        else:\n            break\n"
    ),
    "A comment": "x = 1  # the first of many\nif x is None:\n    raise ValueError('x is missing')\n",
}


class PythonCode:
    """A character LSTM on source code."""

    name = "python-code"
    settings = Settings(updates=14_000, learning_rate=4e-3, batch_size=64, steps=100)
    carry_state = True
    vocabulary = Vocabulary(CHARACTERS, unknown=len(CHARACTERS) - 1)

    def prepare(self, settings: Settings) -> None:
        """Read the running Python's standard library; every 25th file, by path, is held out."""
        root = Path(sysconfig.get_paths()["stdlib"])
        skipped = {"test", "tests", "idle_test", "site-packages", "dist-packages", "lib2to3", "encodings", "pydoc_data"}
        paths = [path for path in sorted(root.rglob("*.py")) if not skipped & set(path.relative_to(root).parts)]
        held_out = paths[::25]
        training = [path for path in paths if path not in set(held_out)]
        np.random.default_rng(settings.seed).shuffle(training)
        self.training, self.held_out = self._tokens(training), self._tokens(held_out)
        self.files = len(training), len(held_out)

    def _tokens(self, paths: list[Path]) -> Array:
        text = "\n\n".join(path.read_text("utf-8", errors="replace") for path in paths).replace("\t", "    ")
        ids, unknown = self.vocabulary.ids, len(CHARACTERS) - 1
        return np.array([ids.get(character, unknown) for character in text], np.int64)

    def initial(self, rng: np.random.Generator) -> Network:
        """One layer of 128 units behind an embedding of 32."""
        return initial_network("lstm", (128,), rng, readout="softmax", vocabulary=self.vocabulary, embedding_size=32)

    def batches(self, settings: Settings, rng: np.random.Generator) -> Iterator[Batch]:
        """Parallel readers through the training files."""
        return streams(self.training, settings.batch_size, settings.steps, rng)

    def finish(self, network: Network) -> Network:
        """Nothing to fold in."""
        return network

    @property
    def card(self) -> Mapping[str, Any]:
        """The parts of the card that are not measured."""
        return {
            "title": "Python source, character by character",
            "description": (
                "A character LSTM with 128 units that has read the source of the Python standard library and predicts "
                "the next character. Look for units that follow indentation, quotes, comments and brackets."
            ),
            "data": (
                f"The standard library of Python {platform.python_version()} without its tests, encodings and "
                f"pydoc_data: {self.files[0]} files, {len(self.training):,} characters; {self.files[1]} further files "
                f"with {len(self.held_out):,} characters are held out."
            ),
            "licence": (
                "Source text: Python Software Foundation License Version 2. Weights: MIT, like the rest of Gatescope."
            ),
            "example_inputs": [{"name": name, "input": {"text": text}} for name, text in EXAMPLES.items()],
        }

    def results(self, network: Network) -> dict[str, Any]:
        """Bits per character on the held-out files."""
        return {
            "measure": "bits per character on held-out files (lower is better)",
            "network": round(bits_per_character(network, self.held_out), 3),
            "baseline": round(trigram_bits(self.training, self.held_out, len(CHARACTERS)), 3),
            "baseline_name": "3-gram model with Witten-Bell smoothing, same training text",
        }
