"""Safetensors: every dtype, views without copies, and headers that lie."""

import json
from typing import Any

import numpy as np
import pytest

from gatescope.core.errors import FormatError
from gatescope.core.formats.readers import read
from gatescope.core.formats.readers.safetensors import LONGEST_HEADER
from tests.core.formats.files import safetensors_file


def entry(dtype: Any, shape: Any, *offsets: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": list(offsets)}


def test_every_float_is_widened_to_what_it_meant() -> None:
    values = [1.5, -2.0, 0.25, -0.0078125]
    bfloat16 = (np.array(values, "<f4").view("<u4") >> 16).astype("<u2").tobytes()
    numbers = np.array(values, "<f8").tobytes() + np.array(values, "<f4").tobytes()
    numbers += np.array(values, "<f2").tobytes() + bfloat16
    header = {
        "f64": entry("F64", [4], 0, 32),
        "f32": entry("F32", [2, 2], 32, 48),
        "f16": entry("F16", [4], 48, 56),
        "bf16": entry("BF16", [4, 1], 56, 64),
        "none": entry("F32", [0, 3], 64, 64),
    }
    found = read(safetensors_file(header, numbers)).tensors
    assert [array.dtype.name for array in found.values()] == ["float64", *["float32"] * 4]
    assert all(found[name].ravel().tolist() == values for name in ("f64", "f32", "f16", "bf16"))
    assert found["bf16"].shape == (4, 1)
    assert found["none"].shape == (0, 3)


def test_aligned_floats_are_views_on_the_file() -> None:
    header = json.dumps({"a": entry("F32", [3], 0, 12)}).encode()
    data = safetensors_file(header + b" " * (-len(header) % 8), np.ones(3, "<f4").tobytes())
    array = read(data).tensors["a"]
    assert np.shares_memory(array, np.frombuffer(data, np.uint8))


def test_numbers_at_an_odd_address_are_read_all_the_same() -> None:
    for padding in range(4):
        header = json.dumps({"a": entry("F32", [3], 0, 12)}).encode() + b" " * padding
        array = read(safetensors_file(header, np.arange(3, dtype="<f4").tobytes())).tensors["a"]
        assert array.tolist() == [0, 1, 2]
        assert array.flags.aligned


def test_others_are_left_out_and_the_metadata_kept() -> None:
    header = {
        "__metadata__": {"format": "pt"},
        "a": entry("F32", [1], 0, 4),
        "i": entry("I64", [1], 4, 12),
        "q": entry("F8_E4M3", [3], 12, 15),
    }
    found = read(safetensors_file(header, bytes(15)))
    assert list(found.tensors) == ["a"]
    assert found.metadata == {"format": "pt"}
    assert found.notes == ("Left out, since only floats of 16, 32 and 64 bits are read: i (I64), q (F8_E4M3).",)


A = entry("F32", [1], 0, 4)
BAD: list[tuple[str, Any, str]] = [
    ("not JSON", b"{" + bytes(7), "must be JSON"),
    ("twice", b'{"a":%b,"a":%b}' % ((json.dumps(A).encode(),) * 2), "names a twice"),
    ("twice inside", b'{"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}}', "names dtype twice"),
    ("deep", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "must be JSON"),
    ("long number", b'{"a":' + b"9" * 5000 + b"}", "must be JSON"),
    ("no object", {"a": [1]}, "must be described by"),
    ("missing field", {"a": {"dtype": "F32", "shape": [1]}}, "must be described by"),
    ("more fields", {"a": {**A, "file": "x"}}, "must be described by"),
    ("dtype", {"a": entry("F31", [1], 0, 4)}, "dtype of a must be one of safetensors', not F31"),
    ("dtype no text", {"a": entry([1], [1], 0, 4)}, "dtype of a"),
    ("shape no list", {"a": entry("F32", 1, 0, 4)}, "shape of a must be a list of sizes, not 1"),
    ("negative", {"a": entry("F32", [-1, -1], 0, 4)}, "shape of a"),
    ("true", {"a": entry("F32", [True], 0, 4)}, "shape of a"),
    ("float", {"a": entry("F32", [1.0], 0, 4)}, "shape of a"),
    ("absurd", {"a": entry("F32", [1 << 61, 1 << 61], 0, 4)}, "does not fill its 4 bytes"),
    ("many axes", {"a": entry("F32", [1] * 60, 0, 4)}, "60 axes; 32 are the most"),
    ("offsets", {"a": entry("F32", [1], 0, 4, 8)}, "must be two numbers"),
    ("beyond", {"a": entry("F32", [2], 0, 8)}, "there are 4"),
    ("backwards", {"a": entry("F32", [1], 4, 0)}, "damaged"),
    ("overlap", {"a": A, "b": A}, "the bytes of a and b overlap"),
    ("gap before", {"a": entry("F32", [0], 4, 4)}, "from beginning to end"),
    ("gap between", {"a": entry("U8", [1], 0, 1), "b": entry("U8", [1], 3, 4)}, "2 bytes between a and b"),
    ("metadata", {"__metadata__": {"a": 1}, "a": A}, "metadata .* must be an object of texts"),
    ("metadata surrogate", {"__metadata__": {"a": "\ud800"}, "a": A}, "metadata .* valid Unicode"),
    ("surrogate", {"\ud800": A}, "valid Unicode"),
    ("long name", {"a" * 2000: A}, "at most 1000 characters"),
    ("nothing", {}, "no floating-point tensors"),
]


@pytest.mark.parametrize(("header", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_headers_that_lie_are_refused(header: Any, words: str) -> None:
    with pytest.raises(FormatError, match=words) as caught:
        read(safetensors_file(header, bytes(4)))
    assert len(caught.value.message.encode()) < 1000


def test_a_header_longer_than_the_file_or_than_allowed_is_refused() -> None:
    with pytest.raises(FormatError, match="only 2 follow"):
        read((100).to_bytes(8, "little") + b"{}")
    with pytest.raises(FormatError, match=r"may take 16\.0 MiB"):
        read((LONGEST_HEADER + 1).to_bytes(8, "little") + b"{}")


def test_large_finite_numbers_whose_sum_is_infinite_are_finite() -> None:
    numbers = np.full(4, 3e38, "<f4")
    found = read(safetensors_file({"a": entry("F32", [4], 0, 16)}, numbers.tobytes()))
    assert found.tensors["a"].tolist() == numbers.tolist()
