"""How well a network knows a megabyte of text after a minute: the task ``text`` as the program trains it."""

from __future__ import annotations

import time
from itertools import repeat
from typing import Any

from gatescope.core.training import Plan, Run

UNITS = 128
TARGET = 2.2
"""Bits per character of held-out text that are few enough after `SECONDS`."""
SECONDS = 60.0
TRIED = 20
"""Updates by whose time the number of updates is chosen."""


def measure(seconds: float) -> dict[str, Any]:
    """Train for about ``seconds`` of processor time, one thread, and evaluate once at the end."""
    plan = {"task": "text", "hidden_size": UNITS, "evaluate_every": 100_000}
    trial = Run.start(Plan.of(plan))
    trial.advance()
    updates = int(seconds / _processor_time(trial, TRIED) * TRIED)

    run = Run.start(Plan.of(plan | {"steps": updates}))
    taken = _processor_time(run, updates - 1)
    evaluation = run.advance().evaluation
    assert evaluation is not None  # the last update has one
    return {
        "units": UNITS,
        "updates": updates,
        "seconds": taken,
        "bits_per_character": evaluation["value"],
        "baseline": evaluation["baseline"],
        "baseline_name": evaluation["baseline_name"],
        "target": TARGET if seconds >= SECONDS else None,
    }


def _processor_time(run: Run, updates: int) -> float:
    """Seconds that so many updates take."""
    before = time.process_time()
    for _ in repeat(None, updates):
        run.advance()
    return time.process_time() - before
