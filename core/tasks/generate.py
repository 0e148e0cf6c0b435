"""``generate``: short tunes, learned so well that the network goes on from any place in them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from ..activations import Array
from ..batch import Batch
from ..errors import PlanError
from ..network import LONGEST_LABEL, Vocabulary
from .option import Option
from .task import Baseline, Form, Measure, Prepared, Task

TUNES = """\
C4 C4 G4 G4 A4 A4 G4 - F4 F4 E4 E4 D4 D4 C4 - G4 G4 F4 F4 E4 E4 D4 - G4 G4 F4 F4 E4 E4 D4 -
C4 D4 E4 C4 C4 D4 E4 C4 E4 F4 G4 - E4 F4 G4 - C4 G3 C4 - C4 G3 C4 -
E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 E4 D4 D4 - E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 D4 C4 C4 -
E4 D4 C4 D4 E4 E4 E4 - D4 D4 D4 - E4 G4 G4 - E4 D4 C4 D4 E4 E4 E4 E4 D4 D4 E4 D4 C4 - - -
"""
"""Four traditional tunes: a note a beat, - where the one before it is held."""
UNKNOWABLE = 8
"""First notes that do not count: several tunes may go like that."""
MOST_NOTES, MOST_TUNES = 500, 200


class Generate(Prepared):
    """See the task's description."""

    def __init__(self, options: Mapping[str, Any], seed: int) -> None:
        super().__init__(options, seed)
        self.steps = options["length"]
        tunes = [line.split() for line in options["tunes"].splitlines() if line.strip()]
        labels = tuple(dict.fromkeys(note for tune in tunes for note in tune))
        for index, tune in enumerate(tunes):
            if len(tune) < 2:
                raise PlanError(f"a tune must have at least 2 notes, but line {index + 1} has {len(tune)}", ("tunes",))
        if not tunes or len(tunes) > MOST_TUNES or len(labels) > MOST_NOTES:
            raise PlanError(
                f"tunes must be 1 to {MOST_TUNES} lines with at most {MOST_NOTES} different notes, not {len(tunes)} "
                f"lines with {len(labels)}",
                ("tunes",),
            )
        if longest := next((label for label in labels if len(label) > LONGEST_LABEL), None):
            raise PlanError(
                f"a note must have at most {LONGEST_LABEL} characters, not {len(longest)}; notes stand between spaces",
                ("tunes",),
            )
        self.vocabulary = Vocabulary(labels)
        self.tunes = [np.array([self.vocabulary.ids[note] for note in tune]) for tune in tunes]
        self.form = Form("softmax", len(labels), vocabulary=self.vocabulary, embedding_size=12, predicts="next_input")

    def batch(self, index: int, size: int) -> Batch:
        """Any tune from any place; after its end it begins again."""
        rng = np.random.default_rng([self.seed, index])
        tunes = rng.integers(len(self.tunes), size=size)
        return self._pieces([(tune, int(rng.integers(len(self.tunes[tune])))) for tune in tunes])

    def _pieces(self, starts: list[tuple[int, int]]) -> Batch:
        every = [np.take(self.tunes[tune], start + np.arange(self.steps + 1), mode="wrap") for tune, start in starts]
        notes = np.stack(every, axis=1)
        weights = np.ones((self.steps, len(starts)))
        weights[:UNKNOWABLE] = 0.1
        return Batch(notes[:-1], notes[1:], weights)

    @cached_property
    def held_out(self) -> Batch:
        """Every tune from every place, up to a number: nothing is held out, as the tunes are to be known by heart."""
        starts = [(index, start) for index, tune in enumerate(self.tunes) for start in range(len(tune))]
        return self._pieces(starts[:: 1 + len(starts) // 512])

    @property
    def measure(self) -> Measure:
        """Of what can be known."""
        name = f"share of notes that are right, from the {UNKNOWABLE + 1}th on"
        return Measure("accuracy", name, higher_is_better=True)

    def score(self, outputs: Array) -> float:
        """Share of notes that are right once some have been heard."""
        right = outputs.argmax(axis=1) == self.held_out.targets
        return float(right[UNKNOWABLE:].mean())

    @cached_property
    def baseline(self) -> Baseline:
        """Somebody who has counted which note follows which two."""
        inputs, targets, size = self.held_out.inputs, self.held_out.targets, len(self.vocabulary.labels)
        contexts = (inputs[UNKNOWABLE - 1 : -1] * size + inputs[UNKNOWABLE:]).ravel()
        pairs, counts = np.unique(contexts * size + targets[UNKNOWABLE:].ravel(), return_counts=True)
        best = np.maximum.reduceat(counts, np.unique(pairs // size, return_index=True)[1])
        return Baseline("the note that mostly follows the last two", float(best.sum() / contexts.size))

    @property
    def probes(self) -> tuple[dict[str, Any], ...]:
        """The beginnings of the first tunes."""
        labels = self.vocabulary.labels
        return tuple(
            {
                "name": f"Tune {index + 1}",
                "input": {"text": " ".join(labels[note] for note in np.resize(tune, min(len(tune), self.steps)))},
            }
            for index, tune in enumerate(self.tunes[:4])
        )


GENERATE = Task(
    name="generate",
    title="Tunes that go on by themselves",
    description=(
        "Learn a few short tunes by heart, from any place in them. Given some notes to start with, and fed with its "
        "own, the network plays on: it has to find out which tune it is in, and keep it in mind where tunes are alike."
    ),
    measured=(
        "An LSTM says 99.9 % of the notes rightly over seeds 0, 1 and 2, where the note that mostly follows the "
        "last two is right for 61 %. The 300 updates take 3 seconds of one core: `gatescope train generate --seed "
        "0`."
    ),
    options=(
        Option("tunes", "text", TUNES, "A tune a line: notes separated by spaces, - to hold one.", 3, 20_000),
        Option("length", "integer", 48, "Notes in a sequence.", UNKNOWABLE + 2, 500),
    ),
    prepared=Generate,
    defaults={"steps": 300},
)
