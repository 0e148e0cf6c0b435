"""``sine``: short pieces of sines, one number ahead."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from ..activations import Array
from ..batch import Batch
from .drawn import Drawn
from .option import Option
from .task import Baseline, Form, Measure, Task

SHORTEST, LONGEST = 8.0, 32.0
"""Periods, in steps."""
AMPLITUDES = (0.3, 1.0)
UNKNOWABLE = 10
"""First steps that do not count: too little has been seen to tell period and phase."""


class Sine(Drawn):
    """See the task's description."""

    form = Form("linear", 1, predicts="next_input")

    def __init__(self, options: Mapping[str, Any], seed: int) -> None:
        super().__init__(options, seed)
        self.steps = options["length"]

    def draw(self, rng: np.random.Generator, size: int) -> Batch:
        """Sums of sines with noise, the next number as the target."""
        waves = self.options["waves"]
        # Long and short periods are equally likely.
        periods = np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST), (waves, 1, size)))
        phases = rng.uniform(0, 2 * np.pi, (waves, 1, size))
        amplitudes = rng.uniform(*AMPLITUDES, (waves, 1, size)) / waves
        steps = np.arange(self.steps + 1)[None, :, None]
        values = (amplitudes * np.sin(2 * np.pi * steps / periods + phases)).sum(axis=0)
        values += self.options["noise"] * rng.standard_normal(values.shape)
        weights = np.ones((self.steps, size))
        weights[:UNKNOWABLE] = 0
        return Batch(values[:-1, None], values[1:, None], weights)

    @property
    def measure(self) -> Measure:
        """Of the next number."""
        return Measure("error", "root mean squared error of the next number", higher_is_better=False)

    def score(self, outputs: Array) -> float:
        """Root mean squared error once something has been seen."""
        return self._error(outputs)

    @cached_property
    def baseline(self) -> Baseline:
        """Persistence."""
        return Baseline("persistence: the next number is like this one", self._error(self.held_out.inputs))

    def _error(self, forecast: Array) -> float:
        return float(np.sqrt(((forecast - self.held_out.targets)[UNKNOWABLE:] ** 2).mean()))

    @cached_property
    def probes(self) -> tuple[dict[str, Any], ...]:
        """One sequence."""
        values = self.draw(np.random.default_rng(1), 1).inputs[:, 0, 0]
        return ({"name": f"{self.steps} numbers", "input": {"values": values.round(3).tolist()}},)


SINE = Task(
    name="sine",
    title="Sines, one number ahead",
    description=(
        "Read a short piece of a sine, with a period, a phase and a height of its own, and say the next number. Fed "
        "with its own numbers the network draws the wave on."
    ),
    measured=(
        "An LSTM has an error of 0.006 to 0.008 over seeds 0, 1 and 2, persistence 0.21. The 500 updates take 4 to "
        "5 seconds of one core: `gatescope train sine --seed 0`."
    ),
    options=(
        Option("length", "integer", 60, "Numbers in a sequence.", UNKNOWABLE + 2, 2000),
        Option("waves", "integer", 1, "Sines that are added up.", 1, 5),
        Option("noise", "number", 0.0, "Standard deviation of noise on every number.", 0.0, 1.0),
    ),
    prepared=Sine,
    defaults={"steps": 500},
)
