"""What is known about the gates of a network, as frozen values and as JSON."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ..activations import Array
from ..cells import Cell
from ..network import DirectionName

FindingKind = Literal["dead", "stuck", "closed", "open", "saturated", "forgetful"]
KINDS: tuple[FindingKind, ...] = get_args(FindingKind)


@dataclass(frozen=True)
class Finding:
    """What deserves a look: which units of which quantity, what share of all they are, and a sentence.

    Of a projected hidden state, which has no units, they are its rows.
    """

    kind: FindingKind
    layer: int
    direction: DirectionName
    quantity: str
    units: tuple[int, ...]
    share: float
    sentence: str


@dataclass(frozen=True)
class Hint:
    """What the bias of the gate that keeps says about memory, and what could be tried.

    ``bias`` is its mean over the units; ``half_life`` (steps) the memory of the median unit at that bias alone, with
    inputs and states at zero, None where it would be endless.
    """

    layer: int
    direction: DirectionName
    quantity: str
    bias: float
    half_life: float | None
    sentence: str


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many numbers, of all units and steps together, lie in each of (B,) bins of equal width."""

    low: float
    high: float
    counts: Array

    def to_json(self) -> dict[str, Any]:
        """Ends and counts."""
        return {"low": self.low, "high": self.high, "counts": self.counts.tolist()}


@dataclass(frozen=True, eq=False)
class QuantityHealth:
    """Figures of one quantity, each (U,): one number a unit.

    ``low`` and ``high`` are shares of the steps, None for a quantity without bounds; ``variance`` is that of the steps
    themselves, not an estimate from them; ``stuck`` says that it hardly moved, which a single step cannot tell.
    """

    quantity: str
    low: Array | None
    high: Array | None
    mean: Array
    variance: Array
    minimum: Array
    maximum: Array
    stuck: Array
    histogram: Histogram

    def to_json(self) -> dict[str, Any]:
        """The figures as lists, one number a unit."""
        names = ("low", "high", "mean", "variance", "minimum", "maximum", "stuck")
        return {
            "quantity": self.quantity,
            **{name: listed(getattr(self, name)) for name in names},
            "histogram": self.histogram.to_json(),
        }


@dataclass(frozen=True, eq=False)
class LayerHealth:
    """Figures of one direction of one layer.

    ``half_life`` (H,) is the number of steps after which half of a memory is forgotten, by the geometric mean of the
    keeping gate; infinite where nothing is; None for a cell without a gate that keeps. ``dead`` (P,) marks hidden units
    that stayed at 0.
    """

    layer: int
    direction: DirectionName
    cell: Cell
    quantities: tuple[QuantityHealth, ...]
    half_life: Array | None
    dead: Array

    @property
    def name(self) -> str:
        """How sentences call it."""
        return f"Layer {self.layer} ({self.direction})"

    def is_projected(self, quantity: str) -> bool:
        """Whether a quantity's numbers are mixed from all units by a projection, and are those of none."""
        return quantity == "hidden_state" and "projection" in self.cell.arrays()

    def to_json(self) -> dict[str, Any]:
        """The figures as lists, one number a unit; a half-life without end is None."""
        return {
            "layer": self.layer,
            "direction": self.direction,
            "cell": self.cell.name,
            "hidden_size": self.cell.hidden_size,
            "quantities": [row.to_json() for row in self.quantities],
            "half_life": listed(self.half_life),
            "dead": listed(self.dead),
        }


@dataclass(frozen=True, eq=False)
class Health:
    """Figures by layer over all ``steps`` of all ``sequences``, what deserves a look, and all that in sentences."""

    sequences: int
    steps: int
    layers: tuple[LayerHealth, ...]
    findings: tuple[Finding, ...]
    hints: tuple[Hint, ...]
    sentences: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "sequences": self.sequences,
            "steps": self.steps,
            "layers": [layer.to_json() for layer in self.layers],
            "findings": list(self.sentences),
            "flags": [vars(finding) | {"units": list(finding.units)} for finding in self.findings],
            "hints": [vars(hint) for hint in self.hints],
        }


def listed(array: Array | None) -> list[Any] | None:
    """An array for JSON, which has no infinity."""
    if array is None:
        return None
    numbers: list[Any] = array.tolist()
    return [None if number == np.inf else number for number in numbers]
