"""``sunspots``: the monthly sunspot numbers, one month ahead."""

import importlib.util
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...activations import Array
from ...encoding import encode
from ...initialisation import initial_network
from ...network import Network
from ...tasks.scaling import fold_scaling
from ...trace import trace
from ...training import Batch
from .recipe import Settings

TRAINED_UNTIL, VALIDATED_UNTIL = 1930, 1960


def load_months() -> tuple[Array, Array]:
    """Year and sunspot number of each month, from the file that statsmodels ships.

    Raises:
        ModuleNotFoundError: statsmodels is not installed; only making the network again needs it.
    """
    found = importlib.util.find_spec("statsmodels")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("the sunspot series comes with statsmodels: install gatescope[train]")
    text = (Path(found.origin).parent / "datasets/sunspots/src/sunspots_monthly.dat").read_text()
    years, numbers = [], []
    for line in text.splitlines():
        if re.match(r"\d{4}\s+-?\d", line):
            year, *months = line.split()
            complete = [float(month.rstrip("*")) for month in months[:12]]
            years += [int(year)] * len(complete)
            numbers += complete
    return np.array(years), np.array(numbers)


class Sunspots:
    """A numeric network: a GRU of two layers that forecasts the next month."""

    name = "sunspots"
    settings = Settings(updates=600, learning_rate=1e-3, batch_size=32, steps=132, weight_decay=0.1)
    carry_state = False

    def prepare(self, _settings: Settings) -> None:
        """Read the series and scale it by the training years."""
        self.years, self.numbers = load_months()
        training = self.numbers[self.years < TRAINED_UNTIL]
        self.mean, self.scale = float(training.mean()), float(training.std())
        self.training = (training - self.mean) / self.scale

    def initial(self, rng: np.random.Generator) -> Network:
        """Two GRU layers of 24 units, which read and forecast one number."""
        return initial_network("gru", (24, 24), rng, readout="linear", input_size=1, forget_bias=0.0)

    def batches(self, settings: Settings, rng: np.random.Generator) -> Iterator[Batch]:
        """Windows of the training years; the first months, in which the network has seen nothing yet, count less."""
        weights = np.minimum(1, (np.arange(settings.steps) + 1) / 24)[:, None] * np.ones((1, settings.batch_size))
        while True:
            starts = rng.integers(0, len(self.training) - settings.steps - 1, settings.batch_size)
            at = starts[None, :] + np.arange(settings.steps)[:, None]
            x = self.training.astype(np.float32)
            yield Batch(np.ascontiguousarray(x[at][:, None, :]), x[at + 1][:, None, :], weights)

    def finish(self, network: Network) -> Network:
        """Fold the scaling in: the network reads and gives sunspot numbers."""
        return fold_scaling(network, self.mean, self.scale)

    @property
    def card(self) -> Mapping[str, Any]:
        """The parts of the card that are not measured."""
        return {
            "title": "Monthly sunspot numbers",
            "description": (
                "A GRU with two layers of 24 units that reads the number of sunspots month by month and forecasts the "
                "next month. Look at how the update gates follow the eleven-year cycle."
            ),
            "data": (
                f"Monthly mean sunspot numbers, {self.years[0]} to {self.years[-1]}, as shipped with statsmodels "
                f"(National Geophysical Data Center): trained on the years before {TRAINED_UNTIL}, settings chosen on "
                f"{TRAINED_UNTIL} to {VALIDATED_UNTIL - 1}, held out from {VALIDATED_UNTIL} on."
            ),
            "licence": "Series: public domain. Weights: MIT, like the rest of Gatescope.",
            "example_inputs": [
                self._example("Two cycles, 1976 to 1996 (held out)", 1976, 1997),
                self._example("The largest cycle, 1954 to 1965", 1954, 1966),
                self._example("A quiet time, 1800 to 1823 (trained on)", 1800, 1824),
                self._example("Held out: 1960 to 2008", 1960, 2009),
            ],
        }

    def _example(self, name: str, first: int, after: int) -> dict[str, Any]:
        chosen = self.numbers[(self.years >= first) & (self.years < after)]
        return {"name": name, "input": {"values": [[float(number)] for number in chosen]}}

    def results(self, network: Network) -> dict[str, Any]:
        """Root mean squared error of the forecast on the held-out years beside persistence."""
        error, persistence = self.errors(network, VALIDATED_UNTIL, 9999)
        return {
            "measure": (
                "root mean squared error of the forecast for the next month, "
                f"from {VALIDATED_UNTIL} on (lower is better)"
            ),
            "network": round(error, 2),
            "baseline": round(persistence, 2),
            "baseline_name": "persistence: the next month is like this one",
            "reference": round(self.autoregression_error(24, VALIDATED_UNTIL), 2),
            "reference_name": "linear regression on the last 24 months, fitted to the same training years",
        }

    def autoregression_error(self, order: int, first: int) -> float:
        """RMSE from the year ``first`` on of a least-squares forecast from the last ``order`` months."""
        target, years = self.numbers[order:], self.years[order:]
        columns = [self.numbers[order - back : len(self.numbers) - back] for back in range(1, order + 1)]
        table = np.stack([*columns, np.ones(len(target))], axis=1)
        training = years < TRAINED_UNTIL
        weights = np.linalg.lstsq(table[training], target[training], rcond=None)[0]
        return float(np.sqrt(((table @ weights - target)[years >= first] ** 2).mean()))

    def errors(self, network: Network, first: int, after: int) -> tuple[float, float]:
        """RMSE of a finished network and of persistence over some years; the network has read all that came before."""
        outputs = trace(network, encode(network, values=self.numbers[:, None])).outputs
        assert outputs is not None  # it has a linear readout
        chosen = ((self.years >= first) & (self.years < after))[1:]
        truth = self.numbers[1:][chosen]

        def rmse(forecast: Array) -> float:
            return float(np.sqrt(((forecast - truth) ** 2).mean()))

        return rmse(outputs[:-1, 0][chosen]), rmse(self.numbers[:-1][chosen])
