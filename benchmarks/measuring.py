"""How rivals are timed: interleaved in one run, compared by paired ratios, so that a busy machine harms all alike."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np


class CannotMeasureError(Exception):
    """A part of the benchmark cannot be run here; the message says in one sentence what is missing."""


SHORTEST = 2e-3
"""Seconds below which a rival is called several times for one reading."""


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of a sample."""

    median: float
    lower: float
    upper: float
    count: int

    @classmethod
    def of(cls, sample: Sequence[float]) -> Spread:
        """The spread of one number or more."""
        if len(sample) == 1:
            return cls(sample[0], sample[0], sample[0], 1)
        lower, median, upper = statistics.quantiles(sample, n=4, method="inclusive")
        return cls(median, lower, upper, len(sample))

    def as_json(self) -> dict[str, float]:
        """The four numbers by name."""
        return {"median": self.median, "lower_quartile": self.lower, "upper_quartile": self.upper, "count": self.count}


def interleaved(
    rivals: Mapping[str, Callable[..., object]],
    *,
    seconds: float,
    least: int,
    most: int = 400,
    prepare: Mapping[str, Callable[[], object]] | None = None,
    clock: Callable[[], float] = time.process_time,
    shortest: float = SHORTEST,
) -> dict[str, list[float]]:
    """Time every rival once a round, in a new random order each round, for about ``seconds``.

    What is counted is processor time of this process: on a shared machine the wall clock adds what other programs took,
    and adds it mostly to whoever runs longest. Only where another process has a part in the work, ``clock`` must be the
    wall's. A rival that takes less than ``shortest`` seconds is called several times in a row, or the round would
    measure how cold its predecessor left the caches. A rival named in ``prepare`` is called with what that gives, made
    anew for each call and outside the time.

    Returns:
        For each rival its seconds a call by round; entries with the same index were taken next to each other.
    """
    ready = {name: _with_arguments(call, (prepare or {}).get(name)) for name, call in rivals.items()}
    calls = {name: max(1, round(shortest / max(1e-6, _second_call(make, clock)))) for name, make in ready.items()}
    times: dict[str, list[float]] = {name: [] for name in rivals}
    order = list(rivals)
    shuffle = np.random.default_rng(0).shuffle
    deadline = time.perf_counter() + seconds
    while (count := len(times[order[0]])) < least or (count < most and time.perf_counter() < deadline):
        shuffle(order)
        for name in order:
            row = [ready[name]() for _ in range(calls[name])]
            before = clock()
            for call in row:
                call()
            times[name].append((clock() - before) / calls[name])
    return times


def _with_arguments(
    call: Callable[..., object], prepare: Callable[[], object] | None
) -> Callable[[], Callable[[], object]]:
    """What makes the next call ready."""
    return (lambda: call) if prepare is None else (lambda: partial(call, prepare()))


def _second_call(make: Callable[[], Callable[[], object]], clock: Callable[[], float]) -> float:
    """Seconds that a call takes once it is warm."""
    make()()
    call = make()
    before = clock()
    call()
    return clock() - before


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Spread of the ratios within each round: below 1 means that ours took less."""
    return Spread.of([a / b for a, b in zip(ours, theirs, strict=True)])


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    versions: dict[str, str | None] = {}
    for package in ("numpy", "torch", "fastapi", "uvicorn", "orjson", "playwright"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = None
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
    }


def _processor() -> str:
    """The processor's name as Linux tells it, else what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
