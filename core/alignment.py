"""Which step of one sequence goes with which step of another: by index, or by edit distance.

By edit distance is Levenshtein's alignment (R. A. Wagner and M. J. Fischer, "The string-to-string correction problem",
Journal of the ACM 21, 1974): the least number of steps that are exchanged for another, left out or put in.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .encoding import UNKNOWN_LABEL, Encoded
from .errors import WrongKind

Method = Literal["index", "edit"]
Pair = tuple[int | None, int | None]
Symbols = NDArray[np.integer]

PAIRED, ONLY_ONE, ONLY_OTHER = 0, 1, 2


@dataclass(frozen=True)
class Alignment:
    """Two sequences on one time axis: column by column the step of the one and of the other, None where one has none.

    Each sequence is there completely and in order, and no column is empty. ``distance`` counts the columns whose steps
    differ or stand alone.
    """

    method: Method
    pairs: tuple[Pair, ...]
    distance: int

    @cached_property
    def matched(self) -> tuple[int, ...]:
        """The columns in which both have a step."""
        return tuple(column for column, pair in enumerate(self.pairs) if None not in pair)

    @cached_property
    def rows(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The steps of the one and of the other in these columns, (M,) each."""
        both = np.array([self.pairs[column] for column in self.matched], np.intp).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def symbols(one: Encoded, other: Encoded) -> tuple[Symbols, Symbols]:
    """Two sequences as whole numbers, (T,) each, that are equal where the steps are alike.

    Tokens are alike when they have the same text, so that networks with other vocabularies can be compared; where an
    unknown one's text is not known, so are all that are unknown. Rows of numbers are when they are equal number by
    number, in the coarser of the two precisions.

    Raises:
        WrongKind: tokens are set against numbers.
    """
    if one.kind != other.kind:
        raise WrongKind(f"two sequences must be of one kind to be aligned: {one.kind}, not {other.kind}")
    if one.values is None or other.values is None:
        numbers: dict[str, int] = {}
        blurred = any(each.labels[step] == UNKNOWN_LABEL for each in (one, other) for step in each.unknown)
        first, second = (
            np.array([numbers.setdefault(label, len(numbers)) for label in _texts(each, blurred)], np.int64)
            for each in (one, other)
        )
        return first, second
    coarser = min(one.values.dtype, other.values.dtype, key=lambda dtype: dtype.itemsize)
    if one.values.shape[1] != other.values.shape[1]:
        return np.arange(one.steps), np.arange(one.steps, one.steps + other.steps)
    rows = np.concatenate([one.values.astype(coarser), other.values.astype(coarser)])
    _, found = np.unique(rows, axis=0, return_inverse=True)
    return found[: one.steps], found[one.steps :]


def _texts(encoded: Encoded, blurred: bool) -> Iterator[str]:
    unknown = set(encoded.unknown) if blurred else ()
    return (UNKNOWN_LABEL if step in unknown else label for step, label in enumerate(encoded.labels))


def align(one: Encoded, other: Encoded, method: Method) -> Alignment:
    """Which step of ``one`` goes with which step of ``other``.

    Raises:
        WrongKind: tokens are set against numbers.
    """
    return METHODS[method](*symbols(one, other))


def by_index(one: Symbols, other: Symbols) -> Alignment:
    """Step t with step t; what the longer one has more stands alone."""
    both = min(len(one), len(other))
    pairs = [
        (step if step < len(one) else None, step if step < len(other) else None)
        for step in range(max(len(one), len(other)))
    ]
    unlike = int((one[:both] != other[:both]).sum())
    return Alignment("index", tuple(pairs), unlike + len(pairs) - both)


def by_edit(one: Symbols, other: Symbols) -> Alignment:
    """The alignment of least edit distance.

    Of several it is the one that, read from the beginning, pairs two steps before it leaves one out, and leaves out one
    of the first sequence before one of the second. So whatever two sequences begin with in common is paired, which is
    where a network has read the same and done the same.

    Takes `table_cells` bytes; a table of 2,000 x 2,000 is filled in a tenth of a second.
    """
    shared = _beginning(one, other)
    directions = _directions(one[shared:], other[shared:])
    pairs: list[Pair] = [(step, step) for step in range(shared)]
    pairs.extend(_walk(directions, shared))
    alone = sum(here is None or there is None for here, there in pairs)
    unlike = sum(here is not None and there is not None and one[here] != other[there] for here, there in pairs)
    return Alignment("edit", tuple(pairs), int(alone + unlike))


METHODS: dict[Method, Callable[[Symbols, Symbols], Alignment]] = {"index": by_index, "edit": by_edit}
"""What an alignment can go by."""


def table_cells(one: Symbols, other: Symbols) -> int:
    """How many cells `by_edit` fills, a byte each: what is common at the beginning costs nothing."""
    shared = _beginning(one, other)
    return (len(one) - shared + 1) * (len(other) - shared + 1)


def _beginning(one: Symbols, other: Symbols) -> int:
    """How many steps the two begin with in common."""
    both = min(len(one), len(other))
    unlike = np.flatnonzero(one[:both] != other[:both])
    return int(unlike[0]) if len(unlike) else both


def _directions(one: Symbols, other: Symbols) -> NDArray[np.int8]:
    """Where to go on from each place, (N + 1, M + 1): entry (i, j) is about what is left after i and j steps.

    The table is filled from the ends of both sequences, a row at a time. Within a row, a step of the second sequence
    that is put in depends on the entry beside it; with the cost of putting in all up to there taken away, that is a
    running minimum.
    """
    directions = np.empty((len(one) + 1, len(other) + 1), np.int8)
    backwards = other[::-1]
    ahead = np.arange(len(other) + 1, dtype=np.int32)
    below = ahead
    directions[len(one)] = ONLY_OTHER
    for step in range(len(one) - 1, -1, -1):
        left_out = below + 1
        paired = below[:-1] + (backwards != one[step])
        best = left_out.copy()
        np.minimum(best[1:], paired, out=best[1:])
        below = np.minimum.accumulate(best - ahead) + ahead
        found = directions[step, ::-1]
        np.subtract(ONLY_OTHER, below == left_out, out=found, casting="unsafe")  # ONLY_ONE where that is as good
        found[1:] *= below[1:] != paired
    return directions


def _walk(directions: NDArray[np.int8], shared: int) -> Iterator[Pair]:
    """The pairs from the beginning on; both sequences have ``shared`` steps before them."""
    step, other = 0, 0
    last, last_other = directions.shape[0] - 1, directions.shape[1] - 1
    while step < last or other < last_other:
        direction = int(directions[step, other])
        yield (
            None if direction == ONLY_OTHER else shared + step,
            None if direction == ONLY_ONE else shared + other,
        )
        step += direction != ONLY_OTHER
        other += direction != ONLY_ONE
