"""Keras models with a description: which layers follow one another, and what stands before and behind them."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from ...activations import Array
from ...errors import FormatError, Unsupported
from ...network import Layer
from ..checkpoint import Checkpoint
from . import keras_bare
from .answers import Answers
from .found import Around, Finding, Found, Linear, Part, Table
from .keras_config import Node, graph, is_listed
from .keras_layers import RECURRENT_LAYERS, Recurrent, recurrent
from .keras_weights import Places
from .weights import Weights
from .words import described, listed, shown

PASSING = {
    "InputLayer", "Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization", "Identity",
}  # fmt: skip
"""Layers that hand on what they get when a trained network is used."""
LIKE_RECURRENT = ("LSTM", "GRU", "RNN", "Recurrent")


def find(checkpoint: Checkpoint, answers: Answers) -> Finding | None:
    """The recurrent layers of a Keras file, each with those that directly follow it."""
    structure = checkpoint.structure or {}
    if "nodes" in structure:
        return None
    config = structure.get("config")
    if not is_listed(config):
        return keras_bare.find(checkpoint, has_config=config is not None)
    return _Model(checkpoint.tensors, config, structure.get("keras_version")).finding(answers)


class _Model:
    """A model's layers, and the tensors of its file."""

    def __init__(self, tensors: Mapping[str, Array], config: Any, version: Any) -> None:
        self._tensors = tensors
        self._version = str(version) if version is not None else None
        self._places = Places(tensors)
        self._nodes = graph(config)

    def finding(self, answers: Answers) -> Finding | None:
        """Every chain of recurrent layers that stand directly upon one another."""
        nodes = [node for node in self._nodes if _is_recurrent(node)]
        unknown = [node for node in self._nodes if _looks_recurrent(node)]
        if unknown and not (nodes and answers.gives("module")):
            raise Unsupported(
                f"{shown(unknown[0].name)} is a layer of the class {shown(unknown[0].kind)}, which is not computed here"
            )
        if not nodes:
            raise FormatError(
                f"no recurrent layer is in this model, only {listed(dict.fromkeys(n.kind for n in self._nodes), 6)}"
            )
        below = {node: self._below(node, answers) for node in nodes}
        tops = [node for node in nodes if node not in below.values()]
        chains = []
        for top in tops:
            chain = [top]
            while (lower := below[chain[0]]) is not None:
                chain.insert(0, lower)
            chains.append(chain)
        parts, arounds = [], {}
        for chain in chains:
            layers = [recurrent(node, self._tensors, self._places, self._version) for node in chain]
            part = self._part(layers, self._name(chain, nodes))
            parts.append(part)
            arounds[part.name] = lambda below=layers[0], above=layers[-1]: self._around(below, above)

        def around(chosen: Iterable[Part]) -> Around:
            every = list(chosen)
            first, last = (arounds[part.name]() for part in (every[0], every[-1]))
            notes = tuple(dict.fromkeys(first.notes + last.notes))
            return Around(first.tables, first.table, last.linears, last.linear, notes)

        reads = "read as Keras describes it: gates in the order i, f, c, o and z, r, h"
        return Finding(tuple(parts), around, reads, lists_leftovers=False)

    def _name(self, chain: list[Node], nodes: list[Node]) -> str:
        every = [node.name for node in nodes]
        return " + ".join(node.name if every.count(node.name) == 1 else "/".join(node.names) for node in chain)

    def _below(self, node: Node, answers: Answers) -> Node | None:
        """The recurrent layer whose output this one reads, if it reads one's."""
        source, _ = _source(node)
        if source is None or source.kind == "Embedding":
            return None
        if _is_recurrent(source):
            return source
        for lower in _all_before(source):
            if lower.kind == "Masking":
                raise Unsupported(
                    f"{shown(lower.name)} masks steps, which is not computed here; leave the masked rows out of the "
                    "sequence and save the model without the Masking layer"
                )
            if _is_recurrent(lower) and not answers.gives("module"):
                raise Unsupported(
                    f"{shown(source.name)}, a layer of the class {source.kind}, stands between the recurrent layers "
                    f"{shown(lower.name)} and {shown(node.name)} and is not computed here; "
                    "the option module takes one of them alone"
                )
        return None

    def _part(self, layers: list[Recurrent], name: str) -> Part:
        for lower, upper in pairwise(layers):
            if upper.input_size != lower.output_size:
                raise FormatError(
                    f"{shown(upper.node.name)} must read the {lower.output_size} numbers that "
                    f"{shown(lower.node.name)} gives, not {upper.input_size}"
                )

        def build(_: Answers, weights: Weights) -> Found:
            made: list[Layer] = []
            turned = False
            for layer in layers:
                more, turned = layer.layers(weights, turned=turned)
                made += more
            notes = tuple(note for layer in layers for note in layer.notes)
            return Found(name, tuple(made), notes)

        units = [unit for layer in layers for unit in layer.units]
        both = any(layer.backward for layer in layers)
        depth = sum(len(layer.forward) for layer in layers)
        inputs, outputs = layers[0].input_size, layers[-1].output_size
        tensors = tuple(tensor for unit in units for tensor in unit.names.values())
        return Part(
            name,
            units[-1].cell,
            inputs,
            outputs,
            tensors,
            described(units[-1].cell, depth, both, inputs, outputs),
            build,
        )

    def _around(self, below: Recurrent, above: Recurrent) -> Around:
        notes: list[str] = []
        table = self._table(below, notes)
        linears = self._linears(above, notes)
        return Around((table,) if table else (), table, tuple(linears), linears[0] if linears else None, tuple(notes))

    def _table(self, below: Recurrent, notes: list[str]) -> Table | None:
        source, _ = _source(below.node)
        if source is None or _is_recurrent(source):
            return None
        if source.kind != "Embedding":
            notes.append(
                f"the network reads what {shown(source.name)}, a layer of the class {source.kind}, gives: "
                f"rows of {below.input_size} numbers"
            )
            return None
        if source.config.get("lora_rank"):
            raise Unsupported(f"{shown(source.name)} has weights of low rank beside its own (LoRA), not computed here")
        names = self._places.weights(source, (), (), ("embeddings",))
        found = self._tensors.get(names.get("embeddings", ""))
        if found is None or found.ndim != 2 or found.shape[1] != below.input_size:
            raise FormatError(
                f"the embedding {shown(source.name)} must have rows of {below.input_size} numbers; the file has "
                f"{'no such table' if found is None else found.shape}"
            )
        padding = 0 if source.config.get("mask_zero") else None
        return Table(names["embeddings"], source.name, (found.shape[0], found.shape[1]), padding)

    def _linears(self, above: Recurrent, notes: list[str]) -> list[Linear]:
        found = []
        for reader in _readers(above.node):
            dense, config = reader, reader.config
            inside: tuple[str, ...] = ()
            if reader.kind == "TimeDistributed" and isinstance(config.get("layer"), Mapping):
                inner = config["layer"]
                if inner.get("class_name") == "Dense":
                    config, inside = inner.get("config") or {}, ("layer",)
            if reader.kind != "Dense" and not inside:
                if not _is_recurrent(reader):
                    notes.append(
                        f"no readout is taken: {shown(reader.name)}, a layer of the class {reader.kind}, follows "
                        "and is not computed here"
                    )
                continue
            kind = self._kind(dense, config, notes)
            if kind is not None:
                found.append(self._linear(dense, config, inside, above, kind))
        return found

    def _kind(self, dense: Node, config: Mapping[str, Any], notes: list[str]) -> str | None:
        """What a dense layer's outputs go through: "softmax" or "linear"; None where it is no readout."""
        activation = config.get("activation")
        if isinstance(activation, Mapping):
            activation = (
                activation.get("config") if isinstance(activation.get("config"), str) else activation.get("class_name")
            )
        for reader in _readers(dense):
            if reader.kind == "Softmax":
                return "softmax"
            if reader.kind == "Activation" and activation in (None, "linear"):
                activation = reader.config.get("activation")
            elif reader.kind in ("Dense", "TimeDistributed") or _is_recurrent(reader):
                notes.append(
                    f"no readout is taken: {shown(reader.name)} reads what {shown(dense.name)} gives, and a head of "
                    "several layers is not computed here"
                )
                return None
            else:
                notes.append(f"{shown(reader.name)}, a layer of the class {reader.kind}, follows and is left out")
        if activation not in (None, "linear", "softmax"):
            notes.append(f"the readout's activation {shown(activation)} is left out: outputs are the numbers before it")
        return "softmax" if activation == "softmax" else "linear"

    def _linear(
        self, dense: Node, config: Mapping[str, Any], inside: tuple[str, ...], above: Recurrent, kind: str
    ) -> Linear:
        if config.get("lora_rank"):
            raise Unsupported(f"{shown(dense.name)} has weights of low rank beside its own (LoRA), not computed here")
        names = self._places.weights(dense, inside, (), ("kernel", "bias"))
        kernel = self._tensors.get(names.get("kernel", ""))
        if kernel is None or kernel.ndim != 2 or kernel.shape[0] != above.output_size:
            raise FormatError(
                f"the weights of {shown(dense.name)} must read {above.output_size} numbers; the file has "
                f"{'none' if kernel is None else kernel.shape}"
            )
        bias = names.get("bias") if config.get("use_bias", True) else None
        return Linear(names["kernel"], dense.name, kernel.shape[0], kernel.shape[1], bias, kind=kind)


def _is_recurrent(node: Node) -> bool:
    if node.kind == "Bidirectional":
        inner = node.config.get("layer")
        return isinstance(inner, Mapping) and inner.get("class_name") in RECURRENT_LAYERS
    return node.kind in RECURRENT_LAYERS


def _looks_recurrent(node: Node) -> bool:
    return not _is_recurrent(node) and (
        node.kind == "Bidirectional" or any(word in node.kind for word in LIKE_RECURRENT)
    )


def _source(node: Node) -> tuple[Node | None, int]:
    """The layer that gives what this one reads, past those that only hand on."""
    steps = 0
    while node.inputs:
        node, steps = node.inputs[0], steps + 1
        if node.kind not in PASSING and not (
            node.kind == "Activation" and node.config.get("activation") in (None, "linear")
        ):
            return node, steps
    return None, steps


def _all_before(node: Node) -> list[Node]:
    """A layer and everything that it depends on, nearest first, up to the next recurrent layers."""
    found, waiting = [], [node]
    seen = set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        found.append(one)
        if not _is_recurrent(one):
            waiting += one.inputs
    return found


def _readers(node: Node) -> list[Node]:
    """The layers that read this one's output, past those that only hand on."""
    found: list[Node] = []
    seen, waiting = {id(node)}, [node]
    while waiting:
        one = waiting.pop(0)
        for reader in one.readers:
            if reader.inputs and reader.inputs[0] is not one and _is_recurrent(reader):
                continue  # only its state is handed on
            if id(reader) not in seen:
                seen.add(id(reader))
                (waiting if reader.kind in PASSING else found).append(reader)
    return found
