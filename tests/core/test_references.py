"""Reference files: what is read, what is refused and how, and that the lines to paste really write one."""

import ast
import io
import os
import random
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from gatescope.core import LSTM, FileTooLarge, FormatError, Layer, Network, UnknownFormat, UnsafeFile, references
from gatescope.core.formats.limits import Limits
from gatescope.core.references import KNOWN, NAME, Reference, read_reference
from gatescope.core.snippets import SNIPPETS
from gatescope.core.verification import verify
from tests.core.networks import normal
from tests.core.references import one, own

try:
    import torch
except ImportError:
    torch = None  # then the lines for it are only read

GOOD: dict[str, Any] = {"input": normal(4, 3), "output": normal(4, 5, dtype="float32"), "h_0": normal(1, 5)}


def npz(arrays: dict[str, Any], *, compressed: bool = False) -> bytes:
    stream = io.BytesIO()
    save: Any = np.savez_compressed if compressed else np.savez
    save(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize("form", ["npz", "compressed npz", "safetensors"])
def test_both_formats_are_read(form: str) -> None:
    arrays = {**GOOD, "input": np.array([[3, 1, 2, 0]]), "readout": normal(4, 2).astype("f2")}
    data = safetensors.numpy.save(arrays) if form == "safetensors" else npz(arrays, compressed=form != "npz")
    reference = read_reference(data)
    np.testing.assert_array_equal(reference.input, arrays.pop("input"))
    assert reference.input.dtype.kind == "i"
    assert set(reference.arrays) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(reference.arrays[name], array)
        assert reference.arrays[name].dtype == array.dtype


def test_arrays_of_every_layout_are_read() -> None:
    arrays = {
        "input": np.asfortranarray(normal(4, 3)),
        "output": normal(4, 5).astype(">f4"),
        "h_n": np.ones((1, 5), int),
    }
    reference = read_reference(npz(arrays))
    np.testing.assert_array_equal(reference.input, arrays["input"])
    np.testing.assert_array_equal(reference.arrays["output"], arrays["output"])
    assert reference.arrays["output"].dtype == np.float32
    assert reference.arrays["h_n"].dtype == np.float64


def test_a_mapping_of_anything_like_arrays_is_a_reference() -> None:
    network = one("lstm")
    arrays: dict[str, Any] = own(network)
    result = verify(network, Reference.of({name: array.tolist() for name, array in arrays.items()}))
    assert result.matches
    assert verify(network, read_reference(npz(arrays))).largest == 0


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no input": ({"output": np.ones((4, 5))}, "must have the array input"),
    "nothing": ({}, "must have the array input"),
    "nothing to compare": ({"input": np.ones((4, 3))}, "something to compare"),
    "only a state to begin": ({"input": np.ones((4, 3)), "h_0": np.ones(4)}, "something to compare"),
    "unknown names": ({**GOOD, "outputs": np.ones(3), "hidden": np.ones(3)}, "not outputs, hidden"),
    "many unknown names": ({f"layer{index}": np.ones(1) for index in range(9)}, "and 4 more"),
    "unknown entry": ({**GOOD, "hidden_state.one": np.ones(3)}, r"not hidden_state\.one"),
    "NaN": (
        {**GOOD, "output": np.array([[1, np.nan]])},
        r"output must hold finite numbers, but it has nan at \[0, 1\]",
    ),
    "infinite input": ({**GOOD, "input": np.array([np.inf])}, "input must hold finite numbers"),
    "text": ({**GOOD, "output": np.array(["a"])}, "integers or floats"),
    "truth": ({**GOOD, "output": np.array([True])}, "not bool"),
    "complex": ({**GOOD, "output": np.array([1j])}, "not complex128"),
    "long double": ({**GOOD, "output": np.ones(3, np.longdouble)}, "at most 64 bits"),
    "records": ({**GOOD, "output": np.zeros(3, [("a", "f4")])}, "integers or floats"),
    "no numbers": ({**GOOD, "output": np.ones((0, 5))}, r"shape is \(0, 5\)"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_reference_is_refused_in_a_sentence(name: str) -> None:
    arrays, words = BAD[name]
    made: dict[str, Callable[[], object]] = {
        "mapping": lambda: Reference.of(arrays), "file": lambda: read_reference(npz(arrays))
    }  # fmt: skip
    for make in made.values():
        with pytest.raises(FormatError, match=words) as raised:
            make()
        assert len(raised.value.message) < 250
        assert "\n" not in raised.value.message
    with pytest.raises(FormatError, match="array of numbers"):
        Reference.of({**GOOD, "output": [[1.0], [1.0, 2.0]]})


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def entry(header: str, numbers: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """An .npz with one array, whose header is given."""
    text = header.encode().ljust(118) + b"\n"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("input.npy", b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + numbers)
    return stream.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


FILES: dict[str, tuple[bytes, type[FormatError], str]] = {
    "empty": (b"", UnknownFormat, "npz or a .safetensors"),
    "text": (b"input: 1, 2, 3", UnknownFormat, "npz or a .safetensors"),
    "not an array": (zipped("data.pkl", b"x"), UnknownFormat, "numpy.savez"),
    "huge shape": (entry("{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,)}"), FormatError, "damaged"),
    "negative shape": (
        entry("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1)}", bytes(8)), FormatError, "damaged",
    ),
    "no numbers": (entry("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}"), FormatError, "damaged"),
    "code": (entry("{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}"), FormatError, "damaged"),
    "version": (entry("{}", version=b"\x03\x00"), FormatError, "version 1 or 2"),
    "not a header": (zipped("input.npy", b"\x93NUMPY\x01\x00"), FormatError, "damaged"),
    "a bomb": (zipped("input.npy", bytes(64 * 1024 * 1024)), FileTooLarge, "unpack"),
    "half a safetensors": (safetensors.numpy.save(GOOD)[:-5], FormatError, "safetensors"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_a_sentence(name: str) -> None:
    data, kind, words = FILES[name]
    with pytest.raises(kind, match=words) as raised:
        read_reference(data)
    assert len(raised.value.message) < 250


def test_a_file_beyond_the_limit_is_refused() -> None:
    with pytest.raises(FileTooLarge, match="MiB"):
        read_reference(npz(GOOD), Limits(max_bytes=100))


def test_objects_in_an_npz_are_never_unpickled(tmp_path: Path) -> None:
    made = tmp_path / "made"
    data = npz({**GOOD, "output": np.array([Trap(made)], dtype=object)})
    with pytest.raises(UnsafeFile, match="could run code"):
        read_reference(data)
    assert not made.exists()
    np.load(io.BytesIO(data), allow_pickle=True)["output"]
    assert made.exists()  # the trap works


@pytest.mark.parametrize("form", ["npz", "compressed npz", "safetensors"])
def test_any_mutation_is_read_or_refused(form: str) -> None:
    good = safetensors.numpy.save(GOOD) if form == "safetensors" else npz(GOOD, compressed=form != "npz")
    chance = random.Random(7)
    refused = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(400):
            data = bytearray(good)
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            if chance.random() < 0.2:
                del data[chance.randrange(len(data)) :]
            try:
                read_reference(bytes(data))
            except FormatError as error:
                refused.append(error.message)
    assert len(refused) > 100
    assert all(10 < len(message.encode()) < 300 for message in refused)


def test_every_name_is_documented() -> None:
    assert references.__doc__ is not None
    for name in KNOWN.split(", "):
        assert f"``{name}``" in references.__doc__ or name == "cell_state.k"
        assert NAME.fullmatch(name.replace(".k", ".0").replace(".l", ".0"))


@pytest.mark.parametrize("name", SNIPPETS)
def test_the_lines_to_paste_are_short_and_write_documented_names(name: str) -> None:
    snippet = SNIPPETS[name]
    lines = [line for line in snippet.code.splitlines() if line]
    assert len(lines) <= 8
    assert max(map(len, lines)) <= 120
    tree = ast.parse(snippet.code)
    written = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert "reference.npz" in written
    for text in written - {"reference.npz"}:
        assert NAME.fullmatch(f"{text}0" if text.endswith(".") else text)
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert set(snippet.names) <= loaded
    assert set(snippet.to_json()) == {"framework", "names", "code"}


TORCH_NETWORKS: dict[str, dict[str, Any]] = {
    "one layer": {},
    "two layers": {"num_layers": 2, "batch_first": True, "dropout": 0.5},
    "bidirectional": {"bidirectional": True, "num_layers": 2},
}


@pytest.mark.parametrize("name", TORCH_NETWORKS)
def test_the_lines_for_torch_run_and_what_they_write_matches(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where PyTorch is not installed, the lines are at least Python."""
    options = TORCH_NETWORKS[name]
    monkeypatch.chdir(tmp_path)
    if torch is None:
        compile(SNIPPETS["torch"].code, "snippet", "exec")
        return
    torch.manual_seed(0)
    rnn = torch.nn.LSTM(3, 4, **options)
    x = torch.randn(9, 3)
    exec(SNIPPETS["torch"].code, {"rnn": rnn, "x": x, "given": x})  # noqa: S102  # these lines are the package's own
    arrays = {key: value.detach().numpy() for key, value in rnn.state_dict().items()}

    def cell(suffix: str) -> LSTM:
        return LSTM(
            arrays[f"weight_ih_{suffix}"].T,
            arrays[f"weight_hh_{suffix}"].T,
            arrays[f"bias_ih_{suffix}"] + arrays[f"bias_hh_{suffix}"],
        )

    both = options.get("bidirectional", False)
    layers = [
        Layer(cell(f"l{index}"), cell(f"l{index}_reverse") if both else None)
        for index in range(options.get("num_layers", 1))
    ]
    reference = read_reference(Path("reference.npz").read_bytes())
    result = verify(Network(tuple(layers)), reference)
    assert result.matches
    assert result.largest < 1e-6
    assert ("hidden_state" in reference.arrays) == (not both)
