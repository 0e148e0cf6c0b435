"""Names that people give to networks, and names that files get from them."""

import re
from pathlib import PurePosixPath, PureWindowsPath

from pydantic_core import PydanticCustomError

ENDINGS = re.compile(r"(?:\.weights)?\.(?:safetensors|npz|pth?|keras|h5|hdf5|onnx|bin|ckpt)$", re.IGNORECASE)
LONGEST = 100
LONGEST_FILE_NAME = 80


def as_name(text: str) -> str:
    """The text as a name, without space around it.

    Raises:
        PydanticCustomError: it is empty, too long, or has characters that no line of text has.
    """
    name = text.strip()
    if not 1 <= len(name) <= LONGEST:
        raise PydanticCustomError("name", f"must be a name of 1 to {LONGEST} characters, not of {len(name):,}")
    if not name.isprintable():
        raise PydanticCustomError("name", "must be a name in one line, without control characters")
    return name


def from_file_name(filename: str) -> str:
    """What a client's file is called, without its folders and what cannot be shown."""
    last = PurePosixPath(PureWindowsPath(filename).name).name
    return "".join(character for character in last if character.isprintable()).strip()[:LONGEST]


def title_of(filename: str) -> str:
    """A network's name after its file, without the ending."""
    return ENDINGS.sub("", filename)


def safe_file_name(name: str) -> str:
    """A file name that every system and every header takes."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:LONGEST_FILE_NAME]
    return plain or "network"
