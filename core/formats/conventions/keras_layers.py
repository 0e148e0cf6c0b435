"""Keras's recurrent layers as their settings describe them: plain, around a cell or several, in both directions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...activations import Array
from ...cells import Cell
from ...errors import FormatError, Unsupported
from ...network import Layer
from .keras_cells import CELLS, build, settings
from .keras_config import Node, snake_case
from .keras_weights import RECURRENT, Places, recurrent_sizes
from .layout import CELL_OF_COUNT
from .weights import Weights
from .words import shown

RECURRENT_LAYERS = {"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"}


@dataclass(frozen=True)
class Unit:
    """One cell of a layer: its kind, tensors and options, D and its H."""

    cell: str
    where: str
    names: Mapping[str, str]
    options: Mapping[str, Any]
    width: int
    hidden: int

    def make(self, weights: Weights) -> Cell:
        """The cell."""
        return build(self.cell, self.where, self.names, self.options, None, weights)


@dataclass(frozen=True, eq=False)
class Recurrent:
    """One recurrent layer: its cells from below, in one direction or both, and what is worth a note."""

    node: Node
    forward: tuple[Unit, ...]
    backward: tuple[Unit, ...]
    reverses: bool
    notes: tuple[str, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        """Every cell."""
        return self.forward + self.backward

    @property
    def input_size(self) -> int:
        """D."""
        return self.forward[0].width

    @property
    def output_size(self) -> int:
        """H, of both directions together."""
        return self.forward[-1].hidden + (self.backward[-1].hidden if self.backward else 0)

    def layers(self, weights: Weights, *, turned: bool) -> tuple[tuple[Layer, ...], bool]:
        """The layers, and whether their output comes last step first; ``turned`` says that of their input.

        Raises:
            Unsupported: both directions over an input that comes last step first.
        """
        if not self.backward:
            turned ^= self.reverses
            cells = [unit.make(weights) for unit in self.forward]
            return tuple(Layer(None, cell) if turned else Layer(cell) for cell in cells), turned
        if turned:
            raise Unsupported(
                f"{shown(self.node.name)} reads both directions of what a layer with go_backwards gives, "
                "which is not computed here"
            )
        return (Layer(self.forward[0].make(weights), self.backward[0].make(weights)),), False


def recurrent(node: Node, tensors: Mapping[str, Array], places: Places, version: str | None) -> Recurrent:
    """A recurrent layer with its weights found and checked.

    Raises:
        Unsupported: it asks for something that is not computed here.
        FormatError: weights are missing or of another shape.
    """
    config, notes = node.config, list[str]()
    if node.kind == "Bidirectional":
        mode = config.get("merge_mode", "concat")
        if mode != "concat":
            raise Unsupported(
                f"{shown(node.name)} merges its directions with merge_mode {shown(mode)}; only 'concat', which keeps "
                "them apart, is shown here"
            )
        inner = _described(config.get("layer"), node)
        other = _described(config["backward_layer"], node) if config.get("backward_layer") else inner
        if inner[1].get("go_backwards") or (other is not inner and not other[1].get("go_backwards")):
            raise Unsupported(f"{shown(node.name)} has a forward layer with go_backwards, which is not computed here")
        forward, backward = (
            _units(node, kind, own, tensors, places, version, direction)
            for (kind, own), direction in ((inner, "forward"), (other, "backward"))
        )
        if len(forward) > 1:
            raise Unsupported(f"{shown(node.name)} has several cells in both directions, which is not computed here")
        config = inner[1]
    else:
        forward, backward = _units(node, node.kind, config, tensors, places, version, ""), ()
        if config.get("go_backwards"):
            notes.append(f"{shown(node.name)} reads the sequence from its end; row t belongs to input t all the same")
    if config.get("stateful"):
        notes.append(f"{shown(node.name)} is stateful; here every sequence starts from the state it is given")
    if not any("bias" in unit.names for unit in (*forward, *backward)):
        notes.append(f"{shown(node.name)} has no biases; they are zeros")
    for unit in (*forward, *backward):
        if unit.cell == "gru":
            place = "after" if unit.options["reset_after"] else "before"
            notes.append(f"the reset gate of {shown(node.name)} stands {place} the recurrent product")
    if len(node.inputs) > 1:
        notes.append(
            f"{shown(node.name)} starts from a state that {shown(node.inputs[1].name)} gives; "
            "here it starts from the state it is given"
        )
    if not config.get("return_sequences", False):
        notes.append(_of_the_last_step(node, in_both=bool(backward)))
    return Recurrent(node, forward, backward, bool(config.get("go_backwards")), tuple(dict.fromkeys(notes)))


def _of_the_last_step(node: Node, *, in_both: bool) -> str:
    if not in_both:
        return f"{shown(node.name)} gives only its last step to the next layer; here every step is shown"
    return (
        f"{shown(node.name)} gives only the last step of each direction, the backward one's being row 0, to the next "
        "layer; here every step is shown, and no single row of what follows is the model's own output"
    )


def _described(value: Any, node: Node) -> tuple[str, Mapping[str, Any]]:
    config = value.get("config") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(config, Mapping):
        raise FormatError(f"{shown(node.name)} must describe the layer inside it")
    return str(value.get("class_name")), config


def _units(node: Node, kind: str, config: Mapping[str, Any], tensors: Mapping[str, Array], places: Places,
           version: str | None, direction: str) -> tuple[Unit, ...]:  # fmt: skip
    """The cells of one direction, from below."""
    inside: tuple[str, ...] = (f"{direction}_layer",) if direction else ()
    name = str(config.get("name") or "")
    names: tuple[str, ...] = ()
    if direction:
        names = (name if name.startswith(f"{direction}_") else f"{direction}_{name.removeprefix('forward_')}",)
    if kind in ("LSTM", "GRU", "SimpleRNN"):
        return (_unit(node, kind, config, tensors, places, version, (*inside, "cell"), names),)
    if kind != "RNN":
        raise Unsupported(f"{shown(node.name)} holds a layer of the class {shown(kind)}, which is not computed here")
    cell_kind, cell_config = _described(config.get("cell"), node)
    if cell_kind != "StackedRNNCells":
        return (_unit(node, cell_kind, cell_config, tensors, places, version, (*inside, "cell"), names),)
    used: dict[str, int] = {}
    units = []
    cells = cell_config.get("cells")
    for entry in cells if isinstance(cells, Sequence) else ():
        one_kind, one_config = _described(entry, node)
        short = snake_case(one_kind)
        number = used[short] = used.get(short, -1) + 1
        folder = f"{short}_{number}" if number else short
        own = (*names, str(one_config.get("name")))
        units.append(
            _unit(node, one_kind, one_config, tensors, places, version, (*inside, "cell", "cells", folder), own)
        )
    if not units:
        raise FormatError(f"{shown(node.name)} must describe its cells")
    return tuple(units)


def _unit(node: Node, kind: str, config: Mapping[str, Any], tensors: Mapping[str, Array], places: Places,
          version: str | None, inside: tuple[str, ...], names: tuple[str, ...]) -> Unit:  # fmt: skip
    cell = CELLS.get(kind)
    if cell is None:
        raise Unsupported(f"{shown(node.name)} has a cell of the class {shown(kind)}, which is not computed here")
    where = "/".join((*node.names, *names))
    found = places.weights(node, inside, names, RECURRENT)
    if not found:
        raise FormatError(f"the weights of {shown(where)} are not in the file")
    width, hidden, gates = recurrent_sizes(tensors, found, where)
    if CELL_OF_COUNT[gates] != cell or config.get("units") not in (hidden, None):
        raise FormatError(
            f"{shown(where)} is described as {kind} of {shown(config.get('units'))} units, but its weights have "
            f"{hidden} units and {gates} gates"
        )
    if bool(config.get("use_bias", True)) != ("bias" in found):
        there = "has a bias" if "bias" in found else "has no bias"
        raise FormatError(f"{shown(where)} is described otherwise than its weights are: the file {there}")
    options = settings(config, cell, where, version)
    if cell == "gru" and "bias" in found and options["reset_after"] != (tensors[found["bias"]].ndim == 2):
        raise FormatError(
            f"the bias of {shown(where)} has the shape {tensors[found['bias']].shape}, which does not fit "
            f"reset_after={options['reset_after']}"
        )
    return Unit(cell, where, found, options, width, hidden)
