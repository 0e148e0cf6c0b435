"""The models that can be traced: the bundled ones and the user's own canonical files in the data folder."""

import logging
import os
import stat
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from gatescope.core.cells import GRU, RNN
from gatescope.core.errors import FormatError
from gatescope.core.examples import example_inputs
from gatescope.core.formats import from_bytes
from gatescope.core.network import Direction, Network
from gatescope.core.pretrained import NAMES, Pretrained, load_pretrained

from ..errors import UNKNOWN_MODEL, Cause, Problem

logger = logging.getLogger("gatescope")


@dataclass(frozen=True, eq=False)
class Model:
    """A network under the id and name by which it is offered."""

    id: str
    name: str
    origin: str
    network: Network
    card: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        """What to write over a picture of it."""
        return str((self.card or {}).get("title", self.name))

    def to_json(self, *, labels: bool) -> dict[str, Any]:
        """The model as the API sends it, with or without its label lists."""
        network, card = self.network, self.card or {}
        vocabulary = network.vocabulary.labels if network.vocabulary and labels else None
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "description": card.get("description", ""),
            "origin": self.origin,
            "digest": network.digest,
            "dtype": network.dtype.name,
            "parameters": network.parameter_count,
            "input": {"kind": network.input_kind, "size": network.input_size, "labels": vocabulary},
            "layers": [_layer_json(place) for place in network.directions],
            "readout": network.readout
            and {
                "kind": network.readout.kind,
                "size": network.readout.size,
                "labels": network.output_labels if labels else None,
                "predicts": network.readout.predicts,
            },
            "notes": card.get("notes", []),
            "example_inputs": card.get("example_inputs") or example_inputs(network),
            "card": {key: card[key] for key in ("data", "licence", "training", "results") if key in card} or None,
        }

    @cached_property
    def full_json(self) -> bytes:
        """The answer to ``GET /models/{id}``."""
        return orjson.dumps(self.to_json(labels=True))


def _layer_json(place: Direction) -> dict[str, Any]:
    cell = place.cell
    return {
        "layer": place.layer,
        "direction": place.direction,
        "cell": cell.name,
        "input_size": cell.input_size,
        "hidden_size": cell.hidden_size,
        "projection_size": None,
        "reset_after": cell.reset_after if isinstance(cell, GRU) else None,
        "activation": cell.activation if isinstance(cell, RNN) else None,
    }


def load_bundled() -> list[Pretrained]:
    """The networks that come with the program; one that cannot be read is logged and left out."""
    found = []
    for name in NAMES:
        try:
            found.append(load_pretrained(name))
        except (FormatError, OSError, ValueError) as error:
            logger.error("The bundled network %s was left out: %s", name, error)
    return found


class ModelStore:
    """All models by id. Files in ``folder`` are found as they come and go; their id is the network's digest."""

    def __init__(self, bundled: Iterable[Pretrained], folder: Path, max_bytes: int) -> None:
        self._bundled = {item.name: Model(item.name, item.name, "bundled", item.network, item.card) for item in bundled}
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._files: dict[tuple[str, int, int], Model | None] = {}
        self._own: dict[str, Model] = {}

    def all(self) -> list[Model]:
        """Every model, bundled ones first."""
        self._refresh()
        return [*self._bundled.values(), *self._own.values()]

    def get(self, model_id: str, *pointer: str) -> Model:
        """The model of this id; ``pointer`` says where in the request it was named.

        Raises:
            Problem: there is none.
        """
        model = self._bundled.get(model_id) or self._own.get(model_id)
        if model is None:
            self._refresh()
            model = self._own.get(model_id)
        if model is None:
            detail = f"There is no model {model_id[:64]!r}; GET /api/v1/models lists what there is."
            raise Problem(UNKNOWN_MODEL, detail, (Cause(detail, pointer),) if pointer else ())
        return model

    def _refresh(self) -> None:
        """Read files that are new or changed, forget those that are gone."""
        with self._lock:
            files: dict[tuple[str, int, int], Model | None] = {}
            for path in sorted(self._folder.glob("*.safetensors")) if self._folder.is_dir() else ():
                try:
                    status = path.stat()
                except OSError:
                    continue  # gone between listing and looking
                key = (path.name, status.st_mtime_ns, status.st_size)
                files[key] = self._files[key] if key in self._files else self._read(path)
            self._files = files
            self._own = {model.id: model for model in files.values() if model}

    def _read(self, path: Path) -> Model | None:
        """The model in a file, or None with a logged sentence: one bad file must not take the others away."""
        name = path.stem.encode("utf-8", "replace").decode()
        try:
            network = from_bytes(_content(path, self._max_bytes))
            model = Model(network.digest, name, "uploaded", network)
            _ = model.full_json  # a label that JSON cannot carry is found here and not in a request
        except (FormatError, OSError, TypeError, ValueError) as error:
            logger.warning("The network file %s was skipped: %s", ascii(path.name), error)
            return None
        return model


def _content(path: Path, max_bytes: int) -> bytes:
    """All bytes of a file that is one: a pipe would never open, a device never end, a growing file pass the limit.

    Raises:
        FormatError: it is not an ordinary file, or larger than ``max_bytes``.
        OSError: it cannot be read.
    """

    def open_at_once(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))

    with open(path, "rb", opener=open_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise FormatError("a network file must be an ordinary file")
        data = b"" if status.st_size > max_bytes else file.read(max_bytes + 1)
        size = max(status.st_size, len(data))
    if size > max_bytes:
        raise FormatError(f"a network file must not be larger than {max_bytes:,} bytes, but it has {size:,}")
    return data
