"""A run's story so far, made of its events as they come: state, curves, evaluations, checkpoints."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..training.events import Event
from ..training.pacing import Thinned

MOST_POINTS = 600
MOST_EVALUATIONS = 200
COLUMNS = (
    "update", "loss", "mean_loss", "gradient_norm", "largest_gradient_norm", "clipped_norm", "learning_rate", "seconds",
)  # fmt: skip
"""What is sent of each report of progress, as columns."""


EVALUATED = ("update", "loss", "value")
"""What differs from one evaluation of a run to the next."""

Row = tuple[Any, ...]


def _points() -> Thinned[Row]:
    return Thinned(MOST_POINTS)


def _evaluations() -> Thinned[Row]:
    return Thinned(MOST_EVALUATIONS)


@dataclass
class History:
    """What the events say. ``done`` is what the process has said of its end, ``end`` what was concluded from it."""

    state: str = "queued"
    update: int = 0
    seconds: float = 0.0
    last_event: int = 0
    started: str | None = None
    ended: str | None = None
    checkpoints: list[int] = field(default_factory=list)
    done: dict[str, Any] | None = None
    end: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] | None = None
    points: Thinned[Row] = field(default_factory=_points)
    evaluations: Thinned[Row] = field(default_factory=_evaluations)

    def add(self, event: Event) -> None:
        """The next event; of a kind that is not known here it changes nothing."""
        self.last_event = event.id
        handler = getattr(self, f"_add_{event.kind}", None)
        if handler is not None:
            with suppress(KeyError, TypeError):  # of a line that was not written here
                handler(event.data)

    def columns(self) -> dict[str, list[Any]]:
        """The curves, thinned, as one list for each of `COLUMNS`."""
        points = self.points.entries()
        return {name: [point[index] for point in points] for index, name in enumerate(COLUMNS)}

    def evaluated(self) -> list[dict[str, Any]]:
        """The evaluations, thinned, in full."""
        common = self.evaluation or {}
        return [common | dict(zip(EVALUATED, entry, strict=True)) for entry in self.evaluations.entries()]

    @property
    def loss(self) -> float | None:
        """Of the last batch that was reported."""
        last = self.points.last()
        return None if last is None else last[COLUMNS.index("loss")]

    def _add_progress(self, data: dict[str, Any]) -> None:
        self.update, self.seconds = data["update"], data["seconds"]
        self.points.add(tuple(data[name] for name in COLUMNS))
        if (evaluation := data["evaluation"]) is not None:
            self.evaluations.add(tuple(evaluation[name] for name in EVALUATED))
            self.evaluation = evaluation

    def _add_checkpoint(self, data: dict[str, Any]) -> None:
        self.checkpoints = data["checkpoints"]

    def _add_state(self, data: dict[str, Any]) -> None:
        self.state, self.update = data["state"], data["update"]
        self.done, self.end, self.ended = None, {}, None
        if self.state == "running":
            self.started = data["time"]

    def _add_done(self, data: dict[str, Any]) -> None:
        self.done = data

    def _add_end(self, data: dict[str, Any]) -> None:
        self.state, self.update, self.end, self.ended = data["state"], data["update"], data, data["time"]
