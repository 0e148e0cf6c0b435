"""ONNX, parsed in a child process only: initialisers and constants by name, and the graph as plain values.

Nothing outside the file is ever read: tensors that lie elsewhere are refused before any is converted.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import onnx
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, numpy_helper

from ...activations import Array
from ...errors import FormatError, UnsafeFile
from ..checkpoint import Checkpoint
from ..limits import Limits
from .gathering import Gathering, short

READ: dict[int, str] = {
    TensorProto.FLOAT: "float32",
    TensorProto.DOUBLE: "float64",
    TensorProto.FLOAT16: "float16",
    TensorProto.BFLOAT16: "bfloat16",
}
INTEGERS = {TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL, TensorProto.UINT8, TensorProto.INT8}
MOST_INTEGERS = 1024
DEEPEST = 16


def parse_onnx(data: bytes, limits: Limits) -> Checkpoint:
    """The tensors of an ONNX file, and its graph, functions and opsets as structure.

    Raises:
        UnsafeFile: tensors lie in other files.
        FormatError: it is no ONNX file, or a leaf of it.
    """
    model = onnx.load_model_from_string(data)
    if not model.graph.node:
        raise FormatError("an ONNX file must hold a graph with nodes, but this one has none")
    return _Parsing(limits).checkpoint(model)


class _Parsing:
    def __init__(self, limits: Limits) -> None:
        self._gathering = Gathering("onnx", limits)
        self._integers: dict[str, dict[str, Any]] = {}

    def checkpoint(self, model: Any) -> Checkpoint:
        structure = {
            **self._graph(model.graph, "", 0),
            "opset": {entry.domain if entry.domain != "ai.onnx" else "": entry.version for entry in model.opset_import},
            "functions": [
                {
                    "name": _text(function.name),
                    "domain": _text(function.domain),
                    "inputs": [_text(name) for name in function.input],
                    "outputs": [_text(name) for name in function.output],
                    "prefix": f"{index}.{_text(function.name)}/",
                    "nodes": self._nodes(function.node, f"{index}.{_text(function.name)}/", 0),
                }
                for index, function in enumerate(model.functions)
            ],
            "integers": self._integers,
        }
        metadata = {"producer": _text(model.producer_name), "producer_version": _text(model.producer_version)}
        return self._gathering.checkpoint(structure, metadata)

    def _graph(self, graph: GraphProto, prefix: str, depth: int) -> dict[str, Any]:
        """A graph as plain values; tensors of a graph inside a node or a function carry its ``prefix`` in front."""
        if depth > DEEPEST:
            raise FormatError(f"graphs in an ONNX file may be nested {DEEPEST} deep, but this one goes deeper")
        if graph.sparse_initializer:
            self._gathering.leave_out(f"{prefix}sparse initialisers", f"{len(graph.sparse_initializer)} sparse tensors")
        for tensor in graph.initializer:
            self._take(prefix + _text(tensor.name), tensor)
        return {
            "prefix": prefix,
            "nodes": self._nodes(graph.node, prefix, depth),
            "inputs": [_text(value.name) for value in graph.input],
            "outputs": [_text(value.name) for value in graph.output],
            "shapes": {_text(value.name): _shape(value) for value in (*graph.input, *graph.output)},
        }

    def _nodes(self, nodes: Iterable[NodeProto], prefix: str, depth: int) -> list[dict[str, Any]]:
        return [
            {
                "op": _text(node.op_type),
                "name": _text(node.name),
                "domain": "" if node.domain == "ai.onnx" else _text(node.domain),
                "inputs": [_text(name) for name in node.input],
                "outputs": [_text(name) for name in node.output],
                "attributes": dict(self._attributes(node, f"{prefix}{index}.{_text(node.name)}/", prefix, depth)),
            }
            for index, node in enumerate(nodes)
        ]

    def _attributes(self, node: NodeProto, inside: str, prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
        """Each attribute's name and value; of a Constant's tensor only its name, since it is a tensor like others."""
        for attribute in node.attribute:
            name = _text(attribute.name)
            if attribute.ref_attr_name:
                yield name, {"reference": _text(attribute.ref_attr_name)}
            elif attribute.type == AttributeProto.TENSOR:
                constant = node.op_type == "Constant" and len(node.output) == 1
                full = prefix + _text(node.output[0]) if constant else inside + name
                self._take(full, attribute.t)
                yield name, {"tensor": full}
            elif attribute.type == AttributeProto.GRAPH:
                yield name, {"graph": self._graph(attribute.g, f"{inside}{name}/", depth + 1)}
            elif attribute.type in _PLAIN:
                value = _PLAIN[attribute.type](attribute)
                if node.op_type == "Constant" and node.output and name.startswith("value_"):
                    self._take_numbers(prefix + _text(node.output[0]), value)
                yield name, value
            else:
                yield name, {"unread": AttributeProto.AttributeType.Name(attribute.type)}

    def _take(self, name: str, tensor: TensorProto) -> None:
        """Gather a tensor, its place and its declared size looked at before its numbers."""
        if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
            raise UnsafeFile(
                f"the weights of this ONNX file lie outside it, first {short(name, 60)}, and other files "
                f"are not read; save it as one with onnx.save(onnx.load('model.onnx'), 'single.onnx')"
            )
        shape = tuple(tensor.dims)
        if tensor.data_type in INTEGERS and 0 <= math.prod(shape) <= MOST_INTEGERS and min(shape, default=0) >= 0:
            self._integers[name] = {"shape": list(shape), "values": _numbers(name, tensor).ravel().tolist()}
        elif tensor.data_type not in READ:
            kinds: dict[int, str] = {number: word.lower() for word, number in TensorProto.DataType.items()}
            self._gathering.leave_out(name, kinds.get(tensor.data_type, "unknown"))
        elif math.prod(shape) == 1 and not np.isfinite(_numbers(name, tensor).astype(np.float64)).all():
            self._gathering.leave_out(name, "a single infinity")  # masks are made with it
        else:
            self._gathering.declare(name, shape, READ[tensor.data_type])
            numbers = _numbers(name, tensor)
            # bfloat16 comes as a type of its own, which widens by itself.
            self._gathering.add(name, numbers.astype(np.float32) if numbers.dtype.kind == "V" else numbers)

    def _take_numbers(self, name: str, value: Any) -> None:
        numbers = np.asarray(value)
        if numbers.dtype.kind == "f":
            self._gathering.declare(name, numbers.shape, "float32")
            self._gathering.add(name, numbers.astype(np.float32))
        elif numbers.dtype.kind in "iu" and numbers.size <= MOST_INTEGERS:
            self._integers[name] = {"shape": list(numbers.shape), "values": numbers.ravel().tolist()}


def _numbers(name: str, tensor: TensorProto) -> Array:
    """A tensor's numbers, those that the file has being as many as it declares."""
    count = math.prod(tensor.dims)
    size = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    fields = (tensor.float_data, tensor.double_data, tensor.int32_data, tensor.int64_data, tensor.uint64_data)
    there = len(tensor.raw_data) // size if tensor.HasField("raw_data") else max(len(field) for field in fields)
    if there != count:
        raise FormatError(
            f"{short(name)} of shape {short(tuple(tensor.dims))} has {there:,} numbers in the file", (name,)
        )
    return np.asarray(numpy_helper.to_array(tensor))


def _shape(value: Any) -> list[int | str | None]:
    """The sizes of a value: a number, a name, or None where it is open."""
    sizes: list[int | str | None] = []
    for size in value.type.tensor_type.shape.dim:
        kind = size.WhichOneof("value")
        sizes.append(size.dim_value if kind == "dim_value" else _text(size.dim_param) if kind == "dim_param" else None)
    return sizes


def _text(words: str | bytes) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


_PLAIN: dict[int, Any] = {
    AttributeProto.FLOAT: lambda attribute: attribute.f,
    AttributeProto.INT: lambda attribute: attribute.i,
    AttributeProto.STRING: lambda attribute: _text(attribute.s),
    AttributeProto.FLOATS: lambda attribute: list(attribute.floats),
    AttributeProto.INTS: lambda attribute: list(attribute.ints),
    AttributeProto.STRINGS: lambda attribute: [_text(text) for text in attribute.strings],
}
