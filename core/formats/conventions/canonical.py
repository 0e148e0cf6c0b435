"""Gatescope's own names without the description beside them: `Network.parameters` as a mapping or in an ``.npz``.

Everything lies in the canonical layout already; what the description would say is asked or assumed.
"""

import re
from collections.abc import Mapping

from ...activations import Array
from ...errors import FormatError
from ...network import Layer
from .answers import Answers
from .found import Around, Finding, Found, Linear, Part, Table
from .layout import CELL_OF_COUNT, activations, choice_of_activation, choice_of_reset, gate_order, make_cell
from .weights import Weights
from .words import described, shown

NAME = re.compile(
    r"layers\.(\d{1,4})\.(forward|backward)\.(kernel|recurrent_kernel|bias|recurrent_bias|projection|peepholes)"
)


def find(tensors: Mapping[str, Array]) -> Finding | None:
    """The one network whose parameters these are, if they are."""
    places = _places(tensors)
    if not places:
        return None
    cells = {place: _cell(tensors, names) for place, names in places.items()}
    outputs = {
        place: tensors[names.get("projection", names["recurrent_kernel"])].shape[1 if "projection" in names else 0]
        for place, names in places.items()
    }
    depth = 1 + max(layer for layer, _ in places)
    top = sum(size for (layer, _), size in outputs.items() if layer == depth - 1)
    first = next(names for (layer, _), names in places.items() if layer == 0)
    width = tensors[first["kernel"]].shape[0]
    cell = cells[min(places)]
    both = len(places) > depth

    def build(answers: Answers, weights: Weights) -> Found:
        made, choices = {}, []
        for place, names in places.items():
            kind = cells[place]
            options: dict[str, object] = dict(activations(answers, kind))
            gate_order(answers, kind, {"lstm": "ifgo", "gru": "rzn", "rnn": "h"}[kind])
            if kind == "gru":
                options["reset_after"] = answers("reset_after", default=True)
                choices.append(choice_of_reset(bool(options["reset_after"])))
            elif kind == "rnn":
                choices.append(choice_of_activation(str(options["activation"])))
            arrays = {field: weights(name) for field, name in names.items()}
            made[place] = make_cell(kind, f"layers.{place[0]}.{place[1]}", arrays, **options)
        layers = tuple(Layer(made.get((index, "forward")), made.get((index, "backward"))) for index in range(depth))
        return Found("layers", layers, (), tuple(choices[:1]))

    every = tuple(name for kinds in places.values() for name in kinds.values())
    part = Part("layers", cell, width, top, every, described(cell, depth, both, width, top), build)
    around = _around(tensors, width, top)
    return Finding(
        (part,), lambda _: around, "read by Gatescope's own names: gates in the order i, f, g, o and r, z, n"
    )


def _places(tensors: Mapping[str, Array]) -> dict[tuple[int, str], dict[str, str]]:
    """The tensors of each direction of each layer, by field."""
    places: dict[tuple[int, str], dict[str, str]] = {}
    for name in tensors:
        if match := NAME.fullmatch(name):
            places.setdefault((int(match[1]), match[2]), {})[match[3]] = name
    if sorted({layer for layer, _ in places}) != list(range(len({layer for layer, _ in places}))):
        raise FormatError(f"layers must be numbered from 0 without gaps, not {sorted({layer for layer, _ in places})}")
    for (layer, direction), names in places.items():
        for field in ("kernel", "recurrent_kernel", "bias"):
            if field not in names:
                raise FormatError(f"the tensor 'layers.{layer}.{direction}.{field}' is missing")
            if tensors[names[field]].ndim != (1 if field == "bias" else 2) or tensors[names[field]].size == 0:
                raise FormatError(f"{shown(names[field])} has the shape {tensors[names[field]].shape}")
    return places


def _cell(tensors: Mapping[str, Array], names: Mapping[str, str]) -> str:
    if "recurrent_bias" in names:
        return "gru"
    hidden = tensors[names["projection"]].shape[0] if "projection" in names else 0
    rows, columns = tensors[names["recurrent_kernel"]].shape
    cell = CELL_OF_COUNT.get(columns // (hidden or rows))
    if cell is None or columns % (hidden or rows):
        raise FormatError(
            f"{shown(names['recurrent_kernel'])} must be (H, 4H), (H, 3H) or (H, H), not {(rows, columns)}"
        )
    return cell


def _around(tensors: Mapping[str, Array], width: int, top: int) -> Around:
    table = linear = None
    if "embedding" in tensors and tensors["embedding"].ndim == 2 and tensors["embedding"].shape[1] == width:
        table = Table("embedding", "embedding", (tensors["embedding"].shape[0], width))
    kernel = tensors.get("readout.kernel")
    if kernel is not None and kernel.ndim == 2 and kernel.shape[0] == top:
        bias = "readout.bias" if "readout.bias" in tensors else None
        linear = Linear("readout.kernel", "readout", top, kernel.shape[1], bias)
    return Around((table,) if table else (), table, (linear,) if linear else (), linear)
