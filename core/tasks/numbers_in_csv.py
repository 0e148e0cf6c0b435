"""One column of numbers out of CSV text."""

import csv
import re
from collections.abc import Sequence

import numpy as np

from ..errors import PlanError

DELIMITERS = ",;\t"
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
AT = ("csv",)


def column_of(text: str, column: str | None) -> tuple[float, ...]:
    """The numbers of the column with this name or number (from 1), or of the first one that has numbers.

    The first line may name the columns. Columns are separated by commas, semicolons or tabs, whichever the first line
    has most of. Where it is not commas, numbers may have a decimal comma.

    Raises:
        PlanError: there is no such column, a line has more cells than there are names, or something in the column is no
            number; says in which line.
    """
    lines = [(number, line) for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1) if line.strip()]
    if not lines:
        raise PlanError("the CSV must have a column of numbers, but it is empty", AT)
    delimiter = max(DELIMITERS, key=lines[0][1].count)
    rows = [(number, _cells(number, line, delimiter)) for number, line in lines]
    names = [] if any(_number(cell) is not None for cell in rows[0][1]) else rows.pop(0)[1]
    if not rows:
        raise PlanError("the CSV must have a line of numbers below the names of its columns, but ends there", AT)
    place = _place(names, rows[0][1], column)
    numbers = []
    for line, cells in rows:
        if names and any(cells[len(names) :]):
            raise PlanError(
                f"a line of the CSV must have at most the {len(names)} cells that its first line names, "
                f"not {len(cells)} as line {line} has; separate columns by ; where numbers have a decimal comma",
                AT,
            )
        value = _number(cells[place]) if place < len(cells) else None
        if value is None:
            came = repr(cells[place][:40]) if place < len(cells) else "nothing"
            raise PlanError(
                f"column {place + 1} of the CSV must have a number in every line, not {came} as in {line}", AT
            )
        numbers.append(value)
    return tuple(numbers)


def _cells(number: int, line: str, delimiter: str) -> list[str]:
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    except csv.Error as error:
        raise PlanError(f"line {number} of the CSV must be cells, but cannot be read: {error}", AT) from None
    if delimiter == ",":
        return cells
    return [cell.replace(",", ".") if DECIMAL_COMMA.fullmatch(cell) else cell for cell in cells]


def _place(names: Sequence[str], first: Sequence[str], column: str | None) -> int:
    width = max(len(names), len(first))
    if column is None:
        found = [index for index, cell in enumerate(first) if _number(cell) is not None]
        if not found:
            raise PlanError("the CSV must have a column of numbers, but its first lines have none", AT)
        return found[0]
    if column in names:
        return list(names).index(column)
    if column.isascii() and column.isdigit() and 1 <= int(column[:9]) <= width:
        return int(column) - 1
    there = f"1 to {width}" + (f" or one of {', '.join(names)[:200]}" if names else "")
    raise PlanError(f"column must be {there}, not {column[:40]!r}", ("column",))


def _number(cell: str) -> float | None:
    try:
        value = float("" if "_" in cell else cell)
    except ValueError:
        return None
    return value if np.isfinite(value) else None
