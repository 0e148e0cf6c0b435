"""Embedding and readout by shape, order and name, for files that hold nothing but named tensors.

Where the file keeps the order in which a framework defines its layers, an embedding stands before the recurrent module
and a readout behind it; where the names are sorted, shapes, biases and names have to do.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...activations import Array
from .found import Around, Linear, Part, Table
from .words import shown

LIKE_TABLE = re.compile(r"emb|lookup|wte|vocab|token|encoder\.?$", re.IGNORECASE)
LIKE_ATTENTION = re.compile(r"att(?:n|ention|$|[^a-z])", re.IGNORECASE)
LIKE_LINEAR = re.compile(
    r"fc|out|head|dec|lin|proj|class|logit|pred|hidden2|dense|score|tag|regress", re.IGNORECASE
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A layer beside the recurrent modules: its weight, its bias, and where in the file it stands.

    ``kind`` is "table" for what can only be an embedding, "linear" for what can only be a linear layer, "matrix" for
    what may be either, "vector" for a normalisation, "other" for the rest.
    """

    name: str
    tensor: str
    kind: Literal["table", "linear", "matrix", "vector", "other"]
    inputs: int
    outputs: int
    place: int
    bias: str | None = None
    transposed: bool = True

    def as_table(self) -> Table:
        """The entry as an embedding: one row for each token."""
        return Table(self.tensor, self.name, (self.outputs, self.inputs))

    def as_linear(self) -> Linear:
        """The entry as a linear layer."""
        return Linear(self.tensor, self.name, self.inputs, self.outputs, self.bias, self.transposed)


def torch_entries(tensors: Mapping[str, Array], taken: set[str], clean: Callable[[str], str]) -> tuple[Entry, ...]:
    """Layers by PyTorch's names: ``weight`` as (O, I), and beside it ``bias`` where there is one."""
    entries = []
    for place, (name, array) in enumerate(tensors.items()):
        if name in taken or array.size == 0 or name.endswith("bias") or array.ndim == 0:
            continue
        is_weight = name.endswith("weight")
        bias = name.removesuffix("weight") + "bias" if is_weight else None
        if bias is None or bias not in tensors or bias in taken or tensors[bias].shape != array.shape[:1]:
            bias = None
        short = clean(name).removesuffix("weight").rstrip("._/") or clean(name)
        if array.ndim == 2:
            plain = (is_weight and not name.endswith("in_proj_weight")) or LIKE_TABLE.search(name)
            kind: Literal["linear", "matrix", "other"] = "other" if not plain else "linear" if bias else "matrix"
            entries.append(Entry(short, name, kind, array.shape[1], array.shape[0], place, bias))
        elif array.ndim == 1 and is_weight:
            entries.append(Entry(short, name, "vector", array.shape[0], array.shape[0], place, bias))
        elif array.ndim > 2:
            entries.append(Entry(short, name, "other", array.shape[1], array.shape[0], place, bias))
    return tuple(entries)


def column_entries(tensors: Mapping[str, Array], taken: set[str]) -> tuple[Entry, ...]:
    """Layers by the names of Keras and Flax: ``kernel`` (I, O), ``bias``, tables ``embedding[s]``."""
    entries = []
    for place, (name, array) in enumerate(tensors.items()):
        last = re.split(r"[./]", name)[-1].removesuffix(":0")
        if name in taken or array.size == 0:
            continue
        short = name[: len(name) - len(re.split(r"[./]", name)[-1])].rstrip("./") or name
        if last in ("embedding", "embeddings") and array.ndim == 2:
            entries.append(Entry(short, name, "table", array.shape[1], array.shape[0], place))
        elif last == "kernel" and array.ndim == 2:
            bias = re.sub(r"kernel(:0)?$", r"bias\1", name)
            there = bias in tensors and bias not in taken and tensors[bias].shape == array.shape[1:]
            entries.append(
                Entry(
                    short,
                    name,
                    "linear",
                    array.shape[0],
                    array.shape[1],
                    place,
                    bias if there else None,
                    transposed=False,
                )
            )
        elif last in ("scale", "gamma") and array.ndim == 1:
            entries.append(Entry(short, name, "vector", array.shape[0], array.shape[0], place))
        elif last == "kernel":
            entries.append(Entry(short, name, "other", array.shape[-2], array.shape[-1], place))
    return tuple(entries)


class Surroundings:
    """The layers of a file beside its recurrent modules, and what they can be to those that are chosen."""

    def __init__(
        self, tensors: Mapping[str, Array], entries: Iterable[Entry], parts: Sequence[Part], ordered: bool
    ) -> None:
        """``ordered`` says that the file's order is the order in which the layers were defined."""
        self._entries = tuple(entries)
        self._parts = tuple(parts)
        self._ordered = ordered
        self._places = {name: place for place, name in enumerate(tensors)}

    def around(self, chosen: Sequence[Part]) -> Around:
        """Embedding and readout of the chosen modules, stacked in this order."""
        notes: list[str] = []
        tables = self._tables(chosen[0], chosen[-1].output_size, notes)
        table = tables[0] if tables and self._is_likely_table(tables[0], chosen[0], notes) else None
        linears = self._linears(chosen[-1], table)
        linear = linears[0] if linears and self._is_likely_linear(linears[0], linears, chosen[-1], notes) else None
        return Around(
            tuple(entry.as_table() for entry in tables),
            table.as_table() if table else None,
            tuple(entry.as_linear() for entry in linears),
            linear.as_linear() if linear else None,
            tuple(notes),
        )

    def _tables(self, part: Part, outputs: int, notes: list[str]) -> list[Entry]:
        """What has a row for each token, as long as the module's input; the likeliest first."""
        every = [entry for entry in self._entries if entry.kind in ("table", "matrix") and entry.bias is None]
        fit = [entry for entry in every if entry.inputs == part.input_size]
        start = self._start(part)

        def rank(entry: Entry) -> tuple[bool, bool, bool, int, int]:
            hinted = entry.kind == "table" or bool(LIKE_TABLE.search(entry.name))
            unlike = not hinted and bool(LIKE_LINEAR.search(entry.name)) and outputs == part.input_size
            behind = self._ordered and entry.place > start
            return behind, unlike, not hinted, -_shared(entry.name, part.name), abs(start - entry.place)

        narrow = [
            entry
            for entry in every
            if entry not in fit
            and (entry.kind == "table" or LIKE_TABLE.search(entry.name))
            and not (self._ordered and entry.place > start)
        ]
        if narrow and not fit:
            notes.append(
                f"{shown(narrow[0].name)} looks like an embedding but is not used: its rows have {narrow[0].inputs} "
                f"numbers where {shown(part.name)} reads {part.input_size}, so something stands between them"
            )
        return sorted(fit, key=rank)

    def _is_likely_table(self, entry: Entry, part: Part, notes: list[str]) -> bool:
        start, size = self._start(part), part.input_size
        if self._ordered and entry.place > start:
            notes.append(
                f"{shown(entry.name)} could be an embedding by its shape, but stands behind {shown(part.name)}"
            )
            return False
        if LIKE_LINEAR.search(entry.name) and not LIKE_TABLE.search(entry.name) and part.output_size == size:
            return False
        if self._is_anothers(entry, part):
            notes.append(f"{shown(entry.name)} goes with another recurrent module, so no embedding is taken")
            return False
        between = [
            other
            for other in self._entries
            if other is not entry
            and (
                (other.kind in ("vector", "other") and other.inputs == size)
                or (other.kind != "table" and other.inputs == size and other.outputs == size)
            )
            and (entry.place < other.place < start if self._ordered else part.output_size != size)
        ]
        if between:
            notes.append(
                f"{shown(between[0].name)} stands between {shown(entry.name)} and {shown(part.name)}, so the embedding "
                f"is not used: the network reads rows of {size} numbers, as they come to {shown(part.name)}"
            )
            return False
        return True

    def _linears(self, part: Part, table: Entry | None) -> list[Entry]:
        """What reads the module's output; the likeliest first."""
        end, size = self._end(part), part.output_size
        fit = [
            entry
            for entry in self._entries
            if entry.kind in ("linear", "matrix") and entry.inputs == size and entry is not table
        ]

        def rank(entry: Entry) -> tuple[bool, bool, bool, int, int]:
            hinted = bool(LIKE_LINEAR.search(entry.name))
            before, bare = self._ordered and entry.place < end, entry.bias is None and not hinted
            return before, bare, not hinted, -_shared(entry.name, part.name), abs(entry.place - end)

        return sorted(fit, key=rank)

    def _is_likely_linear(self, entry: Entry, fit: Sequence[Entry], part: Part, notes: list[str]) -> bool:
        end, size = self._end(part), part.output_size
        if self._ordered and entry.place < end:
            return False
        if entry.kind == "matrix" and LIKE_TABLE.search(entry.name) and not LIKE_LINEAR.search(entry.name):
            return False
        if self._is_crossed(end, entry.place) or self._is_anothers(entry, part):
            notes.append(f"{shown(entry.name)} goes with another recurrent module, so no readout is taken")
            return False
        later = [other for other in self._entries if not self._ordered or other.place > end]
        for candidate in fit:
            for other in later:
                if (
                    other is not candidate
                    and other.kind in ("linear", "matrix")
                    and other.inputs == candidate.outputs
                    and not (other.kind == "matrix" and LIKE_TABLE.search(other.name))
                    and (candidate is entry or candidate.outputs == size)
                    and (not self._ordered or candidate.place > end)
                ):
                    notes.append(
                        f"no readout is taken: {shown(other.name)} may read what {shown(candidate.name)} gives, and a "
                        f"head of several layers is not computed here"
                    )
                    return False
        for other in later:
            blocks = other.kind in ("vector", "other") or (other is not entry and LIKE_ATTENTION.search(other.name))
            near = other.place < entry.place if self._ordered else part.input_size != size
            if blocks and near and other.inputs == size:
                notes.append(
                    f"no readout is taken: {shown(other.name)} stands between {shown(part.name)} and "
                    f"{shown(entry.name)}, and is not computed here"
                )
                return False
        return True

    def _start(self, part: Part) -> int:
        return min(self._places[name] for name in part.tensors)

    def _end(self, part: Part) -> int:
        return max(self._places[name] for name in part.tensors)

    def _is_anothers(self, entry: Entry, part: Part) -> bool:
        """Whether its name stands nearer to another recurrent module than to this one."""
        own = _shared(entry.name, part.name)
        return any(_shared(entry.name, other.name) > own for other in self._parts)

    def _is_crossed(self, start: int, stop: int) -> bool:
        """Whether, in a file that keeps the order, another recurrent module lies between two places."""
        return self._ordered and any(start < self._start(part) < stop for part in self._parts)


def _shared(one: str, other: str) -> int:
    """How many parts of their names two layers have in common from the start: ``enc_emb`` goes with ``enc``."""
    count = 0
    for left, right in zip(re.split(r"[./_]", one), re.split(r"[./_]", other), strict=False):
        if left != right:
            break
        count += 1
    return count
