"""Files of sequences to run a network over: one on each line, in JSON, in a table, or in a NumPy array.

====================  ===============================================================================================
anything else         text, a sequence a line; for a network that reads numbers, a table as in ``.csv``
``.jsonl, .ndjson``   on each line a text, or ``{"text"}``, ``{"tokens"}`` or ``{"values"}``
``.json``             one of these, or a list of them
``.csv, .tsv``        one sequence, a step a line: numbers apart by commas, semicolons or tabs; a heading is left out
``.npy``              (T, D) or (N, T, D) numbers; (T,) or (N, T) token ids; told by its first bytes
====================  ===============================================================================================
"""

import json
import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

import numpy as np

from .activations import Array
from .cells.cell import Poll
from .errors import FileTooLarge, FormatError, WrongWidth
from .formats.limits import MIB
from .formats.readers.npy import MAGIC, read_npy

LONGEST_JSON = 8 * MIB
"""As text: what Python makes of it takes many times as much."""

FIELDS = ("text", "tokens", "values")
SEPARATORS = ",;\t"
SEPARATOR = re.compile(f"[{SEPARATORS}]")
CELLS_OF_A_HEADING = 1000
"""What is above the numbers may have this many cells more than twice theirs."""
LINES_BETWEEN_POLLS = 4096
Kind = Literal["tokens", "values"]


@dataclass(frozen=True)
class SequenceEntry:
    """One sequence of a file: where it stands, in words, and what `encode` takes of it, by name."""

    place: str
    content: Mapping[str, Any]

    @property
    def steps(self) -> int:
        """How many steps it has at most, known before anything is made of it."""
        (content,) = self.content.values()
        return len(content) if hasattr(content, "__len__") else 0


@dataclass(frozen=True)
class Bounds:
    """What is known of who reads a file: one that will be refused is then refused before it is read to its end.

    ``width`` numbers are read at each step, ``steps`` are the most of a sequence, and ``poll`` is called every few
    thousand lines; whatever it raises stops the reading.
    """

    width: int | None = None
    steps: int | None = None
    poll: Poll | None = None


UNBOUNDED = Bounds()


def read_sequences(data: bytes, name: str, kind: Kind, bounds: Bounds = UNBOUNDED) -> Iterator[SequenceEntry]:
    """The sequences of a file, read one at a time as they are asked for.

    Args:
        data: what the file holds.
        name: what it is called; the ending tells its form.
        kind: what the network reads, which decides where a form leaves it open.
        bounds: how large a table may be.

    Raises:
        FormatError: the file, or a part of it, cannot be read as what its ending says.
        FileTooLarge: JSON that would take too much memory, or a table of more steps than the bounds have.
        WrongWidth: a line with many more cells than the network reads numbers.
    """
    suffix = PurePath(name).suffix.lower()
    if data.startswith(MAGIC) or suffix == ".npy":
        yield from _arrays(read_npy(name or "the array", data), kind)
        return
    read = READERS.get(suffix, _table if kind == "values" else _texts)
    yield from read(data, bounds)


def _texts(data: bytes, bounds: Bounds) -> Iterator[SequenceEntry]:
    for number, line in _lines(data, bounds.poll):
        text = _decoded(line, f"line {number}")
        if text:
            yield SequenceEntry(f"line {number}", {"text": text})


def _json_lines(data: bytes, bounds: Bounds) -> Iterator[SequenceEntry]:
    for number, line in _lines(data, bounds.poll):
        if line.strip():
            yield SequenceEntry(f"line {number}", _entry(_json(line, f"line {number}"), f"line {number}"))


def _json_file(data: bytes, _: Bounds) -> Iterator[SequenceEntry]:
    value = _json(data, "the file")
    for index, entry in enumerate(value if isinstance(value, list) else [value]):
        yield SequenceEntry(f"entry {index}", _entry(entry, f"entry {index}"))


def _table(data: bytes, bounds: Bounds) -> Iterator[SequenceEntry]:
    """A table takes eight bytes a number however many there are: files can have millions, of which most are refused."""
    numbers, width = array("d"), 0
    heading: tuple[str, int] | None = None
    for number, line in _lines(data, bounds.poll):
        if not line:
            continue
        text = _decoded(line, f"line {number}")
        _check_width(text, number, bounds)
        cells = [cell.strip().strip('"') for cell in SEPARATOR.split(text)]
        if not any(cells):
            continue
        if not width and heading is None and not any(map(_is_number, cells)):
            heading = next(filter(None, cells)), number
            continue
        if width and len(cells) != width:
            raise FormatError(
                f"all rows must be equally long; line {number} has {len(cells)} numbers, those before it {width}"
            )
        width = len(cells)
        numbers.extend(_number(cell, number) for cell in cells)
        if bounds.steps is not None and len(numbers) > bounds.steps * width:
            raise FileTooLarge(f"a sequence must have at most {bounds.steps:,} steps, but the table has more")
    if heading is not None and not width:
        _number(*heading)  # it was no heading
    if width:
        yield SequenceEntry("the table", {"values": np.frombuffer(numbers).reshape(-1, width)})


def _check_width(text: str, line: int, bounds: Bounds) -> None:
    """Refuse a line that holds neither a row nor a heading, before millions of cells are made of it."""
    if bounds.width is None:
        return
    count, most = sum(map(text.count, SEPARATORS)) + 1, 2 * bounds.width + CELLS_OF_A_HEADING
    if count > most:
        raise WrongWidth(
            f"a line of a table for this network must have at most {most:,} cells, but line {line} has {count:,}"
        )


def _arrays(given: Array, kind: Kind) -> Iterator[SequenceEntry]:
    if given.dtype.kind not in "iuf":
        raise FormatError(f"the array must hold numbers, not {given.dtype}")
    if given.dtype.kind == "f" and kind == "tokens":
        raise FormatError(f"this network reads token ids, which are whole numbers; the array holds {given.dtype}")
    one, least = ("tokens", 1) if kind == "tokens" else ("values", 2 if given.ndim > 1 else 1)
    if given.ndim not in (least, least + 1):
        wanted = "(T,) or (N, T) token ids" if kind == "tokens" else "(T, D) or (N, T, D) numbers"
        raise FormatError(f"the array must hold {wanted}; its shape is {given.shape}")
    if given.ndim == least:
        yield SequenceEntry("the array", {one: given})
        return
    for index, part in enumerate(given):
        yield SequenceEntry(f"sequence {index} of the array", {one: part})


READERS: Mapping[str, Callable[[bytes, Bounds], Iterator[SequenceEntry]]] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json_file,
    ".csv": _table,
    ".tsv": _table,
}


def _lines(data: bytes, poll: Poll | None) -> Iterator[tuple[int, bytes]]:
    """Every line with its number from 1, cut at line feeds; a carriage return before one is no part of it."""
    start, number = 3 if data.startswith(b"\xef\xbb\xbf") else 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if poll is not None and number % LINES_BETWEEN_POLLS == 0:
            poll()
        yield number, data[start:end].removesuffix(b"\r")
        start, number = end + 1, number + 1


def _decoded(line: bytes, place: str) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise FormatError(f"{place} must be text in UTF-8, and is not") from None


def _json(text: bytes, place: str) -> Any:
    if len(text) > LONGEST_JSON:
        raise FileTooLarge(f"{place} may have {LONGEST_JSON:,} bytes of JSON, but has {len(text):,}")
    try:
        return json.loads(_decoded(text, place))
    except json.JSONDecodeError as error:
        raise FormatError(f"{place} must be JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise FormatError(f"{place} must be JSON that does not nest this deep") from None
    except ValueError as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{place} must be JSON with numbers of at most a few thousand digits") from None


def _entry(value: object, place: str) -> Mapping[str, Any]:
    if isinstance(value, str):
        return {"text": value}
    if not isinstance(value, Mapping) or len(value) != 1 or not set(value) <= set(FIELDS):
        raise FormatError(f"{place} must be a text, or an object with one of {', '.join(FIELDS)}")
    return value


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # Python would read 1_000 as a number


def _number(cell: str, line: int) -> float:
    if not _is_number(cell):
        shown = repr(cell if len(cell) <= 40 else cell[:37] + "...") if cell else "an empty cell"
        raise FormatError(f"line {line} must hold numbers, not {shown}")
    return float(cell)
