"""What a framework itself computed for one sequence, as a file or as arrays: the other side of a verification.

The arrays, all but ``input`` optional, at least one of them beside it. T is the number of steps; an axis of one, such
as that of a batch, may be anywhere. Entries k count the directions of the layers from below, forward first, as in a
model's ``layers``; l counts layers.

==================  =================================================================================================
``input``           what the network reads: (T,) token ids or (T, D) numbers
``hidden_state.k``  (T, H): a state, or any other quantity by its name, after each step in the order of the input
``hidden_state``    (T, entries, H): the same of all entries at once
``output.l``        what layer l hands on: (T, H), both directions side by side, or only the last, (H,), as Keras gives
``output``          the same of the last layer
``h_0``, ``c_0``    (entries, H): the initial hidden and cell states; also ``h_0.k`` (H,); zeros where left out
``h_n``, ``c_n``    (entries, H): the states when all has been read; also ``h_n.k`` (H,)
``readout``         (T, O) or (O,): scores, values or probabilities
==================  =================================================================================================
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from .activations import Array
from .errors import FileTooLarge, FormatError, UnknownFormat
from .formats.limits import MIB, Limits
from .formats.readers.archive import Archive
from .formats.readers.npy import read_npy
from .quantities import QUANTITIES

STATES: Final = ("h_0", "c_0", "h_n", "c_n")
QUANTITY_NAMES: Final = tuple(quantity.name for quantity in QUANTITIES)
NAME: Final = re.compile(rf"input|readout|(?:output|{'|'.join(STATES + QUANTITY_NAMES)})(?:\.\d{{1,4}})?")
KNOWN: Final = "input, hidden_state.k, cell_state.k, output, output.l, h_0, c_0, h_n, c_n, readout"


@dataclass(frozen=True, eq=False)
class Reference:
    """``input`` as it came, integers or floats, and the other arrays by name, floats; all of them finite.

    Raises:
        FormatError: a name is not one of those above, there is no input or nothing beside it, or numbers are missing.
    """

    input: Array
    arrays: Mapping[str, Array]

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> "Reference":
        """A reference from arrays, or whatever NumPy makes arrays of, by name."""
        checked = {str(name): _array(str(name), value) for name, value in arrays.items()}
        if strange := [_short(name) for name in checked if not NAME.fullmatch(name)]:
            more = f" and {len(strange) - 5} more" if len(strange) > 5 else ""
            raise FormatError(f"a reference has arrays named {KNOWN}; not {', '.join(strange[:5])}{more}")
        if "input" not in checked:
            raise FormatError("a reference must have the array input, which the network reads, but it has none")
        if len(checked) == 1 or set(checked) <= {"input", "h_0", "c_0"}:
            raise FormatError(f"a reference must have something to compare beside its input, one of {KNOWN}")
        given = checked.pop("input")
        return cls(given, checked)


def read_reference(data: bytes, limits: Limits | None = None) -> Reference:
    """Read a reference from the bytes of an .npz or .safetensors file.

    Raises:
        FormatError: the file is damaged, or its arrays make no reference; a leaf of it for what is said there.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise FileTooLarge(
            f"a reference may have {limits.max_bytes / MIB:,.0f} MiB, but this one has {len(data) / MIB:,.0f}"
        )
    if data[:2] == b"PK":
        return Reference.of(_from_npz(data, limits))
    if len(data) > 8 and data[8:9] == b"{":
        return Reference.of(_from_safetensors(data))
    raise UnknownFormat("a reference must be an .npz or a .safetensors file, but these bytes are neither")


def _from_npz(data: bytes, limits: Limits) -> dict[str, Array]:
    archive = Archive(memoryview(data), limits)
    if any(not name.endswith(".npy") for name in archive.entries):
        raise UnknownFormat(
            "a reference must be an .npz of plain arrays, but this zip file holds something else; "
            "write it with numpy.savez"
        )
    return {name.removesuffix(".npy"): read_npy(name, archive.read(name)) for name in archive.entries}


def _from_safetensors(data: bytes) -> dict[str, Array]:
    try:
        return dict(safetensors.numpy.load(data))
    except (SafetensorError, KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise FormatError(f"the safetensors file cannot be read: {_short(str(error))}") from None


def _array(name: str, value: Any) -> Array:
    try:
        array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise FormatError(f"{_short(name)} must be an array of numbers, but it is none: {_short(str(error))}") from None
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise FormatError(f"{_short(name)} must hold integers or floats of at most 64 bits, not {array.dtype}")
    if array.size == 0:
        raise FormatError(f"{_short(name)} must hold numbers, but its shape is {array.shape}")
    if not np.isfinite(array).all():
        place = [int(index) for index in np.argwhere(~np.isfinite(array))[0]]
        raise FormatError(f"{_short(name)} must hold finite numbers, but it has {array[tuple(place)]} at {place}")
    if array.dtype.kind != "f" and name != "input":
        array = array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _short(words: str) -> str:
    text = ascii(words)[1:-1]
    return text if len(text) <= 60 else text[:57] + "..."
