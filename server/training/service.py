"""From a request to a run, and from a run to what a client is told."""

from collections.abc import Callable
from typing import Any

import orjson

from gatescope.core.training.plan import Plan

from ..errors import TOO_LARGE, Cause, Problem
from ..schemas_trainings import TrainingRequest
from ..settings import Settings
from ..store.trainings import ENDED, Training
from .events import Event, EventReader


def plan_of(settings: Settings, request: TrainingRequest) -> tuple[Plan, str]:
    """The plan that is asked for, and what the run is called.

    Raises:
        Problem: a limit would be passed.
        CoreError: a field does not fit; its pointer leads into the request body.
    """
    given = request.model_dump(exclude_unset=True, exclude={"name"})
    plan = Plan.of(given)
    _check("steps", plan.steps, settings.max_training_updates, "have at most {most:,} updates, not {size:,}")
    _check(
        "hidden_size",
        plan.parameter_count,
        settings.max_training_parameters,
        "be of a network of at most {most:,} parameters; this one has {size:,}",
    )
    return plan, request.name or name_of(plan)


def _check(field: str, size: int, most: int, sentence: str) -> None:
    if size > most:
        detail = f"A training must {sentence.format(most=most, size=size)}."
        raise Problem(TOO_LARGE, detail, (Cause(detail, (field,)),))


def name_of(plan: Plan) -> str:
    """What a run is called that was given no name."""
    layers = f"{plan.layers} x " if plan.layers > 1 else ""
    activation = f" {plan.activation}" if plan.activation else ""
    return f"{plan.task}, {plan.cell.upper()}{activation} {layers}{plan.hidden_size}, seed {plan.seed}"


def training_json(training: Training) -> bytes:
    """A run as the API sends it."""
    return orjson.dumps(training.to_json(whole=True))


def checkpoints_json(training: Training) -> bytes:
    """What there is of a run to be looked at again."""
    found: list[dict[str, Any]] = []
    for update in training.files.checkpoints():
        try:
            size = training.files.checkpoint(update).stat().st_size
        except FileNotFoundError:
            continue  # thinned out between listing and looking
        found.append({"update": update, "model": f"{training.id}@{update}", "bytes": size})
    return orjson.dumps({"checkpoints": found})


def has_nothing_new(training: Training, last: int) -> bool:
    """Whether whoever has seen the event ``last`` has seen them all, and no more will come."""
    history = training.history()
    return history.state in ENDED and last == history.last_event


def follower(training: Training, last: int) -> Callable[[], tuple[list[bytes], bool]]:
    """What reads the events after the one with the id ``last``, as they go over the wire, and says when that is all."""
    known = training.history().last_event
    reader = EventReader(training.files.events, last if last <= known else 0)

    def read() -> tuple[list[bytes], bool]:
        events = reader.read()
        over = bool(events) and events[-1].kind == "end"
        return [_wire(event) for event in events if event.kind != "done"], over or not training.exists

    return read


def _wire(event: Event) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.id, event.kind.encode(), orjson.dumps(event.data))
