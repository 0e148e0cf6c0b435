"""``python -m benchmarks.import_memory FILE STEPS``: import alone, and say how much memory it took."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np


def measure(path: Path, steps: int) -> dict[str, int]:
    """Bytes of memory at most while a new process imports ``path`` and traces ``steps`` steps, 0 for none.

    ``before`` is what Python with its packages had taken until then, ``peak`` the most until the end.
    """
    command = [sys.executable, "-m", "benchmarks.import_memory", str(path), str(steps)]
    found: dict[str, int] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else 1024 * most
    # Linux counts in ru_maxrss what the parent had when it started this process; here it does not.
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    """Import, digest, trace, and print the two figures as JSON."""
    from gatescope.core import encode, trace
    from gatescope.core.formats.importing import import_network

    before = peak()
    network = import_network(Path(sys.argv[1])).network
    assert network.digest
    if steps := int(sys.argv[2]):
        rows = np.random.default_rng(0).standard_normal((steps, network.input_size))
        trace(network, encode(network, values=rows))
    sys.stdout.write(json.dumps({"before": before, "peak": peak()}))


if __name__ == "__main__":
    main()
