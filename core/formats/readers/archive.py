"""Zip archives, read strictly: the central directory is checked as a whole before any entry is unpacked.

Only what weight files use is allowed: stored and deflated entries, Zip64, no encryption, no overlaps. Stored entries
are views on the file's own bytes.
"""

import struct
import zlib
from dataclasses import dataclass

from ...errors import FileTooLarge, FormatError, UnsafeFile, Unsupported
from ..limits import MIB, Limits
from .gathering import LONGEST_NAME, short, size_in_words

STORED, DEFLATED = 0, 8
WORST_RATIO = 100
SMALL = 16 * MIB


@dataclass(frozen=True)
class Entry:
    """An entry as the central directory declares it; sizes and offsets in bytes."""

    name: str
    method: int
    checksum: int
    packed: int
    size: int
    offset: int


class Archive:
    """A checked zip archive. ``entries`` are by name, in the file's order, folders left out.

    Raises:
        FormatError: it is damaged, or does something that no weight file does, or a leaf of it.
    """

    def __init__(self, data: memoryview, limits: Limits) -> None:
        self._data = data
        most = 4 * limits.max_tensors + 1000
        try:
            self.entries = self._directory(most)
        except struct.error:
            raise FormatError(_DAMAGED.format("its directory does not end where it should")) from None
        total = sum(entry.size for entry in self.entries.values())
        if total > limits.max_bytes + limits.max_tensor_bytes or total > max(SMALL, WORST_RATIO * len(data)):
            raise FileTooLarge(
                f"the zip file of {size_in_words(len(data))} would unpack to {size_in_words(total)}, which is "
                f"more than is allowed"
            )
        self._starts = {entry.name: self._start(entry) for entry in self.entries.values()}
        end = 0
        for start, entry in sorted((self._starts[entry.name], entry.name) for entry in self.entries.values()):
            if start < end:
                raise UnsafeFile(f"entries of the zip file must not overlap, but {short(entry)} does")
            end = start + self.entries[entry].packed

    def read(self, name: str) -> memoryview:
        """The bytes of an entry, its size and checksum proven.

        Raises:
            FormatError: they are not what the directory says.
        """
        entry = self.entries[name]
        packed = self._data[self._starts[name] : self._starts[name] + entry.packed]
        content = packed if entry.method == STORED else _inflate(packed, entry)
        if len(content) != entry.size:
            raise FormatError(_DAMAGED.format(f"{short(name)} should have {entry.size:,} bytes, not {len(content):,}"))
        if zlib.crc32(content) != entry.checksum:
            raise FormatError(_DAMAGED.format(f"the checksum of {short(name)} does not fit its bytes"))
        return content

    def _directory(self, most: int) -> dict[str, Entry]:
        count, size, at = self._end()
        if count > most:
            raise FileTooLarge(f"a zip file may have {most:,} entries, but this one has {count:,}")
        directory = self._data[at : at + size]
        if len(directory) != size:
            raise FormatError(_DAMAGED.format("its directory lies outside the file"))
        entries: dict[str, Entry] = {}
        seen: set[str] = set()
        position = 0
        for _ in range(count):
            entry, length = _central(directory[position:])
            position += length
            if entry.name in seen:
                raise UnsafeFile(
                    f"entries of the zip file must have names of their own, but {short(entry.name)} is there twice"
                )
            seen.add(entry.name)
            if not entry.name.endswith("/"):
                entries[entry.name] = entry
        if position != size:
            raise FormatError(_DAMAGED.format("its directory holds something else than entries"))
        return entries

    def _end(self) -> tuple[int, int, int]:
        """Number of entries, size and offset of the central directory."""
        tail = bytes(self._data[-(22 + 65535) :])
        found = tail.rfind(b"PK\x05\x06")
        if found < 0:
            raise FormatError(_DAMAGED.format("its directory is missing, so that it probably ends too early"))
        disk, first, here, count, size, at, _ = struct.unpack("<4H2LH", tail[found + 4 : found + 22])
        end = len(self._data) - len(tail) + found
        if 0xFFFF in (here, count) or 0xFFFFFFFF in (size, at):
            locator = bytes(self._data[end - 20 : end])
            if locator[:4] == b"PK\x06\x07":
                (at64,) = struct.unpack("<Q", locator[8:16])
                record = bytes(self._data[at64 : at64 + 56])
                if record[:4] != b"PK\x06\x06":
                    raise FormatError(_DAMAGED.format("its Zip64 directory is missing"))
                disk, first, here, count, size, at = struct.unpack("<2L4Q", record[16:56])
        if disk or first or here != count:
            raise Unsupported("a zip file in several parts cannot be read; put it together first")
        return count, size, at

    def _start(self, entry: Entry) -> int:
        """Where the bytes of an entry begin, behind its local header."""
        head = bytes(self._data[entry.offset : entry.offset + 30])
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise FormatError(_DAMAGED.format(f"{short(entry.name)} is not where the directory says"))
        flags, method = struct.unpack("<2H", head[6:10])
        name_length, extra_length = struct.unpack("<2H", head[26:30])
        start: int = entry.offset + 30 + name_length + extra_length
        name = bytes(self._data[entry.offset + 30 : entry.offset + 30 + name_length])
        if flags & 1:
            raise Unsupported(f"encrypted zip entries cannot be read, but {short(entry.name)} is one")
        if method != entry.method or _text(name) != entry.name:
            raise UnsafeFile(f"{short(entry.name)} is called or packed otherwise where it stands in the zip file")
        if start + entry.packed > len(self._data):
            raise FormatError(_DAMAGED.format(f"{short(entry.name)} lies outside the file"))
        return start


_DAMAGED = "the zip file is damaged: {}"


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437")


def _central(record: memoryview) -> tuple[Entry, int]:
    """An entry of the central directory, and how many bytes it takes there."""
    head = struct.unpack("<4s6H3L5H2L", record[:46])
    signature, _, _, flags, method = head[:5]
    checksum, packed, size, name_length, extra_length, comment_length = head[7:13]
    offset = head[16]
    if signature != b"PK\x01\x02":
        raise FormatError(_DAMAGED.format("its directory holds something else than entries"))
    end = 46 + name_length + extra_length
    name = _text(bytes(record[46 : 46 + name_length]))
    extra = bytes(record[46 + name_length : end])
    if len(extra) != extra_length or len(record) < end + comment_length:
        raise FormatError(_DAMAGED.format("its directory ends too early"))
    size, packed, offset = _zip64(extra, size, packed, offset)
    if len(name) > LONGEST_NAME or "\0" in name or "\\" in name or name.startswith("/") or ".." in name.split("/"):
        raise UnsafeFile(f"names in the zip file must be plain relative paths, but one is {short(name)!r}")
    if flags & 1:
        raise Unsupported(f"encrypted zip entries cannot be read, but {short(name)} is one")
    if method not in (STORED, DEFLATED):
        raise Unsupported(f"zip entries must be stored or deflated, but {short(name)} is packed by method {method}")
    if method == STORED and packed != size:
        raise FormatError(_DAMAGED.format(f"{short(name)} is stored as it is, but declares two sizes"))
    return Entry(name, method, checksum, packed, size, offset), end + comment_length


def _zip64(extra: bytes, *fields: int) -> list[int]:
    """The fields, those that did not fit 32 bits taken from the extra field that then holds them in order."""
    values = list(fields)
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            wide = extra[position + 4 : position + 4 + length]
            for index, value in enumerate(values):
                if value == 0xFFFFFFFF:
                    (values[index],) = struct.unpack("<Q", wide[:8])
                    wide = wide[8:]
        position += 4 + length
    return values


def _inflate(packed: memoryview, entry: Entry) -> memoryview:
    """Unpack into no more memory than was declared."""
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = machine.decompress(packed, entry.size + 1)
    except zlib.error:
        raise FormatError(_DAMAGED.format(f"{short(entry.name)} cannot be unpacked")) from None
    return memoryview(content)
