"""One training run, advanced from outside an update at a time. No threads, no files, nothing that grows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..activations import Array
from ..errors import Diverged, FormatError
from ..network import Network
from ..tasks import TASKS
from ..threads import one_blas_thread
from .backpropagation import States, zero_states
from .beginning import beginning
from .checkpoint import Checkpoint
from .evaluation import Metrics, evaluate
from .loop import Schedule, make_update
from .optimiser import OPTIMISERS, SGD, Memory, Optimiser
from .plan import Plan

WARM_UP = 0.05
"""Share of the updates over which the rate of the schedule "cosine" rises."""


@dataclass(frozen=True)
class Report:
    """After one update: the loss of its batch before it, the gradient's norm before and after clipping.

    ``evaluation`` is `Metrics.as_json` of the network after it, from time to time.
    """

    update: int
    loss: float
    gradient_norm: float
    clipped_norm: float
    learning_rate: float
    evaluation: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


class Run:
    """A run: `start` or `from_checkpoint`, then `advance` until `finished`."""

    def __init__(
        self,
        plan: Plan,
        network: Network,
        memory: Memory,
        update: int = 0,
        states: States | None = None,
    ) -> None:
        self.plan = plan
        self.update = update
        """How many updates were made."""
        self._network, self._memory, self._states = network, memory, states
        self._optimiser = optimiser_of(plan)

    @classmethod
    def start(cls, plan: Plan) -> "Run":
        """A run before its first update."""
        network = beginning(plan)
        return cls(plan, network, optimiser_of(plan).start(network.parameters()))

    @classmethod
    def from_checkpoint(cls, data: bytes) -> "Run":
        """The run that wrote the checkpoint; it goes on as if it had never stopped, to the last bit.

        Raises:
            FormatError: these are not the bytes of a checkpoint.
        """
        found = Checkpoint.from_bytes(data)
        network = beginning(found.plan)
        memory = optimiser_of(found.plan).start(network.parameters())
        _check_like({"": network.parameters()}, {"": found.parameters})
        _check_like(memory.slots, found.memory.slots)
        if found.states is not None:
            states = zero_states(network, found.plan.batch_size)
            _check_like(dict(enumerate(states)), dict(enumerate(found.states)))
        return cls(found.plan, network.with_parameters(found.parameters), found.memory, found.update, found.states)

    def checkpoint(self) -> bytes:
        """All that the run needs to go on, as the bytes of a safetensors file."""
        return Checkpoint(self.plan, self.update, self._network.parameters(), self._memory, self._states).to_bytes()

    @property
    def finished(self) -> bool:
        """Whether every update of the plan was made."""
        return self.update >= self.plan.steps

    @property
    def network(self) -> Network:
        """The network as it is after the last update: a model like any other."""
        return self.plan.prepared.finish(self._network)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know about the network, a sentence each."""
        plan = self.plan
        task = TASKS[plan.task]
        done = f"{self.update:,} update{'s' * (self.update != 1)}"
        title = task.title[0].lower() + task.title[1:]
        how = f"{done} of {plan.batch_size} sequences with {plan.optimiser}, seed {plan.seed}"
        return (f"trained here on the task {task.name} ({title}): {how}",)

    def evaluate(self) -> Metrics:
        """How well the network does on held-out data now."""
        with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
            return evaluate(self.plan.prepared, self._network)

    def advance(self) -> Report:
        """Make one update.

        Raises:
            Diverged: the loss or the gradient is not finite; the run stays as it was before this update.
        """
        plan, index = self.plan, self.update
        batch = plan.prepared.batch(index, plan.batch_size)
        states = self._states
        if states is None or not plan.prepared.carry_state:
            states = zero_states(self._network, plan.batch_size)
        rate = self._rate(index)
        with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
            made = make_update(self._network, batch, states, self._optimiser, self._memory, rate, plan.clip_norm)
        if made is None:
            raise Diverged(_advice(plan, index + 1))
        self._network, self._memory, self.update = made.network, made.memory, index + 1
        self._states = made.states if plan.prepared.carry_state else None
        return Report(self.update, made.loss, made.gradient_norm, made.clipped_norm, rate, self._evaluation())

    def _rate(self, index: int) -> float:
        plan = self.plan
        if plan.schedule == "constant":
            return plan.learning_rate
        return Schedule(plan.learning_rate, plan.steps, warm_up=int(WARM_UP * plan.steps))(index)

    def _evaluation(self) -> dict[str, Any] | None:
        """Of the first update, the last, and some between."""
        if self.update == 1 or self.finished or self.update % self.plan.evaluate_every == 0:
            metrics = self.evaluate()
            if not (np.isfinite(metrics.loss) and np.isfinite(metrics.value)):
                raise Diverged(_advice(self.plan, self.update))
            return metrics.as_json()
        return None


def optimiser_of(plan: Plan) -> Optimiser:
    """The plan's optimiser."""
    return SGD(plan.momentum) if plan.optimiser == "sgd" else OPTIMISERS[plan.optimiser]()


def _check_like(expected: Mapping[Any, Mapping[str, Array]], found: Mapping[Any, Mapping[str, Array]]) -> None:
    """Refuse arrays of a checkpoint that are not named, shaped and typed as the run's plan has them."""

    def described(groups: Mapping[Any, Mapping[str, Array]]) -> dict[Any, dict[str, tuple[object, ...]]]:
        return {key: {name: (one.shape, one.dtype) for name, one in group.items()} for key, group in groups.items()}

    if described(expected) != described(found):
        raise FormatError("a checkpoint must have the arrays of its own plan, and these are others")


def _advice(plan: Plan, update: int) -> str:
    tries = [f"a lower learning rate than {plan.learning_rate:g}"]
    if plan.clip_norm is None:
        tries.append("clipping, such as a clip_norm of 1")
    elif plan.clip_norm > 1:
        tries.append(f"a lower clip_norm than {plan.clip_norm:g}")
    if plan.weight_scale > 1:
        tries.append(f"a lower weight_scale than {plan.weight_scale:g}")
    if plan.activation == "relu":
        tries.append("tanh in place of relu")
    return f"the loss must stay finite, but the run diverged at update {update:,}: try {' or '.join(tries)}"
