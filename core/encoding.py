"""What the user supplies - text, tokens or values - as the arrays a network reads, with a short label for each step."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np

from .activations import Array
from .errors import (
    EmptySequence,
    InputError,
    NotFinite,
    PaddingToken,
    RaggedRows,
    TokenOutOfRange,
    WrongKind,
    WrongWidth,
)
from .network import LONGEST_LABEL, Network, Vocabulary

UNKNOWN = -1
"""Id of an unknown token in a network without a token for it: it reads as zeros."""
UNKNOWN_LABEL = "\ufffd"
"""Label of a step at which such an id came, instead of a text."""

HOW_IT_WAS_SPLIT = (
    "the text was split into the vocabulary's longest fitting tokens; the framework's own tokenizer may split "
    "otherwise, while token ids are exact"
)
START = "(start)"
"""Label of a step at which a network that hears its own outputs has heard none yet."""
SURROGATE = re.compile("[\ud800-\udfff]")
NOT_LISTS = (str, bytes, bytearray, memoryview)


@dataclass(frozen=True, eq=False)
class Encoded:
    """A sequence that fits a network.

    ``tokens`` is (T,) or None, ``values`` (T, D) in the network's precision or None; ``labels`` has a short text for
    each step; ``unknown`` lists the steps whose token the network does not know; ``notes`` are sentences for the user.
    """

    kind: Literal["tokens", "values"]
    labels: tuple[str, ...]
    tokens: Array | None = None
    values: Array | None = None
    unknown: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        """T."""
        return len(self.labels)


def encode(
    network: Network, *, text: str | None = None, tokens: Sequence[int] | Array | None = None, values: Any = None
) -> Encoded:
    """Make exactly one of ``text``, ``tokens`` and ``values`` into what ``network`` reads.

    Args:
        network: the network that will read it.
        text: characters, one a step; where the vocabulary has longer tokens, these, as `splitting` finds them.
        tokens: ids in 0 .. V - 1, one a step; also -1, as a text's encoding has it, where the vocabulary has no token
            for what is unknown.
        values: T rows of D numbers; for D = 1 also a flat list.

    Raises:
        InputError: the sequence does not fit; the message and pointer say where.
    """
    given = {
        name: value for name, value in (("text", text), ("tokens", tokens), ("values", values)) if value is not None
    }
    if len(given) != 1:
        raise InputError(
            f"an input must have exactly one of text, tokens and values, not {' and '.join(given) or 'none of them'}"
        )
    if text is not None:
        return _encode_text(network, text)
    if tokens is not None:
        return _encode_tokens(network, tokens)
    return _encode_values(network, values)


def as_numbers(values: Any) -> Array | None:
    """Numbers as an array of integers or floats; None for anything else, and where true or false is among numbers."""
    try:
        array = np.asarray(values)
        truths = False
        if not isinstance(values, np.ndarray) and array.ndim in (1, 2):
            elements = values if array.ndim == 1 else chain.from_iterable(values)
            truths = not {bool, np.bool_}.isdisjoint(map(type, elements))
    except (TypeError, ValueError, OverflowError):
        return None
    return None if truths or array.dtype.kind not in "iuf" else array


def _encode_text(network: Network, text: str) -> Encoded:
    if network.input_kind != "tokens":
        raise WrongKind(f"this network reads {_rows_of(network.input_size)} as values, not text", ("text",))
    if network.vocabulary is None:
        raise WrongKind("this network has no vocabulary, so it reads token ids, not text", ("text",))
    if not isinstance(text, str):
        raise InputError(f"text must be a string, not {_brief(text)}", ("text",))
    if not text:
        raise EmptySequence("a sequence must have at least one character; the text is empty", ("text",))
    if half := SURROGATE.search(text):
        raise InputError(
            f"text must be Unicode characters, but character {half.start()} is half of one, {half.group()!r}", ("text",)
        )
    pieces, found, notes = _split(network.vocabulary, text)
    unknown = tuple(step for step, token in enumerate(found) if token is None)
    stand_in = UNKNOWN if network.vocabulary.unknown is None else network.vocabulary.unknown
    tokens = np.array([stand_in if token is None else token for token in found], dtype=np.int64)
    check_padding(network, tokens, "text")
    return Encoded(
        "tokens",
        tuple(pieces),
        tokens=tokens,
        unknown=unknown,
        notes=(*notes, *_note_unknown(pieces, unknown)),
    )


def _split(vocabulary: Vocabulary, text: str) -> tuple[Sequence[str], list[int | None], tuple[str, ...]]:
    """Pieces of the text, one a step, the id of each, None where it is unknown, and notes on the splitting."""
    splitter, ids = vocabulary.splitter, vocabulary.ids
    if splitter.by_character:
        return text, [ids.get(character) for character in text], ()
    pairs, folded = splitter.split(text)
    if not pairs:
        raise EmptySequence("a sequence must have at least one token; the text is only white space", ("text",))
    pieces = [label if label is not None else _shortened(piece) for piece, label in pairs]
    notes = ("the text was read in lower case, as every token of the vocabulary is",) if folded else ()
    # Any tokenizer of words agrees where white space alone stands between them.
    if any(len(piece) > 1 for piece in pieces) and pieces != (text.lower() if folded else text).split():
        notes = (HOW_IT_WAS_SPLIT, *notes)
    return pieces, [None if label is None else ids[label] for _, label in pairs], notes


def _shortened(piece: str) -> str:
    return piece if len(piece) <= LONGEST_LABEL else piece[: LONGEST_LABEL - 1] + "…"


def _note_unknown(pieces: Sequence[str], unknown: tuple[int, ...]) -> tuple[str, ...]:
    if not unknown:
        return ()
    different = list(dict.fromkeys(pieces[step] for step in unknown))
    shown = ", ".join(_brief(piece) for piece in different[:5]) + (", ..." if len(different) > 5 else "")
    what = "character" if all(len(piece) == 1 for piece in different) else "piece"
    subject = f"1 {what} is" if len(unknown) == 1 else f"{len(unknown)} {what}s are"
    return (f"{subject} not in this network's vocabulary and read as unknown: {shown}",)


def _encode_tokens(network: Network, tokens: Sequence[int] | Array) -> Encoded:
    if network.input_kind != "tokens":
        raise WrongKind(f"this network reads {_rows_of(network.input_size)} as values, not tokens", ("tokens",))
    tokens = _listed(tokens, "tokens", "whole numbers")
    if len(tokens) == 0:
        raise EmptySequence("a sequence must have at least one token; the list is empty", ("tokens",))
    size, vocabulary = network.input_size, network.vocabulary
    lowest = UNKNOWN if vocabulary and vocabulary.unknown is None else 0
    if set(map(type, tokens)) != {int} or min(tokens) < lowest or max(tokens) >= size:
        _check_each_token(tokens, lowest, size)
    array = np.array(tokens, dtype=np.int64)
    check_padding(network, array, "tokens")
    unknown = tuple(np.flatnonzero(array == UNKNOWN).tolist())
    labels = list(map(vocabulary.labels.__getitem__ if vocabulary else str, array.tolist()))
    for step in unknown:
        labels[step] = UNKNOWN_LABEL
    return Encoded("tokens", tuple(labels), tokens=array, unknown=unknown)


def check_padding(network: Network, tokens: Array, came_as: Literal["text", "tokens"]) -> None:
    """Refuse padding in (T,) ids: the framework skips such steps, so that without them its network computes the same.

    Raises:
        PaddingToken: one of them is the padding token.
    """
    padding = network.embedding.padding if network.embedding else None
    if padding is not None and (tokens == padding).any():
        step = int(np.argmax(tokens == padding))
        raise PaddingToken(
            f"token {padding} is padding, which this network skips as if it were not there; leave it out (it came at "
            f"step {step})",
            ("tokens", step) if came_as == "tokens" else ("text",),
        )


def _check_each_token(tokens: Sequence[Any] | Array, lowest: int, size: int) -> None:
    """Raise the error that names the first token at fault, if one is."""
    for step, token in enumerate(tokens):
        if not _is_whole(token):
            raise InputError(f"a token must be a whole number, not {_brief(token)}", ("tokens", step))
        if not lowest <= token < size:
            known = f"0 to {size - 1}" + (f", or {UNKNOWN} for an unknown one," if lowest == UNKNOWN else "")
            raise TokenOutOfRange(f"a token must be in {known} for this network, not {_brief(token)}", ("tokens", step))


def _encode_values(network: Network, values: Any) -> Encoded:
    width = network.input_size
    if network.input_kind != "values":
        wanted = "text or tokens" if network.vocabulary else "tokens"
        raise WrongKind(f"this network reads {wanted}, not values", ("values",))
    values = _listed(values, "values", _rows_of(width))
    if len(values) == 0:
        raise EmptySequence("a sequence must have at least one row; the list is empty", ("values",))
    flat = width == 1 and not _is_list(values[0])
    if flat:
        values = values[:, None] if isinstance(values, np.ndarray) else [[number] for number in values]
    array = _as_rows(values, width, flat)
    with np.errstate(over="ignore"):
        cast = np.array(array, dtype=network.dtype, order="C")
    if not np.isfinite(cast).all():
        step, column = (int(index) for index in np.argwhere(~np.isfinite(cast))[0])
        number = float(array[step, column])
        reason = f"is too large for {network.dtype}" if np.isfinite(number) else "is not a finite number"
        raise NotFinite(f"values must be finite; {number!r} {reason}", _place(step, column, flat))
    return Encoded("values", _row_labels(network, cast), values=cast)


def _row_labels(network: Network, rows: Array) -> tuple[str, ...]:
    """The number itself where a row has one, the output that is heard where there is feedback, else the row's own."""
    if network.feedback and network.output_size:
        heard = rows[:, network.feedback.columns(network.output_size)]
        names = network.output_labels or tuple(map(str, range(network.output_size)))
        return tuple(names[row.argmax()] if row.any() else START for row in heard)
    if rows.shape[1] == 1:
        return tuple(f"{row[0]:.4g}" for row in rows.tolist())
    return tuple(map(str, range(1, len(rows) + 1)))


def _as_rows(values: Any, width: int, flat: bool) -> Array:
    """Values as a (T, D) array of integers or floats, or the error that names the first row at fault.

    ``flat`` says that the numbers came without rows around them, so that errors point to them as they came.
    """
    array = as_numbers(values)
    if array is not None and array.shape[1:] == (width,):
        return array
    if array is not None and array.ndim == 1:
        raise WrongWidth(f"this network reads {_rows_of(width)}; a flat list of numbers came", ("values",))
    length_before = None
    for step, row in enumerate(values):
        if not _is_list(row):
            raise InputError(f"each row must be a list of {_numbers(width)}, not {_brief(row)}", ("values", step))
        if length_before is not None and len(row) != length_before:
            raise RaggedRows(
                f"all rows must be equally long; row {step} has {len(row)} numbers, those before it {length_before}",
                ("values", step),
            )
        length_before = len(row)
        for column, number in enumerate(row):
            _check_number(number, _place(step, column, flat))
    if length_before != width:
        raise WrongWidth(f"this network reads {_rows_of(width)}; rows of {length_before} came", ("values", 0))
    return np.array([[float(number) for number in row] for row in values])


def _listed(value: Any, name: str, content: str) -> Any:
    """The value as something with a length and elements, or the error that says it is none."""
    if not isinstance(value, (Sequence, np.ndarray)) and hasattr(value, "__array__"):
        value = np.asarray(value)
    if not _is_list(value) and (isinstance(value, NOT_LISTS) or not isinstance(value, Sequence)):
        raise InputError(f"{name} must be a list of {content}, not {_brief(value)}", (name,))
    return value


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _check_number(number: Any, pointer: tuple[str | int, ...]) -> None:
    if not _is_whole(number) and not isinstance(number, (float, np.floating)):
        raise InputError(f"values must be numbers, not {_brief(number)}", pointer)
    try:
        float(number)
    except OverflowError:
        raise NotFinite("values must be finite; a whole number of hundreds of digits came", pointer) from None


def _is_whole(number: object) -> bool:
    """True and False are whole numbers to Python, and spans of time to NumPy."""
    return isinstance(number, (int, np.integer)) and not isinstance(number, (bool, np.timedelta64))


def _place(step: int, column: int, flat: bool) -> tuple[str | int, ...]:
    return ("values", step) if flat else ("values", step, column)


def _numbers(count: int) -> str:
    return "1 number" if count == 1 else f"{count} numbers"


def _rows_of(width: int) -> str:
    return f"rows of {_numbers(width)}"


def _brief(value: object) -> str:
    """A value for use in a sentence: never long, and never a failure of its own."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:37] + "...")
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"
    if value is None or isinstance(value, (bool, int, float, complex)):
        return repr(value)
    return f"a {type(value).__name__}"
