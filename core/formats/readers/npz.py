"""NumPy's .npz: a zip of .npy files. Headers are read by rule, never evaluated, and nothing is ever unpickled."""

import math
import re
import struct

import numpy as np

from ...errors import FormatError, UnsafeFile
from ..checkpoint import Checkpoint
from ..limits import Limits
from .archive import Archive
from .gathering import Gathering, short

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 10_000
READ = {"f2": "float16", "f4": "float32", "f8": "float64"}
_DESCR = re.compile(r"""['"]descr['"]\s*:\s*(?:(['"])([^'"]{1,100})\1|(\[))""")
_ORDER = re.compile(r"""['"]fortran_order['"]\s*:\s*(True|False)""")
_SHAPE = re.compile(r"""['"]shape['"]\s*:\s*\(((?:\s*\d{1,20}L?\s*,)*\s*(?:\d{1,20}L?)?\s*)\)""")


def read_npz(archive: Archive, limits: Limits) -> Checkpoint:
    """The arrays of an .npz; names such as a/b stay as they are.

    Raises:
        FormatError: an entry is no .npy file, or a leaf of it.
    """
    gathering = Gathering("npz", limits)
    guessed: list[str] = []
    for entry in archive.entries:
        if not entry.endswith(".npy"):
            gathering.leave_out(entry, "no array")
            continue
        name = entry.removesuffix(".npy")
        content = archive.read(entry)
        descr, fortran, shape, start = _header(name, content)
        if "O" in descr:
            raise UnsafeFile(
                f"{short(name)} holds Python objects, which are pickled and could run code; save plain arrays",
                (name,),
            )
        if descr[1:] == "V2":
            guessed.append(name)
        elif descr[1:] not in READ or descr[0] not in "<>=|":
            gathering.leave_out(name, _kind(descr))
            continue
        gathering.declare(name, shape, READ.get(descr[1:], "bfloat16"))
        if math.prod(shape) * int(descr[2]) != len(content) - start:
            raise FormatError(
                f"{short(name)} of shape {short(shape)} and dtype {descr} does not fill its {len(content) - start:,} "
                f"bytes",
                (name,),
            )
        numbers = np.frombuffer(content[start:], "<u2" if descr[1:] == "V2" else descr)
        array = numbers.reshape(shape, order="F" if fortran else "C")
        gathering.add(name, array, bfloat16=descr[1:] == "V2")
    taken = f"{', '.join(short(name, 60) for name in guessed[:5])}{' and more' if len(guessed) > 5 else ''}"
    return gathering.checkpoint(
        notes=(f"Two-byte values without a type were taken as bfloat16: {taken}.",) * bool(guessed)
    )


def _header(name: str, content: memoryview) -> tuple[str, bool, tuple[int, ...], int]:
    """Dtype, whether in Fortran order, shape, and where the numbers begin."""
    head = bytes(content[:12])
    if head[:6] != MAGIC or len(head) < 12 or head[6] not in (1, 2, 3):
        raise FormatError(f"{short(name)}.npy in the file is no .npy file", (name,))
    length, start = (struct.unpack("<H", head[8:10])[0], 10) if head[6] == 1 else (struct.unpack("<L", head[8:])[0], 12)
    if length > LONGEST_HEADER or start + length > len(content):
        raise FormatError(f"the header of {short(name)}.npy is too long or ends too early", (name,))
    text = bytes(content[start : start + length]).decode("utf-8", "replace")
    descr, order, shape = _DESCR.search(text), _ORDER.search(text), _SHAPE.search(text)
    if not (descr and order and shape):
        raise FormatError(f"the header of {short(name)}.npy must give descr, fortran_order and shape", (name,))
    if descr[3]:
        return ("object O" if re.search(r"""['"][<>|=]?O""", text) else "a record"), False, (), start + length
    sizes = tuple(int(size.strip().rstrip("L")) for size in shape[1].split(",") if size.strip())
    return descr[2], order[1] == "True", sizes, start + length


def _kind(descr: str) -> str:
    """What else than floats an array holds, in words."""
    try:
        return str(np.dtype(descr))
    except (TypeError, ValueError, SyntaxError):
        return short(descr, 20)
