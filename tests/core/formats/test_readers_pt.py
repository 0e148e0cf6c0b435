"""PyTorch files without PyTorch: state dicts, checkpoints, and what only running code could read."""

import os
import pickle
import struct
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gatescope.core.errors import FormatError, UnsafeFile, Unsupported
from gatescope.core.formats.limits import Limits
from gatescope.core.formats.readers import read
from tests.core.formats.files import Raw, Stored, opcodes, pt_file, state_dict, state_dict_file, weights, zip_file


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_state_dict_is_read(dtype: str) -> None:
    arrays = weights(dtype)
    found = read(state_dict_file(arrays))
    assert list(found.tensors) == list(arrays)
    assert all((found.tensors[name] == array).all() for name, array in arrays.items())
    assert found.notes == ()


def test_bfloat16_and_other_types() -> None:
    bits = (np.array([1.5, -3], "<f4").view("<u4") >> 16).astype("<u2").tobytes()
    content = {
        "b": Stored("0", "BFloat16Storage", 2, (2,), (1,)),
        "i": Stored("1", "LongStorage", 1, (1,), (1,)),
        "c": Stored("2", "ComplexFloatStorage", 1, (1,), (1,)),
    }
    found = read(pt_file(content, {"0": bits, "1": bytes(8), "2": bytes(8)}))
    assert found.tensors["b"].tolist() == [1.5, -3]
    assert found.notes == ("Left out, since only floats of 16, 32 and 64 bits are read: i (int64), c (complex64).",)


def test_views_share_a_storage_and_keep_their_strides() -> None:
    base = np.arange(24, dtype="<f4").reshape(4, 6)
    content = {
        "transposed": Stored("0", "FloatStorage", 24, (6, 4), (1, 6)),
        "piece": Stored("0", "FloatStorage", 24, (2, 3), (6, 2), 6),
        "expanded": Stored("0", "FloatStorage", 24, (3, 6), (0, 1)),
        "empty": Stored("0", "FloatStorage", 24, (0, 6), (6, 1)),
    }
    found = read(pt_file(content, {"0": base.tobytes()})).tensors
    assert (found["transposed"] == base.T).all()
    assert (found["piece"] == base[1:3, ::2]).all()
    assert (found["expanded"] == base[:1]).all()
    assert found["empty"].shape == (0, 6)


def test_big_endian_files_are_read() -> None:
    content = {"a": Stored("0", "FloatStorage", 2, (2,), (1,))}
    found = read(pt_file(content, {"0": np.array([1, 2], ">f4").tobytes()}, byteorder=b"big"))
    assert found.tensors["a"].tolist() == [1, 2]


def checkpoint(**more: Any) -> bytes:
    arrays = weights()
    tensors, storages = state_dict(arrays)
    momenta, more_storages = state_dict({f"m{index}": array * 9 for index, array in enumerate(arrays.values())}, 50)
    optimizer = {"state": {0: {"step": 3, "exp_avg": momenta["m0"]}}, "param_groups": [{"lr": 0.1, "params": [0]}]}
    loss = Stored("50", "FloatStorage", 24, (), ())
    content = {"epoch": 3, "trainer": {"model": tensors}, "optimizers": [optimizer], "loss": loss, **more}
    return pt_file(content, storages | more_storages)


def test_a_checkpoint_gives_its_model_and_not_its_optimizer() -> None:
    found = read(checkpoint())
    assert list(found.tensors) == list(weights())
    assert found.notes == (
        "The weights were found in the checkpoint under 'trainer.model'.",
        "The optimizer's state under 'optimizers.0' was left out.",
        "Left out, since only floats of 16, 32 and 64 bits are read: loss (a single number).",
    )


def test_several_state_dicts_keep_apart() -> None:
    tensors, storages = state_dict({"w": np.ones(3, "f4"), "v": np.zeros(3, "f4")})
    found = read(pt_file({"model": {"w": tensors["w"]}, "ema": {"w": tensors["v"]}}, storages))
    assert {name: array.tolist() for name, array in found.tensors.items()} == {"model.w": [1] * 3, "ema.w": [0] * 3}


def test_harmless_objects_beside_the_weights_are_passed_over() -> None:
    namespace = Raw(b"cargparse\nNamespace\n)\x81}X\x02\x00\x00\x00lrK\x01sb")
    scalar = Raw(b"cnumpy._core.multiarray\nscalar\n(cnumpy\ndtype\n(X\x02\x00\x00\x00f8\x89\x88tRU\x08abcdefghtR")
    path = Raw(b"cpathlib\nPosixPath\n(X\x03\x00\x00\x00tmptR")
    device = Raw(b"ctorch\ndevice\n(X\x03\x00\x00\x00cputR")
    default = Raw(b"ccollections\ndefaultdict\nc__builtin__\ndict\n\x85R")
    found = read(
        checkpoint(args=namespace, best=scalar, path=path, device=device, kept=default, dtype=Raw(b"ctorch\nhalf\n"))
    )
    assert list(found.tensors) == list(weights())


def test_parameters_and_protocol_5_are_read() -> None:
    tensors, storages = state_dict({"w": np.arange(3, dtype="f4")})
    parameter = b"ctorch._utils\n_rebuild_parameter\n(" + opcodes(tensors["w"]) + b"\x88)tR"
    program = b"\x80\x05\x95\0\0\0\0\0\0\0\0}\x94\x8c\x01w" + parameter + b"s."
    assert read(pt_file(program, storages)).tensors["w"].tolist() == [0, 1, 2]


def with_reduce(code: bytes) -> dict[str, Any]:
    return {"w": Stored("0", "FloatStorage", 3, (3,), (1,)), "evil": Raw(code)}


def test_nothing_is_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    word = opcodes(f"touch {canary}")
    for code in (
        b"cos\nsystem\n(" + word + b"tR",
        b"cposix\nsystem\n(" + word + b"tR",
        opcodes("os") + opcodes("system") + b"\x93(" + word + b"tR",
        b"csubprocess\nPopen\n(" + word + b"t\x81",
        b"cbuiltins\neval\n(" + word + b"tR",
        b"c__builtin__\ngetattr\n(" + word + word + b"tR",
        b"(ios\nsystem\n",
        b"(cos\nsystem\n" + word + b"o",
        b"\x82\x01",
        b"ctorch.hub\nload\n(" + word + b"tR",
        b"ctorch.storage\n_load_from_bytes\n(" + word + b"tR",
        b"ctorch._utils\n_rebuild_from_type_v2\n(cos\nsystem\nN(" + word + b"t}tR",
        b"cnumpy.testing._private.utils\nrunstring\n(" + word + word + b"tR",
        b"ccollections\nOrderedDict.__reduce__\n)R",
    ):
        with pytest.raises(UnsafeFile):
            read(pt_file(with_reduce(code), {"0": bytes(12)}))
    assert not canary.exists()


class Exploit:
    """What a malicious file holds."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(2, 6))
def test_an_exploit_is_refused_and_named(protocol: int, tmp_path: Path) -> None:
    program = pickle.dumps({"a": Exploit(tmp_path / "made")}, protocol)
    with pytest.raises(UnsafeFile, match=r"asks for .*mkdir.*nothing was run.*state_dict"):
        read(pt_file(program, {}))
    assert not (tmp_path / "made").exists()


def test_programs_are_refused_by_kind() -> None:
    module = (
        b"\x80\x02ctorch.nn.modules.rnn\nLSTM\n)\x81}(" + opcodes("_parameters") + b"}" + opcodes("_modules") + b"}ub."
    )
    with pytest.raises(UnsafeFile, match=r"a whole pickled module.*state_dict"):
        read(pt_file(module, {}))
    with pytest.raises(Unsupported, match=r"TorchScript.*safetensors"):
        read(zip_file({"m/data.pkl": b"\x80\x02}.", "m/constants.pkl": b"", "m/code/__torch__.py": b""}))
    with pytest.raises(Unsupported, match=r"torch\.export"):
        read(zip_file({"m/archive_format": b"pt2", "m/data/weights/x": b""}))


F4 = "FloatStorage"
LIES: list[tuple[str, Any, str]] = [
    ("storage missing", {"w": Stored("9", F4, 3, (3,), (1,))}, "there is no model/data/9"),
    ("path", {"w": Stored("../data.pkl", F4, 3, (3,), (1,))}, "there is no"),
    ("storage too small", {"w": Stored("0", F4, 4, (4,), (1,))}, "should hold 4 numbers"),
    ("beyond", {"w": Stored("0", F4, 3, (4,), (1,))}, "reaches beyond its storage"),
    ("offset", {"w": Stored("0", F4, 3, (3,), (1,), 1)}, "reaches beyond its storage"),
    ("negative offset", {"w": Stored("0", F4, 3, (3,), (1,), -1)}, "reaches beyond its storage"),
    ("negative stride", {"w": Stored("0", F4, 3, (3,), (-1,), 2)}, "reaches beyond its storage"),
    ("negative size", {"w": Stored("0", F4, 3, (-3,), (1,))}, "shape of w"),
    ("huge stride", {"w": Stored("0", F4, 3, (2,), (1 << 61,))}, "reaches beyond its storage"),
    ("expanded bomb", {"w": Stored("0", F4, 3, (1 << 20, 1 << 20), (0, 0))}, "declares more"),
    ("strides missing", {"w": Stored("0", F4, 3, (3,), ())}, "otherwise than PyTorch does"),
    ("no tensors", {"epoch": 3}, "no floating-point tensors"),
    ("persistent id", {"w": Raw(b"X\x01\0\0\0aQ")}, "storages otherwise"),
]


@pytest.mark.parametrize(("content", "words"), [case[1:] for case in LIES], ids=[case[0] for case in LIES])
def test_tensors_that_lie_are_refused(content: Any, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read(pt_file(content, {"0": bytes(12)}))


def test_programs_that_would_never_end_or_fill_the_memory_end() -> None:
    """A list that holds itself, dicts and tuples that hold one another twice, keys that take for ever to hash."""
    twice = b"]" + b"".join(b"q%c](h%ch%ce" % (index, index, index) for index in range(1, 60))
    tuples = b")" + b"".join(b"q%ch%c\x86" % (index, index) for index in range(1, 60))
    programs = [
        b"\x80\x02]q\x01h\x01a.",
        b"\x80\x02" + twice + b".",
        b"\x80\x02}" + tuples + b"K\x01s.",
        b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
        b"\x80\x02Nr\xff\xff\xff\xff.",
        b"\x80\x02\x8b\xff\xff\xff\x7f.",
        b"\x80\x02X\xff\xff\xff\xff.",
        b"\x80\x04\x8d" + b"\xff" * 8 + b".",
        b"\x80\x05\x96" + struct.pack("<Q", 1 << 50) + b".",
        b"\x80\x02",
        b"",
        b"0.",
        b"\x80\x02(u.",
        b"\x80\x02}NNNs.",
        b"\x80\x02)Q.",
        b"\x80\x02)}R.",
        b"\x80\x02h\x07.",
        b"\x80\x02c" + b"a" * 5000 + b".",
        b"\x80\x02X\x02\0\0\0\xff\xff.",
    ]
    started = time.process_time()
    for program in programs:
        with pytest.raises(FormatError):
            read(pt_file(program, {}))
    # Far beyond what it takes: hashing the tuples alone would go on for years.
    assert time.process_time() - started < 60


def test_a_folder_is_not_needed_and_two_are_too_many() -> None:
    content, storages = state_dict(weights())
    assert read(pt_file(content, storages, root="")).tensors.keys() == weights().keys()
    with pytest.raises(FormatError, match="holds 2"):
        read(zip_file({"a/data.pkl": b"", "b/data.pkl": b""}))


def test_a_list_and_a_single_tensor_are_named() -> None:
    tensors, storages = state_dict({"w": np.ones(3, "f4")})
    assert list(read(pt_file([tensors["w"]], storages)).tensors) == ["0"]
    assert list(read(pt_file(tensors["w"], storages)).tensors) == ["tensor"]


def test_the_limit_counts_tensors_not_the_optimizer() -> None:
    size = sum(array.nbytes for array in weights().values())
    assert read(checkpoint(), Limits(max_tensor_bytes=size)).tensors
