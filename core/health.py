"""Gate health: which gates are stuck, which units are dead, and how long memory lasts, over one trace or several.

All figures are of single units over all steps; units are never grouped by how they change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from .activations import ACTIVATIONS, Array
from .cells import Cell
from .errors import InputError
from .ledger import ACCOUNTS
from .network import DirectionName
from .trace import LayerTrace, Trace

LOW, HIGH = 0.1, 0.9
"""A gate below or above is called closed or open; of signed quantities, -HIGH and HIGH are the bounds."""

STILL = 1e-3
"""A unit whose numbers span less over all steps is stuck; one whose hidden state never leaves this about 0 is dead."""

ALWAYS = 0.99
"""Share of steps from which a saturated gate is worth a sentence."""

FindingKind = Literal["dead", "stuck", "closed", "open", "forgetful"]
KINDS: tuple[FindingKind, ...] = get_args(FindingKind)


@dataclass(frozen=True, eq=False)
class QuantityHealth:
    """Figures of one quantity, each (U,): one number a unit.

    ``low`` and ``high`` are shares of the steps, None for a quantity without bounds; ``stuck`` says that it hardly
    moved, which a single step cannot tell.
    """

    quantity: str
    low: Array | None
    high: Array | None
    mean: Array
    minimum: Array
    maximum: Array
    stuck: Array

    def to_json(self) -> dict[str, Any]:
        """The figures as lists, one number a unit."""
        return {
            "quantity": self.quantity,
            **{name: _listed(getattr(self, name)) for name in ("low", "high", "mean", "minimum", "maximum", "stuck")},
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

    def to_json(self) -> dict[str, Any]:
        """The figures as lists, one number a unit; a half-life without end is None."""
        return {
            "layer": self.layer,
            "direction": self.direction,
            "cell": self.cell.name,
            "hidden_size": self.cell.hidden_size,
            "quantities": [row.to_json() for row in self.quantities],
            "half_life": _listed(self.half_life),
            "dead": _listed(self.dead),
        }


@dataclass(frozen=True)
class Finding:
    """What deserves a look: which units of which quantity, what share of all they are, and a sentence."""

    kind: FindingKind
    layer: int
    direction: DirectionName
    quantity: str
    units: tuple[int, ...]
    share: float
    sentence: str


@dataclass(frozen=True, eq=False)
class Health:
    """Figures by layer over all ``steps``, what deserves a look, and in plain sentences both that and the memory."""

    steps: int
    layers: tuple[LayerHealth, ...]
    findings: tuple[Finding, ...]
    sentences: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "steps": self.steps,
            "layers": [layer.to_json() for layer in self.layers],
            "findings": list(self.sentences),
            "flags": [vars(finding) | {"units": list(finding.units)} for finding in self.findings],
        }


def health(traces: Sequence[Trace]) -> Health:
    """The health of one network over the traces of one input or many.

    Raises:
        InputError: no trace, or traces of different networks.
    """
    if not traces:
        raise InputError("health needs at least one trace, and none came")
    if len({trace.network.digest for trace in traces}) > 1:
        raise InputError("health is that of one network, but the traces are of several")
    layers = tuple(_layer([trace.layers[index] for trace in traces]) for index in range(len(traces[0].layers)))
    findings = tuple(finding for layer in layers for finding in _findings(layer))
    sentences = [finding.sentence for finding in findings] or ["No gate is stuck or always open or closed."]
    sentences += [_memory(layer) for layer in layers if layer.half_life is not None]
    return Health(sum(trace.steps for trace in traces), layers, findings, tuple(sentences))


def _listed(array: Array | None) -> list[Any] | None:
    if array is None:
        return None
    numbers: list[Any] = array.tolist()
    return [None if number == np.inf else number for number in numbers]


def _layer(places: list[LayerTrace]) -> LayerHealth:
    first = places[0]
    account = ACCOUNTS.get(first.cell.name)

    def joined(name: str) -> Array:
        return np.concatenate([place.quantities[name] for place in places])

    return LayerHealth(
        first.layer,
        first.direction,
        first.cell,
        tuple(_quantity(first.cell, name, joined(name)) for name in first.quantities),
        None if account is None else _half_life(joined(account.keep)),
        np.abs(joined("hidden_state")).max(axis=0) < STILL,
    )


def _half_life(keep: Array) -> Array:
    """Steps, (H,), until half is forgotten: 0 where a gate was shut for a step, infinite where it was never below 1."""
    with np.errstate(divide="ignore"):
        rate = np.log2(np.abs(keep.astype(np.float64))).mean(axis=0)
        return np.asarray(np.where(rate < 0, 1 / np.maximum(-rate, np.finfo(float).tiny), np.inf))


def bounds(cell: Cell, quantity: str) -> tuple[float, float] | None:
    """Below and above which numbers a quantity counts as saturated; None where it has no bounds."""
    options: dict[str, Any] = cell.options()
    if quantity not in cell.gates:
        return None
    activation = options["recurrent_activation" if quantity.endswith("_gate") else "activation"]
    span = ACTIVATIONS[activation].range
    if span is None:
        return None
    return (LOW, HIGH) if span[0] == 0 else (-HIGH, HIGH)


def _quantity(cell: Cell, name: str, array: Array) -> QuantityHealth:
    found = bounds(cell, name)
    minimum, maximum = array.min(axis=0), array.max(axis=0)
    return QuantityHealth(
        name,
        None if found is None else (array < found[0]).mean(axis=0),
        None if found is None else (array > found[1]).mean(axis=0),
        array.mean(axis=0, dtype=np.float64),
        minimum,
        maximum,
        (maximum - minimum < STILL) & (len(array) > 1),
    )


def _findings(layer: LayerHealth) -> list[Finding]:
    found = []

    def add(kind: FindingKind, quantity: str, which: Array, words: str) -> None:
        if not which.any():
            return
        sentence = f"Layer {layer.layer} ({layer.direction}): {words.format(units=_units(which), are=_are(which))}"
        units = tuple(np.flatnonzero(which).tolist())
        found.append(Finding(kind, layer.layer, layer.direction, quantity, units, len(units) / len(which), sentence))

    add("dead", "hidden_state", layer.dead, "{units} {are} dead: the hidden state stays at 0.")
    for row in layer.quantities:
        name = row.quantity.replace("_", " ")
        if row.quantity.endswith("_gate"):
            if row.low is not None and row.high is not None:
                add("closed", row.quantity, row.low >= ALWAYS, f"the {name} of {{units}} is always closed.")
                add("open", row.quantity, row.high >= ALWAYS, f"the {name} of {{units}} is always open.")
                still = row.stuck & (row.low < ALWAYS) & (row.high < ALWAYS)
                add("stuck", row.quantity, still, f"the {name} of {{units}} hardly moves.")
        elif row.quantity == "hidden_state":
            still = row.stuck & ~layer.dead
            add("stuck", row.quantity, still, "{units} {are} stuck: the hidden state hardly moves.")
    if layer.half_life is not None:
        keep = ACCOUNTS[layer.cell.name].keep
        hint = "; train from a forget bias of 1 or 2 if longer memories are needed" * (layer.cell.name == "lstm")
        words = f"{{units}} {{are}} forgetful: half of a memory is gone within a step{hint}."
        add("forgetful", keep, layer.half_life < 1, words)
    return found


def _memory(layer: LayerHealth) -> str:
    assert layer.half_life is not None  # the caller asks only then
    middle = float(np.median(layer.half_life))
    where = f"Layer {layer.layer} ({layer.direction})"
    if np.isinf(middle):
        return f"{where}: most units forget nothing."
    count = f"{middle:.2g}" if middle < 100 else f"{middle:,.0f}"
    return f"{where}: the median unit forgets half of what it holds in {count} step{'s' * (count != '1')}."


def _units(which: Array) -> str:
    numbers = np.flatnonzero(which)
    if len(numbers) == len(which) > 1:
        return f"all {len(which)} units"
    shown = ", ".join(map(str, numbers[:8])) + (", ..." if len(numbers) > 8 else "")
    return f"unit {shown}" if len(numbers) == 1 else f"{len(numbers)} units ({shown})"


def _are(which: Array) -> str:
    return "is" if which.sum() == 1 else "are"
