"""NumPy's archives: layouts and byte orders, and zips that lie."""

import io
import struct
import zipfile
import zlib
from typing import Any

import numpy as np
import pytest

from gatescope.core.errors import FileTooLarge, FormatError, UnsafeFile, Unsupported
from gatescope.core.formats.limits import MIB, Limits
from gatescope.core.formats.readers import read
from tests.core.formats.files import Array, npz_file, zip_file


def npy(array: Array, header: bytes | None = None, version: tuple[int, int] = (1, 0)) -> bytes:
    """An .npy, its header replaced where one is given."""
    file = io.BytesIO()
    if header is None:
        np.lib.format.write_array(file, array, version)
        return file.getvalue()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + array.tobytes()


@pytest.mark.parametrize("compressed", [False, True])
def test_every_layout_gives_the_same_numbers(*, compressed: bool) -> None:
    array = np.arange(12.0).reshape(3, 4)
    arrays = {
        "a/b": array,
        "fortran": np.asfortranarray(array),
        "big": array.astype(">f8"),
        "f4": array.astype("f4"),
        "f2": array.astype("f2"),
    }
    found = read(npz_file(arrays, compressed=compressed)).tensors
    assert list(found) == list(arrays)
    assert all((numbers == array).all() for numbers in found.values())
    assert [numbers.dtype.str for numbers in found.values()] == ["<f8", "<f8", "<f8", "<f4", "<f4"]


def test_stored_arrays_are_views_on_the_file() -> None:
    data = npz_file({"a": np.ones(16, "f4")})
    found = read(data).tensors["a"]
    # NumPy does not align entries, so that a copy may have been needed; where none was, it is the file itself.
    assert np.shares_memory(found, np.frombuffer(data, np.uint8)) or found.flags.owndata
    assert not found.flags.writeable


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header_is_read(version: tuple[int, int]) -> None:
    found = read(zip_file({"a.npy": npy(np.ones((2, 3)), version=version)}))
    assert found.tensors["a"].shape == (2, 3)


def test_others_are_left_out_and_bfloat16_is_guessed_aloud() -> None:
    bits = (np.array([1.5, -3], "<f4").view("<u4") >> 16).astype("<u2").view("V2")
    record = np.zeros(2, [("x", "f4")])
    found = read(npz_file({"a": np.ones(1), "i": np.ones(2, int), "s": np.array(["x"]), "r": record, "b": bits}))
    assert found.tensors["b"].tolist() == [1.5, -3]
    assert found.notes[0] == "Two-byte values without a type were taken as bfloat16: b."
    assert all(words in found.notes[1] for words in ("i (int64)", "s (<U1)", "r (a record)"))


def test_objects_are_never_unpickled() -> None:
    with pytest.raises(UnsafeFile, match="evil holds Python objects"):
        read(npz_file({"evil": np.array([{"a": 1}, None], object)}))


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999,), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999, 99999, 99999, 99999), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }",
        b"{'descr': '<f4', 'shape': (3,), }",
        b"{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (3,), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (3, " + b"(" * 500 + b"), }",
        b"",
        b"\xff" * 200,
    ],
)
def test_headers_that_lie_are_refused(header: bytes) -> None:
    with pytest.raises(FormatError):
        read(zip_file({"a.npy": npy(np.ones(3, "f4"), header)}))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = npz_file({"a": np.zeros(8 * MIB)}, compressed=True)
    assert len(data) < MIB
    with pytest.raises(FileTooLarge, match=r"would unpack to 64\.0 MiB"):
        read(data)
    with pytest.raises(FileTooLarge, match="would unpack"):
        read(npz_file({"a": np.arange(MIB)}, compressed=True), Limits(max_tensor_bytes=MIB, max_bytes=4 * MIB))


def entry_at(data: bytes, field: int, value: bytes) -> bytes:
    """The zip with bytes of its first central record replaced."""
    at = data.index(b"PK\1\2") + field
    return data[:at] + value + data[at + len(value) :]


SIMPLE = zip_file({"a.npy": npy(np.ones(3, "f4"))})
DEFLATED = zip_file({"a.npy": npy(np.arange(99, dtype="f4"))}, zipfile.ZIP_DEFLATED)
LOCAL = SIMPLE.index(b"PK\3\4")
ZIPS: list[tuple[str, bytes, type[FormatError], str]] = [
    ("checksum", entry_at(SIMPLE, 16, b"\1\2\3\4"), FormatError, "checksum"),
    ("two sizes", entry_at(SIMPLE, 24, b"\1\0\0\0"), FormatError, "two sizes"),
    ("unpacks to less", entry_at(DEFLATED, 24, struct.pack("<L", 9999)), FormatError, "should have 9,999 bytes"),
    ("unpacks to more", entry_at(DEFLATED, 24, struct.pack("<L", 9)), FormatError, "should have 9 bytes"),
    ("encrypted", entry_at(SIMPLE, 8, b"\1\0"), Unsupported, "encrypted"),
    ("method", entry_at(SIMPLE, 10, b"\x0c\0"), Unsupported, "method 12"),
    ("elsewhere", entry_at(SIMPLE, 42, struct.pack("<L", 5)), FormatError, "not where the directory says"),
    ("outside", entry_at(SIMPLE, 42, struct.pack("<L", 1 << 30)), FormatError, "not where the directory says"),
    ("too large", entry_at(SIMPLE, 20, struct.pack("<2L", 1 << 20, 1 << 20)), FormatError, "lies outside"),
    ("other name", SIMPLE.replace(b"a.npy", b"b.npy", 1), UnsafeFile, "called or packed otherwise"),
    ("no directory", SIMPLE[: SIMPLE.index(b"PK\1\2")], FormatError, "ends too early"),
    ("more entries", SIMPLE.replace(b"\1\0\1\0", b"\2\0\2\0"), FormatError, "damaged"),
    ("two disks", SIMPLE.replace(b"PK\5\6\0\0\0\0", b"PK\5\6\1\0\0\0"), Unsupported, "several parts"),
    ("path", zip_file({"../a.npy": npy(np.ones(3))}), UnsafeFile, "plain relative paths"),
    ("absolute", zip_file({"/etc/a.npy": npy(np.ones(3))}), UnsafeFile, "plain relative paths"),
    ("backslash", SIMPLE.replace(b"a.npy", b"\\.npy"), UnsafeFile, "plain relative paths"),
    ("no npy", zip_file({"a.npy": b"hello"}), FormatError, r"a\.npy in the file is no \.npy file"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "kind", "words"), [case[1:] for case in ZIPS], ids=[case[0] for case in ZIPS])
def test_zips_that_lie_are_refused(data: bytes, kind: type[FormatError], words: str) -> None:
    with pytest.raises(FormatError, match=words) as caught:
        read(data)
    assert type(caught.value) is kind


def test_entries_that_overlap_are_refused() -> None:
    """Two records of the directory for one piece of the file, under the one name that stands there."""
    content = npy(np.ones(3, "f4"))
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, zlib.crc32(content), *(len(content),) * 2, 5, 0)
    inner = local + b"b.npy" + content

    def central(name: bytes, inside: bytes, offset: int) -> bytes:
        sizes = zlib.crc32(inside), len(inside), len(inside)
        numbers = (20, 20, 0, 0, 0, 0, *sizes, 5, 0, 0, 0, 0, 0, offset)
        return struct.pack("<4s6H3L5H2L", b"PK\1\2", *numbers) + name

    outer = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, zlib.crc32(inner), *(len(inner),) * 2, 5, 0) + b"a.npy"
    directory = central(b"a.npy", inner, 0) + central(b"b.npy", content, len(outer))
    body = outer + inner
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, len(directory), len(body), 0)
    with pytest.raises(UnsafeFile, match="must not overlap"):
        read(body + directory + end)


def test_a_name_twice_is_refused() -> None:
    data = zip_file({"a.npy": npy(np.ones(3)), "b.npy": npy(np.ones(3))}).replace(b"b.npy", b"a.npy")
    with pytest.raises(UnsafeFile, match="is there twice"):
        read(data)


def test_a_zip_written_without_seeking_and_zip64_are_read() -> None:
    class Stream(io.RawIOBase):
        """A pipe: NumPy and zipfile cannot go back to fill in sizes."""

        def __init__(self) -> None:
            self.pieces: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, piece: Any) -> int:
            self.pieces.append(bytes(piece))
            return len(self.pieces[-1])

    stream = Stream()
    with zipfile.ZipFile(stream, "w") as archive, archive.open("a.npy", "w", force_zip64=True) as entry:
        entry.write(npy(np.ones(3)))
    assert read(b"".join(stream.pieces)).tensors["a"].tolist() == [1, 1, 1]
