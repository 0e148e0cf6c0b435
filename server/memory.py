"""How the process treats freed memory. A trace's arrays and its JSON are made and freed with each request."""

import ctypes
import gc
import mmap
from typing import Any

from gatescope.core.threads import pin_blas_threads

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -2, -3, -8
"""glibc's names for what can be set, from its ``malloc.h``."""

DEFAULT_TOP_PAD = 128 * 1024
LARGEST_INT = 2**31 - 1
KEPT_BYTES = 64 * 1024 * 1024
LARGEST_FROM_HEAP = 32 * 1024 * 1024
"""As large as glibc lets it be."""


def settle(lasting_bytes: int) -> None:
    """Make the process ready to serve: call once, when everything is imported.

    One BLAS thread; nothing imported is ever looked at again by the garbage collector; and freed memory is kept for
    the next request. By default the C library returns every block of 128 KiB to the system at once, and getting it
    back page by page takes longer than writing a reply into it. Traces that are kept, ``lasting_bytes`` of them, take
    new memory all the same; that is asked for in huge pages, a tenth of the work.
    """
    pin_blas_threads()
    gc.collect()
    gc.freeze()
    try:
        library: Any = ctypes.CDLL(None)
        library.mallopt(M_ARENA_MAX, 1)
    except (OSError, TypeError, AttributeError):
        return  # only glibc has mallopt, and Windows cannot be asked
    library.mallopt(M_TRIM_THRESHOLD, min(lasting_bytes + KEPT_BYTES, LARGEST_INT))
    library.mallopt(M_MMAP_THRESHOLD, LARGEST_FROM_HEAP)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        _widen_heap(library, min(lasting_bytes, LARGEST_INT))


def _widen_heap(library: Any, size: int) -> None:
    """Give the heap this many bytes of addresses, no memory yet, and have them filled by huge pages."""
    library.malloc.restype = ctypes.c_void_p
    library.free.argtypes = (ctypes.c_void_p,)
    library.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    library.mallopt(M_TOP_PAD, size)
    start = library.malloc(LARGEST_FROM_HEAP // 2)  # more than is there, so that the heap grows
    library.mallopt(M_TOP_PAD, DEFAULT_TOP_PAD)
    if start is not None:
        library.free(start)
        page = start + -start % mmap.PAGESIZE
        library.madvise(page, size // mmap.PAGESIZE * mmap.PAGESIZE, mmap.MADV_HUGEPAGE)
