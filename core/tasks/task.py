"""What a task is: data without end, what a network for them looks like, and how well one does."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from ..activations import Array
from ..batch import Batch
from ..network import Feedback, Network, ReadoutKind, Vocabulary
from .option import Option, read_all


@dataclass(frozen=True)
class Form:
    """What a network for a task reads and says.

    It reads tokens of ``vocabulary`` through an embedding of ``embedding_size``, or without one ``input_size`` numbers,
    and says ``outputs`` numbers: scores of ``labels``, or of the vocabulary's, with a softmax readout. ``feedback`` and
    ``columns`` are those of the network.
    """

    readout: ReadoutKind
    outputs: int
    input_size: int = 1
    vocabulary: Vocabulary | None = None
    embedding_size: int = 16
    predicts: Literal["next_input"] | None = None
    labels: tuple[str, ...] | None = None
    feedback: Feedback | None = None
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Measure:
    """What is measured on held-out data, in which unit, and whether more is better."""

    name: str
    unit: str
    higher_is_better: bool


@dataclass(frozen=True)
class Baseline:
    """What somebody reaches who has not learned the task: ``name`` says who."""

    name: str
    value: float


class Prepared(ABC):
    """A task with its options chosen. Which update gets which data follows from ``seed`` and the update's number."""

    carry_state: ClassVar[bool] = False
    """Whether a batch begins in the state in which the one before it ended."""

    def __init__(self, options: Mapping[str, Any], seed: int) -> None:
        self.options = options
        self.seed = seed

    form: Form
    steps: int
    """T of the longest batch."""

    @abstractmethod
    def batch(self, index: int, size: int) -> Batch:
        """The batch of the update with this number, from 0: ``size`` sequences, always the same ones."""

    @property
    @abstractmethod
    def held_out(self) -> Batch:
        """Sequences that are never trained on, the same for every seed."""

    @property
    @abstractmethod
    def measure(self) -> Measure:
        """What `score` returns."""

    @abstractmethod
    def score(self, outputs: Array) -> float:
        """How well ``outputs`` (T, O, B) of a network do on `held_out`."""

    @property
    @abstractmethod
    def baseline(self) -> Baseline:
        """What a network has to beat on the same data."""

    @property
    @abstractmethod
    def probes(self) -> tuple[dict[str, Any], ...]:
        """Sequences worth watching while the network learns: a name, and the input as the API takes it."""

    def finish(self, network: Network) -> Network:
        """The network as it is used, with the scaling of its data folded into its weights."""
        return network


@dataclass(frozen=True)
class Task:
    """Something to learn. ``defaults`` are those of a plan's fields that suit it; ``measured`` says what a run reached.

    ``bidirectional`` tasks label a whole sequence that is there; the others predict, or speak step by step.
    """

    name: str
    title: str
    description: str
    measured: str
    options: tuple[Option, ...]
    prepared: Callable[[Mapping[str, Any], int], Prepared]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    bidirectional: bool = False

    def read(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Every option's value.

        Raises:
            PlanError: see `option.read_all`.
        """
        return read_all(self.options, options, f"the task {self.name}")

    def prepare(self, options: Mapping[str, Any], seed: int) -> Prepared:
        """The task with these options.

        Raises:
            PlanError: they do not fit, alone or together.
        """
        return self.prepared(self.read(options), seed)
