"""``brackets``: the next character of nested brackets and quotes."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from ..activations import Array
from ..batch import Batch
from ..network import Vocabulary
from .bracket_grammar import CHARACTERS, generate
from .language import bits, trigram_bits
from .option import Option
from .task import Baseline, Form, Measure, Prepared, Task

VOCABULARY = Vocabulary(CHARACTERS, unknown=len(CHARACTERS) - 1)
TRAINING, HELD_OUT, HELD_OUT_LENGTH = 200_000, 12_800, 400
SEED = 1
"""The text is the same for every run; the run's seed decides where its windows begin."""


class Brackets(Prepared):
    """See the task's description."""

    form = Form("softmax", len(CHARACTERS), vocabulary=VOCABULARY, embedding_size=8, predicts="next_input")

    def __init__(self, options: Mapping[str, Any], seed: int) -> None:
        super().__init__(options, seed)
        self.steps = options["length"]

    @cached_property
    def _texts(self) -> tuple[Array, Array, Array]:
        """Training tokens, held-out tokens, and the surprise of the latter to somebody who knows the grammar."""
        rng, ids = np.random.default_rng(SEED), VOCABULARY.ids
        training, _ = generate(TRAINING, rng, self.options["deepest"])
        held_out, surprises = generate(HELD_OUT + 1, rng, self.options["deepest"])
        return (
            np.array([ids[character] for character in training]),
            np.array([ids[character] for character in held_out]),
            surprises,
        )

    @cached_property
    def _starts(self) -> Array:
        """Where lines begin, so that the state of zeros comes to mean that nothing is open."""
        starts = np.flatnonzero(self._texts[0] == 0) + 1
        return starts[starts < TRAINING - self.steps]

    def batch(self, index: int, size: int) -> Batch:
        """See `Prepared.batch`."""
        tokens, rng = self._texts[0], np.random.default_rng([self.seed, index])
        at = rng.choice(self._starts, size)[None, :] + np.arange(self.steps)[:, None]
        return Batch(tokens[at], tokens[at + 1])

    @cached_property
    def held_out(self) -> Batch:
        """Pieces that begin with a line, spread over the text."""
        tokens = self._texts[1]
        lines = np.flatnonzero(tokens[:-HELD_OUT_LENGTH] == 0) + 1
        starts = lines[np.linspace(0, len(lines) - 1, HELD_OUT // HELD_OUT_LENGTH).astype(int)]
        at = starts[None, :] + np.arange(HELD_OUT_LENGTH)[:, None]
        return Batch(tokens[at], tokens[at + 1])

    @property
    def measure(self) -> Measure:
        """Of every character."""
        return Measure("bits per character", "bits", higher_is_better=False)

    def score(self, outputs: Array) -> float:
        """Bits per character."""
        return bits(outputs, self.held_out)

    @cached_property
    def baseline(self) -> Baseline:
        """Somebody who has counted which character follows which two."""
        training, held_out, _ = self._texts
        return Baseline("3-gram model of the same text", trigram_bits(training, held_out, len(CHARACTERS)))

    @property
    def best_possible(self) -> float:
        """Bits per character of somebody who knows the grammar."""
        return float(self._texts[2][1:].mean())

    @property
    def probes(self) -> tuple[dict[str, Any], ...]:
        """Depth, and quotes."""
        texts = {"Nesting": "(a(b(c)b)a)\n", "Quotes hide brackets": 'a("b)]c"[a]b)\n', "Deep": "((((((a))))))\n"}
        return tuple({"name": name, "input": {"text": text}} for name, text in texts.items())


BRACKETS = Task(
    name="brackets",
    title="Nested brackets and quotes",
    description=(
        "Predict the next character of nested brackets. Brackets inside quotes do not count, so that the network has "
        "to keep two things apart: how deep it is, and whether a quote is open."
    ),
    measured=(
        "Bits a character over seeds 0, 1 and 2: an LSTM 2.77 to 2.78, a 3-gram model 2.92, somebody who knows the "
        "grammar 2.72. The 1,000 updates take 8 to 10 seconds of one core: `gatescope train brackets --seed 0`."
    ),
    options=(
        Option("length", "integer", 80, "Characters in a sequence.", 10, 1000),
        Option("deepest", "integer", 8, "Brackets that are open at the same time, at most.", 1, 12),
    ),
    prepared=Brackets,
    defaults={"schedule": "cosine", "steps": 1000},
)
