"""Golden files as networks in the canonical layout: names, transposes and the order of gates, nothing else."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

from gatescope.core import GRU, LSTM, RNN, Cell, Embedding, Layer, Network, Readout
from gatescope.core.activations import Array

FOLDER = Path(__file__).parents[1] / "golden"
FILES = sorted(path.stem for path in FOLDER.glob("*.safetensors"))
GRADIENTS = [name for name in FILES if name.startswith("gradients-")]
NAMES = [name for name in FILES if name not in GRADIENTS]


@dataclass(frozen=True)
class Golden:
    """One golden file: ``framework`` is torch or keras, ``kind`` what its layers are."""

    framework: str
    kind: str
    arrays: dict[str, Array]

    def under(self, prefix: str) -> dict[str, Array]:
        """The arrays whose name begins with a prefix, without it."""
        return {name.removeprefix(prefix): array for name, array in self.arrays.items() if name.startswith(prefix)}

    @property
    def tolerance(self) -> float:
        """How far a computed number may be from the file's."""
        return 1e-12 if next(iter(self.under("parameters/").values())).dtype == np.float64 else 1e-5

    def initial_state(self) -> list[dict[str, Array]]:
        """In the form that ``trace`` takes: layers from below, forward first."""
        places: dict[str, dict[str, Array]] = {}
        for name, array in self.under("initial/").items():
            place, _, state = name.rpartition("/")
            places.setdefault(place, {})[state] = array
        return [places[place] for place in sorted(places, key=lambda place: (place[0], place.endswith("backward")))]

    def canonical(self, prefix: str = "parameters/") -> dict[str, Array]:
        """Parameters, or their gradients, by canonical name and in the canonical layout."""
        return dict((_from_torch if self.framework == "torch" else _from_keras)(self.under(prefix), self.kind))

    def network(self) -> Network:
        """The network whose parameters these are."""
        arrays = self.canonical()
        layers: list[Layer] = []
        while any(name.startswith(f"layers.{len(layers)}.") for name in arrays):
            index = len(layers)
            forward = self._cell(arrays, index, "forward")
            both = f"layers.{index}.backward.kernel" in arrays
            layers.append(Layer(forward, self._cell(arrays, index, "backward") if both else None))
        embedding = Embedding(arrays["embedding"]) if "embedding" in arrays else None
        readout = None
        if "readout.kernel" in arrays:
            kind: Any = "softmax" if embedding else "linear"
            readout = Readout(kind, arrays["readout.kernel"], arrays["readout.bias"])
        return Network(tuple(layers), embedding, readout)

    def _cell(self, arrays: Mapping[str, Array], layer: int, direction: str) -> Cell:
        prefix = f"layers.{layer}.{direction}."
        names = [name for name in arrays if name.startswith(prefix)]
        own: dict[str, Any] = {name.removeprefix(prefix): arrays[name] for name in names}
        if self.kind == "lstm":
            return LSTM(**own)
        if self.kind.startswith("gru"):
            return GRU(**own, reset_after=self.kind != "gru_reset_before")
        return RNN(**own, activation=self.kind.removeprefix("rnn_"))


@cache
def load(name: str) -> Golden:
    """One golden file by its name."""
    path = FOLDER / f"{name}.safetensors"
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()["golden"])
    return Golden(description["framework"].split()[0], description["kind"], load_file(path))


def _from_torch(arrays: Mapping[str, Array], kind: str) -> Iterator[tuple[str, Array]]:
    """PyTorch: rows i, f, g, o or r, z, n, as the canonical columns; two biases."""
    for name, array in arrays.items():
        if name == "embedding.weight":
            yield "embedding", array
        elif name.startswith("readout."):
            yield ("readout.kernel", array.T) if name == "readout.weight" else ("readout.bias", array)
        elif found := re.fullmatch(r"rnn\.(weight|bias)_(ih|hh)_l(\d+)(_reverse)?", name):
            what, side, layer, reverse = found.groups()
            prefix = f"layers.{layer}.{'backward' if reverse else 'forward'}."
            if what == "weight":
                yield prefix + ("kernel" if side == "ih" else "recurrent_kernel"), array.T
            elif kind == "gru":
                yield prefix + ("bias" if side == "ih" else "recurrent_bias"), array
            elif side == "ih":
                yield prefix + "bias", array + arrays[name.replace("_ih_", "_hh_")]
        else:
            raise AssertionError(f"a golden file has the parameter {name}, which nothing here reads")


def _from_keras(arrays: Mapping[str, Array], kind: str) -> Iterator[tuple[str, Array]]:
    """Keras: columns i, f, c, o like the canonical ones, or z, r, h; a GRU's bias has two rows with reset after."""
    for name, array in arrays.items():
        if name == "embedding/embeddings":
            yield "embedding", array
        elif name.startswith("readout/"):
            yield name.replace("/", "."), array
        elif found := re.fullmatch(r"layer_(\d+)/(?:(forward|backward)_layer_\d+/)?\w+_cell/(\w+)", name):
            layer, direction, what = found.groups()
            prefix = f"layers.{layer}.{direction or 'forward'}."
            if not kind.startswith("gru"):
                yield prefix + what, array
            elif what != "bias":
                yield prefix + what, _swap(array)
            else:
                bias, recurrent_bias = array if array.ndim == 2 else np.stack((array, np.zeros_like(array)))
                yield prefix + "bias", _swap(bias)
                yield prefix + "recurrent_bias", _swap(recurrent_bias)
        else:
            raise AssertionError(f"a golden file has the parameter {name}, which nothing here reads")


def _swap(array: Array) -> Array:
    """Columns z, r, n as r, z, n."""
    z, r, n = np.split(array, 3, axis=-1)
    return np.concatenate((r, z, n), axis=-1)
