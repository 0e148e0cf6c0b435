"""JSON numbers to arrays, strictly: true is not a number, and rows are equally long.

Sequences can hold hundreds of thousands of numbers, so types are not looked at one by one where `reading.parse` saw
that the body has no true or false in it; ``struct`` refuses the rest while it packs.
"""

import struct
from itertools import chain
from struct import Struct
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from .reading import kind_of, whole_not

Floats = NDArray[np.float64]
NUMBERS = frozenset((int, float))
WHOLE = frozenset((int,))
ROW = frozenset((list,))


def as_vector(value: object, info: ValidationInfo) -> Floats:
    """A list of numbers as (N,)."""
    if not isinstance(value, list):
        raise _error(f"must be a list of numbers, not {kind_of(value)}")
    packed = _pack([value], len(value), info)
    if packed is None:
        raise _first_fault(value, NUMBERS, "a number")
    return packed.reshape(-1)


def as_tokens(value: object) -> list[int]:
    """A list of whole numbers."""
    if not isinstance(value, list):
        raise _error(f"must be a list of token ids, not {kind_of(value)}")
    if not set(map(type, value)) <= WHOLE:
        index, further = _first_of_another_type(value, WHOLE)
        raise _error(f"must be {whole_not(value[index], further)}", index)
    return value


def as_rows(value: object, info: ValidationInfo) -> Floats:
    """A list of equally long lists of numbers as (T, D), or a flat list of numbers as (T,)."""
    if not isinstance(value, list):
        raise _error(f"must be a list of rows of numbers, not {kind_of(value)}")
    kinds = set(map(type, value))
    if kinds <= NUMBERS:
        return as_vector(value, info)
    if kinds != ROW:
        flat = type(value[0]) in NUMBERS
        raise _first_fault(value, NUMBERS if flat else ROW, "a number" if flat else "a list of numbers")
    width = len(value[0])
    if set(map(len, value)) != {width}:
        step = next(step for step, row in enumerate(value) if len(row) != width)
        found = len(value[step])
        raise _error(f"all rows must be equally long; row {step} has {found} numbers, those before it {width}", step)
    packed = _pack(value, width, info)
    if packed is None:
        step = next(step for step, row in enumerate(value) if not set(map(type, row)) <= NUMBERS)
        raise _first_fault(value[step], NUMBERS, "a number", step)
    return packed


def _pack(rows: list[list[Any]], width: int, info: ValidationInfo) -> Floats | None:
    """The rows as (T, D), or None where not all are numbers; ``struct`` refuses the others, but takes true for 1."""
    pack = Struct(f"{width}d").pack
    booleans = info.context is None or info.context["booleans"]
    try:
        if not booleans or set(map(type, chain.from_iterable(rows))) <= NUMBERS:
            return np.frombuffer(b"".join([pack(*row) for row in rows]), np.float64).reshape(len(rows), width)
    except struct.error:
        return None
    return None


def _first_fault(values: list[Any], allowed: frozenset[type], expected: str, *prefix: int) -> PydanticCustomError:
    index, further = _first_of_another_type(values, allowed)
    return _error(f"must be {expected}{further}, not {kind_of(values[index])}", *prefix, index)


def _first_of_another_type(values: list[Any], allowed: frozenset[type]) -> tuple[int, str]:
    """Its index, and words for what it should have been like."""
    index = next(index for index, value in enumerate(values) if type(value) not in allowed)
    return index, " like those before it" if index else ""


def _error(sentence: str, *tail: int) -> PydanticCustomError:
    """An error in this field, further in by the indices of ``tail``."""
    return PydanticCustomError("array", "{sentence}", {"sentence": sentence, "tail": tail})


_NUMBERS = {"type": "array", "items": {"type": "number"}}
_IDS = {"type": "array", "items": {"type": "integer", "minimum": -1}}
_ROWS = {"anyOf": [{"type": "array", "items": _NUMBERS}, _NUMBERS]}

Vector = Annotated[Floats, PlainValidator(as_vector), WithJsonSchema(_NUMBERS)]
Tokens = Annotated[list[int], PlainValidator(as_tokens), WithJsonSchema(_IDS)]
Rows = Annotated[Floats, PlainValidator(as_rows), WithJsonSchema(_ROWS)]
