"""What all readers have in common: tensors gathered one by one, within limits, finite, frozen, under checked names."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...activations import Array
from ...errors import FileTooLarge, FormatError
from ..checkpoint import Checkpoint
from ..limits import MIB, Limits

LONGEST_NAME = 1000
MOST_AXES = 32
WIDENED = {"float16": 4, "bfloat16": 4, "float32": 4, "float64": 8}
"""The dtypes that are read, and how many bytes a number takes once it is."""


def short(words: object, length: int = 200) -> str:
    """Words that may come from the file, for a sentence: never long, on one line, and always text that can be sent."""
    text = str(words).encode("utf-8", "replace").decode()
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 2 * length]).split())
    return text if len(text) <= length else text[: length - 3] + "..."


def size_in_words(count: int) -> str:
    """A number of bytes for a sentence: "12 bytes", "3.4 MiB"."""
    if count < MIB // 10:
        return f"{count:,} bytes"
    return f"{count / MIB:,.1f} MiB" if count < 1 << 50 else f"{count:.1e} bytes"


def is_finite(array: Array) -> bool:
    """Whether every number is finite; a sum is several times faster than asking each, and settles it nearly always."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum())) or bool(np.isfinite(array).all())


def widen_bfloat16(bits: Array) -> Array:
    """Float32 numbers from the 16-bit patterns of bfloat16, which are their upper halves."""
    wide = np.zeros(bits.shape, np.uint32)
    np.left_shift(bits, 16, out=wide, dtype=np.uint32, casting="unsafe")
    return wide.view(np.float32)


class Gathering:
    """Tensors on their way into a `Checkpoint`.

    Call `declare` with what the file says about a tensor before reading or allocating anything for it, then `add` with
    its numbers; `leave_out` for what holds no weights.
    """

    def __init__(self, form: str, limits: Limits) -> None:
        self._form = form
        self._limits = limits
        self._tensors: dict[str, Array] = {}
        self._left_out: dict[str, str] = {}
        self._declared: set[str] = set()
        self._bytes = 0

    def declare(self, name: str, shape: Sequence[int], dtype: str) -> None:
        """Count a tensor in.

        Raises:
            FormatError: its name is taken or cannot be text, or its shape is none.
            FileTooLarge: it is one tensor or byte too many.
        """
        self._name(name)
        if min(shape, default=0) < 0:
            raise FormatError(f"the shape of {short(name)} must be a list of sizes, not {short(shape)}", (name,))
        if len(shape) > MOST_AXES:
            raise FormatError(f"{short(name)} has {len(shape)} axes; {MOST_AXES} are the most", (name,))
        self._bytes += math.prod(shape) * WIDENED[dtype]
        if self._bytes > self._limits.max_tensor_bytes:
            most = size_in_words(self._limits.max_tensor_bytes)
            raise FileTooLarge(
                f"tensors may take {most} once unpacked, but the file declares more: {short(name)} is {short(shape)}",
                (name,),
            )

    def _name(self, name: str) -> None:
        if len(name) > LONGEST_NAME:
            raise FormatError(f"tensor names must be text of at most {LONGEST_NAME} characters, not {short(name)!r}")
        try:
            name.encode()
        except UnicodeEncodeError:
            raise FormatError(f"tensor names must be valid Unicode, but one is {short(ascii(name))}") from None
        if name in self._declared:
            raise FormatError(f"the file names the tensor {short(name)} twice", (name,))
        self._declared.add(name)
        if len(self._declared) > self._limits.max_tensors:
            raise FileTooLarge(f"a file may hold {self._limits.max_tensors:,} tensors, but this one holds more")

    def add(self, name: str, array: Array, *, bfloat16: bool = False) -> None:
        """Take a tensor's numbers: float16, float32 or float64 of either byte order, or the patterns of bfloat16.

        Raises:
            FormatError: not all are finite.
        """
        if bfloat16:
            array = widen_bfloat16(array)
        elif array.dtype.itemsize == 2:
            array = array.astype(np.float32)
        else:
            array = array.astype(array.dtype.newbyteorder("="), copy=False)
        if not array.flags.aligned:
            array = array.copy()
        if not is_finite(array):
            raise FormatError(
                f"weights must be finite numbers, but {short(name)} holds NaN, infinity or numbers beyond float32",
                (name,),
            )
        array.flags.writeable = False
        self._tensors[name] = array

    def leave_out(self, name: str, what: str) -> None:
        """Say that something in the file is no weight: ``what`` is its dtype or kind.

        Raises:
            FormatError: its name is taken or cannot be text.
            FileTooLarge: the file holds too many.
        """
        self._name(name)
        self._left_out[name] = what

    def checkpoint(
        self,
        structure: Mapping[str, Any] | None = None,
        metadata: Mapping[str, str] | None = None,
        notes: tuple[str, ...] = (),
    ) -> Checkpoint:
        """The gathered tensors as a value.

        Raises:
            FormatError: there are none.
        """
        left = self._left_out_sentence()
        if not self._tensors:
            raise FormatError(f"no floating-point tensors are in the file{'; ' + left if left else ''}")
        left_note = (left[0].upper() + left[1:] + ".",) if left else ()
        return Checkpoint(self._form, self._tensors, structure, metadata or {}, (*notes, *left_note))

    def _left_out_sentence(self) -> str:
        named = [f"{short(name, 60)} ({short(what, 40)})" for name, what in self._left_out.items()]
        more = f" and {len(named) - 5:,} more" if len(named) > 5 else ""
        return (
            f"left out, since only floats of 16, 32 and 64 bits are read: {', '.join(named[:5])}{more}" if named else ""
        )
