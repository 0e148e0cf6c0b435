"""Safetensors: eight bytes of length, a JSON header, then the numbers, which are taken as views without copying."""

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ...activations import Array
from ...errors import FormatError
from ..checkpoint import Checkpoint
from ..limits import MIB, Limits
from .gathering import Gathering, short, size_in_words

LONGEST_HEADER = 16 * MIB
READ = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
BITS = {"F64": 64, "F32": 32, "F16": 16, "BF16": 16, "I64": 64, "U64": 64, "I32": 32, "U32": 32, "I16": 16, "U16": 16}
BITS |= {"I8": 8, "U8": 8, "BOOL": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E5M2FNUZ": 8, "F8_E4M3FNUZ": 8}
BITS |= {"C64": 64, "C128": 128, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4}


def recognise(data: memoryview) -> bool:
    """Whether the bytes begin like a safetensors file: a length, then a brace."""
    return len(data) >= 9 and data[8] == 0x7B and int.from_bytes(data[:8], "little") < 1 << 40


def read_safetensors(data: memoryview, limits: Limits, form: str = "safetensors") -> Checkpoint:
    """The tensors of a safetensors file, as views on ``data`` wherever nothing has to be widened.

    Raises:
        FormatError: the header and the bytes do not agree, or a leaf of it.
    """
    metadata, stored = tensors_in(data)
    gathering = Gathering(form, limits)
    for tensor in stored:
        if tensor.dtype not in READ:
            gathering.leave_out(tensor.name, tensor.dtype)
            continue
        gathering.declare(tensor.name, tensor.shape, READ[tensor.dtype])
    for tensor in stored:
        if tensor.dtype in READ:
            gathering.add(tensor.name, tensor.array(), bfloat16=tensor.dtype == "BF16")
    return gathering.checkpoint(metadata=metadata)


@dataclass(frozen=True)
class Stored:
    """A tensor as it lies in the file: its dtype by safetensors' name, and its bytes."""

    name: str
    dtype: str
    shape: list[int]
    data: memoryview

    def array(self) -> Array:
        """A view of the numbers, for the dtypes that are read; bfloat16 as its patterns."""
        form = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}[self.dtype]
        return np.frombuffer(self.data, form).reshape(self.shape)


def tensors_in(data: memoryview) -> tuple[dict[str, str], list[Stored]]:
    """The metadata and every tensor, in the header's order, nothing copied.

    Raises:
        FormatError: the header and the bytes do not agree.
    """
    length = int.from_bytes(data[:8], "little")
    if length > LONGEST_HEADER:
        raise FormatError(
            f"a safetensors header may take {size_in_words(LONGEST_HEADER)}, but this one says it takes "
            f"{size_in_words(length)}"
        )
    if length > len(data) - 8:
        raise FormatError(
            f"the safetensors header should take {length:,} bytes, but only {len(data) - 8:,} follow: the file is "
            f"damaged or ends too early"
        )
    header = _parse(bytes(data[8 : 8 + length]))
    metadata = _metadata(header.pop("__metadata__", {}))
    numbers, stored, spans = data[8 + length :], [], []
    for name, entry in header.items():
        dtype, shape, begin, end = _entry(name, entry, len(numbers))
        spans.append((begin, end, name))
        stored.append(Stored(name, dtype, shape, numbers[begin:end]))
    _covered(spans, len(numbers))
    return metadata, stored


def _parse(text: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        parsed = dict(pairs)
        if len(parsed) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in parsed if names.count(name) > 1)
            raise FormatError(f"the safetensors header names {short(twice)} twice")
        return parsed

    try:
        header = json.loads(text.decode(), object_pairs_hook=unique)
    except FormatError:
        raise
    except (ValueError, RecursionError):
        raise FormatError("the safetensors header must be JSON, but it cannot be parsed") from None
    if not isinstance(header, dict):
        raise FormatError("the safetensors header must be a JSON object of tensors by name")
    return header


def _metadata(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise FormatError("the metadata of a safetensors file must be an object of texts")
    try:
        for key, text in value.items():
            (key + text).encode()
    except UnicodeEncodeError:
        raise FormatError("the metadata of a safetensors file must be valid Unicode") from None
    return value


def _entry(name: str, entry: Any, size: int) -> tuple[str, list[int], int, int]:
    """Dtype, shape and span of a tensor, checked against one another and against the ``size`` of all numbers."""
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise FormatError(f"{short(name)} must be described by dtype, shape and data_offsets", (name,))
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise FormatError(f"the dtype of {short(name)} must be one of safetensors', not {short(dtype)}", (name,))
    if not isinstance(shape, list) or not all(type(count) is int and 0 <= count < 1 << 62 for count in shape):
        raise FormatError(f"the shape of {short(name)} must be a list of sizes, not {short(shape)}", (name,))
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(at) is int for at in offsets):
        raise FormatError(f"the data_offsets of {short(name)} must be two numbers, not {short(offsets)}", (name,))
    begin, end = offsets
    if not 0 <= begin <= end <= size:
        raise FormatError(
            f"{short(name)} should lie at bytes {short(begin)} to {short(end)}, but there are {size:,}: the file is "
            f"damaged or ends too early",
            (name,),
        )
    if len(shape) > 64 or math.prod(shape) * BITS[dtype] != 8 * (end - begin):
        raise FormatError(
            f"{short(name)} of shape {short(shape)} and dtype {dtype} does not fill its {end - begin:,} bytes", (name,)
        )
    return dtype, shape, begin, end


def _covered(spans: list[tuple[int, int, str]], size: int) -> None:
    """Every byte belongs to exactly one tensor; anything else is another file hidden between, or one read twice."""
    ordered = sorted(spans)
    for (_, end, name), (begin, _, other) in pairwise(ordered):
        if begin < end:
            raise FormatError(f"the bytes of {short(name)} and {short(other)} overlap")
        if begin > end:
            raise FormatError(f"{begin - end:,} bytes between {short(name)} and {short(other)} belong to no tensor")
    if ordered and (ordered[0][0] != 0 or ordered[-1][1] != size):
        raise FormatError("the tensors of a safetensors file must fill it from beginning to end, but they do not")
