"""The models that can be traced: the bundled ones and the user's own."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO

import orjson

from gatescope.core.errors import FormatError
from gatescope.core.formats import to_bytes
from gatescope.core.formats.imported import Imported
from gatescope.core.pretrained import NAMES, Pretrained, load_pretrained

from ..errors import BUNDLED, Problem
from .checkpoints import SIGN, Checkpoints
from .description import Model, describe, model_json, without_labels
from .own import OwnModels, Told

logger = logging.getLogger("gatescope")


@dataclass(frozen=True, eq=False)
class Bundled:
    """A network that comes with the program. Its id is its name."""

    pretrained: Pretrained

    @cached_property
    def model(self) -> Model:
        """As it is traced."""
        name = self.pretrained.name
        return Model(name, str(self.pretrained.card.get("title", name)), self.pretrained.network)

    @cached_property
    def description(self) -> dict[str, Any]:
        """As the API sends it, with labels."""
        card = self.pretrained.card
        described = describe(self.pretrained.network)
        return model_json(
            described | {"example_inputs": card.get("example_inputs") or described["example_inputs"]},
            id=self.pretrained.name,
            name=self.pretrained.name,
            title=self.model.title,
            origin="bundled",
            description=card.get("description", ""),
            notes=card.get("notes", []),
            card={key: card[key] for key in ("data", "licence", "training", "results") if key in card} or None,
        )


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
    """All models by id. Methods raise `Problem` where there is none of that id."""

    def __init__(self, bundled: Iterable[Pretrained], own: OwnModels, checkpoints: Checkpoints) -> None:
        self._bundled = {item.name: Bundled(item) for item in bundled}
        self._own = own
        self._checkpoints = checkpoints

    def all(self) -> list[dict[str, Any]]:
        """Every model as the API sends it in a list, bundled ones first."""
        return [without_labels(item.description) for item in self._bundled.values()] + self._own.all()

    def details(self, model_id: str) -> bytes:
        """One model as the API sends it."""
        item = self._bundled.get(model_id)
        return orjson.dumps(item.description) if item else self._source(model_id).details(model_id)

    def get(self, model_id: str, *pointer: str) -> Model:
        """The model of this id, its network loaded; ``pointer`` says where in the request it was named."""
        item = self._bundled.get(model_id)
        return item.model if item else self._source(model_id).get(model_id, *pointer)

    def weights(self, model_id: str) -> tuple[str, bytes | BinaryIO]:
        """The name of a model, and its canonical file: as bytes, or open."""
        item = self._bundled.get(model_id)
        return (model_id, to_bytes(item.model.network)) if item else self._source(model_id).weights(model_id)

    def choices(self, model_id: str) -> list[dict[str, Any]]:
        """What the model's file left open, and how it was understood."""
        return [] if model_id in self._bundled or SIGN in model_id else self._own.choices(model_id)

    def keep(
        self, imported: Imported, name: str, file_name: str | None, poll: Callable[[], None], told: Told | None = None
    ) -> tuple[str, bool]:
        """See `OwnModels.keep`; a bundled network is not kept twice."""
        for item in self._bundled.values():
            if item.model.network.digest == imported.network.digest:
                return item.model.id, False
        return self._own.keep(imported, name, file_name, poll, told)

    def rename(self, model_id: str, name: str) -> None:
        """Give one of the user's own models another name."""
        self._refuse(model_id, "renamed")
        self._own.rename(model_id, name)

    def delete(self, model_id: str) -> None:
        """Remove one of the user's own models."""
        self._refuse(model_id, "deleted")
        self._own.delete(model_id)

    def close(self) -> None:
        """Let go of what is open."""
        self._own.close()

    def _source(self, model_id: str) -> OwnModels | Checkpoints:
        """Where a model is that is not bundled."""
        return self._checkpoints if SIGN in model_id else self._own

    def _refuse(self, model_id: str, done: str) -> None:
        if SIGN in model_id:
            self._checkpoints.refuse(model_id, done)
        if model_id in self._bundled:
            raise Problem(BUNDLED, f"The model {model_id!r} comes with the program and cannot be {done}.")
