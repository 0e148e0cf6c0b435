"""Mutated files of every format: the outcome is a checkpoint or an error of the tree, never anything else.

A canary lies beside, which some of the files name: it stays unread and unchanged.
"""

import io
import os
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gatescope.core.errors import FormatError
from gatescope.core.formats.limits import MIB, Limits
from gatescope.core.formats.readers import read
from tests.core.formats.files import (
    Stored,
    external_tensor,
    good_files,
    h5_file,
    npz_file,
    onnx_file,
    onnx_model,
    opcodes,
    pt_file,
    state_dict,
    zip_file,
)
from tests.core.formats.test_readers_hdf5 import reach_out

LIMITS = Limits(max_bytes=MIB, max_tensor_bytes=4 * MIB, max_tensors=500, seconds=5, memory_bytes=1024 * MIB)
CHEAP, APART = 400, 12
COUNTS = {
    "safetensors": CHEAP,
    "npz": CHEAP,
    "pt": CHEAP,
    "keras": APART,
    "weights.h5": APART,
    "h5": APART,
    "onnx": APART,
}
SPLICES = (b"\xff" * 8, bytes(8), b"\x80", b"PK\1\2", b"\x7f\xff\xff\xff", b"..", b"{", b"(", b"R", b"\x01" * 4, b"c")


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Bytes flipped, pieces cut out, put in, doubled, and ends cut off."""
    rng = random.Random(seed)
    for index in range(count):
        piece = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 5, 20))):
            at = rng.randrange(len(piece)) if piece else 0
            match (index + rng.randrange(2)) % 6:
                case 0 | 1:
                    piece[at : at + 1] = bytes([rng.randrange(256)])
                case 2:
                    piece[at : at + 1] = bytes([(piece[at] if piece else 0) ^ 1 << rng.randrange(8)])
                case 3:
                    splice = rng.choice(SPLICES)
                    piece[at : at + rng.choice((0, len(splice)))] = splice
                case 4:
                    other = rng.randrange(len(piece)) if piece else 0
                    piece[at:at] = piece[other : other + rng.randrange(1, 64)]
                case _:
                    del piece[at : at + rng.choice((1, 8, 100, len(piece)))]
        yield bytes(piece)


def outcome(data: bytes, name: str = "") -> str:
    """What came of reading: the only two things that may."""
    try:
        found = read(data, LIMITS, name)
    except FormatError as error:
        return "refused" if 0 < len(error.message.encode()) < 2000 else "refused without a fit sentence"
    assert all(np.isfinite(array).all() and not array.flags.writeable for array in found.tensors.values())
    assert sum(array.nbytes for array in found.tensors.values()) <= LIMITS.max_tensor_bytes
    return "read"


@pytest.mark.parametrize("form", COUNTS)
def test_mutated_files_are_read_or_refused(form: str) -> None:
    assert COUNTS.keys() == good_files().keys()
    outcomes = [outcome(mutant) for mutant in mutants(good_files()[form], COUNTS[form], seed=len(form))]
    assert {"refused"} <= set(outcomes) <= {"refused", "read"}


@pytest.mark.parametrize("form", ["safetensors", "npz", "pt"])
def test_files_that_end_anywhere_are_refused(form: str) -> None:
    data = good_files()[form]
    for end in range(0, len(data), 7):
        assert outcome(data[:end]) == "refused", end


def test_mutated_pickles_within_a_sound_zip_are_read_or_refused(tmp_path: Path) -> None:
    """Flips in a whole .pt nearly always meet a checksum; here the program itself is changed, and names an exploit."""
    tensors, storages = state_dict({"w": np.ones((3, 2), "f4"), "v": np.ones(4)})
    canary = tmp_path / "made"
    program = b"\x80\x02" + opcodes(
        {**tensors, "n": [1, (2.5, None, True)], "s": Stored("0", "HalfStorage", 12, (3,), (2,))}
    )
    exploit = b"cos\nmkdir\n(" + opcodes(str(canary)) + b"tR0"
    outcomes = set()
    for seed, base in enumerate((program + b".", exploit + program + b".", program + exploit + b".")):
        outcomes |= {outcome(pt_file(mutant, storages)) for mutant in mutants(base, CHEAP, seed)}
    assert outcomes == {"read", "refused"}
    assert not canary.exists()


def test_mutated_headers_within_a_sound_zip_are_read_or_refused() -> None:
    file = io.BytesIO()
    np.save(file, np.ones((3, 4)))
    outcomes = {outcome(zip_file({"a.npy": mutant})) for mutant in mutants(file.getvalue(), CHEAP, 5)}
    assert outcomes == {"read", "refused"}


class Exploit:
    """An object whose unpickling makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def test_pickles_inside_npz_do_not_run(tmp_path: Path) -> None:
    evil = npz_file({"a": np.array([Exploit(tmp_path / "made")], object)})
    for mutant in (evil, *mutants(evil, CHEAP, 8)):
        outcome(mutant)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("form", ["h5", "onnx"])
def test_a_canary_named_in_the_file_stays_unread(form: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary.h5"
    canary.write_bytes(h5_file(lambda file: file.update({"w": np.full(4, 7, "f4")})))
    os.utime(canary, (0, 0))
    before = canary.stat()
    if form == "h5":
        bases = [h5_file(write) for write in reach_out(canary).values()]
    else:
        bases = [onnx_file(onnx_model([external_tensor("W", str(canary))]))]
    for seed, base in enumerate(bases):
        for mutant in mutants(base, 12 // len(bases), seed):
            outcome(mutant)
    after = canary.stat()
    assert (after.st_atime, after.st_mtime, after.st_size) == (before.st_atime, before.st_mtime, before.st_size)


def test_the_parent_takes_little_more_memory_than_the_file() -> None:
    """A file of 8 MiB, read in place; a zip's directory of millions of entries is refused by its count."""
    header = b'{"a":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]}}' % (2 * MIB, 8 * MIB)
    data = len(header).to_bytes(8, "little") + header + bytes(8 * MIB)
    tracemalloc.start()
    try:
        read(data)
        assert tracemalloc.get_traced_memory()[1] < 10 * MIB
        entries = b"PK\1\2" + bytes(42)
        bomb = b"PK\3\4" + entries * 100_000
        end = b"PK\6\6" + (44).to_bytes(8, "little") + bytes(12) + (100_000).to_bytes(8, "little") * 2
        end += (len(entries) * 100_000).to_bytes(8, "little") + (4).to_bytes(8, "little")
        end += b"PK\6\7" + bytes(4) + (len(bomb)).to_bytes(8, "little") + bytes(4)
        tracemalloc.reset_peak()
        with pytest.raises(FormatError, match="may have 41,000 entries, but this one has 100,000"):
            read(bomb + end + b"PK\5\6" + bytes(4) + b"\xff" * 12 + bytes(2))
        assert tracemalloc.get_traced_memory()[1] < 24 * MIB
    finally:
        tracemalloc.stop()
