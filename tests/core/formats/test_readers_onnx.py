"""ONNX: what is told of a graph and its tensors, and what is refused."""

import os
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from gatescope.core.errors import FormatError, UnsafeFile
from gatescope.core.formats.readers import read
from tests.core.formats.files import external_tensor, onnx_file, onnx_model


def test_an_onnx_file_tells_its_graph() -> None:
    shape = numpy_helper.from_array(np.array([1, 2]), "shape")
    nodes = [
        helper.make_node("Constant", [], ["c"], "made", value=numpy_helper.from_array(np.ones((2, 2), "f8"), "inner")),
        helper.make_node("Constant", [], ["f"], value_floats=[1.5, 2]),
        helper.make_node("Constant", [], ["n"], value_ints=[3, 4]),
    ]
    found = read(onnx_file(onnx_model([*onnx_model().graph.initializer, shape], nodes)))
    structure = found.structure
    assert structure is not None
    shapes = {name: array.shape for name, array in found.tensors.items()}
    assert shapes == {"W": (1, 12, 2), "R": (1, 12, 3), "c": (2, 2), "f": (2,)}
    assert structure["nodes"][0] == {
        "op": "LSTM",
        "name": "recurrent",
        "domain": "",
        "inputs": ["X", "W", "R"],
        "outputs": ["Y"],
        "attributes": {"activations": ["Sigmoid"] * 3, "hidden_size": 3},
    }
    assert structure["nodes"][1]["attributes"] == {"value": {"tensor": "c"}}
    assert structure["inputs"] == ["X"]
    assert structure["outputs"] == ["Y"]
    assert structure["shapes"]["X"] == ["time", 1, 2]
    assert structure["opset"] == {"": 17}
    assert structure["integers"] == {
        "shape": {"shape": [2], "values": [1, 2]},
        "n": {"shape": [2], "values": [3, 4]},
    }
    assert found.metadata["producer"] == "hand"


def test_graphs_inside_nodes_and_functions_are_listed() -> None:
    inner = helper.make_graph([], "body", [], [], [numpy_helper.from_array(np.ones(2, "f4"), "w")])
    model = onnx_model(nodes=[helper.make_node("If", ["X"], ["Z"], "choose", then_branch=inner, else_branch=inner)])
    opsets = [helper.make_opsetid("", 17)]
    model.functions.add().CopyFrom(
        helper.make_function("own", "cell", ["x"], ["y"], [helper.make_node("Tanh", ["x"], ["y"])], opsets)
    )
    found = read(onnx_file(model))
    structure = found.structure
    assert structure is not None
    prefix = structure["nodes"][1]["attributes"]["then_branch"]["graph"]["prefix"]
    assert found.tensors[f"{prefix}w"].tolist() == [1, 1]
    assert structure["functions"][0]["nodes"][0]["op"] == "Tanh"


def test_every_float_of_onnx_is_read() -> None:
    values = [1.5, -2.0]
    kinds = {"FLOAT": "a", "DOUBLE": "b", "FLOAT16": "c", "BFLOAT16": "d"}
    tensors = [helper.make_tensor(name, getattr(TensorProto, kind), [2], values) for kind, name in kinds.items()]
    tensors += [
        helper.make_tensor("raw", TensorProto.FLOAT, [2], np.array(values, "<f4").tobytes(), raw=True),
        helper.make_tensor("q", TensorProto.INT8, [2000], [1] * 2000),
        helper.make_tensor("mask", TensorProto.FLOAT, [], [-np.inf]),
    ]
    found = read(onnx_file(onnx_model(tensors)))
    assert all(array.tolist() == values for array in found.tensors.values())
    assert list(found.tensors) == ["a", "b", "c", "d", "raw"]
    assert found.notes == (
        "Left out, since only floats of 16, 32 and 64 bits are read: q (int8), mask (a single infinity).",
    )


def test_weights_of_onnx_in_other_files_are_refused(tmp_path: Path) -> None:
    canary = tmp_path / "weights.data"
    canary.write_bytes(bytes(96))
    os.utime(canary, (0, 0))
    outside = external_tensor("W", str(canary))
    constant = helper.make_node("Constant", [], ["c"], value=external_tensor("c", str(canary)))
    inner = helper.make_graph([], "body", [], [], [outside])
    branch = helper.make_node("If", ["X"], ["Z"], then_branch=inner, else_branch=inner)
    for model in (onnx_model([outside]), onnx_model(nodes=[constant]), onnx_model(nodes=[branch])):
        with pytest.raises(UnsafeFile, match=r"lie outside it.*onnx\.save"):
            read(onnx_file(model))
    assert canary.stat().st_atime == 0


def test_tensors_of_onnx_that_lie_are_refused() -> None:
    short = TensorProto(name="W", data_type=TensorProto.FLOAT, dims=[1 << 20, 64], float_data=[1.0])
    huge = TensorProto(name="W", data_type=TensorProto.FLOAT, dims=[1 << 40, 1 << 40])
    negative = TensorProto(name="W", data_type=TensorProto.FLOAT, dims=[-1], float_data=[1.0])
    for tensor, words in ((short, "has 1 numbers in the file"), (huge, "declares more"), (negative, "shape of W")):
        with pytest.raises(FormatError, match=words):
            read(onnx_file(onnx_model([tensor])))
    for end in (-5, -30):
        with pytest.raises(FormatError, match="cannot be read as ONNX"):
            read(onnx_file()[:end])
