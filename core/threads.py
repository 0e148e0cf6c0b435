"""BLAS threads: one is faster than several for the small products of a step, and far faster on a busy machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    """Looking for the loaded libraries takes milliseconds, so it is done once."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Run the block with a single BLAS thread and restore the former number after it."""
    controller = _controller()
    if all(library.num_threads == 1 for library in controller.lib_controllers if library.user_api == "blas"):
        yield
        return
    with controller.limit(limits=1, user_api="blas"):
        yield


def pin_blas_threads() -> None:
    """Keep BLAS at a single thread for the rest of the process, as a server does."""
    _controller().limit(limits=1, user_api="blas")
