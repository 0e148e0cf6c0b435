"""What stands around a network's layers: embedding, readout, vocabulary, and how outputs become inputs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from .activations import Array, softmax
from .cells.cell import frozen
from .errors import ParameterError
from .splitting import Splitter

ReadoutKind = Literal["softmax", "linear"]

LONGEST_LABEL = 256
"""Characters of a token's text: a trace repeats it at every step where the token is read or predicted."""


def checked_labels(owner: str, labels: Sequence[Any], field: str = "labels") -> tuple[str, ...]:
    """The labels as they are kept.

    Raises:
        ParameterError: one of them is no text or too long, or is there twice.
    """
    labels = tuple(labels)
    for index, label in enumerate(labels):
        if type(label) is not str or any("\ud800" <= character <= "\udfff" for character in label):
            raise ParameterError(f"every label of {owner} must be Unicode text, not {label!r}", (field, index))
        if len(label) > LONGEST_LABEL:
            raise ParameterError(
                f"a label of {owner} must have at most {LONGEST_LABEL} characters, not {len(label):,}", (field, index)
            )
    if len(set(labels)) != len(labels):
        twice, _ = Counter(labels).most_common(1)[0]
        raise ParameterError(
            f"every label of {owner} must be different, but {twice!r} is there more than once", (field,)
        )
    return labels


def _freeze(owner: object, name: str, array: Array, ndim: int) -> None:
    """Check the array's form and put it, read-only, into the frozen owner's field."""
    value = frozen(type(owner).__name__.lower(), name, array)
    if value.ndim != ndim or 0 in value.shape:
        raise ParameterError(
            f"{name} must have {ndim} dimension{'s' * (ndim > 1)}, none of them 0, not shape {value.shape}", (name,)
        )
    object.__setattr__(owner, name, value)


@dataclass(frozen=True, eq=False)
class Embedding:
    """``table`` (V, E): one row for each token. An unknown token without a row of its own reads as zeros.

    ``padding`` is the token that the network's framework skips as if it were not there, None if there is none.
    """

    table: Array
    padding: int | None = None

    def __post_init__(self) -> None:
        """Freeze and check the table."""
        _freeze(self, "table", self.table, 2)
        rows = len(self.table)
        if self.padding is not None and (type(self.padding) is not int or not 0 <= self.padding < rows):
            raise ParameterError(
                f"the padding token must be one of the ids 0 to {rows - 1}, not {self.padding!r}", ("padding",)
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies are made from the fields, so that they are as frozen as this one."""
        return Embedding, (self.table, self.padding)

    def __call__(self, tokens: Array) -> Array:
        """Rows of the table, (T, E), for (T,) token ids; id -1 gives zeros."""
        rows = self.table[tokens]
        rows[tokens < 0] = 0
        return rows


@dataclass(frozen=True, eq=False)
class Readout:
    """``kernel`` (H, O) and ``bias`` (O,) over the last layer's hidden state.

    Where the last layer has two directions, their hidden states stand side by side, forward first.
    ``predicts`` says what an output is about: "next_input" when the output at step t is about the input at step t + 1.
    ``labels`` are the texts of a softmax readout's outputs, where these are no tokens of a vocabulary.
    """

    kind: ReadoutKind
    kernel: Array
    bias: Array
    predicts: Literal["next_input"] | None = None
    labels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Freeze and check."""
        if self.kind not in ("softmax", "linear"):
            raise ParameterError(f"readout kind must be softmax or linear, not {self.kind!r}", ("kind",))
        if self.predicts not in ("next_input", None):
            raise ParameterError(
                f"what a readout predicts must be next_input or None, not {self.predicts!r}", ("predicts",)
            )
        _freeze(self, "kernel", self.kernel, 2)
        _freeze(self, "bias", self.bias, 1)
        if self.bias.shape != (self.kernel.shape[1],):
            raise ParameterError(
                f"readout bias must be ({self.kernel.shape[1]},) like the kernel's columns, not {self.bias.shape}",
                ("bias",),
            )
        if self.labels is None:
            return
        object.__setattr__(self, "labels", checked_labels("a readout", self.labels))
        if self.kind != "softmax" or len(self.labels) != self.size:
            raise ParameterError(
                f"labels of a readout must be one for each of its {self.size} softmax outputs, not {len(self.labels)} "
                f"of a {self.kind} one",
                ("labels",),
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies are made from the fields, so that they are as frozen as this one."""
        return Readout, (self.kind, self.kernel, self.bias, self.predicts, self.labels)

    @property
    def size(self) -> int:
        """O."""
        return int(self.kernel.shape[1])

    def __call__(self, hidden: Array) -> Array:
        """Probabilities (softmax) or values (linear), (..., O), from (..., H)."""
        scores = hidden @ self.kernel + self.bias
        return softmax(scores) if self.kind == "softmax" else scores


@dataclass(frozen=True)
class Vocabulary:
    """The tokens' texts by id, all different, and the id that stands for an unknown token, if the network has one.

    A text has at most `LONGEST_LABEL` characters.
    """

    labels: tuple[str, ...]
    unknown: int | None = None

    def __post_init__(self) -> None:
        """Check that every label is text and there once, and that the unknown token is one of them."""
        object.__setattr__(self, "labels", checked_labels("a vocabulary", self.labels))
        if self.unknown is not None and (type(self.unknown) is not int or not 0 <= self.unknown < len(self.labels)):
            raise ParameterError(
                f"the unknown token must be one of the ids 0 to {len(self.labels) - 1}, not {self.unknown!r}",
                ("unknown",),
            )

    @cached_property
    def ids(self) -> dict[str, int]:
        """Id by label."""
        return {label: index for index, label in enumerate(self.labels)}

    @cached_property
    def splitter(self) -> Splitter:
        """What makes text into these tokens."""
        return Splitter(self.labels)


@dataclass(frozen=True)
class Feedback:
    """How a network that reads numbers hears what it has said.

    The columns of its input from ``first`` on, one for each output, hold 1 for the last output and 0 for all others;
    all are 0 before the first. After the output ``end`` nothing follows; None if there is no such output.
    """

    first: int
    end: int | None = None

    def columns(self, outputs: int) -> slice:
        """The columns of the input that hold the last output."""
        return slice(self.first, self.first + outputs)
