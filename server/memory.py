"""How the process treats freed memory. A trace's arrays and its JSON are made and freed with each request."""

import ctypes
import gc
from collections.abc import Callable

from gatescope.core.threads import pin_blas_threads

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""glibc's names for what can be set, from its ``malloc.h``."""

KEPT_BYTES = 64 * 1024 * 1024
LARGEST_FROM_HEAP = 32 * 1024 * 1024
"""As large as glibc lets it be."""


def settle() -> None:
    """Make the process ready to serve: call once, when everything is imported.

    One BLAS thread; nothing imported is ever looked at again by the garbage collector; and freed memory is kept for
    the next request. By default the C library returns every block of 128 KiB to the system at once, and getting it
    back page by page takes longer than writing a reply into it.
    """
    pin_blas_threads()
    gc.collect()
    gc.freeze()
    if (mallopt := _mallopt()) is not None:
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, LARGEST_FROM_HEAP)


def _mallopt() -> Callable[[int, int], int] | None:
    """Glibc's ``mallopt``; other C libraries have none, and Windows cannot be asked."""
    try:
        return getattr(ctypes.CDLL(None), "mallopt", None)
    except (OSError, TypeError):
        return None
