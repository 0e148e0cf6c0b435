"""Training: updates a second against the same network in PyTorch, and memory over many updates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from gatescope.core.initialisation import glorot, initial_cell
from gatescope.core.network import Layer, Network, Readout
from gatescope.core.threads import one_blas_thread
from gatescope.core.training import Batch, Schedule, train

from . import training_memory, training_text
from .measuring import CannotMeasureError, Spread, interleaved, paired_ratio
from .tables import aligned, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS, SEQUENCES, INPUTS, OUTPUTS = 100, 32, 32, 64
RATE, CLIP_NORM = 1e-3, 1.0

TOLERANCE = {"float32": 1e-4, "float64": 1e-8}
"""How far the rivals' losses may be apart after some updates, by precision."""


@dataclass(frozen=True)
class Case:
    """One LSTM layer under a softmax at each step; ``target`` is the largest ratio to PyTorch that is good enough."""

    units: int
    dtype: str
    target: float


CASES = (Case(64, "float32", 2.0), Case(64, "float64", 1.0), Case(128, "float32", 2.0), Case(128, "float64", 1.0))


def run(quick: bool) -> dict[str, Any]:
    """Measure every case, memory, and a minute of the task ``text``: fewer updates and seconds if ``quick``.

    Raises:
        CannotMeasureError: PyTorch is not installed, or the rivals do not find the same losses.
    """
    with one_blas_thread():
        cases = [_measure(case, 5.0 if quick else 20.0) for case in CASES]
    return {
        "steps": STEPS,
        "sequences": SEQUENCES,
        "inputs": INPUTS,
        "outputs": OUTPUTS,
        "cases": cases,
        "memory": training_memory.measure(10_000 // (10 if quick else 1)),
        "text": training_text.measure(training_text.SECONDS / (10 if quick else 1)),
    }


def _measure(case: Case, seconds: float) -> dict[str, Any]:
    try:
        from . import rivals
    except ModuleNotFoundError as error:
        raise CannotMeasureError(
            f"training is compared with PyTorch, and there is no module {error.name}: pip install '.[bench]'"
        ) from None
    rivals.use_one_thread()
    network, batch = _network_and_batch(case)
    updates: dict[str, Callable[[], float]] = {
        "ours": _training(network, batch),
        "torch": rivals.LibraryTraining(network, batch, RATE, CLIP_NORM),
    }
    for _ in range(5):
        ours, theirs = (update() for update in updates.values())
        if not abs(ours - theirs) <= TOLERANCE[case.dtype]:
            raise CannotMeasureError(
                f"rivals must find the same loss to within {TOLERANCE[case.dtype]:g}, but with {case} ours is {ours} "
                f"and PyTorch's {theirs}"
            )
    times = interleaved(updates, seconds=seconds, least=7)
    return {
        "units": case.units,
        "dtype": case.dtype,
        "updates_a_second": {
            name: Spread.of([1 / taken for taken in by_round]).as_json() for name, by_round in times.items()
        },
        "time_to_torch": paired_ratio(times["ours"], times["torch"]).as_json() | {"target": case.target},
    }


def _network_and_batch(case: Case) -> tuple[Network, Batch]:
    random = np.random.default_rng(0)
    cell = initial_cell("lstm", INPUTS, case.units, random, dtype=case.dtype)
    kernel, bias = glorot(random, case.units, OUTPUTS).astype(case.dtype), np.zeros(OUTPUTS, case.dtype)
    inputs = random.standard_normal((STEPS, INPUTS, SEQUENCES)).astype(case.dtype)
    targets = random.integers(0, OUTPUTS, (STEPS, SEQUENCES))
    return Network((Layer(cell),), readout=Readout("softmax", kernel, bias)), Batch(inputs, targets)


def _training(network: Network, batch: Batch) -> Callable[[], float]:
    """What makes the next update and gives the loss before it."""
    steady = Schedule(RATE, updates=1, warm_up=0, final=1.0)
    progress = train(network, repeat(batch), steady, clip_norm=CLIP_NORM)
    return lambda: next(progress).loss


def table(result: dict[str, Any]) -> str:
    """Updates a second with their ratio, and what became of memory."""
    rows = []
    for case in result["cases"]:
        ratio, rates = case["time_to_torch"], case["updates_a_second"]
        rows.append(
            [
                f"H = {case['units']}, {case['dtype']}",
                *(f"{rates[name]['median']:.1f}" for name in ("ours", "torch")),
                f"{ratio['median']:.2f} ({ratio['lower_quartile']:.2f} - {ratio['upper_quartile']:.2f})",
                verdict(ratio["median"], ratio["target"]),
            ]
        )
    memory, text = result["memory"], result["text"]
    return (
        f"Updates a second of an LSTM layer under a softmax: T = {result['steps']}, batch {result['sequences']}, "
        f"D = {result['inputs']}, {result['outputs']} outputs; forward, backward, clipping and Adam, one thread.\n\n"
        f"{aligned(('', 'ours', 'PyTorch', 'time, of PyTorch', ''), rows)}\n\n"
        f"A small network's process had {memory['early'] / 1e6:.1f} MB after {memory['early_updates']:,} updates and "
        f"{memory['late'] / 1e6:.1f} MB after {memory['late_updates']:,}.\n\n"
        f"The task text, a megabyte of Python's standard library, at H = {text['units']}: {text['updates']:,} updates "
        f"in {text['seconds']:.0f} s of one core give {text['bits_per_character']:.2f} bits per held-out character, "
        f"{verdict(text['bits_per_character'], text['target'])} ({text['baseline_name']}: {text['baseline']:.2f})."
    )
