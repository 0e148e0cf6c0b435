"""What `settle` asks of the C library, seen in a process of its own."""

import ctypes
import subprocess
import sys

PROGRAM = """
import resource, sys
import numpy
from gatescope.server.memory import settle
settle()
faults = []
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    arrays = [numpy.ones(4096) for _ in range(1000)]
    del arrays
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(*faults)
"""


def test_freed_memory_is_kept_for_the_next_request() -> None:
    """32 MB are 8,000 pages when they are first taken; taken again they are there. Only glibc can be asked for it."""
    program = PROGRAM
    if sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"):
        program = "from gatescope.server.memory import settle; settle(); print(1, 0)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, again = map(int, ran.stdout.split())
    assert again < max(first / 10, 1)
