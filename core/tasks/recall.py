"""``recall``: "I live in France. ... I speak ___": a word that decides a word much later."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from ..activations import Array
from ..batch import Batch
from ..network import Vocabulary
from .drawn import Drawn
from .option import Option
from .task import Baseline, Form, Measure, Task

PAIRS = (
    ("France", "French"), ("Italy", "Italian"), ("Spain", "Spanish"), ("Greece", "Greek"), ("Japan", "Japanese"),
    ("Turkey", "Turkish"), ("Poland", "Polish"), ("Sweden", "Swedish"), ("Hungary", "Hungarian"),
    ("Finland", "Finnish"), ("Iceland", "Icelandic"), ("Croatia", "Croatian"),
)  # fmt: skip
WORDS = {
    "exclamation": ("Well", "Indeed", "Oh"),
    "name": ("Anna", "Ben", "Carla", "David", "Emma", "Felix"),
    "does": ("sings", "reads", "sleeps", "waits", "laughs", "paints"),
    "how": ("softly", "often", "today", "again", "outside"),
    "adjective": ("old", "red", "small", "quiet", "warm", "new"),
    "noun": ("house", "garden", "bridge", "river", "book", "train", "cat"),
    "acts": ("sees", "likes", "finds", "paints"),
}
SENTENCES = (
    ("exclamation", "."),
    ("name", "does", "."),
    ("name", "does", "how", "."),
    ("the", "noun", "is", "adjective", "."),
    ("name", "acts", "the", "adjective", "noun", "."),
)
"""One sentence of each length from 2 on, by the kinds of its words."""
LENGTHS = range(2, 2 + len(SENTENCES))
OTHERS_COUNT = 0.02
"""Weight of every prediction but the answer: enough to learn the grammar, too little to drown the answer."""
SHORTEST = 5


class Recall(Drawn):
    """See the task's description."""

    def __init__(self, options: Mapping[str, Any], seed: int) -> None:
        super().__init__(options, seed)
        self.gap, self.pairs = options["gap"], PAIRS[: options["languages"]]
        kinds = {word: (word,) for word in ("I", "live", "in", "speak", ".", "the", "is")} | WORDS
        kinds |= {"country": tuple(pair[0] for pair in self.pairs), "language": tuple(pair[1] for pair in self.pairs)}
        labels = tuple(dict.fromkeys(word for words in kinds.values() for word in words))
        self.vocabulary = Vocabulary(labels)
        self.tokens = {kind: np.array([self.vocabulary.ids[word] for word in words]) for kind, words in kinds.items()}
        self.steps = self.gap + 5
        self.form = Form("softmax", len(labels), vocabulary=self.vocabulary, predicts="next_input")

    def batch(self, index: int, size: int) -> Batch:
        """Gaps of every length up to the chosen one: what is learned over short ones carries over to long ones."""
        rng = np.random.default_rng([self.seed, index])
        gap = self.gap if self.options["gaps"] == "equal" else int(rng.integers(SHORTEST, self.gap + 1))
        return self._sequences(rng, size, gap)

    def draw(self, rng: np.random.Generator, size: int) -> Batch:
        """Sequences of the full gap."""
        return self._sequences(rng, size, self.gap)

    def _sequences(self, rng: np.random.Generator, size: int, gap: int) -> Batch:
        place = rng.integers(len(self.pairs), size=size)
        kinds = ["I", "live", "in", "country", ".", *self._distraction(rng, gap - 3), "I", "speak", "language", "."]
        words = np.empty((len(kinds), size), np.int64)
        for step, kind in enumerate(kinds):
            tokens = self.tokens[kind]
            chosen = place if kind in ("country", "language") else rng.integers(len(tokens), size=size)
            words[step] = tokens[chosen]
        weights = np.full((len(kinds) - 1, size), OTHERS_COUNT)
        weights[-2] = 1
        return Batch(words[:-1], words[1:], weights)

    @staticmethod
    def _distraction(rng: np.random.Generator, count: int) -> list[str]:
        """Kinds of ``count`` words that make whole sentences."""
        kinds: list[str] = []
        while (left := count - len(kinds)) > 0:
            fitting = [length for length in LENGTHS if length == left or length <= left - LENGTHS[0]]
            kinds += SENTENCES[fitting[int(rng.integers(len(fitting)))] - LENGTHS[0]]
        return kinds

    @property
    def measure(self) -> Measure:
        """Of the answers alone."""
        return Measure("accuracy", "share of answers that are right", higher_is_better=True)

    def score(self, outputs: Array) -> float:
        """Share of sequences whose most likely word after "I speak" is the right language."""
        return float((outputs[-2].argmax(axis=0) == self.held_out.targets[-2]).mean())

    @property
    def baseline(self) -> Baseline:
        """Somebody who knows that a language comes, but not which."""
        return Baseline(f"chance: one of {len(self.pairs)} languages", 1 / len(self.pairs))

    @cached_property
    def probes(self) -> tuple[dict[str, Any], ...]:
        """Two sequences that differ in the country alone."""
        labels = self.vocabulary.labels
        words = [labels[token] for token in self._sequences(np.random.default_rng(1), 1, self.gap).inputs[:-1, 0]]
        return tuple(
            {
                "name": f"{country}, {self.gap} words before",
                "input": {"text": " ".join([*words[:3], country, *words[4:]]).replace(" .", ".")},
            }
            for country, _ in self.pairs[:2]
        )


RECALL = Task(
    name="recall",
    title="Recall a word from long before",
    description=(
        'Sentences such as "I live in France. ... I speak ___": which language is right was decided by a word long '
        "before, and all between is distraction. The network predicts every next word; only the answer is scored."
    ),
    measured=(
        "Answers that are right over seeds 0, 1 and 2: an LSTM and a GRU all, a simple RNN 13 to 17 %, which is "
        "chance. The 1,000 updates take 5 to 9 seconds of one core: `gatescope train recall --cell gru --seed 0`."
    ),
    options=(
        Option("gap", "integer", 60, "Words from the country to where the language has to be said.", SHORTEST, 1000),
        Option("languages", "integer", 8, "Countries and languages there are.", 2, len(PAIRS)),
        Option(
            "gaps", "choice", "all", "Trains on gaps of all lengths up to it, or on it alone.", choices=("all", "equal")
        ),
    ),
    prepared=Recall,
    defaults={"hidden_size": 48, "forget_bias": 3.0, "steps": 1000},
)
