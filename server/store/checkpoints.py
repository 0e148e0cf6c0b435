"""A run's network as it was after an update: a model with the id ``{training id}@{update}``, which is not listed."""

import logging
from typing import Any

import orjson

from gatescope.core.errors import CoreError
from gatescope.core.formats import to_bytes
from gatescope.core.network import Network
from gatescope.core.training.run import Run

from ..errors import CHECKPOINT_MODEL, Problem
from .description import Model, describe, model_json, unknown_model
from .networks import NetworkCache
from .trainings import Training, TrainingFolder

logger = logging.getLogger("gatescope")

SIGN = "@"


class Checkpoints:
    """Networks of checkpoints, loaded when they are asked for. Safe to use from any thread."""

    def __init__(self, folder: TrainingFolder, cache: NetworkCache) -> None:
        self._folder = folder
        self._cache = cache

    def get(self, model_id: str, *pointer: str) -> Model:
        """The model of this id, its network loaded; ``pointer`` says where in the request it was named.

        Raises:
            Problem: there is no such run, or it was not kept after that update.
        """
        training, update = self._find(model_id, *pointer)
        return Model(model_id, _title(training, update), self._network(training, update, model_id, *pointer))

    def details(self, model_id: str) -> bytes:
        """One model as the API sends it.

        Raises:
            Problem: there is none.
        """
        training, update = self._find(model_id)
        network = self._network(training, update, model_id)
        return orjson.dumps(
            model_json(
                describe(network) | probes_of(training),
                id=model_id,
                name=_title(training, update),
                title=_title(training, update),
                origin="trained",
                description=f"The network of the training {training.asked['name']!r} after update {update:,}.",
                created=training.asked["created"],
            )
        )

    def weights(self, model_id: str) -> tuple[str, bytes]:
        """The name of a model, and its canonical file.

        Raises:
            Problem: there is none.
        """
        model = self.get(model_id)
        return model.title, to_bytes(model.network)

    def refuse(self, model_id: str, done: str) -> None:
        """Refuse to change what belongs to a run.

        Raises:
            Problem: always.
        """
        training, _ = self._find(model_id)
        detail = f"The model {model_id!r} belongs to the training {training.id} and cannot be {done} apart from it."
        raise Problem(CHECKPOINT_MODEL, detail)

    def _find(self, model_id: str, *pointer: str) -> tuple[Training, int]:
        training_id, _, update = model_id.partition(SIGN)
        training = self._folder.find(training_id)
        if training is None or not (update.isascii() and update.isdigit() and str(int(update[:20])) == update):
            raise unknown_model(model_id, *pointer)
        if not training.files.checkpoint(int(update)).is_file():
            raise unknown_model(model_id, *pointer)
        return training, int(update)

    def _network(self, training: Training, update: int, model_id: str, *pointer: str) -> Network:
        def load() -> Network:
            return Run.from_checkpoint(training.files.checkpoint(update).read_bytes()).network

        try:
            return self._cache.get(model_id, load)
        except FileNotFoundError:
            raise unknown_model(model_id, *pointer) from None  # thinned out meanwhile
        except (CoreError, OSError) as error:
            logger.warning("The checkpoint %s cannot be loaded: %s", model_id, error)
            raise unknown_model(model_id, *pointer) from None


def probes_of(training: Training) -> dict[str, Any]:
    """A run's probe sequences as the example inputs of its networks; nothing where there are none."""
    probes = training.facts().get("probes")
    return {"example_inputs": probes} if probes else {}


def _title(training: Training, update: int) -> str:
    return f"{training.asked['name']}, update {update:,}"
