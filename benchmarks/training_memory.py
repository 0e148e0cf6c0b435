"""``python -m benchmarks.training_memory UPDATES``: train a small network alone, and say how much memory is taken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import numpy as np

from .measuring import CannotMeasureError


def measure(updates: int) -> dict[str, int]:
    """Bytes of memory of a new process after a tenth of ``updates``, and after all of them.

    Raises:
        CannotMeasureError: this system does not tell.
    """
    if not Path("/proc/self/statm").exists():
        raise CannotMeasureError("the memory of a process is read from /proc, which only Linux has")
    command = [sys.executable, "-m", "benchmarks.training_memory", str(updates)]
    found: dict[str, int] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def resident() -> int:
    """Bytes of memory that this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Train on batches that are all different, and print the figures as JSON."""
    from gatescope.core.initialisation import initial_network
    from gatescope.core.training import Batch, Schedule, train

    updates = int(sys.argv[1])
    early, taken = updates // 10, 0
    random = np.random.default_rng(0)
    network = initial_network("lstm", (16,), random, readout="linear", input_size=2)
    numbers = (random.standard_normal((21, 2, 8)).astype(np.float32) for _ in count())
    batches = (Batch(each[:-1], each[1:]) for each in numbers)
    for progress in train(network, batches, Schedule(1e-3, updates)):
        if progress.update == early:
            taken = resident()
        if progress.update == updates:
            break
    sys.stdout.write(json.dumps({"early_updates": early, "early": taken, "late_updates": updates, "late": resident()}))


if __name__ == "__main__":
    main()
