"""Write ``formats/onnx-*``: exports by both of PyTorch's exporters, and nodes made by hand run by ONNX Runtime."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from . import formats_torch_modules as modules
from .formats_onnx_nodes import UNITS, WIDTH, Node, external, own_numbers, stacked
from .formats_reference import Array, Place, Step, onnx_gru, onnx_lstm, onnx_rnn
from .formats_torch_modules import Built
from .formats_writing import Folder, expect, network_precision, random_inputs
from .make_formats_torch import KINDS, SHORT, randomise, reference
from .writing import random_array

NAMES = {
    "Sigmoid": "sigmoid", "Tanh": "tanh", "Relu": "relu", "Softsign": "softsign", "Softplus": "softplus", "Elu": "elu",
    "HardSigmoid": "hard_sigmoid_02",
}  # fmt: skip
"""ONNX's activations, with their default parameters, by the names here."""
SIXTH = {"activation_alpha": [1 / 6], "activation_beta": [0.5]}

NODES: dict[str, Node] = {
    "lstm": Node(),
    "lstm_names": Node(names=("b", "a", "weights/0", "P"), constants=True),
    "lstm_peepholes": Node(peepholes=True),
    "lstm_peepholes_bidirectional": Node(peepholes=True, direction="bidirectional"),
    "lstm_coupled": Node(attributes={"input_forget": 1}),
    "lstm_coupled_peepholes": Node(attributes={"input_forget": 1}, peepholes=True, direction="reverse"),
    "lstm_reverse": Node(direction="reverse"),
    "lstm_bidirectional": Node(direction="bidirectional", opset=7),
    "lstm_without_bias": Node(bias=False),
    "lstm_activations": Node(attributes={"activations": ["HardSigmoid", "Softsign", "Relu"]}),
    "lstm_activations_both": Node(
        attributes={"activations": ["Sigmoid", "Tanh", "Tanh", "HardSigmoid", "Elu", "Softsign"]},
        direction="bidirectional",
    ),
    "lstm_hard_sigmoid": Node(attributes={"activations": ["HardSigmoid", "Tanh", "Tanh"], **SIXTH}),
    "lstm_f16": Node(precision="float16"),
    "lstm_f64": Node(precision="float64", peepholes=True),
    "lstm_layout": Node(layout=1),
    "gru_before": Node("GRU"),
    "gru_after": Node("GRU", {"linear_before_reset": 1}),
    "gru_before_bidirectional": Node("GRU", direction="bidirectional", constants=True),
    "gru_after_reverse": Node("GRU", {"linear_before_reset": 1}, direction="reverse"),
    "gru_without_bias": Node("GRU", bias=False, opset=22),
    "gru_activations": Node("GRU", {"activations": ["HardSigmoid", "Softsign"]}),
    "gru_f64": Node("GRU", precision="float64"),
    "gru_f16": Node("GRU", {"linear_before_reset": 1}, precision="float16", constants=True),
    "rnn": Node("RNN", precision="float64"),
    "rnn_relu": Node("RNN", {"activations": ["Relu"]}),
    "rnn_both": Node("RNN", {"activations": ["Tanh", "Relu"]}, direction="bidirectional"),
    "rnn_softplus": Node("RNN", {"activations": ["Softplus"]}, bias=False),
}
REFUSED: dict[str, tuple[Node, str]] = {
    "clip": (Node(attributes={"clip": 3.0}), "clip"),
    "threshold": (Node("RNN", {"activations": ["ThresholdedRelu"], "activation_alpha": [0.5]}), "ThresholdedRelu"),
    "alpha": (
        Node("GRU", {"activations": ["HardSigmoid", "Tanh"], "activation_alpha": [0.3], "activation_beta": [0.4]}),
        "HardSigmoid",
    ),
}
EXPORTS = {
    "bare": (modules.bare, ("lstm", "gru", "rnn_tanh", "rnn_relu")),
    "bidirectional_stacked": (modules.bidirectional_stacked, ("lstm", "gru", "rnn_tanh")),
    "without_bias": (modules.without_bias, ("lstm",)),
    "language": (modules.language, ("lstm", "gru")),
    "tagger": (modules.tagger, ("lstm",)),
    "regressor": (modules.regressor, ("gru", "rnn_relu")),
}
PRECISIONS = ("float32", "float32", "float64", "float16")


def step_of(node: Node, weights: dict[str, Array], index: int) -> Step:
    """The reference's step for one direction of a node."""
    own = {key: array[index].astype(np.float64) for key, array in weights.items()}
    count = {"LSTM": 3, "GRU": 2, "RNN": 1}[node.op]
    given = node.attributes.get("activations", [])[index * count :][:count]
    activations = [NAMES[name] for name in given]
    if "activation_alpha" in node.attributes:
        activations = [{"hard_sigmoid_02": "hard_sigmoid"}.get(name, name) for name in activations]
    if node.op == "LSTM":
        coupled = bool(node.attributes.get("input_forget"))
        return onnx_lstm(own, activations or ("sigmoid", "tanh", "tanh"), coupled)
    if node.op == "GRU":
        return onnx_gru(own, bool(node.attributes.get("linear_before_reset")), activations or ("sigmoid", "tanh"))
    return onnx_rnn(own, *activations)


def random_states(node: Node, rng: np.random.Generator, kept: str) -> list[dict[str, Array]]:
    """An initial state for each direction."""
    names = ("hidden_state", "cell_state")[: 1 + (node.op == "LSTM")]
    return [{key: random_array(rng, (UNITS,)).astype(kept) for key in names} for _ in node.directions]


def make_node(folder: Folder, name: str, node: Node, seed: int) -> None:
    """A model of one node, and its expectation."""
    rng = np.random.default_rng(4000 + seed)
    weights = node.weights(rng)
    onnx.save(node.model(weights), folder.path(f"onnx-{name}.onnx"))
    kept = network_precision(node.precision)
    weights = {key: array.astype(kept) for key, array in weights.items()}
    inputs, states = random_inputs(rng, 6 + seed % 5, WIDTH, node.precision), random_states(node, rng, kept)
    places = [
        Place(0, direction, step_of(node, weights, index), states[index])
        for index, direction in enumerate(node.directions)
    ]
    expect(f"onnx-{name}", node.precision, places, inputs, own_numbers(node, weights, inputs, states))
    folder.accepted(f"onnx-{name}.onnx", f"onnx-{name}")


def make_stacked(folder: Folder) -> None:
    """Two nodes, one upon the other, from zero states, as ONNX Runtime runs them."""
    rng = np.random.default_rng(78)
    model, parts = stacked()
    onnx.save(model, folder.path("onnx-two_nodes.onnx"))
    inputs = random_inputs(rng, 7, WIDTH, "float32")
    places = [
        Place(layer, direction, step_of(node, weights, index),
              {key: np.zeros(UNITS, np.float32) for key in random_states(node, rng, "float32")[0]})
        for layer, (node, weights) in enumerate(parts)
        for index, direction in enumerate(node.directions)
    ]  # fmt: skip
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    expect("onnx-two_nodes", "float32", places, inputs, {"top": session.run(None, {"X": inputs[:, None]})[0][:, 0]})
    folder.accepted("onnx-two_nodes.onnx", "onnx-two_nodes")


class Chain(nn.Module):  # type: ignore[misc]
    """A module's parts one after the other; of what a recurrent part gives only the sequence is passed on."""

    def __init__(self, built: Built) -> None:
        super().__init__()
        self.parts = built.module

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Outputs (T, B, O) for a batch of sequences (T, B, D) or (T, B)."""
        for part in self.parts.values() if isinstance(self.parts, nn.ModuleDict) else [self.parts]:
            result = part(x)
            x = result[0] if isinstance(result, tuple) else result
        return x


def export(module: nn.Module, example: torch.Tensor, path: Path, *, dynamo: bool) -> None:
    """Write a module as one of PyTorch's two exporters does."""
    more: dict[str, Any] = {"external_data": False, "verbose": False} if dynamo else {}
    module.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, (example,), path, dynamo=dynamo, input_names=["x"], output_names=["y"], **more)
    model = onnx.load(path)
    for (
        node
    ) in model.graph.node:  # where the exporter stood in its own source: of no use, and different on each machine
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.save(model, path)


def exports() -> Iterator[tuple[str, Any, Any, int]]:
    """Every kind with every variant."""
    seed = 0
    for variant, (build, kinds) in EXPORTS.items():
        for kind in KINDS:
            if kind.name in kinds:
                yield variant, build, kind, seed
                seed += 1


def make_export(folder: Folder, variant: str, build: Any, kind: Any, seed: int) -> None:
    """One module by both exporters, and its expectation."""
    rng = np.random.default_rng(5000 + seed)
    precision = PRECISIONS[seed % 4]
    built: Built = build(kind.name.partition("_")[0], kind.arguments, seed)
    randomise(built.module, precision, rng)
    name = f"onnx-torch-{kind.name}-{variant}"
    tokens = built.embedding is not None
    example = torch.zeros((4, 1), dtype=torch.long) if tokens else torch.zeros((4, 1, built.width(built.module)))
    example = example if tokens else example.to(getattr(torch, precision))
    options = {"options": built.options} if built.options else {}
    for exporter, dynamo in (("traced", False), ("dynamo", True)):
        file = f"{name}-{SHORT[precision]}-{exporter}.onnx"
        export(Chain(built), example, folder.path(file), dynamo=dynamo)
        if dynamo and kind.name.startswith("rnn"):  # this exporter writes every step of an RNN out
            folder.refused(file, "Unsupported", "recurrent")
        else:
            folder.accepted(file, name, **options)
    reference(name, kind, built, precision, rng, 7 + seed % 4)


def main() -> None:
    """Write every file."""
    torch.set_num_threads(1)
    versions = f"torch {torch.__version__}, onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}"
    folder = Folder("onnx", versions)
    for seed, (name, node) in enumerate(NODES.items()):
        make_node(folder, name, node, seed)
    make_stacked(folder)
    for name, (node, word) in REFUSED.items():
        onnx.save(node.model(node.weights(np.random.default_rng(1))), folder.path(f"onnx-{name}.onnx"))
        folder.refused(f"onnx-{name}.onnx", "Unsupported", word)
    node = Node()
    folder.path("onnx-external.onnx").write_bytes(external(node, node.weights(np.random.default_rng(2))))
    folder.refused("onnx-external.onnx", "UnsafeFile", "outside")
    with torch.no_grad():
        for one in exports():
            make_export(folder, *one)
    folder.close()


if __name__ == "__main__":
    main()
