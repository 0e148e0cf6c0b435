"""How the process treats freed memory. A trace's arrays and its JSON are made and freed with each request."""

import ctypes
import gc
import mmap

from gatescope.core.threads import pin_blas_threads

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""glibc's names for what can be set, from its ``malloc.h``."""

KEPT_BYTES = 64 * 1024 * 1024
"""Freed memory beyond what is set aside that is not given back."""

LARGEST_FROM_HEAP = 32 * 1024 * 1024
"""As large as glibc lets it be."""

MOST_SET_ASIDE = 1024 * 1024 * 1024
"""Well within what glibc takes as a setting, which is an ``int``."""

HUGE_PAGE = 2 * 1024 * 1024


def settle(set_aside: int) -> None:
    """Make the process ready to serve: call once, when everything is imported.

    One BLAS thread; nothing imported is ever looked at again by the garbage collector; and freed memory is kept for
    the next request. By default the C library returns every block of 128 KiB to the system at once, and getting it
    back page by page takes longer than writing a reply into it.

    ``set_aside`` bytes, for what is going to be kept, are taken as addresses only, for which the system is asked to
    give memory by 2 MiB instead of by 4 KiB when they are first written to: a request with a new trace of 300 kB spent
    a fifteenth of its time on such first writes. Where addresses are limited none are taken, so that others find some.
    """
    set_aside = min(set_aside, MOST_SET_ASIDE)
    pin_blas_threads()
    gc.collect()
    gc.freeze()
    if (library := _glibc()) is not None:
        library.mallopt(M_ARENA_MAX, 1)
        library.mallopt(M_TRIM_THRESHOLD, set_aside + KEPT_BYTES)
        library.mallopt(M_MMAP_THRESHOLD, LARGEST_FROM_HEAP)
        if hasattr(mmap, "MADV_HUGEPAGE") and not _are_addresses_limited():
            _set_aside(library, set_aside)


def _set_aside(library: ctypes.CDLL, size: int) -> None:
    """Grow the heap by ``size`` bytes, in blocks that are freed again, and ask for huge pages in all of it."""
    library.sbrk.restype, library.malloc.restype = ctypes.c_void_p, ctypes.c_void_p
    block = LARGEST_FROM_HEAP // 2
    start = library.sbrk(ctypes.c_ssize_t(0))
    blocks = [library.malloc(ctypes.c_size_t(block)) for _ in range(size // block)]
    end = library.sbrk(ctypes.c_ssize_t(0))
    first, last = -(-start // HUGE_PAGE) * HUGE_PAGE, end // HUGE_PAGE * HUGE_PAGE
    if first < last:
        library.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), ctypes.c_int(mmap.MADV_HUGEPAGE))
    for pointer in blocks:
        library.free(ctypes.c_void_p(pointer))


def _are_addresses_limited() -> bool:
    import resource  # there is none on Windows

    limits = (resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA))
    return any(limit != resource.RLIM_INFINITY for limit in limits)


def _glibc() -> ctypes.CDLL | None:
    """The C library, if it is glibc: others have no ``mallopt``, and Windows cannot be asked."""
    try:
        library = ctypes.CDLL(None)
    except (OSError, TypeError):
        return None
    return library if hasattr(library, "mallopt") else None
