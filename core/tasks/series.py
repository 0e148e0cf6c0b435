"""``series``: the next number of a series, the user's own or one that is made here."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from ..activations import Array
from ..batch import Batch
from ..errors import PlanError
from ..network import Network
from .numbers_in_csv import column_of
from .option import Option
from .scaling import fold_scaling
from .task import Baseline, Form, Measure, Prepared, Task

MOST_NUMBERS = 200_000
SHARE_HELD_OUT, MOST_HELD_OUT = 0.2, 2000
MADE = 1500


class Series(Prepared):
    """See the task's description."""

    form = Form("linear", 1, predicts="next_input")

    def __init__(self, options: Mapping[str, Any], seed: int) -> None:
        super().__init__(options, seed)
        self.steps = options["length"]
        if options["values"] is not None and options["csv"] is not None:
            raise PlanError("a series must come as values or as csv, not as both", ("csv",))
        source, values = "values", options["values"]
        if options["csv"] is not None:
            source, values = "csv", column_of(options["csv"], options["column"])
        self.values = made() if values is None else np.array(values)
        least = 2 * (self.steps + 1)
        if len(self.values) < least:
            raise PlanError(
                f"a series must have at least {least:,} numbers for sequences of {self.steps:,}, not "
                f"{len(self.values):,}",
                (source,),
            )
        count = max(self.steps, min(MOST_HELD_OUT, int(SHARE_HELD_OUT * len(self.values))))
        self.first_held_out = len(self.values) - count
        training = self.values[: self.first_held_out]
        with np.errstate(over="ignore"):
            self.mean, self.scale = float(training.mean()), float(training.std())
        if not (np.isfinite(self.scale) and 0 < self.scale < np.finfo(np.float32).max):
            problem = "are all the same" if self.scale == 0 else "are too large"
            raise PlanError(f"a series must have numbers that change, but those to train on {problem}", (source,))

    @cached_property
    def _scaled(self) -> Array:
        return (self.values - self.mean) / self.scale

    def batch(self, index: int, size: int) -> Batch:
        """Pieces from anywhere in the first part; what nobody can know yet, at their beginning, counts less."""
        rng = np.random.default_rng([self.seed, index])
        starts = rng.integers(self.first_held_out - self.steps, size=size)
        values = self._scaled[starts[None, :] + np.arange(self.steps + 1)[:, None]][:, None]
        ramp = np.minimum(1, np.arange(1, self.steps + 1) / min(24, self.steps))
        return Batch(values[:-1], values[1:], np.repeat(ramp[:, None], size, axis=1))

    @cached_property
    def held_out(self) -> Batch:
        """The last part, after a sequence of what came before it, which does not count."""
        values = self._scaled[self.first_held_out - self.steps :, None, None]
        weights = np.ones((len(values) - 1, 1))
        weights[: self.steps - 1] = 0
        return Batch(values[:-1], values[1:], weights)

    @property
    def measure(self) -> Measure:
        """Of the held-out numbers."""
        return Measure("error", "root mean squared error of the next number", higher_is_better=False)

    def score(self, outputs: Array) -> float:
        """In the unit of the series."""
        return self._error(outputs)

    @cached_property
    def baseline(self) -> Baseline:
        """Persistence."""
        return Baseline("persistence: the next number is like this one", self._error(self.held_out.inputs))

    def _error(self, forecast: Array) -> float:
        error = (forecast - self.held_out.targets)[self.steps - 1 :]
        return self.scale * float(np.sqrt((error.astype(np.float64) ** 2).mean()))

    @property
    def probes(self) -> tuple[dict[str, Any], ...]:
        """How the held-out part begins."""
        values = self.values[self.first_held_out :][: 2 * self.steps]
        return ({"name": "Held out from training", "input": {"values": values.tolist()}},)

    def finish(self, network: Network) -> Network:
        """The network reads and gives the series' own numbers."""
        return fold_scaling(network, self.mean, self.scale)


def made() -> Array:
    """A series with a slow and a fast cycle, and noise that lasts a while: like the load of something day by day."""
    rng, steps = np.random.default_rng(0), np.arange(MADE)
    noise = np.zeros(MADE)
    for step in range(1, MADE):
        noise[step] = 0.7 * noise[step - 1] + rng.standard_normal()
    week = np.array([6.0, 8.0, 9.0, 8.5, 7.0, -12.0, -18.0])[steps % 7]
    return np.asarray((100 + 15 * np.sin(2 * np.pi * steps / 91) + week + 2 * noise).round(1))


SERIES = Task(
    name="series",
    title="A series of your own, one number ahead",
    description=(
        "Forecast the next number of a series, which can be your own: a list, or a column of a CSV file. Without one "
        "it is a made-up load with a week, a season and noise. The last fifth is held out. The trained network reads "
        "and gives the series' own numbers; fed with what it gives, it forecasts further."
    ),
    measured=(
        "On the series that is there an LSTM has an error of 2.2 to 2.3 over seeds 0, 1 and 2, persistence 12.1. "
        "The 300 updates take 3 seconds of one core: `gatescope train series --seed 0`."
    ),
    options=(
        Option("values", "numbers", None, "The series as a list.", 4, MOST_NUMBERS, optional=True),
        Option("csv", "text", None, "Or the text of a CSV file.", 1, 8_000_000, optional=True),
        Option(
            "column",
            "text",
            None,
            "Its column, by name or number; null: the first with numbers.",
            1,
            200,
            optional=True,
        ),
        Option("length", "integer", 56, "Numbers in a sequence.", 2, 2000),
    ),
    prepared=Series,
    defaults={"steps": 300},
)
