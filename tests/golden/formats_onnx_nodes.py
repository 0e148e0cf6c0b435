"""ONNX models of recurrent nodes made by hand, and the numbers that ONNX Runtime computes with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnx.reference
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from .formats_reference import Array
from .writing import random_array

WIDTH, UNITS = 3, 5
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


@dataclass(frozen=True)
class Node:
    """One recurrent node: its operator, attributes, which optional weights it has, and how these are stored.

    ``constants`` puts the weights into Constant nodes. ``names`` are those of the weights in the file.
    """

    op: str = "LSTM"
    attributes: dict[str, Any] = field(default_factory=dict)
    direction: str = "forward"
    bias: bool = True
    peepholes: bool = False
    precision: str = "float32"
    layout: int = 0
    constants: bool = False
    opset: int = 14
    names: tuple[str, ...] = ("W", "R", "B", "P")

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions in the order in which ONNX stacks them."""
        return {"forward": ("forward",), "reverse": ("backward",), "bidirectional": ("forward", "backward")}[
            self.direction
        ]

    def weights(self, rng: np.random.Generator) -> dict[str, Array]:
        """Random weights in the layout of ONNX."""
        count, rows = len(self.directions), GATES[self.op] * UNITS
        shapes: dict[str, tuple[int, ...]] = {"W": (count, rows, WIDTH), "R": (count, rows, UNITS)}
        if self.bias:
            shapes["B"] = (count, 2 * rows)
        if self.peepholes:
            shapes["P"] = (count, 3 * UNITS)
        return {name: random_array(rng, shape).astype(self.precision) for name, shape in shapes.items()}

    def model(self, weights: dict[str, Array]) -> Any:
        """The model: reads X, initial_h and initial_c, gives Y, Y_h and Y_c."""
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(next(iter(weights.values())).dtype))
        stored = dict(zip(("W", "R", "B", "P"), self.names, strict=True))
        tensors = {key: numpy_helper.from_array(array, stored[key]) for key, array in weights.items()}
        cell = ["initial_c"] if self.op == "LSTM" else []
        used = {key: stored[key] if key in weights else "" for key in ("W", "R", "B", "P")}
        inputs = ["X", used["W"], used["R"], used["B"], "", "initial_h", *cell, used["P"]]
        options: dict[str, Any] = {"hidden_size": UNITS, "direction": self.direction} | self.attributes
        if self.layout:
            options["layout"] = self.layout
        node = helper.make_node(
            self.op, inputs if self.peepholes else inputs[:-1], ["Y", "Y_h", *(["Y_c"] if cell else [])],
            name="recurrent", **options,
        )  # fmt: skip
        nodes = [node]
        if self.constants:
            nodes = [helper.make_node("Constant", [], [stored[key]], value=one) for key, one in tensors.items()] + nodes
        graph = helper.make_graph(
            nodes, "by_hand",
            [helper.make_tensor_value_info(name, kind, None) for name in ("X", "initial_h", *cell)],
            [helper.make_tensor_value_info(name, kind, None) for name in node.output],
            [] if self.constants else list(tensors.values()),
        )  # fmt: skip
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)


def own_numbers(
    node: Node, weights: dict[str, Array], inputs: Array, states: Sequence[dict[str, Array]]
) -> dict[str, Array]:
    """What a runtime gives: every state of both directions, from running the model on parts of the sequence.

    ONNX Runtime has no float64 and no ``layout``; there ONNX's own reference implementation takes its place.
    """
    model = node.model(weights)
    session: Any
    if node.precision == "float64" or node.layout:
        session = onnx.reference.ReferenceEvaluator(model)
    else:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    dtype, order = inputs.dtype, (1, 0, 2) if node.layout else (0, 1, 2)
    feed = {
        f"initial_{key[0]}": np.stack([state[key] for state in states])[:, None].astype(dtype).transpose(order)
        for key in states[0]
    }

    def run(part: Array) -> list[Array]:
        x = part[:, None].transpose(order)
        return [np.asarray(array) for array in session.run(None, {"X": x, **feed})]

    found: dict[str, Array] = {}
    for index, direction in enumerate(node.directions):
        turns = range(len(inputs))
        parts = [inputs[: t + 1] if direction == "forward" else inputs[t:] for t in turns]
        rows = [[array.transpose(order)[index, 0] for array in run(part)[1:]] for part in parts]
        for place, key in enumerate(states[0]):
            found[f"0/{direction}/{key}"] = np.stack([row[place] for row in rows])
    whole = run(inputs)[0]
    whole = whole.transpose(1, 2, 0, 3) if node.layout else whole
    found["top"] = whole[:, :, 0].reshape(len(inputs), -1)
    return found


def external(node: Node, weights: dict[str, Array]) -> bytes:
    """A model whose weights lie in another file."""
    model = node.model(weights)
    for tensor in model.graph.initializer:
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", "weights.onnx.data"
    data: bytes = model.SerializeToString()
    return data


def stacked(opset: int = 14) -> tuple[Any, list[tuple[Node, dict[str, Array]]]]:
    """A bidirectional LSTM under a GRU, joined as ONNX needs it: Transpose and Reshape between the two."""
    rng = np.random.default_rng(77)
    below = Node(direction="bidirectional", names=("W1", "R1", "B1", "P1"))
    above = Node("GRU", {"linear_before_reset": 1}, names=("W2", "R2", "B2", "P2"))
    weights = [below.weights(rng), above.weights(rng)]
    weights[1]["W"] = random_array(rng, (1, 3 * UNITS, 2 * UNITS)).astype(np.float32)
    nodes = [
        helper.make_node("LSTM", ["X", "W1", "R1", "B1"], ["Y1"], hidden_size=UNITS, direction="bidirectional"),
        helper.make_node("Transpose", ["Y1"], ["Y1_t"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["Y1_t", "shape"], ["between"]),
        helper.make_node("GRU", ["between", "W2", "R2", "B2"], ["Y2"], hidden_size=UNITS, linear_before_reset=1),
        helper.make_node("Squeeze", ["Y2", "axis"], ["Z"]),
    ]
    tensors = [
        numpy_helper.from_array(array, f"{key}{index + 1}")
        for index, arrays in enumerate(weights)
        for key, array in arrays.items()
    ]
    tensors += [
        numpy_helper.from_array(np.array([0, 0, -1], np.int64), "shape"),
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "two", [value("X", TensorProto.FLOAT, None)], [value("Z", TensorProto.FLOAT, None)], tensors
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return model, [(below, weights[0]), (above, weights[1])]
