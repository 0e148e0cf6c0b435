"""A recurrent network as a frozen value: embedding, stacked layers in one or both directions, readout."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from .activations import Array, softmax
from .cells import Cell
from .cells.cell import frozen
from .digest import digest_of
from .errors import ParameterError
from .splitting import Splitter

DirectionName = Literal["forward", "backward"]
ReadoutKind = Literal["softmax", "linear"]

LONGEST_LABEL = 256
"""Characters of a token's text: a trace repeats it at every step where the token is read or predicted."""


def _freeze(owner: object, name: str, array: Array, ndim: int) -> None:
    """Check the array's form and put it, read-only, into the frozen owner's field."""
    value = frozen(type(owner).__name__.lower(), name, array)
    if value.ndim != ndim or 0 in value.shape:
        raise ParameterError(
            f"{name} must have {ndim} dimension{'s' * (ndim > 1)}, none of them 0, not shape {value.shape}", (name,)
        )
    object.__setattr__(owner, name, value)


@dataclass(frozen=True, eq=False)
class Embedding:
    """``table`` (V, E): one row for each token. An unknown token without a row of its own reads as zeros.

    ``padding`` is the token that the network's framework skips as if it were not there, None if there is none.
    """

    table: Array
    padding: int | None = None

    def __post_init__(self) -> None:
        """Freeze and check the table."""
        _freeze(self, "table", self.table, 2)
        rows = len(self.table)
        if self.padding is not None and (type(self.padding) is not int or not 0 <= self.padding < rows):
            raise ParameterError(
                f"the padding token must be one of the ids 0 to {rows - 1}, not {self.padding!r}", ("padding",)
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies are made from the fields, so that they are as frozen as this one."""
        return Embedding, (self.table, self.padding)

    def __call__(self, tokens: Array) -> Array:
        """Rows of the table, (T, E), for (T,) token ids; id -1 gives zeros."""
        rows = self.table[tokens]
        rows[tokens < 0] = 0
        return rows


@dataclass(frozen=True, eq=False)
class Readout:
    """``kernel`` (H, O) and ``bias`` (O,) over the last layer's hidden state.

    Where the last layer has two directions, their hidden states stand side by side, forward first.
    ``predicts`` says what an output is about: "next_input" when the output at step t is about the input at step t + 1.
    """

    kind: ReadoutKind
    kernel: Array
    bias: Array
    predicts: Literal["next_input"] | None = None

    def __post_init__(self) -> None:
        """Freeze and check."""
        if self.kind not in ("softmax", "linear"):
            raise ParameterError(f"readout kind must be softmax or linear, not {self.kind!r}", ("kind",))
        if self.predicts not in ("next_input", None):
            raise ParameterError(
                f"what a readout predicts must be next_input or None, not {self.predicts!r}", ("predicts",)
            )
        _freeze(self, "kernel", self.kernel, 2)
        _freeze(self, "bias", self.bias, 1)
        if self.bias.shape != (self.kernel.shape[1],):
            raise ParameterError(
                f"readout bias must be ({self.kernel.shape[1]},) like the kernel's columns, not {self.bias.shape}",
                ("bias",),
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies are made from the fields, so that they are as frozen as this one."""
        return Readout, (self.kind, self.kernel, self.bias, self.predicts)

    @property
    def size(self) -> int:
        """O."""
        return int(self.kernel.shape[1])

    def __call__(self, hidden: Array) -> Array:
        """Probabilities (softmax) or values (linear), (..., O), from (..., H)."""
        scores = hidden @ self.kernel + self.bias
        return softmax(scores) if self.kind == "softmax" else scores


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

    @property
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
class Vocabulary:
    """The tokens' texts by id, all different, and the id that stands for an unknown token, if the network has one.

    A text has at most `LONGEST_LABEL` characters.
    """

    labels: tuple[str, ...]
    unknown: int | None = None

    def __post_init__(self) -> None:
        """Check that every label is text and there once, and that the unknown token is one of them."""
        object.__setattr__(self, "labels", tuple(self.labels))
        for index, label in enumerate(self.labels):
            if type(label) is not str or any("\ud800" <= character <= "\udfff" for character in label):
                raise ParameterError(
                    f"every label of a vocabulary must be Unicode text, not {label!r}", ("labels", index)
                )
            if len(label) > LONGEST_LABEL:
                raise ParameterError(
                    f"a label of a vocabulary must have at most {LONGEST_LABEL} characters, not {len(label):,}",
                    ("labels", index),
                )
        if len(self.ids) != len(self.labels):
            twice, _ = Counter(self.labels).most_common(1)[0]
            raise ParameterError(
                f"every label of a vocabulary must be different, but {twice!r} is there more than once", ("labels",)
            )
        if self.unknown is not None and (type(self.unknown) is not int or not 0 <= self.unknown < len(self.labels)):
            raise ParameterError(
                f"the unknown token must be one of the ids 0 to {len(self.labels) - 1}, not {self.unknown!r}",
                ("unknown",),
            )

    @cached_property
    def ids(self) -> dict[str, int]:
        """Id by label."""
        return {label: index for index, label in enumerate(self.labels)}

    @cached_property
    def splitter(self) -> Splitter:
        """What makes text into these tokens."""
        return Splitter(self.labels)


@dataclass(frozen=True)
class Direction:
    """One direction of one layer, in the order in which states and traces list them."""

    layer: int
    direction: DirectionName
    cell: Cell


@dataclass(frozen=True, eq=False)
class Network:
    """A network. With an embedding it reads tokens, without one rows of numbers.

    Raises:
        ParameterError: sizes or precisions of the parts do not fit together.
    """

    layers: tuple[Layer, ...]
    embedding: Embedding | None = None
    readout: Readout | None = None
    vocabulary: Vocabulary | None = None

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
        kinds = {str(array.dtype) for array in self.parameters().values()}
        if len(kinds) > 1:
            raise ParameterError(
                f"all parameters of a network must have the same precision, not {' and '.join(sorted(kinds))}"
            )

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
        """Texts of the readout's outputs: the vocabulary's where a softmax readout has one output for each token."""
        if (
            self.vocabulary
            and self.readout
            and self.readout.kind == "softmax"
            and self.readout.size == len(self.vocabulary.labels)
        ):
            return self.vocabulary.labels
        return None

    @property
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
        """Everything that is not an array, as JSON values; with the parameters it makes the whole network."""
        return {
            "layers": [
                {direction: {"cell": cell.name, **cell.settings()} for direction, cell in layer.cells}
                for layer in self.layers
            ],
            **({"padding": self.embedding.padding} if self.embedding and self.embedding.padding is not None else {}),
            "readout": self.readout and {"kind": self.readout.kind, "predicts": self.readout.predicts},
            "vocabulary": self.vocabulary
            and {"labels": list(self.vocabulary.labels), "unknown": self.vocabulary.unknown},
        }

    @cached_property
    def digest(self) -> str:
        """Content address: the same network has the same digest on any machine."""
        return digest_of(json.dumps(self.configuration(), sort_keys=True), self.parameters())
