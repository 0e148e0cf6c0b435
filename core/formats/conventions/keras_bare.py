"""Keras's weights without a description: layers told by names and shapes, what the shapes leave open said or asked.

The same for ``{prefix}/kernel``, ``recurrent_kernel`` and ``bias`` in any container.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...activations import Array
from ...cells import Cell
from ...errors import ChoiceNeeded
from ...network import Layer
from ..checkpoint import Checkpoint
from ..imported import Choice
from ..options import ACTIVATIONS, UNSET
from .answers import Answers
from .found import Around, Finding, Found, Part
from .keras_cells import build as build_cell
from .keras_weights import NAMED, RECURRENT, recurrent_sizes
from .layout import CELL_OF_COUNT, activations, choice_of_reset
from .naming import natural
from .surroundings import Entry, Surroundings, column_entries
from .weights import Weights
from .words import described, listed, shown

NUMBERED = re.compile(r"(.*)/vars/(\d{1,4})", re.DOTALL)
DIRECTION = re.compile(r"(?:^|(?<=[/.]))(forward|backward)_[^/.]+")
MOST_ORDERS = 1000
HARMLESS = {
    "input_layer", "dropout", "spatial_dropout1d", "gaussian_noise", "gaussian_dropout", "alpha_dropout", "identity",
    "activity_regularization", "activation", "softmax", "embedding", "dense", "time_distributed", "bidirectional",
    "lstm", "gru", "simple_rnn", "rnn", "sequential", "functional",
}  # fmt: skip
"""Kinds of layers that change nothing between others, or whose own place shows."""


@dataclass(frozen=True)
class _Group:
    """Kernel, recurrent kernel and bias that lie together: by kind, with D, H and the number of gates."""

    folder: str
    names: Mapping[str, str]
    width: int
    hidden: int
    gates: int

    @property
    def cell(self) -> str:
        """The kind of cell."""
        return CELL_OF_COUNT[self.gates]


def find(checkpoint: Checkpoint, *, has_config: bool) -> Finding | None:
    """Every layer that has a recurrent kernel.

    Raises:
        FormatError: its tensors do not fit together.
    """
    tensors = checkpoint.tensors
    groups = list(_groups(tensors))
    if not groups:
        return None
    structure = checkpoint.structure or {}
    named = {place.removesuffix("/vars"): name for place, name in (structure.get("names") or {}).items()}
    layers = _paired(groups)
    labels = _labels(list(layers), named, legacy=checkpoint.format == "h5")
    folders = sorted(layers, key=natural) if checkpoint.format in ("keras", "weights.h5") else list(layers)
    parts = [_part(labels[folder], *layers[folder], tensors) for folder in folders]
    taken = {name for group in groups for name in group.names.values()}
    entries = (*column_entries(tensors, taken), *_numbered_entries(tensors, taken, named))
    ordered = checkpoint.structure is None and list(tensors) != sorted(tensors)
    notes = (
        ("the file describes a model of its own class, so that only its weights could be gone by",)
        if has_config
        else ()
    )
    others = _others(structure.get("names") or {})
    chain = _only_chain(dict(zip(folders, parts, strict=True))) if checkpoint.structure is not None else None
    surroundings = Surroundings(tensors, entries, parts, ordered)

    def around(chosen: Sequence[Part]) -> Around:
        found = surroundings.around(chosen)
        if found.linear is None or not others:
            return found
        note = f"no readout is taken: the file has layers of other kinds, {listed(others)}, and does not say where"
        return replace(found, linear=None, notes=(*found.notes, note))

    return Finding(
        tuple(parts),
        around,
        "read by Keras's names without a description of the model: gates in the order i, f, c, o and z, r, h",
        notes,
        stack=None if others else chain,
    )


def _others(names: Mapping[str, str]) -> list[str]:
    """Kinds of layers, by their folders, that may stand between others and change what these read."""
    kinds = (re.search(r"(?:^|/)layers/([^/]+?)(?:_\d+)?(?:/vars)?$", place) for place in names)
    return list(dict.fromkeys(match[1] for match in kinds if match and match[1] not in HARMLESS))


def _groups(tensors: Mapping[str, Array]) -> Iterator[_Group]:
    numbered: dict[str, dict[int, str]] = {}
    named: dict[str, dict[str, str]] = {}
    for name in tensors:
        if match := NUMBERED.fullmatch(name):
            numbered.setdefault(match[1], {})[int(match[2])] = name
        elif match := NAMED.fullmatch(name):
            named.setdefault((match[1] or "").rstrip("./"), {})[match[2]] = name
    for folder, there in named.items():
        if "recurrent_kernel" in there:
            yield _group(folder, {kind: name for kind, name in there.items() if kind in RECURRENT}, tensors)
    for folder, variables in numbered.items():
        last = folder.rsplit("/", 1)[-1]
        # Keras keeps a recurrent layer's weights in its cell.
        if (last == "cell" or re.search(r"_cell(_\d+)?$", last)) and len(variables) in (2, 3):
            yield _group(folder, {kind: variables[k] for k, kind in enumerate(RECURRENT) if k in variables}, tensors)


def _group(folder: str, names: Mapping[str, str], tensors: Mapping[str, Array]) -> _Group:
    width, hidden, gates = recurrent_sizes(tensors, names, folder or "the layer")
    return _Group(folder, names, width, hidden, gates)


def _paired(groups: list[_Group]) -> dict[str, tuple[_Group, _Group | None]]:
    """Groups by folder, both directions of a Bidirectional together."""
    found: dict[str, tuple[_Group, _Group | None]] = {}
    sides: dict[str, dict[str, _Group]] = {}
    for group in groups:
        match = DIRECTION.search(group.folder)
        parent = group.folder[: match.start()].rstrip("/.") if match else ""
        if match is None:
            found[group.folder] = (group, None)
        else:
            sides.setdefault(parent, {})[match[1]] = group
            found.setdefault(parent, (group, None))
    for parent, both in sides.items():
        if len(both) == 2 and both["forward"].width == both["backward"].width:
            found[parent] = (both["forward"], both["backward"])
        else:
            del found[parent]
            found |= {group.folder: (group, None) for group in both.values()}
    return found


def _labels(folders: list[str], named: Mapping[str, str], *, legacy: bool) -> dict[str, str]:
    """A short name for each folder: the layer's own where the file has it."""
    found: dict[str, str] = {}
    for folder in folders:
        plain = folder.removesuffix("/cell")
        label = named.get(plain) or named.get(folder)
        if label is None:
            label = "/".join(piece for piece in plain.split("/") if piece not in ("layers", "model_weights"))
            if legacy:
                label = label.split("/")[0]
        found[folder] = label
    for folder, label in list(found.items()):
        if list(found.values()).count(label) > 1 or not label:
            found[folder] = folder or "layer"
    return found


def _part(label: str, forward: _Group, backward: _Group | None, tensors: Mapping[str, Array]) -> Part:
    groups = (forward, backward) if backward else (forward,)
    outputs = sum(group.hidden for group in groups)

    def build(answers: Answers, weights: Weights) -> Found:
        notes: list[str] = []
        choices: list[Choice] = []
        cells = [_cell(group, label, answers, weights, tensors, notes, choices) for group in groups]
        if backward:
            notes.append(f"both directions of {shown(label)} are taken to stand side by side (merge_mode 'concat')")
        return Found(
            label, (Layer(*cells),), tuple(dict.fromkeys(notes)), tuple(choices[: len(choices) // len(groups)])
        )

    names = tuple(name for group in groups for name in group.names.values())
    description = described(forward.cell, 1, backward is not None, forward.width, outputs)
    return Part(label, forward.cell, forward.width, outputs, names, description, build)


def _cell(group: _Group, label: str, answers: Answers, weights: Weights, tensors: Mapping[str, Array],
          notes: list[str], choices: list[Choice]) -> Cell:  # fmt: skip
    options: dict[str, object] = dict(activations(answers, group.cell))
    for option, inside in (("activation", "the candidate and the output"), ("recurrent_activation", "the gates")):
        if option in options:
            if not answers.gives(option):
                notes.append(f"the file does not say the {option}: {options[option]}, the default, is assumed")
            sentence = f"a file of weights does not say the activation of {inside}"
            choices.append(Choice(option, tuple((name, name) for name in ACTIVATIONS), options[option], sentence))
    if group.cell == "gru":
        options["reset_after"] = _reset_after(group, label, answers, tensors, notes)
    if "bias" not in group.names:
        notes.append(f"{shown(label)} has no biases; they are zeros")
    return build_cell(group.cell, label, group.names, options, answers, weights)


def _reset_after(group: _Group, label: str, answers: Answers, tensors: Mapping[str, Array], notes: list[str]) -> bool:
    """By the bias's shape; where there is none, by the user."""
    if "bias" in group.names:
        after = tensors[group.names["bias"]].ndim == 2
        if answers.gives("reset_after") and after:
            return bool(answers("reset_after"))
        place = "after" if after else "before"
        if not answers.gives("reset_after"):
            notes.append(
                f"by the shape of its bias, the reset gate of {shown(label)} stands {place} the recurrent product"
            )
        return bool(answers("reset_after", default=after))
    given = answers("reset_after")
    if given is UNSET:
        choice = choice_of_reset(None)
        raise ChoiceNeeded(
            f"{shown(label)} is a GRU without biases, and {choice.sentence}; say it with the option reset_after",
            ("options", "reset_after"),
            (choice,),
        )
    return bool(given)


def _numbered_entries(tensors: Mapping[str, Array], taken: set[str], named: Mapping[str, str]) -> Iterator[Entry]:
    """Layers beside the recurrent ones whose variables are numbered.

    Folders are named by class, those of a model of its own class as its author liked: there shapes must do.
    """
    folders: dict[str, dict[int, str]] = {}
    for name in tensors:
        if (match := NUMBERED.fullmatch(name)) and name not in taken:
            folders.setdefault(match[1], {})[int(match[2])] = name
    for place, (folder, variables) in enumerate(folders.items()):
        weight = variables.get(0)
        if weight is None or tensors[weight].size == 0:
            continue
        plain = folder.removesuffix("/layer")
        kind = re.sub(r"_\d+$", "", plain.rsplit("/", 1)[-1])
        label = named.get(plain) or "/".join(piece for piece in plain.split("/") if piece != "layers")
        array = tensors[weight]
        dense = kind in ("dense", "time_distributed")
        second = tensors[variables[1]].shape if 1 in variables else None
        if array.ndim == 2 and len(variables) == 1 and not dense:
            yield Entry(label, weight, "table", array.shape[1], array.shape[0], place)
        elif array.ndim == 2 and (dense or (len(variables) == 2 and second == array.shape[1:])):
            yield Entry(
                label, weight, "linear", array.shape[0], array.shape[1], place, variables.get(1), transposed=False
            )
        elif array.ndim == 1:
            yield Entry(label, weight, "vector", array.shape[0], array.shape[0], place)
        elif array.ndim > 1:
            yield Entry(label, weight, "other", array.shape[-2], array.shape[-1], place)


def _only_chain(parts: Mapping[str, Part]) -> tuple[str, ...] | None:
    """The one order of layers by folder in which each reads what the one before gives, if there is exactly one.

    Layers of one class keep the order in which Keras has counted them.
    """
    if len(parts) < 2:
        return None
    kinds: dict[str, list[Part]] = {}
    for folder, part in parts.items():
        kinds.setdefault(re.sub(r"_\d+$", "", folder.removesuffix("/cell")), []).append(part)
    orders: list[tuple[Part, ...]] = []
    budget = [MOST_ORDERS]

    def extend(order: tuple[Part, ...], rest: dict[str, list[Part]]) -> None:
        budget[0] -= 1
        if budget[0] < 0 or len(orders) > 1:
            return
        if not any(rest.values()):
            orders.append(order)
            return
        for kind, waiting in rest.items():
            if waiting and (not order or waiting[0].input_size == order[-1].output_size):
                extend((*order, waiting[0]), rest | {kind: waiting[1:]})

    extend((), kinds)
    return tuple(part.name for part in orders[0]) if len(orders) == 1 and budget[0] >= 0 else None
