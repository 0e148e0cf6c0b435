"""Small weight files of every format, written by hand, good and bad."""

import io
import json
import pickle
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import h5py
import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[Any]


def weights(dtype: str = "float32") -> dict[str, Array]:
    """The tensors of an LSTM of 3 units that reads 2 numbers, all different."""
    rng = np.random.default_rng(7)
    shapes = {"weight_ih_l0": (12, 2), "weight_hh_l0": (12, 3), "bias_ih_l0": (12,), "bias_hh_l0": (12,)}
    return {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


def safetensors_file(header: Any, numbers: bytes = b"") -> bytes:
    """A safetensors file with any header: a value for JSON, or the text itself."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + numbers


def zip_file(entries: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of entries by name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def npz_file(arrays: Mapping[str, Any], *, compressed: bool = False) -> bytes:
    """An .npz as NumPy writes it."""
    file = io.BytesIO()
    save: Callable[..., None] = np.savez_compressed if compressed else np.savez
    save(file, **arrays)
    return file.getvalue()


@dataclass(frozen=True)
class Raw:
    """Opcodes that go into a pickle as they are."""

    code: bytes


@dataclass(frozen=True)
class Stored:
    """A tensor of a PyTorch file: a view on one of its storages."""

    key: str
    kind: str
    count: int
    size: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int = 0


def opcodes(value: Any) -> bytes:
    """The opcodes that leave ``value`` on the stack, as PyTorch's protocol 2 has them."""
    match value:
        case Raw(code):
            return code
        case Stored():
            storage = b"(" + opcodes("storage") + f"ctorch\n{value.kind}\n".encode() + opcodes(value.key)
            storage += opcodes("cpu") + opcodes(value.count) + b"tQ"
            view = b"".join(map(opcodes, (value.offset, value.size, value.stride, False)))
            return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + view + b"ccollections\nOrderedDict\n)RtR"
        case dict():
            return b"}(" + b"".join(opcodes(key) + opcodes(inner) for key, inner in value.items()) + b"u"
        case list():
            return b"](" + b"".join(map(opcodes, value)) + b"e"
        case tuple():
            return b"(" + b"".join(map(opcodes, value)) + b"t"
        case _:
            return pickle.dumps(value, 2)[2:-1]


def pt_file(content: Any, storages: Mapping[str, bytes], root: str = "model/", **more: bytes) -> bytes:
    """A PyTorch file with this content and these storages by key; ``more`` are entries beside."""
    program = content if isinstance(content, bytes) else b"\x80\x02" + opcodes(content) + b"."
    entries = {f"{root}data.pkl": program, f"{root}version": b"3\n"}
    entries |= {f"{root}data/{key}": numbers for key, numbers in storages.items()}
    return zip_file(entries | {root + name: inside for name, inside in more.items()})


KINDS = {"float16": "HalfStorage", "float32": "FloatStorage", "float64": "DoubleStorage", "int64": "LongStorage"}


def state_dict(arrays: Mapping[str, Array], first_key: int = 0) -> tuple[dict[str, Stored], dict[str, bytes]]:
    """What stands for these arrays in a PyTorch file, and their storages."""
    tensors, storages = {}, {}
    for key, (name, array) in enumerate(arrays.items(), first_key):
        stride = tuple(step // array.itemsize for step in np.ascontiguousarray(array).strides)
        tensors[name] = Stored(str(key), KINDS[array.dtype.name], array.size, array.shape, stride)
        storages[str(key)] = array.tobytes()
    return tensors, storages


def state_dict_file(arrays: Mapping[str, Array]) -> bytes:
    """A state dict as PyTorch saves it."""
    return pt_file(*state_dict(arrays))


def h5_file(write: Callable[[Any], object], **options: Any) -> bytes:
    """An HDF5 file that ``write`` fills."""
    file = io.BytesIO()
    with h5py.File(file, "w", **options) as opened:
        write(opened)
    return file.getvalue()


def keras_weights(file: Any) -> None:
    """The variables of an LSTM layer as Keras 3 lays them out."""
    rng = np.random.default_rng(1)
    variables = file.create_group("layers/lstm/cell/vars")
    variables.attrs["name"] = "lstm_cell"
    for index, shape in enumerate([(2, 12), (3, 12), (12,)]):
        variables[str(index)] = rng.standard_normal(shape).astype("float32")
    file.create_group("layers/lstm/vars").attrs["name"] = "mine"


def keras_legacy(file: Any) -> None:
    """The same as Keras 2 laid it out in .h5."""
    file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": []}})
    file.attrs["keras_version"] = "2.15.0"
    group = file.create_group("model_weights")
    group.attrs["layer_names"] = [b"second", b"first", b"dropout"]
    group.create_group("dropout").attrs["weight_names"] = []
    for name in ("second", "first"):
        layer = group.create_group(name)
        layer.attrs["weight_names"] = [f"{name}/cell/{part}:0".encode() for part in ("kernel", "recurrent", "bias")]
        for index, part in enumerate(("kernel", "recurrent", "bias")):
            layer[f"{name}/cell/{part}:0"] = np.full((2, 4), index + 1, "float32")


def keras_file(**changes: bytes) -> bytes:
    """A .keras file, its entries replaced by name with ``_`` for ``.`` where ``changes`` says so."""
    entries = {
        "metadata.json": b'{"keras_version": "3.15.1"}',
        "config.json": b'{"class_name": "Sequential", "config": {"layers": []}}',
        "model.weights.h5": h5_file(keras_weights),
    }
    return zip_file(entries | {name.replace("_", "."): content for name, content in changes.items()})


def onnx_model(initialisers: list[Any] | None = None, nodes: list[Any] | None = None) -> Any:
    """A model of one LSTM node with these initialisers, or its own."""
    if initialisers is None:
        rng = np.random.default_rng(3)
        initialisers = [
            numpy_helper.from_array(rng.standard_normal((1, 12, size)).astype("float32"), name)
            for name, size in (("W", 2), ("R", 3))
        ]
    node = helper.make_node("LSTM", ["X", "W", "R"], ["Y"], "recurrent", hidden_size=3, activations=["Sigmoid"] * 3)
    inputs = [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["time", 1, 2])]
    outputs = [helper.make_tensor_value_info("Y", TensorProto.FLOAT, None)]
    graph = helper.make_graph([node, *(nodes or [])], "graph", inputs, outputs, initialisers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="hand")


def onnx_file(model: Any | None = None) -> bytes:
    """A model's bytes."""
    return bytes((model or onnx_model()).SerializeToString())


@cache
def good_files() -> dict[str, bytes]:
    """One good file of every format, by reader."""
    arrays = weights()
    return {
        "safetensors": safetensors.numpy.save(arrays, {"by": "hand"}),
        "npz": npz_file(arrays, compressed=True),
        "pt": state_dict_file(arrays),
        "keras": keras_file(),
        "weights.h5": h5_file(keras_weights),
        "h5": h5_file(keras_legacy),
        "onnx": onnx_file(),
    }


def external_tensor(name: str, location: str) -> Any:
    """An initialiser whose numbers should lie in another file."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[1, 12, 2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    return tensor
