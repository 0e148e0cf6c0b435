"""A recurrent network as a frozen value: embedding, stacked layers in one or both directions, readout."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from .activations import Array
from .cells import Cell
from .digest import digest_of
from .errors import ParameterError
from .parts import LONGEST_LABEL, Embedding, Feedback, Readout, ReadoutKind, Vocabulary, checked_labels

DirectionName = Literal["forward", "backward"]

__all__ = [
    "LONGEST_LABEL",
    "Direction",
    "DirectionName",
    "Embedding",
    "Feedback",
    "Layer",
    "Network",
    "Readout",
    "ReadoutKind",
    "Vocabulary",
]


@dataclass(frozen=True, eq=False)
class Layer:
    """One recurrent layer: a cell that reads from the start, one that reads from the end, or both."""

    forward: Cell | None
    backward: Cell | None = None

    def __post_init__(self) -> None:
        """Check that there is a cell, and that two directions read the same input in the same precision."""
        if self.forward is None and self.backward is None:
            raise ParameterError("a layer must have a cell in at least one direction")
        if self.forward is None or self.backward is None:
            return
        one, other = self.forward, self.backward
        if other.input_size != one.input_size or other.dtype != one.dtype:
            raise ParameterError(
                f"both directions of a layer must read the same input: forward reads {one.input_size} numbers "
                f"in {one.dtype}, backward {other.input_size} in {other.dtype}"
            )

    @cached_property
    def cells(self) -> tuple[tuple[DirectionName, Cell], ...]:
        """The directions there are, each with its cell, forward first."""
        both: tuple[tuple[DirectionName, Cell | None], ...] = (("forward", self.forward), ("backward", self.backward))
        return tuple((direction, cell) for direction, cell in both if cell is not None)

    @property
    def input_size(self) -> int:
        """Numbers the layer reads at each step."""
        return self.cells[0][1].input_size

    @property
    def output_size(self) -> int:
        """Numbers the layer hands on at each step: the hidden states of its directions together."""
        return sum(cell.output_size for _, cell in self.cells)


@dataclass(frozen=True)
class Direction:
    """One direction of one layer, in the order in which states and traces list them."""

    layer: int
    direction: DirectionName
    cell: Cell


@dataclass(frozen=True, eq=False)
class Network:
    """A network. With an embedding it reads tokens, without one rows of numbers.

    ``feedback`` says how outputs become inputs, where that is not by being the next token or row; ``columns`` are names
    of the numbers in a row.

    Raises:
        ParameterError: sizes or precisions of the parts do not fit together.
    """

    layers: tuple[Layer, ...]
    embedding: Embedding | None = None
    readout: Readout | None = None
    vocabulary: Vocabulary | None = None
    feedback: Feedback | None = None
    columns: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Check that every part fits the one before it."""
        if not self.layers:
            raise ParameterError("a network must have at least one layer", ("layers",))
        object.__setattr__(self, "layers", tuple(self.layers))
        size = self.embedding.table.shape[1] if self.embedding else self.layers[0].input_size
        for index, layer in enumerate(self.layers):
            if layer.input_size != size:
                before = "the embedding" if index == 0 else f"layer {index - 1}"
                raise ParameterError(
                    f"layer {index} reads {layer.input_size} numbers a step but {before} gives {size}",
                    ("layers", index),
                )
            size = layer.output_size
        if self.readout and self.readout.kernel.shape[0] != size:
            raise ParameterError(
                f"the readout reads {self.readout.kernel.shape[0]} numbers but the last layer gives {size}",
                ("readout",),
            )
        if self.vocabulary and not self.embedding:
            raise ParameterError("a network with a vocabulary must have an embedding", ("vocabulary",))
        if self.vocabulary and self.embedding and len(self.vocabulary.labels) != len(self.embedding.table):
            raise ParameterError(
                f"the vocabulary has {len(self.vocabulary.labels)} tokens but the embedding "
                f"{len(self.embedding.table)} rows",
                ("vocabulary",),
            )
        self._check_rows()
        kinds = {str(array.dtype) for array in self.parameters().values()}
        if len(kinds) > 1:
            raise ParameterError(
                f"all parameters of a network must have the same precision, not {' and '.join(sorted(kinds))}"
            )

    def _check_rows(self) -> None:
        """Check what is said about the rows of numbers that are read."""
        if self.columns is not None:
            object.__setattr__(self, "columns", checked_labels("columns", self.columns, "columns"))
            if self.embedding or len(self.columns) != self.input_size:
                read = "tokens" if self.embedding else f"{self.input_size} numbers a step"
                raise ParameterError(
                    f"a network that reads {read} cannot have names for {len(self.columns)} columns", ("columns",)
                )
        if self.feedback is None:
            return
        first, end, outputs = self.feedback.first, self.feedback.end, self.output_size
        if self.embedding or self.readout is None or outputs is None or self.readout.kind != "softmax":
            raise ParameterError("feedback needs a network that reads numbers and has a softmax readout", ("feedback",))
        if type(first) is not int or not 0 <= first <= self.input_size - outputs:
            raise ParameterError(
                f"feedback must have a column for each of {outputs} outputs among {self.input_size}, not from "
                f"{first!r} on",
                ("feedback", "first"),
            )
        if end is not None and (type(end) is not int or not 0 <= end < outputs):
            raise ParameterError(f"the last output must be one of 0 to {outputs - 1}, not {end!r}", ("feedback", "end"))

    @property
    def input_kind(self) -> Literal["tokens", "values"]:
        """What the network reads."""
        return "tokens" if self.embedding else "values"

    @property
    def input_size(self) -> int:
        """V for tokens, D for values."""
        return len(self.embedding.table) if self.embedding else self.layers[0].input_size

    @property
    def output_size(self) -> int | None:
        """O of the readout, None without one."""
        return self.readout.size if self.readout else None

    @property
    def output_labels(self) -> tuple[str, ...] | None:
        """Texts of the readout's outputs: its own, or the vocabulary's where it has one output for each token."""
        if self.readout and self.readout.labels is not None:
            return self.readout.labels
        softmax = self.readout is not None and self.readout.kind == "softmax"
        if self.vocabulary and softmax and self.output_size == len(self.vocabulary.labels):
            return self.vocabulary.labels
        return None

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64."""
        return self.layers[0].cells[0][1].dtype

    @cached_property
    def parameter_count(self) -> int:
        """How many numbers the parameters hold."""
        return sum(array.size for array in self.parameters().values())

    @cached_property
    def directions(self) -> tuple[Direction, ...]:
        """Every direction of every layer, layers from below, forward first."""
        return tuple(
            Direction(index, name, cell) for index, layer in enumerate(self.layers) for name, cell in layer.cells
        )

    @cached_property
    def narrowest(self) -> int:
        """H of the cell with the fewest units."""
        return min(place.cell.hidden_size for place in self.directions)

    @property
    def can_step(self) -> bool:
        """Whether one step at a time makes sense: not where a layer reads from the end."""
        return all(place.direction == "forward" for place in self.directions)

    def parameters(self) -> dict[str, Array]:
        """Every parameter array by its canonical name, such as ``layers.0.forward.kernel``."""
        arrays: dict[str, Array] = {}
        if self.embedding:
            arrays["embedding"] = self.embedding.table
        for place in self.directions:
            for name, array in place.cell.arrays().items():
                arrays[f"layers.{place.layer}.{place.direction}.{name}"] = array
        if self.readout:
            arrays |= {"readout.kernel": self.readout.kernel, "readout.bias": self.readout.bias}
        return arrays

    def with_parameters(self, arrays: Mapping[str, Array]) -> "Network":
        """The same network with other parameter arrays, by canonical name."""

        def layer(index: int, old: Layer) -> Layer:
            cells = {
                direction: cell.with_arrays(
                    {name: arrays[f"layers.{index}.{direction}.{name}"] for name in cell.arrays()}
                )
                for direction, cell in old.cells
            }
            return Layer(cells.get("forward"), cells.get("backward"))

        return replace(
            self,
            layers=tuple(layer(index, old) for index, old in enumerate(self.layers)),
            embedding=self.embedding and replace(self.embedding, table=arrays["embedding"]),
            readout=self.readout
            and replace(self.readout, kernel=arrays["readout.kernel"], bias=arrays["readout.bias"]),
        )

    def configuration(self) -> dict[str, Any]:
        """Everything that is not an array, as JSON values; with the parameters it makes the whole network.

        What was added later is only there where it is used: an old network stays what it is.
        """
        readout, vocabulary = self.readout, self.vocabulary
        labels = {} if readout is None or readout.labels is None else {"labels": list(readout.labels)}
        later = {
            "padding": self.embedding.padding if self.embedding else None,
            "feedback": self.feedback and {"first": self.feedback.first, "end": self.feedback.end},
            "columns": self.columns and list(self.columns),
        }
        return {
            "layers": [
                {direction: {"cell": cell.name, **cell.settings()} for direction, cell in layer.cells}
                for layer in self.layers
            ],
            **{name: value for name, value in later.items() if value is not None},
            "readout": readout and {"kind": readout.kind, "predicts": readout.predicts, **labels},
            "vocabulary": vocabulary and {"labels": list(vocabulary.labels), "unknown": vocabulary.unknown},
        }

    @cached_property
    def digest(self) -> str:
        """Content address: the same network has the same digest on any machine."""
        return digest_of(json.dumps(self.configuration(), sort_keys=True), self.parameters())
