"""Keras's files: what is told of them, and what is refused."""

import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from gatescope.core.errors import FileTooLarge, FormatError, UnsafeFile, Unsupported
from gatescope.core.formats.limits import MIB
from gatescope.core.formats.readers import read
from tests.core.formats.files import good_files, h5_file, keras_file, keras_weights, zip_file


def test_a_keras_file_tells_its_layers() -> None:
    found = read(good_files()["keras"])
    path = "layers/lstm/cell/vars"
    assert found.structure == {
        "config": {"class_name": "Sequential", "config": {"layers": []}},
        "keras_version": "3.15.1",
        "layers": {path: [f"{path}/0", f"{path}/1", f"{path}/2"], "layers/lstm/vars": []},
        "names": {path: "lstm_cell", "layers/lstm/vars": "mine"},
    }
    assert found.tensors[f"{path}/1"].shape == (3, 12)


def test_a_legacy_file_keeps_the_order_of_its_attributes() -> None:
    found = read(good_files()["h5"])
    structure = found.structure
    assert structure is not None
    assert structure["keras_version"] == "2.15.0"
    assert structure["config"]["class_name"] == "Sequential"
    assert list(structure["layers"]) == ["model_weights/second", "model_weights/first", "model_weights/dropout"]
    kernel, *_ = structure["layers"]["model_weights/second"]
    assert kernel == "model_weights/second/second/cell/kernel:0"
    assert (found.tensors[kernel] == 1).all()


def test_legacy_weights_have_their_layers_at_the_root() -> None:
    def write(file: Any) -> None:
        file.attrs["layer_names"] = np.array([b"lstm"])
        layer = file.create_group("lstm")
        layer.attrs["weight_names0"] = [b"lstm/kernel:0"]
        layer.attrs["weight_names1"] = [b"lstm/bias:0"]
        layer["lstm/kernel:0"], layer["lstm/bias:0"] = np.ones((2, 8)), np.ones(8)

    found = read(h5_file(write))
    assert found.format == "h5"
    assert found.structure is not None
    assert found.structure["layers"] == {"lstm": ["lstm/lstm/kernel:0", "lstm/lstm/bias:0"]}
    assert found.structure["config"] is None


def test_more_than_ten_variables_keep_their_order() -> None:
    def write(file: Any) -> None:
        for index in range(12):
            file[f"layers/cell/vars/{index}"] = np.full(2, index, "f4")

    structure = read(h5_file(write)).structure
    assert structure is not None
    assert [path.rpartition("/")[2] for path in structure["layers"]["layers/cell/vars"]] == [*map(str, range(12))]


def test_every_float_of_hdf5_is_read() -> None:
    values = np.array([[1.5, -2.0], [0.25, 4.0]])
    bits = (values.astype("<f4").view("<u4") >> 16).astype("<u2").view("V2")

    def write(file: Any) -> None:
        for kind in ("<f2", "<f4", "<f8", ">f4", ">f8"):
            file[f"vars/{kind}"] = values.astype(kind)
        file.create_dataset("vars/gzip", data=values, chunks=(1, 2), compression="gzip", shuffle=True, fletcher32=True)
        file.create_dataset("vars/lzf", data=values, chunks=(1, 2), compression="lzf")
        file["vars/marked"] = bits
        file["vars/marked"].attrs["dtype"] = "bfloat16"
        file["vars/unmarked"] = bits
        file["vars/steps"] = np.ones(2, int)
        file["vars/words"] = ["a", "b"]
        file["vars/empty"] = h5py.Empty("f4")
        file["vars/records"] = np.zeros(1, [("a", "f4")])
        file["vars/lists"] = np.array([np.ones(2), np.ones(3)], h5py.vlen_dtype("f4"))
        file["vars/references"] = np.array([file.ref], h5py.ref_dtype)

    found = read(h5_file(write))
    assert {name.rpartition("/")[2] for name in found.tensors} == {
        *("<f2", "<f4", "<f8", ">f4", ">f8", "gzip", "lzf", "marked", "unmarked")
    }
    assert all((array == values).all() for array in found.tensors.values())
    assert found.notes[0] == "Two-byte values without a type were taken as bfloat16: vars/unmarked."
    assert "and 1 more" in found.notes[1]


def test_a_user_block_before_the_file_is_skipped() -> None:
    assert read(h5_file(keras_weights, userblock_size=512)).tensors


def reach_out(canary: Path) -> dict[str, Any]:
    def virtual(file: Any) -> None:
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource(str(canary), "w", (4,))
        file.create_virtual_dataset("w", layout)

    def storage(file: Any) -> None:
        file.create_dataset("w", (4,), "f4", external=[(str(canary), 0, 16)])

    return {
        "external link": lambda file: file.update({"w": h5py.ExternalLink(str(canary), "/w")}),
        "external link inside": lambda file: file.update({"a/b": h5py.ExternalLink(str(canary), "/w")}),
        "external storage": storage,
        "virtual dataset": virtual,
    }


@pytest.mark.parametrize("way", reach_out(Path()))
def test_other_files_stay_unread(way: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary.h5"
    canary.write_bytes(h5_file(lambda file: file.update({"w": np.full(4, 7, "f4")})))
    os.utime(canary, (0, 0))
    with pytest.raises(UnsafeFile, match="other files"):
        read(h5_file(reach_out(canary)[way]))
    assert canary.stat().st_atime == 0


def test_soft_links_are_not_followed() -> None:
    found = read(h5_file(lambda file: file.update({"vars/a": np.ones(2), "vars/b": h5py.SoftLink("/vars/a")})))
    assert list(found.tensors) == ["vars/a"]
    assert found.notes == ("Soft links in the file were not followed: vars/b.",)


def test_a_group_that_holds_itself_is_walked_once() -> None:
    def write(file: Any) -> None:
        file["a/w"] = np.ones(2)
        file["a/again"] = file["a"]

    assert list(read(h5_file(write)).tensors) == ["a/w"]


def deep(file: Any) -> None:
    for _ in range(100):
        file = file.create_group("g")


def dataset(*shape: int, **options: Any) -> Any:
    """What writes one dataset with these options, most of them about how its numbers lie."""
    return lambda file: file.create_dataset("w", shape or None, **options)


WIDE = {"maxshape": (None,), "chunks": (64 * MIB,)}
H5: list[tuple[str, Any, type[FormatError], str]] = [
    ("never written", dataset(1 << 20, dtype="f4"), FormatError, "holds 0 bytes of it"),
    ("absurd", dataset(1 << 20, 1 << 20, dtype="f4"), FileTooLarge, "declares 4,194,304.0 MiB"),
    ("bomb", dataset(data=np.zeros(8 * MIB, "f4"), compression="gzip"), FileTooLarge, "100 times"),
    ("pieces", dataset(8, dtype="f4", compression="gzip", **WIDE), FileTooLarge, "cut into pieces of 256.0 MiB"),
    ("deep", deep, FormatError, "nested 64 deep"),
    ("nothing", lambda file: file.create_group("a"), FormatError, "no floating-point tensors"),
    ("config", lambda file: file.attrs.update({"model_config": "{"}), FormatError, "model_config must be JSON"),
    ("filter", dataset(data=np.ones(99), scaleoffset=2), Unsupported, "needs a plugin"),
]


@pytest.mark.parametrize(("write", "kind", "words"), [case[1:] for case in H5], ids=[case[0] for case in H5])
def test_datasets_that_lie_are_refused(write: Any, kind: type[FormatError], words: str) -> None:
    with pytest.raises(FormatError, match=words) as caught:
        read(h5_file(write))
    assert type(caught.value) is kind


def test_parts_of_a_keras_file_that_are_missing_or_damaged_are_named() -> None:
    for change, words in (
        ({"config_json": b"{"}, r"config\.json .* must be JSON"),
        ({"metadata_json": b"[]"}, r"metadata\.json .* JSON object"),
        ({"config_json": b"[" * 100_000}, r"config\.json .* must be JSON"),
    ):
        with pytest.raises(FormatError, match=words):
            read(keras_file(**change))
    with pytest.raises(FormatError, match="HDF5"):
        read(zip_file({"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": b"no"}))
    with pytest.raises(FormatError, match=r"must hold model\.weights\.h5"):
        read(zip_file({"config.json": b"{}", "metadata.json": b"{}"}))
    with pytest.raises(Unsupported, match=r"model\.weights\.npz"):
        read(zip_file({"config.json": b"{}", "metadata.json": b"{}", "model.weights.npz": b""}))
