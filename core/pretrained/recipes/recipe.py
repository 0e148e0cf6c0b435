"""What a recipe for a bundled network is, and how it is carried out."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from ...network import Network
from ...training import Adam, Batch, Schedule, train


@dataclass(frozen=True)
class Settings:
    """How long and how a recipe trains."""

    updates: int
    learning_rate: float
    batch_size: int
    steps: int
    clip_norm: float = 1.0
    weight_decay: float = 0.0
    seed: int = 1


class Recipe(Protocol):
    """One bundled network: where its data come from, how it begins, and what its card says."""

    name: str
    settings: Settings
    carry_state: bool

    @property
    def card(self) -> Mapping[str, Any]:
        """The parts of the card that are not measured: title, description, data, licence, example_inputs."""

    def prepare(self, settings: Settings) -> None:
        """Load or make the data."""

    def initial(self, rng: np.random.Generator) -> Network:
        """The untrained network."""

    def batches(self, settings: Settings, rng: np.random.Generator) -> Iterator[Batch]:
        """Training batches without end."""

    def finish(self, network: Network) -> Network:
        """The network as it is bundled, such as with the scaling of its data folded into its weights."""

    def results(self, network: Network) -> dict[str, Any]:
        """Measurements of the finished network on held-out data, with the baseline's."""


def carry_out(recipe: Recipe, settings: Settings, progress: Any = iter) -> tuple[Network, dict[str, Any]]:
    """Train, and return the network with its card. ``progress`` wraps the iterator of updates, as ``tqdm`` does."""
    recipe.prepare(settings)
    rng = np.random.default_rng(settings.seed)
    network = recipe.initial(rng)
    schedule = Schedule(settings.learning_rate, settings.updates)
    optimiser = Adam(weight_decay=settings.weight_decay)
    feed = (batch for _, batch in zip(range(settings.updates), recipe.batches(settings, rng), strict=False))
    began = time.monotonic()
    bar = progress(
        train(
            network, feed, schedule, clip_norm=settings.clip_norm, optimiser=optimiser, carry_state=recipe.carry_state
        )
    )
    for update in bar:
        network = update.network
        if hasattr(bar, "set_postfix_str") and update.update % 10 == 0:
            bar.set_postfix_str(f"loss {update.loss:.4f}, gradient norm {update.gradient_norm:.2f}")
    seconds = time.monotonic() - began
    network = recipe.finish(network)
    command = f"python -m gatescope.core.pretrained {recipe.name}"
    training = {"command": command, **asdict(settings), "optimiser": "Adam", "minutes": round(seconds / 60, 1)}
    return network, {"name": recipe.name, **recipe.card, "training": training, "results": recipe.results(network)}
