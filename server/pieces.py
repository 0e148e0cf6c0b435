"""JSON as pieces of bytes that are joined once: a long array is encoded and never copied into a growing text.

A trace of a thousand steps is megabytes of base64. A serialiser that writes them into one document copies them several
times, which takes as long as the encoding itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import orjson
import pybase64
from numpy.typing import NDArray

from .schemas import Encoding

Pieces = list[bytes]


def value(content: object) -> Pieces:
    """Anything short, NumPy arrays included."""
    return [orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)]


def members(contents: Mapping[str, Pieces]) -> Pieces:
    """An object; its names are plain ASCII."""
    pieces, before = [], b"{"
    for name, content in contents.items():
        pieces.append(b'%b"%b":' % (before, name.encode()))
        pieces += content
        before = b","
    pieces.append(b"}" if contents else b"{}")
    return pieces


def items(contents: Iterable[Pieces]) -> Pieces:
    """A list."""
    pieces, before = [], b"["
    for content in contents:
        pieces.append(before)
        pieces += content
        before = b","
    pieces.append(b"]" if pieces else b"[]")
    return pieces


def array(content: NDArray[Any], encoding: Encoding) -> Pieces:
    """A (T, H) array as a list of lists, with the digits that give back the same float, or as base64."""
    content = np.ascontiguousarray(content, content.dtype.newbyteorder("="))
    if encoding == "list":
        return value(content)
    little = content.astype(content.dtype.newbyteorder("<"), copy=False)
    head = {"dtype": f"f{content.dtype.itemsize}", "shape": ", ".join(map(str, content.shape)), "bdata": ""}
    return [orjson.dumps(head)[: -len('"}')], pybase64.b64encode(little.data), b'"}']
