"""ONNX graphs: recurrent nodes, those that stand directly upon one another, and what stands around them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ...errors import FormatError, Unsupported
from ..checkpoint import Checkpoint
from .answers import Answers
from .found import Around, Finding, Found, Linear, Part, Table
from .onnx_cells import CELLS, Recurrent, recurrent
from .onnx_values import Node, Values
from .weights import Weights
from .words import described, plain, shown

PASSING = {"Transpose", "Squeeze", "Unsqueeze", "Reshape", "Identity", "Cast", "Dropout", "Flatten", "Expand"}
"""Nodes that hand on the numbers they get, in another arrangement."""
PICKING = {"Gather", "Slice", "GatherElements", "GatherND"}
"""Nodes that take some steps out of a sequence."""


def find(checkpoint: Checkpoint, answers: Answers) -> Finding | None:
    """The recurrent nodes of a graph.

    Raises:
        Unsupported: there is none that can be read, or one asks for something that is not computed here.
        FormatError: weights are missing or of another shape.
    """
    structure = checkpoint.structure or {}
    if "nodes" not in structure:
        return None
    return _Graph(checkpoint, structure).finding(answers)


class _Graph:
    """A graph's nodes by the values that they give and read."""

    def __init__(self, checkpoint: Checkpoint, structure: Mapping[str, Any]) -> None:
        self._structure = structure
        self._nodes: Sequence[Node] = structure["nodes"]
        self._values = Values(checkpoint.tensors, structure.get("integers") or {}, self._nodes)
        self._readers: dict[str, list[Node]] = {}
        for node in self._nodes:
            for name in dict.fromkeys(filter(None, node["inputs"])):
                self._readers.setdefault(name, []).append(node)

    def finding(self, answers: Answers) -> Finding:
        """Every chain of recurrent nodes that stand directly upon one another."""
        nodes = [node for node in self._nodes if node["op"] in CELLS and not node["domain"]]
        if not nodes:
            raise self._nothing()
        below = {id(node): self._below(node, answers) for node in nodes}
        lower = {id(node) for node in below.values() if node is not None}
        tops = [node for node in nodes if id(node) not in lower]
        if not tops:
            raise _circle(nodes[0]["outputs"][0])
        parts, arounds = [], {}
        for top in tops:
            chain = [top]
            while (under := below[id(chain[0])]) is not None:
                if len(chain) == len(nodes):
                    raise _circle(under["outputs"][0])
                chain.insert(0, under)
            layers = [recurrent(node, self._values) for node in chain]
            part = self._part(layers)
            parts.append(part)
            arounds[part.name] = (layers[0], layers[-1])

        def around(chosen: Sequence[Part]) -> Around:
            return self._around(arounds[chosen[0].name][0], arounds[chosen[-1].name][1])

        reads = "read as ONNX defines it: gates in the order i, o, f, c and z, r, h"
        return Finding(tuple(parts), around, reads, lists_leftovers=False, tensors=self._values.tensors)

    def _nothing(self) -> Unsupported:
        """Why there is no recurrent node to be read."""
        inside = [
            function["name"]
            for function in self._structure.get("functions") or ()
            if any(node["op"] in CELLS for node in function["nodes"])
        ]
        if inside:
            return Unsupported(
                f"the recurrent nodes of this graph are inside the function {shown(inside[0])} and stay unread; "
                "write the file again with onnx.inliner.inline_local_functions"
            )
        for node in _all_nodes(self._nodes):
            if any(word in node["op"] for word in CELLS):
                where = "" if node["op"] not in CELLS else ", inside another node"
                return Unsupported(
                    f"the graph has a recurrent node {shown(node['op'])}{where}, which is not computed here"
                )
        return Unsupported(
            "the graph has no recurrent node (LSTM, GRU, RNN); PyTorch writes cells, such as LSTMCell, and with its "
            "newer exporter nn.RNN as plain arithmetic: save the state dict, or export nn.RNN with dynamo=False"
        )

    def _source(self, name: str) -> tuple[Node | None, str]:
        """The node that gives a value, past those that only hand on, and the value's name there."""
        seen = set()
        while (node := self._values.makers.get(name)) is not None and _passes(node):
            if name in seen:
                raise _circle(name)
            seen.add(name)
            name = node["inputs"][0]
        return node, name

    def _below(self, node: Node, answers: Answers) -> Node | None:
        source, name = self._source(node["inputs"][0])
        if source is None:
            return None
        if source["op"] in CELLS and not source["domain"] and source["outputs"][0] == name:
            return source
        if self._table_of(source) is None and not answers.gives("module"):
            for lower in self._all_before(source):
                if lower["op"] in CELLS and not lower["domain"]:
                    raise Unsupported(
                        f"a node {_op(source)} stands between the recurrent nodes {shown(_name(lower))} and "
                        f"{shown(_name(node))} and is not computed here; the option module takes one of them alone"
                    )
        return None

    def _all_before(self, node: Node) -> Iterator[Node]:
        """A node and those that it depends on, up to the next recurrent ones."""
        seen, waiting = set(), [node]
        while waiting:
            one = waiting.pop(0)
            if id(one) in seen:
                continue
            seen.add(id(one))
            yield one
            # The shape of a sequence says nothing of its numbers.
            if one["op"] not in CELLS and one["op"] != "Shape":
                waiting += [maker for name in one["inputs"] if (maker := self._values.makers.get(name)) is not None]

    def _part(self, layers: list[Recurrent]) -> Part:
        for lower, upper in pairwise(layers):
            if upper.width != lower.output_size:
                raise FormatError(
                    f"{shown(upper.name)} must read the {lower.output_size} numbers that {shown(lower.name)} gives, "
                    f"not {upper.width}"
                )
        name, cell = " + ".join(layer.name for layer in layers), layers[-1].cell
        both = any(len(layer.directions) == 2 for layer in layers)

        def build(_: Answers, weights: Weights) -> Found:
            notes = tuple(dict.fromkeys(note for layer in layers for note in layer.notes))
            return Found(name, tuple(layer.layer(weights) for layer in layers), notes)

        inputs, outputs = layers[0].width, layers[-1].output_size
        tensors = tuple(tensor for layer in layers for tensor in layer.names.values())
        return Part(name, cell, inputs, outputs, tensors, described(cell, len(layers), both, inputs, outputs), build)

    def _around(self, below: Recurrent, above: Recurrent) -> Around:
        notes: list[str] = []
        table = None
        source, _ = self._source(below.node["inputs"][0])
        if source is not None:
            table = self._table_of(source)
            if table is None or table.shape[1] != below.width:
                table = None
                notes.append(f"the network reads what a node {_op(source)} gives: rows of {below.width} numbers")
        linears = tuple(self._linears(above, notes))
        return Around((table,) if table else (), table, linears, linears[0] if linears else None, tuple(notes))

    def _table_of(self, node: Node) -> Table | None:
        """The embedding that a Gather takes rows out of."""
        if node["op"] != "Gather" or node["domain"] or node["attributes"].get("axis", 0) != 0:
            return None
        name = node["inputs"][0]
        array = self._values.constant(name)
        if array is None or array.ndim != 2 or array.dtype.kind != "f":
            return None
        return Table(name, name.removesuffix(".weight"), (array.shape[0], array.shape[1]))

    def _linears(self, above: Recurrent, notes: list[str]) -> Iterator[Linear]:
        """The linear layers that read what a node gives, its sequence or its last state."""
        for index, output in enumerate(above.node["outputs"][:2]):
            for node, last in self._following(output, last=index > 0):
                linear = self._linear(node, above.output_size, notes)
                if linear is None:
                    if node["op"] not in (*CELLS, "Shape", "MatMul", "Gemm") and index == 0:
                        notes.append(f"no readout is taken: a node {_op(node)} follows and is not computed here")
                    continue
                if last:
                    notes.append(f"{shown(linear.name)} reads only the last step; here it reads every step")
                yield linear

    def _following(self, name: str, *, last: bool = False) -> Iterator[tuple[Node, bool]]:
        """The nodes that read a value, past those that only hand on or take steps out; and whether steps were."""
        seen, waiting = set(), [(name, last)]
        while waiting:
            one = name, last = waiting.pop()
            if not name or one in seen:
                continue
            seen.add(one)
            for node in self._readers.get(name, []):
                hands_on = node["inputs"][0] == name
                if hands_on and (_passes(node) or node["op"] in PICKING):
                    waiting.append((node["outputs"][0], last or not _passes(node)))
                else:
                    yield node, last

    def _linear(self, node: Node, size: int, notes: list[str]) -> Linear | None:
        """A MatMul or Gemm with constant weights, with the Add and the Softmax that follow."""
        if node["domain"] or node["op"] not in ("MatMul", "Gemm"):
            return None
        attributes, tensor = node["attributes"], node["inputs"][1]
        kernel = self._values.constant(tensor)
        transposed = bool(attributes.get("transB", 0))
        scaled = attributes.get("alpha", 1.0) != 1 or attributes.get("beta", 1.0) != 1 or attributes.get("transA", 0)
        if kernel is None or kernel.dtype.kind != "f" or kernel.ndim != 2 or scaled:
            return None
        inputs, outputs = kernel.shape[::-1] if transposed else kernel.shape
        if inputs != size:
            return None
        bias, output = self._bias(node)
        if bias is not None:
            array = self._values.constant(bias)
            if array is None or array.size != outputs or array.dtype.kind != "f":
                return None
        name = (bias or tensor).removesuffix(".bias").removesuffix(".weight")
        if bias is not None and self._values.tensors[bias].ndim != 1:
            bias = self._values.keep(f"{bias} as a row", self._values.tensors[bias].reshape(-1))
        kind = self._kind(output, name, notes)
        if kind is None:
            return None
        return Linear(tensor, name, inputs, outputs, bias, transposed, None if kind == "open" else kind)

    def _bias(self, node: Node) -> tuple[str | None, str]:
        """The bias of a Gemm, or of the Add behind a MatMul, and the name of what comes out."""
        output = str(node["outputs"][0])
        if node["op"] == "Gemm":
            return (node["inputs"][2] or None) if len(node["inputs"]) > 2 else None, output
        following = self._after(output)
        if following is not None and following["op"] == "Add":
            others = [name for name in following["inputs"] if self._values.constant(name) is not None]
            if others:
                return others[0], following["outputs"][0]
        return None, output

    def _kind(self, output: str, name: str, notes: list[str]) -> str | None:
        """What a linear layer's numbers go through: "softmax" or "open"; None where more layers follow."""
        kind = "open"
        for after, _ in self._following(output):
            if after["op"] in ("Softmax", "LogSoftmax"):
                kind = "softmax"
            elif after["op"] in ("MatMul", "Gemm") or self._leads_to_linear(after):
                notes.append(
                    f"no readout is taken: {shown(name)} is followed by further layers, and a head of several layers "
                    "is not computed here"
                )
                return None
            elif after["op"] != "Shape":
                notes.append(f"the node {_op(after)} behind {shown(name)} is left out")
        return kind

    def _after(self, name: str) -> Node | None:
        """The one node that reads a value, past those that only hand on."""
        following = list(self._following(name))
        return following[0][0] if len(following) == 1 else None

    def _leads_to_linear(self, node: Node, depth: int = 0) -> bool:
        return depth < 4 and any(
            after["op"] in ("MatMul", "Gemm") or self._leads_to_linear(after, depth + 1)
            for output in node["outputs"]
            for after, _ in self._following(output)
        )


def _circle(name: str) -> FormatError:
    return FormatError(f"the graph goes round in a circle: {shown(name)} is worked out from itself")


def _passes(node: Node) -> bool:
    """Whether a node hands on its first input without mixing features."""
    if node["domain"] or node["op"] not in PASSING or not node["inputs"]:
        return False
    perm = node["attributes"].get("perm")
    return node["op"] != "Transpose" or (perm is not None and perm[-1:] == [len(perm) - 1])


def _op(node: Node) -> str:
    return plain(node["op"])[:60]


def _name(node: Node) -> str:
    return str(node["name"] or next(filter(None, node["outputs"]), node["op"]))


def _all_nodes(nodes: Sequence[Node]) -> Iterator[Node]:
    """Nodes with those of the graphs inside them."""
    for node in nodes:
        yield node
        for value in node["attributes"].values():
            if isinstance(value, Mapping) and "graph" in value:
                yield from _all_nodes(value["graph"]["nodes"])
