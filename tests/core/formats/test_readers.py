"""Every format told by its content; what is none of them, refused with a sentence that helps."""

import io
import json
import pickle
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import numpy_helper

from gatescope.core.errors import FileTooLarge, FormatError, MissingReader, UnknownFormat, UnsafeFile, Unsupported
from gatescope.core.formats.limits import Limits
from gatescope.core.formats.readers import READERS, identify, read
from tests.core.formats import files

GOLDEN = Path(__file__).parents[2] / "golden" / "formats"
MANIFEST = json.loads((GOLDEN / "manifest.json").read_text("utf-8"))
CASES = [case for part in MANIFEST.values() for case in part["cases"]]
REFUSED = {case["file"]: case["refused"]["error"] for case in CASES if "refused" in case}
"""What may be refused, by the reader or by whoever reads on, and with which error."""
GOLDEN_FILES = [GOLDEN / name for name in sorted({case["file"] for case in CASES})]


@pytest.mark.parametrize("form", files.good_files())
def test_every_format_is_told_by_content(form: str) -> None:
    found = read(files.good_files()[form], name="renamed.txt")
    assert found.format == form
    assert sum(array.size for array in found.tensors.values()) > 20
    for array in found.tensors.values():
        assert array.dtype == np.float32
        assert not array.flags.writeable
        assert array.flags.aligned


def test_every_reader_has_a_file_here() -> None:
    assert READERS.keys() == {identify(data)[0] for data in files.good_files().values()}


def test_there_are_golden_files_of_every_suffix() -> None:
    assert {path.suffix for path in GOLDEN_FILES} >= {
        suffix for reader in READERS.values() for suffix in reader.suffixes
    } - {".hdf5"}


def check(path: Path) -> None:
    """Read what a framework wrote, or be refused as the manifest says."""
    try:
        found = read(path.read_bytes(), name=path.name)
    except FormatError as error:
        outcome = type(error).__name__
    else:
        outcome = "read" if len(found.tensors) >= 2 else "empty"
    assert outcome in ("read", REFUSED.get(path.name)), path.name


@pytest.mark.parametrize("form", [".safetensors", ".npz", ".pt", ".pth"])
def test_what_the_frameworks_wrote_is_read(form: str) -> None:
    chosen = [path for path in GOLDEN_FILES if path.suffix == form]
    assert chosen
    for path in chosen:
        check(path)


# Each of these starts a process: all of them are imported by the tests of the golden files.
APART = [path for path in GOLDEN_FILES if path.suffix in {".keras", ".h5", ".onnx"}]


@pytest.mark.parametrize("path", APART[:: max(1, len(APART) // 10)], ids=lambda path: str(path.name))
def test_what_the_frameworks_wrote_is_read_apart(path: Path) -> None:
    check(path)


def test_a_file_beyond_the_limit_is_not_looked_at() -> None:
    with pytest.raises(FileTooLarge, match="files may have 10 bytes, but this one has 11 bytes"):
        read(b"x" * 11, Limits(max_bytes=10))


@pytest.mark.parametrize("form", files.good_files())
def test_declared_sizes_are_limited(form: str) -> None:
    with pytest.raises(FileTooLarge):
        read(files.good_files()[form], Limits(max_tensor_bytes=50))
    with pytest.raises(FileTooLarge):
        read(files.good_files()[form], Limits(max_tensors=1))


@pytest.mark.parametrize(("form", "package"), [("keras", "h5py"), ("h5", "h5py"), ("onnx", "onnx")])
def test_a_missing_package_is_named_with_its_extra(form: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingReader, match=rf"{package}.*pip install 'gatescope\[formats\]'"):
        read(files.good_files()[form])


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return file.getvalue()


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.ones(3))
    return file.getvalue()


LEGACY_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
NEAR: list[tuple[str, Any, str, type[FormatError], str]] = [
    ("empty", b"", "", UnknownFormat, "is empty"),
    ("npy", npy(), "a.npy", UnknownFormat, r"single \.npy"),
    ("pickle", pickle.dumps({"a": 1}), "a.pkl", UnsafeFile, "bare pickle"),
    ("joblib", pickle.dumps({"joblib": 1}, 3), "a.joblib", UnsafeFile, "joblib"),
    ("legacy torch", LEGACY_TORCH, "a.pt", Unsupported, r"before version 1\.6"),
    ("gguf", b"GGUF\3\0\0\0", "a.gguf", UnknownFormat, "GGUF"),
    ("gzip", b"\x1f\x8b\x08\0", "a.gz", UnknownFormat, "gzip"),
    ("tar", tar(), "a.tar", UnknownFormat, "tar archive"),
    ("tflite", b"\x1c\0\0\0TFL3" + bytes(20), "a.tflite", UnknownFormat, "TensorFlow Lite"),
    ("saved model", b"\x08\x01\x12\x02ab", "saved_model.pb", UnknownFormat, "SavedModel"),
    ("tf checkpoint", bytes(40) + b"\x57\xfb\x80\x8b\x24\x75\x47\xdb", "a.index", UnknownFormat, "checkpoint"),
    ("web page", b"\n<!DOCTYPE html><html>", "a.pt", UnknownFormat, "web page"),
    ("lfs", b"version https://git-lfs.github.com/spec/v1\n", "a.pt", UnknownFormat, "git lfs pull"),
    ("keras json", b'{"class_name": "Sequential"}', "config.json", UnknownFormat, "without weights"),
    ("json", b'["a", "b"]', "a.json", UnknownFormat, "JSON"),
    ("text", b"hello", "a.txt", UnknownFormat, "text"),
    ("onnx text", b"ir_version: 8\n", "a.txt", UnknownFormat, r"onnx\.save"),
    ("msgpack", b"\xde\x00\x10", "a.msgpack", UnknownFormat, "Flax"),
    ("noise", b"\xff\xfe\0\1" * 9, "a.bin", UnknownFormat, "no known format"),
    ("other zip", files.zip_file({"word/document.xml": b""}), "a.docx", UnknownFormat, "zip file holds word"),
    ("empty zip", files.zip_file({}), "a.zip", UnknownFormat, "zip file is empty"),
    ("saved model zip", files.zip_file({"m/saved_model.pb": b""}), "a.zip", UnknownFormat, "SavedModel"),
]


@pytest.mark.parametrize(("data", "name", "kind", "words"), [case[1:] for case in NEAR], ids=[case[0] for case in NEAR])
def test_near_misses_are_told_what_they_are(data: bytes, name: str, kind: type[FormatError], words: str) -> None:
    with pytest.raises(FormatError, match=words) as caught:
        read(data, name=name)
    assert type(caught.value) is kind
    if kind is UnknownFormat and data:
        assert ".safetensors" in caught.value.message


@pytest.mark.parametrize("form", files.good_files())
def test_numbers_that_are_not_finite_are_refused_by_name(form: str) -> None:
    bad = np.array([1, np.inf, 2], "float32")
    made = {
        "safetensors": lambda: files.safetensors_file(
            {"bad": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}}, bad.tobytes()
        ),
        "npz": lambda: files.npz_file({"bad": bad}),
        "pt": lambda: files.state_dict_file({"bad": bad}),
        "keras": lambda: files.keras_file(model_weights_h5=files.h5_file(lambda file: file.update({"bad": bad}))),
        "weights.h5": lambda: files.h5_file(lambda file: (file.create_group("vars"), file.update({"vars/bad": bad}))),
        "h5": lambda: files.h5_file(lambda file: file.update({"bad": bad})),
        "onnx": lambda: files.onnx_file(files.onnx_model([numpy_helper.from_array(bad, "bad")])),
    }
    with pytest.raises(FormatError, match=r"finite numbers, but .*bad holds"):
        read(made[form]())
