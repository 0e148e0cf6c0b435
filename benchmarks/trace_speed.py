"""A trace with all gates against PyTorch: ``nn.LSTM``, which returns no gates, and a written-out loop, which does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gatescope.core.cells import LSTM
from gatescope.core.encoding import encode
from gatescope.core.network import Layer, Network
from gatescope.core.threads import one_blas_thread
from gatescope.core.trace import trace

from .measuring import CannotMeasureError, Spread, interleaved, paired_ratio
from .tables import aligned, verdict

if TYPE_CHECKING:
    from gatescope.core.activations import Array


@dataclass(frozen=True)
class Case:
    """One layer and one sequence, with the largest ratios that are good enough; None where none was set."""

    steps: int
    units: int
    inputs: int
    dtype: str = "float32"
    to_written: float | None = None
    to_library: float | None = None
    long: bool = False


CASES = (
    Case(50, 16, 8, "float32", to_written=0.2, to_library=1.3),
    Case(200, 64, 32, "float32", to_written=0.2, to_library=2.2),
    Case(1000, 128, 64, "float32", to_written=0.2, to_library=2.0),
    Case(1000, 512, 128, "float32", to_written=0.55, to_library=1.15),
    Case(50, 16, 8, "float64", to_library=1.0),
    Case(200, 64, 32, "float64", to_library=1.0),
    Case(1000, 128, 64, "float64", to_library=1.0),
    Case(1000, 512, 128, "float64"),
    Case(10000, 1024, 256, "float32", long=True),
    Case(100000, 64, 32, "float32", long=True),
)

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
"""How far the rivals' numbers may be apart, by precision."""


def run(quick: bool) -> dict[str, Any]:
    """Measure every case, without the long ones if ``quick``.

    Raises:
        CannotMeasureError: PyTorch is not installed, or the rivals do not compute the same numbers.
    """
    cases = [case for case in CASES if not (quick and case.long)]
    # As PyTorch's, NumPy's threads are set before anything is timed.
    with one_blas_thread():
        return {"unit": "microseconds a step", "cases": [_measure(case, 2.0 if quick else 20.0) for case in cases]}


def _measure(case: Case, seconds: float) -> dict[str, Any]:
    try:
        from . import rivals
    except ModuleNotFoundError as error:
        raise CannotMeasureError(
            f"the trace is compared with PyTorch, and there is no module {error.name}: pip install '.[bench]'"
        ) from None
    rivals.use_one_thread()
    network, values = _network_and_values(case)
    cell = network.layers[0].forward
    assert isinstance(cell, LSTM)
    encoded = encode(network, values=values)
    library, written, inputs = rivals.LibraryLSTM(cell), rivals.WrittenLSTM(cell), rivals.tensor(values)

    ours = trace(network, encoded).layers[0].quantities
    _compare(case, "hidden_state", ours["hidden_state"], library(inputs).numpy())
    for loop in (written, written.tuned):
        for name, array in loop(inputs).items():
            _compare(case, name, ours[name], array.numpy())
    del ours

    times = interleaved(
        {
            "trace": lambda: trace(network, encoded),
            "encode": lambda: encode(network, values=values),
            "written_loop": lambda: written(inputs),
            "tuned_loop": lambda: written.tuned(inputs),
            "nn_lstm": lambda: library(inputs),
        },
        seconds=seconds,
        least=3 if case.long else 7,
    )
    ratios = {
        "trace_to_written_loop": (paired_ratio(times["trace"], times["written_loop"]), case.to_written),
        "trace_to_tuned_loop": (paired_ratio(times["trace"], times["tuned_loop"]), None),
        "trace_to_nn_lstm": (paired_ratio(times["trace"], times["nn_lstm"]), case.to_library),
    }
    return {
        "steps": case.steps,
        "units": case.units,
        "inputs": case.inputs,
        "dtype": case.dtype,
        "microseconds_a_step": {
            name: Spread.of([1e6 * taken / case.steps for taken in taken_by_round]).as_json()
            for name, taken_by_round in times.items()
        },
        "ratios": {name: spread.as_json() | {"target": target} for name, (spread, target) in ratios.items()},
    }


def _network_and_values(case: Case) -> tuple[Network, Array]:
    """A layer drawn as PyTorch draws its own, and a sequence of normal numbers."""
    random = np.random.default_rng(0)
    limit = case.units**-0.5

    def draw(*shape: int) -> Array:
        return random.uniform(-limit, limit, shape).astype(case.dtype)

    columns = 4 * case.units
    cell = LSTM(draw(case.inputs, columns), draw(case.units, columns), draw(columns))
    return Network((Layer(cell),)), random.standard_normal((case.steps, case.inputs)).astype(case.dtype)


def _compare(case: Case, name: str, ours: Array, theirs: Array) -> None:
    difference = float(np.abs(ours - theirs).max())
    if not difference <= TOLERANCE[case.dtype]:
        raise CannotMeasureError(
            f"rivals must compute the same numbers to within {TOLERANCE[case.dtype]:g}, but with {case} the "
            f"{name} differs by {difference:.2g}"
        )


def table(result: dict[str, Any]) -> str:
    """Two tables: microseconds a step, and how the trace compares."""
    rivals = ("trace", "encode", "written_loop", "tuned_loop", "nn_lstm")
    columns = ("T, H, D", "trace", "(encode)", "written loop", "tuned loop", "nn.LSTM")
    times, ratios = [], []
    for case in result["cases"]:
        place = f"{case['steps']}, {case['units']}, {case['inputs']} {case['dtype']}"
        times.append([place, *(f"{case['microseconds_a_step'][name]['median']:.3g}" for name in rivals)])
        row = [place]
        for ratio in case["ratios"].values():
            row.append(f"{ratio['median']:.2f} ({ratio['lower_quartile']:.2f} - {ratio['upper_quartile']:.2f})")
            row.append(verdict(ratio["median"], ratio["target"]))
        ratios.append(row)
    return (
        "Microseconds a step of one sequence, processor time, one thread. The trace returns all gates and states, the "
        "written loop too (the equations of nn.LSTM step by step, with its weights; tuned: weights transposed, one "
        "product for all inputs, in inference mode), nn.LSTM only the hidden states.\n\n"
        f"{aligned(columns, times)}\n\n"
        "Trace in units of its rivals: medians of paired ratios (quartiles).\n\n"
        f"{aligned(('T, H, D', 'of written loop', '', 'of tuned loop', '', 'of nn.LSTM', ''), ratios)}"
    )
