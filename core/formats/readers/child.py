"""The process in which HDF5 and ONNX are parsed: ``python -m ...child PARSER LIMITS`` with the file on standard input.

It answers with one byte, + or -, eight bytes of length, and the checkpoint as safetensors or the error as JSON.
"""

import codecs
import json
import math
import sys
from collections.abc import Callable
from contextlib import suppress

from ...errors import FileTooLarge, FormatError, MissingReader
from ..checkpoint import Checkpoint
from ..limits import Limits
from .gathering import short, size_in_words
from .safetensors import LONGEST_HEADER

with suppress(ImportError):
    import resource


def _parser(name: str) -> Callable[[bytes, Limits], Checkpoint]:
    """The parser, everything it needs imported before files can no longer be opened."""
    for encoding in ("ascii", "latin-1", "utf-8", "utf-16", "utf-32"):
        codecs.lookup(encoding)
    if name == "HDF5":
        from .hdf5 import parse_hdf5

        return parse_hdf5
    from .onnx_file import parse_onnx

    return parse_onnx


def _confine(limits: Limits) -> None:
    """Set the limits that the system enforces: memory, processor time, no file opened, written or left as a core."""
    if "resource" not in globals():
        return
    seconds = math.ceil(limits.seconds)
    for kind, most in (
        ("RLIMIT_AS", limits.memory_bytes),
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 3),
    ):
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, kind), (most, most))


def serialise(found: Checkpoint) -> list[bytes | memoryview]:
    """A checkpoint as the pieces of a safetensors file, in its own order, the rest of it in the metadata."""
    described = {
        "format": found.format,
        "structure": found.structure,
        "metadata": found.metadata,
        "notes": found.notes,
    }
    header: dict[str, object] = {"__metadata__": {"checkpoint": json.dumps(described)}}
    position, pieces = 0, []
    for name, array in found.tensors.items():
        dtype = {4: "F32", 8: "F64"}[array.dtype.itemsize]
        header[name] = {
            "dtype": dtype,
            "shape": list(array.shape),
            "data_offsets": [position, position + array.nbytes],
        }
        position += array.nbytes
        pieces.append(array.tobytes() if not array.flags.c_contiguous else array.data.cast("B") if array.size else b"")
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > LONGEST_HEADER:
        raise FileTooLarge(
            f"the description of what a file holds may take {size_in_words(LONGEST_HEADER)}, but this one takes "
            f"{size_in_words(len(text))}"
        )
    return [len(text).to_bytes(8, "little") + text, *pieces]


def main() -> None:
    """Parse standard input and answer on standard output."""
    name, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    try:
        parse = _parser(name)
        _confine(limits)
        pieces = serialise(parse(sys.stdin.buffer.read(), limits))
        sign = b"+"
    except FormatError as error:
        sign, pieces = b"-", [_error(type(error).__name__, error.message)]
    except ImportError as error:
        sentence = f"this file is read with packages that are not installed ({short(error)}): "
        sign, pieces = b"-", [_error(MissingReader.__name__, f"{sentence}pip install 'gatescope[formats]'")]
    except MemoryError:
        sign, pieces = b"-", [_error(FileTooLarge.__name__, "the file needs more memory than parsing it may take")]
    except Exception as error:  # noqa: BLE001 - libraries raise anything over damaged files
        sign, pieces = b"-", [_error(FormatError.__name__, f"the file cannot be read as {name}: {short(error)}")]
    sys.stdout.buffer.write(sign + sum(len(piece) for piece in pieces).to_bytes(8, "little"))
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"kind": kind, "message": message}).encode()


if __name__ == "__main__":
    main()
