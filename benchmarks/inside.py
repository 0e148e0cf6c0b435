"""Inside a step: the memory ledger, arithmetic, health, and what an intervention costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gatescope.core.arithmetic import arithmetic
from gatescope.core.cells import LSTM
from gatescope.core.encoding import encode
from gatescope.core.health import health
from gatescope.core.interventions import Intervention
from gatescope.core.ledger import ledger, triangle
from gatescope.core.network import Layer, Network
from gatescope.core.trace import Trace, trace

from .measuring import Spread, interleaved
from .tables import aligned, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

INPUTS = 64


@dataclass(frozen=True)
class Case:
    """One LSTM layer in float32, its forget gates all near ``forget``."""

    steps: int
    units: int
    forget: float


CASES = (Case(2000, 512, 0.99), Case(2000, 512, 0.6), Case(2000, 512, 0.1))
"""Long memories; those that shrink to subnormal numbers within the sequence; those that do within 300 steps."""

TARGETS = {"ledger of a unit at every step": 50.0, "ledger of all units at a step": 100.0}
"""Milliseconds that are short enough."""


def run(quick: bool) -> dict[str, Any]:
    """Measure every case."""
    return {"unit": "milliseconds", "cases": [_measure(case, 1.0 if quick else 8.0) for case in CASES]}


def _measure(case: Case, seconds: float) -> dict[str, Any]:
    network, values = _network_and_values(case)
    encoded = encode(network, values=values)
    whole = trace(network, encoded)
    last, middle = case.steps - 1, case.steps // 2
    once = Intervention(0, "forward", "forget_gate", (3,), (middle, middle + 1), "set", 0.0)
    always = Intervention(0, "forward", "forget_gate", (3,), None, "set", 0.0)
    calls: dict[str, Callable[[], object]] = {
        "ledger of a unit at every step": lambda: triangle(whole, 0, 3),
        "ledger of all units at a step": lambda: ledger(whole, 0, last),
        "ledger of a unit at a step": lambda: ledger(whole, 0, last, 3),
        "arithmetic of a number": lambda: arithmetic(whole, 0, "forget_gate", 3, last),
        "health": lambda: health([whole]),
        "trace": lambda: trace(network, encoded),
        "trace, changed at one step": lambda: trace(network, encoded, interventions=[once]),
        "trace, changed at every step": lambda: trace(network, encoded, interventions=[always]),
    }
    times = interleaved(calls, seconds=seconds, least=3)
    return {
        "steps": case.steps,
        "units": case.units,
        "forget": case.forget,
        "farthest": _farthest(whole),
        "milliseconds": {
            name: Spread.of([1e3 * taken for taken in by_round]).as_json() | {"target": TARGETS.get(name)}
            for name, by_round in times.items()
        },
    }


def _farthest(whole: Trace) -> float:
    """How far a ledger's entries are from adding up, over all units and steps of the last ledger and one triangle."""
    everyone, one = ledger(whole, 0, whole.steps - 1), triangle(whole, 0, 3)
    gaps = (
        everyone.initial + everyone.writes.sum(axis=0) - everyone.total,
        one.initial + one.writes.sum(1) - one.total,
    )
    return float(max(np.abs(gap).max() for gap in gaps))


def _network_and_values(case: Case) -> tuple[Network, Any]:
    """A layer drawn as PyTorch draws its own but for the forget gates' bias, and a sequence of normal numbers."""
    random = np.random.default_rng(0)
    limit = 0.3 * case.units**-0.5
    columns = 4 * case.units
    kernel, recurrent, bias = (
        random.uniform(-limit, limit, shape).astype(np.float32)
        for shape in ((INPUTS, columns), (case.units, columns), (columns,))
    )
    bias[case.units : 2 * case.units] = np.log(case.forget / (1 - case.forget))
    values = random.standard_normal((case.steps, INPUTS)).astype(np.float32)
    return Network((Layer(LSTM(kernel, recurrent, bias)),)), values


def table(result: dict[str, Any]) -> str:
    """Milliseconds against their targets, one column for each case."""
    cases = result["cases"]
    rows = []
    for name in cases[0]["milliseconds"]:
        taken = [case["milliseconds"][name] for case in cases]
        slowest = max(entry["median"] for entry in taken)
        rows.append([name, *(f"{entry['median']:.3g}" for entry in taken), verdict(slowest, taken[0]["target"])])
    rows.append(["farthest from adding up", *(f"{case['farthest']:.1e}" for case in cases), "-"])
    header = ("", *(f"f = {case['forget']:g}" for case in cases), "")
    about = (
        f"One LSTM layer in float32, {cases[0]['units']} units, {cases[0]['steps']} steps, with forget gates near f. "
        "Milliseconds of processor time."
    )
    return f"{about}\n\n{aligned(header, rows)}"
