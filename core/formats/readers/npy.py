"""One .npy file: plain numbers of a declared size, nothing unpickled."""

from io import BytesIO

import numpy as np
from numpy.lib import format as npy

from ...activations import Array
from ...errors import FormatError, UnsafeFile
from .gathering import short

MAGIC = b"\x93NUMPY"


def read_npy(name: str, content: bytes | memoryview) -> Array:
    """The array of one .npy file; its header is a literal of limited length, and its size is checked beforehand.

    Raises:
        UnsafeFile: it holds Python objects.
        FormatError: it is damaged, or of a version that is not read here.
    """
    stream = BytesIO(content)
    try:
        version = npy.read_magic(stream)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
        if read is None:
            raise FormatError(f"{short(name)} must be an .npy file of version 1 or 2, not {version[0]}")
        shape, fortran, dtype = read(stream)
        if dtype.hasobject:
            raise UnsafeFile(f"{short(name)} holds Python objects, which could run code; save plain numbers")
        start = stream.tell()
        count = 1
        for size in shape:
            count *= size
        if count * dtype.itemsize != len(content) - start or min(shape, default=1) < 0:
            raise FormatError(f"the numbers of {short(name)} do not fill its shape: the file is damaged")
        return np.frombuffer(content[start:], dtype).reshape(shape, order="F" if fortran else "C")
    except FormatError:
        raise
    except (ValueError, TypeError, SyntaxError, OverflowError, RecursionError, MemoryError, EOFError, UserWarning):
        raise FormatError(f"{short(name)} is damaged: it cannot be read as an .npy file") from None
