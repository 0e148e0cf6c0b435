"""JSON numbers to arrays, strictly and in few passes: true is not a number, and rows are equally long."""

from itertools import chain
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from .reading import kind_of

Floats = NDArray[np.float64]
NUMBERS = frozenset((int, float))
WHOLE = frozenset((int,))
ROW = frozenset((list,))


def as_vector(value: object) -> Floats:
    """A list of numbers as (N,)."""
    if not isinstance(value, list):
        raise _error(f"must be a list of numbers, not {kind_of(value)}")
    _check_numbers(value, NUMBERS, "a number")
    return np.fromiter(value, np.float64, len(value))


def as_tokens(value: object) -> list[int]:
    """A list of whole numbers."""
    if not isinstance(value, list):
        raise _error(f"must be a list of token ids, not {kind_of(value)}")
    _check_numbers(value, WHOLE, "a whole number")
    return value


def as_rows(value: object) -> Floats:
    """A list of equally long lists of numbers as (T, D), or a flat list of numbers as (T,)."""
    if not isinstance(value, list):
        raise _error(f"must be a list of rows of numbers, not {kind_of(value)}")
    kinds = set(map(type, value))
    if kinds <= NUMBERS:
        return np.fromiter(value, np.float64, len(value))
    if kinds != {list}:
        wanted, expected = (NUMBERS, "a number") if type(value[0]) in NUMBERS else (ROW, "a list of numbers")
        step = next(step for step, row in enumerate(value) if type(row) not in wanted)
        raise _error(f"must be {expected}{' like those before it' if step else ''}, not {kind_of(value[step])}", step)
    width = len(value[0])
    if set(map(len, value)) != {width}:
        step = next(step for step, row in enumerate(value) if len(row) != width)
        found = len(value[step])
        raise _error(f"all rows must be equally long; row {step} has {found} numbers, those before it {width}", step)
    if not set(map(type, chain.from_iterable(value))) <= NUMBERS:
        for step, row in enumerate(value):
            _check_numbers(row, NUMBERS, "a number", step)
    return np.fromiter(chain.from_iterable(value), np.float64, len(value) * width).reshape(len(value), width)


def _check_numbers(values: list[Any], allowed: frozenset[type], expected: str, *prefix: int) -> None:
    if not set(map(type, values)) <= allowed:
        index = next(index for index, value in enumerate(values) if type(value) not in allowed)
        raise _error(f"must be {expected}, not {kind_of(values[index])}", *prefix, index)


def _error(sentence: str, *tail: int) -> PydanticCustomError:
    """An error in this field, further in by the indices of ``tail``."""
    return PydanticCustomError("array", "{sentence}", {"sentence": sentence, "tail": tail})


_NUMBERS = {"type": "array", "items": {"type": "number"}}
_IDS = {"type": "array", "items": {"type": "integer", "minimum": 0}}
_ROWS = {"anyOf": [{"type": "array", "items": _NUMBERS}, _NUMBERS]}

Vector = Annotated[Floats, PlainValidator(as_vector), WithJsonSchema(_NUMBERS)]
Tokens = Annotated[list[int], PlainValidator(as_tokens), WithJsonSchema(_IDS)]
Rows = Annotated[Floats, PlainValidator(as_rows), WithJsonSchema(_ROWS)]
