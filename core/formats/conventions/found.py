"""What a convention finds in a file: recurrent modules, and the tensors that may stand around them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...activations import Array
from ...network import Layer
from ..imported import Choice
from .answers import Answers
from .weights import Weights


@dataclass(frozen=True, eq=False)
class Found:
    """One recurrent module in the canonical layout, with what was understood and assumed on the way."""

    name: str
    layers: tuple[Layer, ...]
    notes: tuple[str, ...] = ()
    assumptions: tuple[Choice, ...] = ()


@dataclass(frozen=True, eq=False)
class Part:
    """A recurrent module before its numbers are looked at.

    ``tensors`` are the file's names of its weights; ``description`` is for people, as in "LSTM, 2 layers, 32 -> 128".
    ``build`` reads the weights; it raises FormatError where they do not fit together.
    """

    name: str
    cell: str
    input_size: int
    output_size: int
    tensors: tuple[str, ...]
    description: str
    build: Callable[[Answers, Weights], Found]


@dataclass(frozen=True)
class Table:
    """An embedding: the tensor's name, (V, E), and the id that the framework masks, if it masks one."""

    tensor: str
    name: str
    shape: tuple[int, int]
    padding: int | None = None


@dataclass(frozen=True)
class Linear:
    """A linear layer from I to O: names of its tensors, whether the weight lies as (O, I), and what comes behind.

    ``kind`` is "softmax" or "linear" where the file says so, None where it does not.
    """

    tensor: str
    name: str
    inputs: int
    outputs: int
    bias: str | None = None
    transposed: bool = False
    kind: str | None = None


@dataclass(frozen=True)
class Around:
    """What stands around the chosen modules: all that fits, the likeliest first, and what is taken unless told."""

    tables: tuple[Table, ...] = ()
    table: Table | None = None
    linears: tuple[Linear, ...] = ()
    linear: Linear | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Finding:
    """All that a convention finds in a file; ``around`` looks at the surroundings of the modules that were chosen.

    ``reads`` says in a sentence by whose names and layouts the tensors were read; ``lists_leftovers`` whether tensors
    that are not taken are worth a note. ``stack`` names the modules that are taken one upon the other unless told.
    ``tensors`` are the weights where they are not simply the file's.
    """

    parts: tuple[Part, ...]
    around: Callable[[Sequence[Part]], Around]
    reads: str
    notes: tuple[str, ...] = ()
    lists_leftovers: bool = True
    stack: tuple[str, ...] | None = None
    tensors: Mapping[str, Array] | None = None
