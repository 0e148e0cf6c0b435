"""PyTorch's names: ``[prefix]weight_ih_l{k}[_reverse]`` and its fellows, cells without ``_l{k}``.

Weights lie as (gates H, inputs) with the gates i, f, g, o and r, z, n, which is the canonical order transposed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...activations import Array
from ...cells import Cell
from ...errors import FormatError, Unsupported
from ...network import Layer
from ..imported import Choice
from .answers import Answers
from .found import Finding, Found, Part
from .layout import (
    CELL_OF_COUNT,
    COUNTS,
    activations,
    arrange,
    choice_of_activation,
    gate_order,
    gru,
    lstm,
    rnn,
)
from .naming import natural
from .surroundings import Surroundings, torch_entries
from .weights import Weights
from .words import described, shown

NAME = re.compile(r"(?:(.*)[./])?(weight_ih|weight_hh|weight_hr|bias_ih|bias_hh)(?:_l(\d{1,4})(_reverse)?)?", re.DOTALL)
WRAPPERS = re.compile(r"^(?:module\.)+|(?<![^.])_orig_mod\.")
"""What `DataParallel` and `torch.compile` put into names."""
REWRITTEN = (
    (re.compile(r"weight_(ih|hh|hr)(_l\d+)?(_reverse)?_(g|v)$"), "weight normalisation",
     "fold it in with torch.nn.utils.remove_weight_norm"),
    (re.compile(r"parametrizations\.weight_(ih|hh|hr)"), "a parametrisation of the weights",
     "fold it in with torch.nn.utils.parametrize.remove_parametrizations"),
    (re.compile(r"weight_(ih|hh|hr)(_l\d+)?(_reverse)?_(orig|mask|u)$"), "pruned or spectrally normalised weights",
     "make it permanent with torch.nn.utils.prune.remove or remove_spectral_norm"),
    (re.compile(r"weight_(ih|hh|hr)(_l\d+)?(_reverse)?_raw$"), "weight drop",
     "put the raw weights back under their own names"),
    (re.compile(r"_all_weight_values|_packed_params|qweight|weight_(ih|hh)(_l\d+)?(_reverse)?_(scale|zero_point)$"),
     "quantised weights", "take the network as it was before it was quantised"),
)  # fmt: skip
"""Names of weights that are no longer the layer's own: what they mean, and the way out."""

Place = tuple[int, str]


@dataclass
class _Group:
    """The tensors of one module: names by layer and direction, then by kind."""

    name: str
    path: str
    is_cell: bool
    tensors: dict[Place, dict[str, str]] = field(default_factory=dict)

    def file_name(self, kind: str, place: Place) -> str:
        """The name that a tensor of this module has or would have."""
        layer, reverse = place
        return self.path + (kind if self.is_cell else f"{kind}_l{layer}{reverse}")


def find(tensors: Mapping[str, Array]) -> Finding:
    """Every recurrent module with PyTorch's names.

    Raises:
        FormatError: a module's tensors are incomplete or do not fit together.
        Unsupported: they are not the weights themselves.
    """
    groups: dict[str, _Group] = {}
    for name in tensors:
        match = NAME.fullmatch(name)
        if not match:
            _refuse_rewritten(name)
            continue
        _, kind, layer, reverse = match.groups()
        path = name[: match.start(2)]
        key = f"{path}*" if layer is None else path
        if key not in groups:
            groups[key] = _Group(WRAPPERS.sub("", path)[:-1], path, layer is None)
        groups[key].tensors.setdefault((int(layer or 0), reverse or ""), {})[kind] = name
    ordered = all(_as_state_dict(group) for group in groups.values())
    found = list(groups.values())
    if not ordered:
        found.sort(key=lambda group: natural(group.name))
    taken = {name for group in found for kinds in group.tensors.values() for name in kinds.values()}
    parts = tuple(_part(group, tensors) for group in found)
    entries = torch_entries(tensors, taken, lambda name: WRAPPERS.sub("", name))
    surroundings = Surroundings(tensors, entries, parts, ordered)
    return Finding(parts, surroundings.around, "read by PyTorch's names: gates in the order i, f, g, o and r, z, n")


def _refuse_rewritten(name: str) -> None:
    for pattern, what, way_out in REWRITTEN:
        if pattern.search(name):
            raise Unsupported(
                f"{shown(name)} belongs to {what}, which is not computed here; {way_out} and save the state dict again"
            )


def _as_state_dict(group: _Group) -> bool:
    """Whether the names are in the order in which PyTorch has them, not sorted, so that the order tells something."""
    kinds = next(iter(group.tensors.values()))
    names = list(kinds)
    return names.index("weight_ih") < names.index("weight_hh") if {"weight_ih", "weight_hh"} <= set(names) else True


def _part(group: _Group, tensors: Mapping[str, Array]) -> Part:
    cell, hidden, outputs = _sizes(group, tensors)
    both = any(reverse for _, reverse in group.tensors)
    directions = ("", "_reverse") if both else ("",)
    depth = 1 + max(layer for layer, _ in group.tensors)
    named = group.name or cell
    for layer in range(depth):
        for reverse in directions:
            _check_place(group, (layer, reverse), cell, hidden, tensors, named)
    width = tensors[group.tensors[0, ""]["weight_ih"]].shape[1]
    for layer in range(1, depth):
        for reverse in directions:
            name = group.tensors[layer, reverse]["weight_ih"]
            if tensors[name].shape[1] != len(directions) * outputs:
                raise FormatError(
                    f"{shown(name)} must read the {len(directions) * outputs} numbers that the layer below gives, "
                    f"not {tensors[name].shape[1]}"
                )
    description = described(cell, depth, both, width, len(directions) * outputs)

    def build(answers: Answers, weights: Weights) -> Found:
        return _build(group, cell, hidden, named, answers, weights)

    names = tuple(name for kinds in group.tensors.values() for name in kinds.values())
    return Part(named, cell, width, len(directions) * outputs, names, description, build)


def _sizes(group: _Group, tensors: Mapping[str, Array]) -> tuple[str, int, int]:
    """Kind of cell, H, and the size of the hidden state."""
    place, kinds = next((item for item in group.tensors.items() if "weight_hh" in item[1]), (None, None))
    if place is None or kinds is None:
        place, kinds = next(iter(group.tensors.items()))
        raise _missing(group, "weight_hh", place, next(iter(kinds.values())))
    recurrent = tensors[kinds["weight_hh"]]
    if recurrent.ndim != 2 or 0 in recurrent.shape:
        raise FormatError(f"{shown(kinds['weight_hh'])} must be a matrix, not of shape {recurrent.shape}")
    rows, outputs = recurrent.shape
    hidden = outputs
    if "weight_hr" in kinds:
        projection = tensors[kinds["weight_hr"]]
        if projection.ndim != 2 or projection.shape[0] != outputs:
            raise FormatError(
                f"{shown(kinds['weight_hr'])} must have the {outputs} rows that {shown(kinds['weight_hh'])} has as "
                f"columns, not shape {projection.shape}"
            )
        hidden = projection.shape[1]
    cell = CELL_OF_COUNT.get(rows // hidden) if hidden and rows % hidden == 0 else None
    if cell is None or ("weight_hr" in kinds and cell != "lstm"):
        raise FormatError(
            f"{shown(kinds['weight_hh'])} must have 4, 3 or 1 rows for each of its {hidden} units "
            f"(LSTM, GRU, simple RNN), not {rows}"
        )
    return cell, hidden, outputs


def _check_place(group: _Group, place: Place, cell: str, hidden: int, tensors: Mapping[str, Array], named: str) -> None:
    """Raise the error that names the first tensor at fault of one direction of one layer."""
    kinds = group.tensors.get(place, {})
    first = next(iter(next(iter(group.tensors.values())).values()))
    for kind in ("weight_ih", "weight_hh", *(["weight_hr"] if "weight_hr" in group.tensors.get((0, ""), {}) else [])):
        if kind not in kinds:
            raise _missing(group, kind, place, next(iter(kinds.values()), first))
    if len({"bias_ih", "bias_hh"} & set(kinds)) == 1:
        there = "bias_ih" if "bias_ih" in kinds else "bias_hh"
        raise _missing(group, "bias_hh" if there == "bias_ih" else "bias_ih", place, kinds[there])
    rows = COUNTS[cell] * hidden
    for kind, name in kinds.items():
        shape = tensors[name].shape
        wanted = {"weight_ih": 2, "weight_hh": 2, "weight_hr": 2, "bias_ih": 1, "bias_hh": 1}[kind]
        fits = kind == "weight_hr" or (len(shape) == wanted and shape[0] == rows)
        if len(shape) != wanted or not fits or 0 in shape:
            what = f"a matrix of {rows} rows" if wanted == 2 else f"{rows} numbers"
            raise FormatError(f"{shown(name)} must be {what} for {hidden} units of {shown(named)}, not shape {shape}")


def _missing(group: _Group, kind: str, place: Place, other: str) -> FormatError:
    return FormatError(
        f"the tensor {shown(group.file_name(kind, place))} is missing: {shown(other)} needs it beside it"
    )


def _build(group: _Group, cell: str, hidden: int, named: str, answers: Answers, weights: Weights) -> Found:
    order = gate_order(answers, cell, {"lstm": "ifgo", "gru": "rzn", "rnn": "h"}[cell])
    functions = activations(answers, cell)
    reset_after = answers("reset_after", default=True) if cell == "gru" else True
    rows = COUNTS[cell] * hidden

    def matrix(name: str) -> Array:
        return arrange(weights(name), cell, order, 0).T

    def direction(place: Place) -> Cell:
        names = group.tensors[place]
        where = f"{named} layer {place[0]}"
        kernel, recurrent = matrix(names["weight_ih"]), matrix(names["weight_hh"])
        if "bias_ih" in names:
            first, second = (arrange(weights(names[kind]), cell, order, 0) for kind in ("bias_ih", "bias_hh"))
        else:
            first = second = np.zeros(rows, weights.dtype)
        if cell == "gru":
            return gru(where, kernel, recurrent, first, second, reset_after=reset_after, **functions)
        if cell == "rnn":
            return rnn(where, kernel, recurrent, first + second, **functions)
        projection = weights(names["weight_hr"]).T if "weight_hr" in names else None
        return lstm(where, kernel, recurrent, first + second, projection=projection, **functions)

    layers = tuple(
        Layer(direction((layer, "")), direction((layer, "_reverse")) if (layer, "_reverse") in group.tensors else None)
        for layer in sorted({layer for layer, _ in group.tensors})
    )
    notes, choices = _said(group, cell, named, answers, functions["activation"])
    return Found(named, layers, notes, choices)


def _said(
    group: _Group, cell: str, named: str, answers: Answers, activation: str
) -> tuple[tuple[str, ...], tuple[Choice, ...]]:
    notes, choices = [], []
    kinds = group.tensors[0, ""]
    if "bias_ih" not in kinds:
        notes.append(f"{shown(named)} has no biases; they are zeros")
    if "weight_hr" in kinds:
        notes.append(f"the hidden state of {shown(named)} is projected by weight_hr")
    if cell == "rnn":
        choices.append(choice_of_activation(activation))
        if not answers.gives("activation"):
            notes.append(
                "a state dict does not say whether a simple RNN has tanh or relu: tanh, the default, is assumed"
            )
    elif cell == "gru":
        place = "after" if answers("reset_after", default=True) else "before"
        notes.append(
            f"the reset gate stands {place} the recurrent product" + (", as in PyTorch" if place == "after" else "")
        )
    if cell != "gru" and "bias_ih" in kinds:
        notes.append(f"the two biases of {shown(named)}, bias_ih and bias_hh, are added, as in PyTorch")
    return tuple(notes), tuple(choices)
