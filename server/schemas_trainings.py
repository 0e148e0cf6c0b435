"""What goes over the wire about training runs. A request's fields are the core's own table of what a plan has."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from gatescope.core.tasks import TASKS, Option
from gatescope.core.training.plan import FIELDS

from .names import as_name
from .schemas import Answer, Request

State = Literal["queued", "running", "paused", "stopped", "finished", "failed", "interrupted"]

TYPES = {
    "integer": "integer", "number": "number", "boolean": "boolean", "choice": "string", "text": "string",
    "numbers": "array",
}  # fmt: skip


def schema_of(option: Option) -> dict[str, Any]:
    """The JSON schema of what an option may be."""
    described: dict[str, Any] = {"type": TYPES[option.kind]}
    if option.kind == "choice":
        described["enum"] = list(option.choices)
    if option.kind in ("integer", "number") and option.lowest is not None:
        described |= {"minimum": option.lowest, "maximum": option.highest}
    return {"anyOf": [described, {"type": "null"}]} if option.optional else described


def _describe_fields(schema: dict[str, Any]) -> None:
    """Describe the fields that the plan checks itself, in its own words."""
    schema["properties"] |= {
        option.name: {**schema_of(option), "default": option.default, "description": option.description}
        for option in FIELDS
    }
    schema["additionalProperties"] = False


class TrainingRequest(Request):
    """What `POST /trainings` takes: a plan. What is not given is chosen to suit the task."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_describe_fields)

    task: Any = Field(description="Name of a task.", json_schema_extra={"type": "string", "enum": list(TASKS)})
    options: Any = Field(
        {}, description="The task's own options by name; `GET /tasks` lists them.", json_schema_extra={"type": "object"}
    )
    name: Annotated[str, AfterValidator(as_name)] | None = Field(
        None, description="What to call the run and its network; null for a name after the plan."
    )


class Baseline(Answer):
    """What somebody reaches who has not learned the task."""

    name: str
    value: float


class Measure(Answer):
    """What is measured on held-out data."""

    name: str
    unit: str
    higher_is_better: bool


class Evaluation(Answer):
    """How well the network did on held-out data after an update."""

    update: int
    loss: float
    measure: str
    unit: str
    value: float
    higher_is_better: bool
    baseline: float
    baseline_name: str


class TrainingSummary(Answer):
    """A run, without its curves. What is not known yet is null."""

    id: str
    name: str
    state: State
    task: str
    created: str = Field(description="In UTC, like `started` and `ended`.")
    started: str | None
    ended: str | None
    update: int = Field(description="Updates that were made.")
    steps: int = Field(description="Updates that are to be made.")
    seconds: float = Field(description="Time spent in training.")
    loss: float | None = Field(description="Of the last batch that was reported.")
    evaluation: Evaluation | None = Field(description="The last one.")
    baseline: Baseline | None
    measure: Measure | None
    parameters: int | None
    model: str | None = Field(description="Id of the model that a finished or stopped run's network is.")
    error: str | None = Field(description="Why it failed or was interrupted, and what to do.")
    checkpoints: list[int] = Field(description="Updates of which the network is kept: the model `{id}@{update}`.")
    last_event: int = Field(description="Id of the last event that this knows of.")
    plan: dict[str, Any] = Field(description="Every field of the plan; in lists long texts are cut short.")


class Curves(Answer):
    """What the reports of progress said, thinned: one entry of each list for one of them."""

    update: list[int]
    loss: list[float | None] = Field(description="Of the update's batch.")
    mean_loss: list[float | None] = Field(description="Over the updates since the report before.")
    gradient_norm: list[float | None] = Field(description="Before clipping.")
    largest_gradient_norm: list[float | None] = Field(description="Since the report before.")
    clipped_norm: list[float | None]
    learning_rate: list[float | None]
    seconds: list[float]


class Training(TrainingSummary):
    """A run."""

    probes: list[dict[str, Any]] = Field(description="Sequences worth watching while the network learns.")
    history: Curves
    evaluations: list[Evaluation]


class Trainings(Answer):
    """All runs, oldest first."""

    trainings: list[TrainingSummary]


class KeptCheckpoint(Answer):
    """A run as it was after an update."""

    update: int
    model: str = Field(description="The id under which its network is a model.")
    bytes: int


class Checkpoints(Answer):
    """What of a run can be looked at again."""

    checkpoints: list[KeptCheckpoint]
