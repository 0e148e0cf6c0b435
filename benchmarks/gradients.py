"""Gradients through time of one state beside PyTorch's autograd over the same kind of cell, and norms of Jacobians."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gatescope.core.encoding import encode
from gatescope.core.gradients import StateTarget, gradients
from gatescope.core.sketches import drawn
from gatescope.core.trace import Trace, trace

from .measuring import Spread, interleaved
from .tables import aligned

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Case:
    """One layer in float32."""

    cell: str
    steps: int
    units: int


CASES = tuple(Case(cell, 200, units) for units in (32, 128) for cell in ("lstm", "gru", "rnn"))


def run(quick: bool) -> dict[str, Any]:
    """Measure every case."""
    return {"unit": "milliseconds", "cases": [_measure(case, 0.5 if quick else 4.0) for case in CASES]}


def _measure(case: Case, seconds: float) -> dict[str, Any]:
    network = drawn(case.cell, 1, case.units, forget_bias=3.0)
    values = np.random.default_rng(0).standard_normal((case.steps, 1))
    whole = trace(network, encode(network, values=values))
    target = StateTarget("hidden_state", 0, "forward", case.steps - 1)
    calls: dict[str, Callable[[], object]] = {
        "gradients": lambda: gradients(whole, target, jacobian=False),
        "gradients and Jacobians": lambda: gradients(whole, target),
        "PyTorch's autograd": _autograd(whole, values),
    }
    times = interleaved(calls, seconds=seconds, least=3)
    return {
        **vars(case),
        "milliseconds": {
            name: Spread.of([1e3 * taken for taken in by_round]).as_json() for name, by_round in times.items()
        },
    }


def _autograd(whole: Trace, values: np.ndarray[Any, Any]) -> Callable[[], object]:
    """The same derivatives by PyTorch: its own cell step by step, for the states in between are wanted too."""
    import torch

    torch.set_num_threads(1)
    place = whole.layers[0]
    kinds = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell, "rnn": torch.nn.RNNCell}
    cell = kinds[place.cell.name](1, place.cell.hidden_size)
    rows = torch.tensor(values, dtype=torch.float32)[:, None]

    def work() -> object:
        inputs = rows.clone().requires_grad_()
        state: Any = None
        states: list[torch.Tensor] = []
        for row in inputs:
            state = cell(row, state)
            states += state if isinstance(state, tuple) else [state]
        target = state[0] if isinstance(state, tuple) else state
        return torch.autograd.grad(target.sum(), [*states, inputs], allow_unused=True)

    return work


def table(result: dict[str, Any]) -> str:
    """Milliseconds, and how they compare with PyTorch's."""
    rows = []
    for case in result["cases"]:
        own, all_of_it, rival = (entry["median"] for entry in case["milliseconds"].values())
        name = f"{case['cell']}, {case['units']} units"
        rows.append([name, f"{own:.3g}", f"{rival:.3g}", f"{own / rival:.2f}", f"{all_of_it:.3g}"])
    header = ("", "gradients", "PyTorch", "ratio", "with Jacobians")
    about = f"One layer in float32, {result['cases'][0]['steps']} steps. Milliseconds of processor time."
    return f"{about}\n\n{aligned(header, rows)}"
