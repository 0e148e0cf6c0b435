"""Readers of weight files, told by content: bytes in, a `Checkpoint` out, and nothing in the file is ever run."""

from collections.abc import Callable
from dataclasses import dataclass

from ...errors import FileTooLarge
from ..checkpoint import Checkpoint
from ..limits import Limits
from . import keras, npz, onnx, pt, safetensors
from .archive import Archive
from .gathering import size_in_words
from .mapping import read_mapping
from .unknown import refuse, refuse_zip

__all__ = ["READERS", "Reader", "identify", "read", "read_mapping"]


@dataclass(frozen=True)
class Source:
    """What a reader reads: the bytes, the zip archive they are where they are one, and the file's name as a hint."""

    data: memoryview
    archive: Archive | None
    name: str

    def zip(self) -> Archive:
        """The archive, for readers of zip files."""
        assert self.archive is not None
        return self.archive


@dataclass(frozen=True)
class Reader:
    """One format: for people, and as a function that raises `FormatError` or a leaf of it."""

    description: str
    suffixes: tuple[str, ...]
    read: Callable[[Source, Limits], Checkpoint]


READERS: dict[str, Reader] = {
    "safetensors": Reader(
        "safetensors", (".safetensors",), lambda source, limits: safetensors.read_safetensors(source.data, limits)
    ),
    "npz": Reader("NumPy archive", (".npz",), lambda source, limits: npz.read_npz(source.zip(), limits)),
    "pt": Reader("PyTorch", (".pt", ".pth"), lambda source, limits: pt.read_pt(source.zip(), limits)),
    "keras": Reader("Keras", (".keras",), lambda source, limits: keras.read_keras(source.zip(), limits)),
    "h5": Reader("HDF5 of Keras", (".h5", ".hdf5"), lambda source, limits: keras.read_hdf5(source.data, limits)),
    "onnx": Reader("ONNX", (".onnx",), lambda source, limits: onnx.read_onnx(source.data, limits)),
}


def read(data: bytes | memoryview, limits: Limits | None = None, name: str = "") -> Checkpoint:
    """Read a weight file of any format. ``name`` only helps to say what an unknown file might be.

    Raises:
        UnknownFormat: it is of no format that is read here.
        FileTooLarge: it, or what it declares to hold, passes a limit.
        UnsafeFile: reading it would run code or reach for other files.
        MissingReader: a package that reads it is not installed.
        FormatError: it is damaged, holds no weights, or weights that are not finite, or another leaf.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise FileTooLarge(
            f"files may have {size_in_words(limits.max_bytes)}, but this one has {size_in_words(len(data))}"
        )
    form, source = identify(data, limits, name)
    return READERS[form].read(source, limits)


def identify(data: bytes | memoryview, limits: Limits | None = None, name: str = "") -> tuple[str, Source]:
    """The name of the reader in `READERS` for these bytes, and what to hand it.

    Raises:
        UnknownFormat: none reads them; the message says what they are where that can be told.
        FormatError: they are a zip file that is damaged or unsafe, or a leaf of it.
    """
    view = memoryview(data)
    if bytes(view[:4]) in (b"PK\x03\x04", b"PK\x05\x06"):
        archive = Archive(view, limits or Limits())
        if (form := _identify_zip(archive)) is None:
            raise refuse_zip(archive)
        return form, Source(view, archive, name)
    if keras.is_hdf5(view):
        return "h5", Source(view, None, name)
    if safetensors.recognise(view):
        return "safetensors", Source(view, None, name)
    if onnx.recognise(view):
        return "onnx", Source(view, None, name)
    raise refuse(view, name)


def _identify_zip(archive: Archive) -> str | None:
    if pt.recognise(archive):
        return "pt"
    if keras.is_keras(archive):
        return "keras"
    if any(entry.endswith(".npy") for entry in archive.entries):
        return "npz"
    return None
