"""Keras files: .keras, a zip of a description and HDF5; and HDF5 by itself."""

import json
from dataclasses import replace
from typing import Any

from ...errors import FileTooLarge, FormatError, Unsupported
from ..checkpoint import Checkpoint
from ..isolation import parse_apart
from ..limits import MIB, Limits
from .archive import Archive
from .gathering import short, size_in_words

SIGNATURE = b"\x89HDF\r\n\x1a\n"
LONGEST_CONFIG = 16 * MIB
WEIGHTS = "model.weights.h5"


def is_hdf5(data: memoryview) -> bool:
    """Whether the signature of HDF5 is at one of the places where it may be: 0, 512, 1024, 2048, ..."""
    position = 0
    while position + 8 <= len(data) and position <= MIB:
        if data[position : position + 8] == SIGNATURE:
            return True
        position = max(512, 2 * position)
    return False


def is_keras(archive: Archive) -> bool:
    """Whether a zip file is a .keras file."""
    return WEIGHTS in archive.entries or {"config.json", "metadata.json"} <= archive.entries.keys()


def read_hdf5(data: memoryview, limits: Limits) -> Checkpoint:
    """The datasets of an HDF5 file, parsed in a child process.

    Raises:
        FormatError: see `parse_apart`.
    """
    return parse_apart("HDF5", "h5py", data, limits)


def read_keras(archive: Archive, limits: Limits) -> Checkpoint:
    """The weights of a .keras file, with its configuration as structure.

    Raises:
        FormatError: a part is missing or damaged, or a leaf of it.
    """
    config, metadata = _json(archive, "config.json"), _json(archive, "metadata.json")
    if WEIGHTS not in archive.entries:
        other = next((short(entry) for entry in archive.entries if entry.startswith("model.weights")), None)
        if other:
            raise Unsupported(f"the weights of a .keras file must be in {WEIGHTS}, but this one has them in {other}")
        raise FormatError(f"a .keras file must hold {WEIGHTS}, but this one does not")
    found = read_hdf5(archive.read(WEIGHTS), limits)
    version = metadata.get("keras_version")
    structure = {**(found.structure or {}), "config": config, "keras_version": version and str(version)}
    return replace(found, format="keras", structure=structure)


def _json(archive: Archive, name: str) -> Any:
    if name not in archive.entries:
        raise FormatError(f"a .keras file must hold {name}, but this one does not")
    if archive.entries[name].size > LONGEST_CONFIG:
        raise FileTooLarge(f"{name} in a .keras file may take {size_in_words(LONGEST_CONFIG)}")
    try:
        parsed = json.loads(bytes(archive.read(name)).decode())
    except (ValueError, RecursionError):
        raise FormatError(f"{name} in the .keras file must be JSON, but it cannot be parsed") from None
    if not isinstance(parsed, dict):
        raise FormatError(f"{name} in the .keras file must be a JSON object")
    return parsed
