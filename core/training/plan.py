"""Everything that decides a training run: the same plan gives the same network, to the last bit."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from math import prod
from types import MappingProxyType
from typing import Any

from ..cells import CELLS
from ..errors import CoreError, PlanError
from ..initialisation import SCHEMES
from ..tasks import TASKS, Option, Prepared, Task
from .optimiser import OPTIMISERS

LARGEST_SEED = 2**53 - 1
"""Larger whole numbers are not exact in every language's JSON."""
MOST_BYTES = 2 * 1024**3
"""What the numbers of one update may take."""
NUMBERS_KEPT = 16
"""Arrays of (T, H, B) that an update of one layer has at the same time, about."""

FIELDS: tuple[Option, ...] = (
    Option("cell", "choice", "lstm", "Kind of recurrent cell.", choices=tuple(CELLS)),
    Option(
        "activation", "choice", None, "Of a simple RNN: tanh if not given.", choices=("tanh", "relu"), optional=True
    ),
    Option("hidden_size", "integer", 32, "Units of each layer.", 1, 1024),
    Option("layers", "integer", 1, "Layers on top of one another.", 1, 4),
    Option(
        "bidirectional", "boolean", default=False, description="Each layer reads from both ends, where the task allows."
    ),
    Option("optimiser", "choice", "adam", "What makes gradients into steps.", choices=tuple(OPTIMISERS)),
    Option("momentum", "number", 0.0, "Share of its last step that SGD adds to the next.", 0.0, 0.999),
    Option("learning_rate", "number", 0.01, "Size of a step.", 1e-8, 100.0),
    Option("schedule", "choice", "constant", "Learning rate over the updates.", choices=("constant", "cosine")),
    Option("clip_norm", "number", 1.0, "Largest norm of the gradient; null: not clipped.", 1e-6, 1e6, optional=True),
    Option(
        "forget_bias",
        "number",
        1.0,
        "First bias of the gate that keeps the state: an LSTM's forget gate, a GRU's update gate.",
        -100.0,
        100.0,
    ),
    Option("initialisation", "choice", "uniform", "How the cells' weights begin.", choices=tuple(SCHEMES)),
    Option("weight_scale", "number", 1.0, "Factor of the cells' first weights.", 0.0, 100.0),
    Option("batch_size", "integer", 32, "Sequences in an update.", 1, 4096),
    Option("steps", "integer", 500, "Updates.", 1, 1_000_000),
    Option("seed", "integer", 0, "Decides the first weights and the data.", 0, LARGEST_SEED),
    Option("dtype", "choice", "float32", "Precision.", choices=("float32", "float64")),
    Option("report_every", "integer", 1, "Updates between two reports.", 1, 100_000),
    Option("evaluate_every", "integer", 25, "Updates between two evaluations on held-out data.", 1, 100_000),
    Option("checkpoint_every", "integer", 100, "Updates between two checkpoints.", 1, 100_000),
)
"""Every field of a plan but the task and its options."""


@dataclass(frozen=True)
class Plan:
    """What is trained, and how. `Plan.of` fills in what is not said; `FIELDS` has each field's meaning and range.

    Raises:
        PlanError: a field does not fit, alone or with the others; the pointer is its name.
    """

    task: str
    options: Mapping[str, Any]
    cell: str
    activation: str | None
    hidden_size: int
    layers: int
    bidirectional: bool
    optimiser: str
    momentum: float
    learning_rate: float
    schedule: str
    clip_norm: float | None
    forget_bias: float
    initialisation: str
    weight_scale: float
    batch_size: int
    steps: int
    seed: int
    dtype: str
    report_every: int
    evaluate_every: int
    checkpoint_every: int

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Plan":
        """The plan with these fields, and for the others what suits the task.

        Raises:
            PlanError: see the class; also where there is no field of a name.
        """
        task = _task(given.get("task"))
        names = [entry.name for entry in fields(cls)]
        for name in given:
            if name not in names:
                raise PlanError(f"a plan has no field {str(name)[:40]!r}; there are: {', '.join(names)}", (str(name),))
        return cls(**{**defaults_of(task), "options": {}, **given})

    def __post_init__(self) -> None:
        """Check every field, then what must hold between them, the task's data included."""
        task = _task(self.task)
        for option in FIELDS:
            object.__setattr__(self, option.name, option.read(getattr(self, option.name)))
        try:
            if not isinstance(self.options, Mapping):
                raise PlanError("options must be an object with those of the task")
            object.__setattr__(self, "options", MappingProxyType(task.read(self.options)))
            _ = self.prepared
        except CoreError as error:
            error.pointer = ("options", *error.pointer)
            raise
        if self.activation is not None and self.cell != "rnn":
            raise PlanError(f"only a simple RNN's activation can be chosen, not that of {self.cell}", ("activation",))
        if self.momentum and self.optimiser != "sgd":
            raise PlanError(f"only sgd has momentum, not {self.optimiser}", ("momentum",))
        if self.bidirectional and not task.bidirectional:
            raise PlanError(
                f"the task {task.name} is about what comes next, which a network that reads from both ends would see",
                ("bidirectional",),
            )
        size = self.bytes_of_update
        if size > MOST_BYTES:
            raise PlanError(
                f"one update must take at most {MOST_BYTES / 1e9:.1f} GB, but {self.batch_size} sequences of "
                f"{self.prepared.steps} steps through {self.layers} x {self.hidden_size} units take about "
                f"{size / 1e9:.1f} GB",
                ("batch_size",),
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies are made from the fields."""
        return Plan.of, (self.as_json(),)

    @cached_property
    def prepared(self) -> Prepared:
        """The task with its options, and the data that the seed decides."""
        return TASKS[self.task].prepared(self.options, self.seed)

    @property
    def bytes_of_update(self) -> int:
        """What the numbers of one update take, roughly."""
        directions = self.layers * (2 if self.bidirectional else 1)
        numbers = directions * NUMBERS_KEPT * self.hidden_size + 4 * self.prepared.form.outputs
        parameters = 8 * 4 * directions * self.hidden_size * (2 * self.hidden_size + self.prepared.form.input_size)
        itemsize = 8 if self.dtype == "float64" else 4
        return itemsize * (numbers * self.prepared.steps * self.batch_size + parameters)

    @property
    def parameter_count(self) -> int:
        """How many numbers are learned."""
        form, cell = self.prepared.form, CELLS[self.cell]
        directions = 2 if self.bidirectional else 1
        size, count = form.input_size, 0
        if form.vocabulary:
            size = form.embedding_size
            count = size * len(form.vocabulary.labels)
        for _ in range(self.layers):
            shapes = cell.expected_shapes(size, self.hidden_size).values()
            count += directions * sum(prod(shape) for shape in shapes)
            size = directions * self.hidden_size
        return count + (size + 1) * form.outputs

    def as_json(self) -> dict[str, Any]:
        """As JSON values, from which `Plan.of` makes the same plan."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        options = {name: list(value) if isinstance(value, tuple) else value for name, value in self.options.items()}
        return values | {"options": options}


def defaults_of(task: Task) -> dict[str, Any]:
    """Every field's default for a task."""
    return {option.name: option.default for option in FIELDS} | dict(task.defaults)


def _task(name: object) -> Task:
    if not isinstance(name, str) or name not in TASKS:
        raise PlanError(f"task must be one of {', '.join(TASKS)}, not {str(name)[:40]!r}", ("task",))
    return TASKS[name]
