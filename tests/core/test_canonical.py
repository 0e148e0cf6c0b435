"""The canonical file: what is written is what is read, and nothing that is not a network gets in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from gatescope.core import FormatError, Network, load_network, save_network
from gatescope.core.activations import Array
from gatescope.core.formats import from_bytes, to_bytes
from gatescope.core.pretrained import FOLDER, NAMES
from tests.core.networks import LABELS, VARIANTS, random_network, speaking_network

NETWORKS = {
    **{variant: random_network(variant) for variant in VARIANTS},
    "everything": random_network(
        "lstm", "gru, reset before", bidirectional=True, tokens=True, readout="softmax", unknown=6, dtype="float32"
    ),
    "speaking": speaking_network(dtype="float32"),
    "speaking without end": speaking_network("gru", end=None),
    "bare": random_network("rnn, relu", readout=None),
}
SOME = NETWORKS["everything"]


def write(arrays: dict[str, Array], description: Any, *, entry: str = "gatescope") -> bytes:
    """A safetensors file of our own: ``description`` is JSON, or text that is written as it is."""
    text = description if isinstance(description, str) else json.dumps(description)
    return safetensors.numpy.save(arrays, {entry: text})


def described(network: Network = SOME, **changes: Any) -> dict[str, Any]:
    return {"version": 1, **network.configuration(), **changes}


def raw(header: str | bytes, data: bytes = b"") -> bytes:
    """Bytes of a file with this header."""
    header = header.encode() if isinstance(header, str) else header
    return len(header).to_bytes(8, "little") + header + data


@pytest.mark.parametrize("name", NETWORKS)
def test_a_file_gives_the_network_back_byte_for_byte(name: str, tmp_path: Path) -> None:
    network, path = NETWORKS[name], tmp_path / "network.safetensors"
    save_network(network, path)
    again = load_network(path)
    assert again.digest == network.digest
    assert again.configuration() == network.configuration()
    assert list(again.parameters()) == list(network.parameters())
    for key, array in network.parameters().items():
        assert again.parameters()[key].tobytes() == array.tobytes()
        assert not again.parameters()[key].flags.writeable
    assert to_bytes(again) == path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_bundled_files_are_canonical(name: str) -> None:
    data = (FOLDER / f"{name}.safetensors").read_bytes()
    assert to_bytes(from_bytes(data)) == data


def test_the_file_does_not_depend_on_memory_layout() -> None:
    turned = SOME.with_parameters({key: np.asfortranarray(array) for key, array in SOME.parameters().items()})
    assert to_bytes(turned) == to_bytes(SOME)


def cut(description: dict[str, Any], *path: Any) -> dict[str, Any]:
    """The description without one key."""
    result = json.loads(json.dumps(description))
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return dict(result)


def changed_layer(**options: Any) -> list[dict[str, Any]]:
    layers = json.loads(json.dumps(SOME.configuration()["layers"]))
    layers[1]["forward"] |= options
    return list(layers)


PARAMETERS = SOME.parameters()
WITHOUT = {key: array for key, array in PARAMETERS.items() if key != "layers.1.backward.bias"}
INFINITE = {**PARAMETERS, "readout.bias": np.full_like(PARAMETERS["readout.bias"], np.nan)}
READOUT = SOME.configuration()["readout"]
VOCABULARY = SOME.configuration()["vocabulary"]

BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "cannot be read as one"),
    "text": (b"Dear network, ...", "cannot be read as one"),
    "zeros": (bytes(100), "cannot be read as one"),
    "a header longer than the file": ((2**63).to_bytes(8, "little") + b"{}", "cannot be read as one"),
    "a header of all ones": (b"\xff" * 16, "cannot be read as one"),
    "a header that is no JSON": (raw("{gatescope"), "cannot be read as one"),
    "a header that is a list": (raw("[]"), "cannot be read as one"),
    "a header that is no text": (raw(b"\xff\xfe\x00"), "cannot be read as one"),
    "a header nested deeply": (raw("[" * 100_000), "cannot be read as one"),
    "metadata nested deeply": (raw('{"__metadata__":{"gatescope":' + "[" * 50_000 + "}}"), "cannot be read as one"),
    "a header that is empty": (raw("{}"), "describe itself in its metadata under 'gatescope'"),
    "metadata that are null": (raw('{"__metadata__":null}'), "cannot be read as one"),
    "metadata that are a number": (raw('{"__metadata__":{"gatescope":1}}'), "cannot be read as one"),
    "an unknown type of numbers": (
        raw('{"a":{"dtype":"F7","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
        "cannot be read as one",
    ),
    "half precision of the other kind": (
        raw('{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}', bytes(4)),
        "describe itself",
    ),
    "eight bits": (raw('{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}', bytes(4)), "describe itself"),
    "offsets past the end": (raw('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'), "cannot be read as one"),
    "offsets that overlap": (
        raw(
            '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
            '"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}',
            bytes(6),
        ),
        "cannot be read as one",
    ),
    "offsets that do not fit the shape": (
        raw('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,4]}}', bytes(4)),
        "cannot be read as one",
    ),
    "a shape that is too large to count": (
        raw('{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,4]}}', bytes(4)),
        "cannot be read as one",
    ),
    "a shape below 0": (raw('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', bytes(4)), "cannot be read"),
    "no description": (write(PARAMETERS, described(), entry="other"), "describe itself"),
    "a description that is no JSON": (write(PARAMETERS, "LSTM"), "must be JSON"),
    "a description nested deeply": (write(PARAMETERS, "[" * 100_000), "must be JSON"),
    "a description that is a list": (write(PARAMETERS, []), "must have version 1"),
    "a description that is null": (write(PARAMETERS, None), "must have version 1"),
    "no version": (write(PARAMETERS, cut(described(), "version")), "must have version 1"),
    "version 2": (write(PARAMETERS, described(version=2)), "must have version 1"),
    "version as text": (write(PARAMETERS, described(version="1")), "must have version 1"),
    "version 1.0": (write(PARAMETERS, described(version=1.0)), "must have version 1"),
    "version true": (write(PARAMETERS, described(version=True)), "must have version 1"),
    "no layers": (write(PARAMETERS, cut(described(), "layers")), "incomplete: KeyError 'layers'"),
    "layers that are null": (write(PARAMETERS, described(layers=None)), "incomplete"),
    "layers that are a number": (write(PARAMETERS, described(layers=3)), "incomplete"),
    "layers that are text": (write(PARAMETERS, described(layers="lstm")), "incomplete"),
    "an empty list of layers": (write(PARAMETERS, described(layers=[])), "at least one layer"),
    "a layer that is a list": (write(PARAMETERS, described(layers=[["forward"]])), "incomplete"),
    "a layer without forward": (write(PARAMETERS, cut(described(), "layers", 0, "forward")), "fit"),
    "a layer without backward": (write(PARAMETERS, cut(described(), "layers", 1, "backward")), "does not|fit"),
    "a layer without cell": (write(PARAMETERS, cut(described(), "layers", 0, "forward", "cell")), "KeyError 'cell'"),
    "a cell of another kind": (write(PARAMETERS, described(layers=changed_layer(cell="rnn"))), "incomplete|fit"),
    "a cell that is unknown": (write(PARAMETERS, described(layers=changed_layer(cell="qrnn"))), "KeyError 'qrnn'"),
    "a cell that is a list": (write(PARAMETERS, described(layers=changed_layer(cell=[]))), "TypeError"),
    "an option that is unknown": (write(PARAMETERS, described(layers=changed_layer(peephole=True))), "TypeError"),
    "an option of another type": (write(PARAMETERS, described(layers=changed_layer(reset_after=1))), "true or false"),
    "an option that names a tensor": (write(PARAMETERS, described(layers=changed_layer(bias=1))), "TypeError"),
    "a readout without kind": (write(PARAMETERS, cut(described(), "readout", "kind")), "KeyError 'kind'"),
    "a readout of another kind": (
        write(PARAMETERS, described(readout={**READOUT, "kind": "hardmax"})),
        "softmax or linear, not 'hardmax'",
    ),
    "a readout that is a list": (write(PARAMETERS, described(readout=["softmax"])), "incomplete"),
    "a readout that predicts a list": (write(PARAMETERS, described(readout={**READOUT, "predicts": []})), "next_input"),
    "a readout without a description": (write(PARAMETERS, described(readout=None)), "not mention the tensor readout"),
    "a vocabulary too small": (
        write(PARAMETERS, described(vocabulary={"labels": ["a"], "unknown": None})),
        "has 1 tokens but the embedding 7",
    ),
    "a vocabulary of numbers": (
        write(PARAMETERS, described(vocabulary={**VOCABULARY, "labels": list(range(7))})),
        "must be Unicode text",
    ),
    "a vocabulary of lists": (
        write(PARAMETERS, described(vocabulary={**VOCABULARY, "labels": [[]] * 7})),
        "must be Unicode text",
    ),
    "a vocabulary with half a character": (
        write(PARAMETERS, described(vocabulary={**VOCABULARY, "labels": ["\ud800", *"abcdef"]})),
        "must be Unicode text",
    ),
    "a vocabulary that is null inside": (
        write(PARAMETERS, described(vocabulary={**VOCABULARY, "labels": None})),
        "incomplete",
    ),
    "labels of a readout that are one text": (
        write(PARAMETERS, described(readout={**READOUT, "labels": "abcdefg"})),
        "must be lists, not one text",
    ),
    "feedback in a network of tokens": (
        write(PARAMETERS, described(feedback={"first": 0, "end": None})),
        "feedback needs a network that reads numbers",
    ),
    "feedback that is a list": (write(PARAMETERS, described(feedback=[0, 1])), "incomplete: TypeError"),
    "feedback without an end": (write(PARAMETERS, described(feedback={"first": 0})), "KeyError 'end'"),
    "names of columns in a network of tokens": (
        write(PARAMETERS, described(columns=list(LABELS))),
        "reads tokens cannot have names for 7 columns",
    ),
    "an unknown token out of range": (
        write(PARAMETERS, described(vocabulary={**VOCABULARY, "unknown": 7})),
        "ids 0 to 6, not 7",
    ),
    "a tensor too many": (write({**PARAMETERS, "extra": np.ones(2)}, described()), "not mention the tensor extra"),
    "a layer too many": (
        write({**PARAMETERS, "layers.2.forward.kernel": np.ones(2, "f4")}, described()),
        "not mention the tensor layers.2.forward.kernel",
    ),
    "a tensor of a layer too many": (
        write({**PARAMETERS, "layers.0.forward.peephole": np.ones(2, "f4")}, described()),
        "TypeError",
    ),
    "a tensor with a long name": (write({**PARAMETERS, "x" * 9999: np.ones(2)}, described()), r"tensor x+\.\.\."),
    "an option with a long name": (write(PARAMETERS, described(layers=changed_layer(**{"y" * 9999: 1}))), r"y+\.\.\."),
    "an option named by half a character": (
        write(PARAMETERS, described(layers=changed_layer(**{"\ud800": 1}))),
        r"'\?'",
    ),
    "a tensor missing": (write(WITHOUT, described()), "incomplete: TypeError"),
    "no tensor": (write({}, described()), "incomplete: TypeError"),
    "no embedding": (
        write({key: array for key, array in PARAMETERS.items() if key != "embedding"}, described()),
        "must have an embedding",
    ),
    "whole numbers": (
        write({**PARAMETERS, "readout.bias": np.ones(7, int)}, described()),
        "must be float32 or float64, but readout.bias is int64",
    ),
    "half precision": (write({**PARAMETERS, "readout.bias": np.ones(7, "f2")}, described()), "readout.bias is float16"),
    "truths": (write({**PARAMETERS, "readout.bias": np.ones(7, bool)}, described()), "readout.bias is bool"),
    "two precisions": (write({**PARAMETERS, "readout.bias": np.ones(7)}, described()), "float32 and float64"),
    "NaN": (write(INFINITE, described()), "must hold finite numbers, but readout.bias does not"),
    "infinity": (write({**PARAMETERS, "embedding": np.full((7, 3), np.inf, "f4")}, described()), "but embedding"),
    "another shape": (write({**PARAMETERS, "readout.bias": np.ones(8, "f4")}, described()), r"must be \(7,\)"),
    "a tensor of no dimension": (write({**PARAMETERS, "embedding": np.array(1, "f4")}, described()), "2 dimensions"),
    "an empty tensor": (write({**PARAMETERS, "embedding": np.ones((0, 3), "f4")}, described()), "none of them 0"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_network_is_refused(name: str) -> None:
    data, words = BAD[name]
    with pytest.raises(FormatError, match=words) as raised:
        from_bytes(data)
    assert len(raised.value.message) < 300
    assert raised.value.message.encode()  # it can be sent


def duplicated(find: str, put: str) -> bytes:
    """A file with one key twice in its header."""
    data = to_bytes(NETWORKS["bare"])
    size = int.from_bytes(data[:8], "little")
    header = data[8 : 8 + size].decode()
    assert find in header
    return raw(header.replace(find, put, 1), data[8 + size :])


TWICE: dict[str, Callable[[], bytes]] = {
    "metadata": lambda: duplicated('{"__metadata__":', '{"__metadata__":{"gatescope":"{}"},"__metadata__":'),
    "description": lambda: duplicated('{"gatescope":', '{"gatescope":"{}","gatescope":'),
    "tensor": lambda: duplicated(
        '"layers.0.forward.bias":',
        '"layers.0.forward.bias":{"dtype":"F64","shape":[4],"data_offsets":[0,32]},"layers.0.forward.bias":',
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_a_key_that_is_there_twice_is_refused_or_read_like_the_original(name: str) -> None:
    assert outcome(TWICE[name]()) in {None, NETWORKS["bare"].digest}


def outcome(data: bytes) -> str | None:
    """The digest of what was read, None where it was refused; anything else is an error of the reader."""
    try:
        network = from_bytes(data)
    except FormatError:
        return None
    assert all(np.isfinite(array).all() for array in network.parameters().values())
    assert from_bytes(to_bytes(network)).digest == network.digest
    return network.digest


@pytest.mark.parametrize("name", ["bare", "everything"])
def test_a_truncated_file_is_refused_wherever_it_ends(name: str) -> None:
    data = to_bytes(NETWORKS[name])
    header = 8 + int.from_bytes(data[:8], "little")
    for end in {*range(0, header + 20, 7), *range(header, len(data), 101), len(data) - 1}:
        assert outcome(data[:end]) is None, end
    assert outcome(data + b"\0") is None


@pytest.mark.parametrize("where", ["header", "anywhere"])
@pytest.mark.parametrize("name", ["bare", "everything"])
def test_a_damaged_file_is_refused_or_read_and_nothing_else_happens(name: str, where: str) -> None:
    data, rng = to_bytes(NETWORKS[name]), np.random.default_rng(7)
    end = 8 + int.from_bytes(data[:8], "little") if where == "header" else len(data)
    refused = 0
    for _ in range(150):
        damaged = bytearray(data)
        for at in rng.integers(0, end, rng.integers(1, 4)):
            how = rng.integers(4)
            if how == 0:
                damaged[at] = rng.integers(256)
            elif how == 1:
                damaged[at] ^= 1 << int(rng.integers(8))
            elif how == 2:
                del damaged[at : at + rng.integers(1, 9)]
            else:
                damaged[at:at] = rng.bytes(int(rng.integers(1, 9)))
        refused += outcome(bytes(damaged)) is None
    assert refused > 75  # most damage is seen; some only changes a number or a label


def test_a_damaged_description_is_refused_or_read_and_nothing_else_happens() -> None:
    """Damage inside the description alone, whose own words are swapped for others: the header stays valid."""
    text, rng = json.dumps(described()), np.random.default_rng(8)
    words = [
        '"lstm"',
        '"gru"',
        "null",
        "true",
        "1",
        "-1",
        "1e999",
        "[]",
        "{}",
        '"\\ud800"',
        '""',
        "0.5",
        "NaN",
        '"cell"',
    ]
    known = ['"lstm"', '"gru"', "false", "1", "6", '"cell"', '"softmax"', '"next_input"', '"forward"', '"a"', "null"]
    refused = 0
    for _ in range(200):
        damaged = text
        for _ in range(int(rng.integers(1, 3))):
            damaged = damaged.replace(str(rng.choice(known)), str(rng.choice(words)), int(rng.integers(1, 3)))
        refused += outcome(write(PARAMETERS, damaged)) is None
    assert refused > 100


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_network(tmp_path / "none.safetensors")
