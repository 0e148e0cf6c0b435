"""``copy``: some letters, a long silence, then the letters again (Arjovsky et al. 2016)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..activations import Array
from ..batch import Batch
from ..network import Vocabulary
from .drawn import Drawn
from .option import Option
from .task import Baseline, Form, Measure, Task

LETTERS, SILENCE, NOW = "abcdefghijklmnop", "_", ">"
SILENCES_COUNT = 0.05
"""Weight of the predictions of silence, which are easy and many."""


class Copy(Drawn):
    """See the task's description."""

    def __init__(self, options: Mapping[str, Any], seed: int) -> None:
        super().__init__(options, seed)
        self.count, self.delay, self.kinds = options["letters"], options["delay"], options["alphabet"]
        self.vocabulary = Vocabulary((*LETTERS[: self.kinds], SILENCE, NOW))
        self.steps = 2 * self.count + self.delay + 1
        self.form = Form("softmax", self.kinds + 2, vocabulary=self.vocabulary)

    def draw(self, rng: np.random.Generator, size: int) -> Batch:
        """The letters, ``delay`` silences, the signal, and as many silences as there are letters to say."""
        inputs = np.full((self.steps, size), self.kinds)
        targets = np.full((self.steps, size), self.kinds)
        inputs[: self.count] = targets[-self.count :] = rng.integers(self.kinds, size=(self.count, size))
        inputs[self.count + self.delay] = self.kinds + 1
        weights = np.full((self.steps, size), SILENCES_COUNT)
        weights[-self.count :] = 1
        return Batch(inputs, targets, weights)

    @property
    def measure(self) -> Measure:
        """Of the letters alone."""
        return Measure("accuracy", "share of letters that are right", higher_is_better=True)

    def score(self, outputs: Array) -> float:
        """Share of the letters after the signal that are right."""
        right = outputs.argmax(axis=1) == self.held_out.targets
        return float(right[-self.count :].mean())

    @property
    def baseline(self) -> Baseline:
        """Somebody who knows that letters come, but not which."""
        return Baseline(f"chance: one of {self.kinds} letters", 1 / self.kinds)

    @property
    def probes(self) -> tuple[dict[str, Any], ...]:
        """One sequence."""
        tokens = self.draw(np.random.default_rng(1), 1).inputs[:, 0]
        text = "".join(self.vocabulary.labels[token] for token in tokens)
        return ({"name": f"{self.count} letters over {self.delay} silences", "input": {"text": text}},)


COPY = Task(
    name="copy",
    title="Repeat letters after a silence",
    description=(
        "Some letters, a silence, a signal: then the network says the letters again, in their order. All of them have "
        "to be kept apart for as long as the silence lasts."
    ),
    measured=(
        "Letters that are right over seeds 0, 1 and 2: an LSTM 96 to 100 %, a GRU 99 %, a simple RNN 11 to 12 %, "
        "which is chance. The 1,500 updates take 4 to 11 seconds of one core: `gatescope train copy --cell gru "
        "--seed 0`."
    ),
    options=(
        Option("letters", "integer", 5, "Letters to be repeated.", 1, 100),
        Option("delay", "integer", 20, "Silence between them and the signal.", 0, 1000),
        Option("alphabet", "integer", 8, "Different letters there are.", 2, len(LETTERS)),
    ),
    prepared=Copy,
    defaults={"hidden_size": 64, "forget_bias": 2.0, "steps": 1500},
    bidirectional=True,
)
