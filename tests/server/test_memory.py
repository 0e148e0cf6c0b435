"""What `settle` asks of the C library, seen from outside a process of its own."""

import ctypes
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import ctypes, re, resource
from pathlib import Path
import numpy
from gatescope.server.memory import settle
settle(256 * 1024 * 1024)
heap = Path("/proc/self/smaps").read_text().split("[heap]")
print(sum("hg" in re.search("VmFlags:(.*)", part)[1].split() for part in heap[1:]))
kept = [numpy.ones(4096) for _ in range(2000)]
del kept
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
kept = [numpy.ones(4096) for _ in range(2000)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_the_heap_is_of_huge_pages_and_is_kept() -> None:
    """64 MB freed and taken again cost no page anew; by default they cost all 16,000."""
    glibc = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "mallopt")
    program = PROGRAM if glibc else "from gatescope.server.memory import settle; settle(1); print(1); print(0)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    advised, faults = map(int, ran.stdout.split())
    assert advised > 0 or not Path("/sys/kernel/mm/transparent_hugepage").exists()
    assert faults < 200
