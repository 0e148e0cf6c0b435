"""What `settle` asks of the C library and the system, seen in processes of their own."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import resource, sys
import numpy
from gatescope.server.memory import settle
settle(int(sys.argv[1]))
faults = []
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    arrays = [numpy.ones(4096) for _ in range(1000)]
    del arrays
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(*faults)
"""
PAGES = 8000
"""Of 4 KiB, in 32 MB."""
HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
HAS_GLIBC = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "mallopt")
HAS_HUGE_PAGES = HAS_GLIBC and HUGE_PAGES.exists() and "[never]" not in HUGE_PAGES.read_text()


LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\n"
"""Sets a limit to addresses, which `settle` then leaves to others."""


def page_faults(set_aside: int, before: str = "") -> tuple[int, int]:
    """How often memory came from the system while 32 MB were written to after `settle`, and once they were freed."""
    program = before + PROGRAM if HAS_GLIBC else "from gatescope.server.memory import settle; settle(1); print(1, 0)"
    command = [sys.executable, "-c", program, str(set_aside)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    first, again = map(int, ran.stdout.split())
    return first, again


@pytest.mark.parametrize("set_aside", [0, 1, 64 * 1024 * 1024, 2**40])
def test_freed_memory_is_kept_for_the_next_request(set_aside: int) -> None:
    """Only glibc can be asked for it; elsewhere settling does nothing."""
    first, again = page_faults(set_aside)
    assert again < max(first / 10, 1)


def test_memory_set_aside_comes_in_huge_pages() -> None:
    """Where the system offers them; else it comes page by page as before."""
    first, _ = page_faults(64 * 1024 * 1024)
    assert first < (PAGES / 4 if HAS_HUGE_PAGES else 2 * PAGES)


def test_limited_addresses_are_left_to_others() -> None:
    """Nothing is set aside of 2 GiB, and memory comes page by page."""
    first, again = page_faults(2**40, LIMITED)
    assert again < max(first / 10, 1)
    assert first > (PAGES / 2 if HAS_GLIBC else 0)
