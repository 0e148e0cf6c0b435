"""``text``: the next character of a text, the user's own or the source of Python's standard library."""

import sysconfig
from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..activations import Array
from ..batch import Batch
from ..encoding import SURROGATE
from ..errors import PlanError
from ..network import Vocabulary
from .language import bits, trigram_bits
from .option import Option
from .task import Baseline, Form, Measure, Prepared, Task

MOST_CHARACTERS = 8_000_000
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
MOST_KINDS = 255
"""Different characters with a token of their own; the rarest ones share one."""
SHARE_HELD_OUT, MOST_HELD_OUT = 0.05, 12_800
HELD_OUT_LENGTH = 400
UNKNOWABLE = 16
"""First characters of a held-out sequence that do not count: the network has to find out where it is."""
LIBRARY_CHARACTERS = 1_000_000
EXAMPLE = 120


class Text(Prepared):
    """See the task's description."""

    carry_state = True

    def __init__(self, options: Mapping[str, Any], seed: int) -> None:
        super().__init__(options, seed)
        text, self.steps = options["text"], options["length"]
        if text is None:
            text = library()
        if half := SURROGATE.search(text):
            raise PlanError(
                f"the text must be Unicode characters, but character {half.start()} is half of one, {half.group()!r}",
                ("text",),
            )
        least = 2 * (self.steps + 1)
        if len(text) < least:
            raise PlanError(
                f"the text must have at least {least:,} characters for sequences of {self.steps:,}, not {len(text):,}",
                ("text",),
            )
        counts = Counter(text)
        counts.pop(UNKNOWN, None)
        kinds = sorted(character for character, _ in counts.most_common(MOST_KINDS))
        shared = len(kinds) < len(set(text))
        self.vocabulary = Vocabulary((*kinds, UNKNOWN), unknown=len(kinds)) if shared else Vocabulary(tuple(kinds))
        if len(self.vocabulary.labels) < 2:
            raise PlanError("the text must have at least 2 different characters, not the same one all along", ("text",))
        self.text = text
        self.form = Form(
            "softmax", len(self.vocabulary.labels), vocabulary=self.vocabulary, embedding_size=32, predicts="next_input"
        )

    @cached_property
    def _tokens(self) -> tuple[Array, Array]:
        """Training and held-out tokens; the latter are the text's end."""
        kinds = self.vocabulary.ids
        code_points, places = np.unique(np.frombuffer(self.text.encode("utf-32-le"), "<u4"), return_inverse=True)
        unknown = len(kinds) - 1
        tokens = np.array([kinds.get(chr(point), unknown) for point in code_points])[places]
        count = max(self.steps + 1, min(MOST_HELD_OUT + 1, int(SHARE_HELD_OUT * len(tokens))))
        return tokens[:-count], tokens[-count:]

    def batch(self, index: int, size: int) -> Batch:
        """Readers that go through the text from evenly spaced places, round and round."""
        training = self._tokens[0]
        first = np.random.default_rng(self.seed).integers(len(training))
        begins = first + np.arange(size) * len(training) // size + index * self.steps
        at = (begins[None, :] + np.arange(self.steps + 1)[:, None]) % len(training)
        tokens = training[at]
        return Batch(tokens[:-1], tokens[1:])

    @cached_property
    def held_out(self) -> Batch:
        """The text's end in pieces, each read from the state of zeros."""
        tokens = self._tokens[1]
        length = min(HELD_OUT_LENGTH, len(tokens) - 1)
        begins = np.arange(0, len(tokens) - length, length)
        at = begins[None, :] + np.arange(length + 1)[:, None]
        weights = np.ones((length, len(begins)))
        weights[: min(UNKNOWABLE, length // 2)] = 0
        return Batch(tokens[at[:-1]], tokens[at[1:]], weights)

    @property
    def measure(self) -> Measure:
        """Of held-out characters."""
        return Measure("bits per character", "bits", higher_is_better=False)

    def score(self, outputs: Array) -> float:
        """Bits per character."""
        return bits(outputs, self.held_out)

    @cached_property
    def baseline(self) -> Baseline:
        """Somebody who has counted which character follows which two."""
        return Baseline("3-gram model of the same text", trigram_bits(*self._tokens, len(self.vocabulary.labels)))

    @property
    def probes(self) -> tuple[dict[str, Any], ...]:
        """How the held-out part begins."""
        begin = len(self._tokens[0])
        return ({"name": "Held out from training", "input": {"text": self.text[begin : begin + EXAMPLE]}},)


@cache
def library() -> str:
    """About a megabyte of the standard library's source, in the order of its files.

    Raises:
        PlanError: it is not installed as source.
    """
    paths = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    pieces, count = [], 0
    for path in paths:
        if count < LIBRARY_CHARACTERS:
            pieces.append(path.read_text("utf-8", errors="replace").replace("\t", "    "))
            count += len(pieces[-1])
    if not pieces:
        raise PlanError(
            "a text must be given: the source of Python's standard library is not installed here", ("text",)
        )
    return "\n\n".join(pieces)[:LIBRARY_CHARACTERS]


TEXT = Task(
    name="text",
    title="A text of your own, character by character",
    description=(
        "Predict the next character of a text, which can be your own; without one it is the source of Python's "
        "standard library. The last part of the text is held out. Fed with its own characters the network writes on."
    ),
    measured=(
        "On a megabyte of the standard library an LSTM needs 1.89 bits a character (seed 0), a 3-gram model 2.44. "
        "The 1,500 updates take 41 seconds of one core: `gatescope train text --seed 0`."
    ),
    options=(
        Option("text", "text", None, "The text; null: Python's standard library.", 1, MOST_CHARACTERS, optional=True),
        Option("length", "integer", 100, "Characters in a sequence; the state is carried to the next one.", 2, 1000),
    ),
    prepared=Text,
    defaults={"hidden_size": 128, "batch_size": 16, "learning_rate": 0.01, "schedule": "cosine", "steps": 1500},
)
