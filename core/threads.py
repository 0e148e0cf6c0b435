"""BLAS threads: one is faster than several for the small products of a step, and far faster on a busy machine."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

from threadpoolctl import LibController, ThreadpoolController

ONE_THREAD_BELOW = 512
"""Units below which several BLAS threads are slower than one."""


@cache
def _libraries() -> tuple[LibController, ...]:
    """The loaded BLAS libraries; looking for them takes milliseconds, so it is done once."""
    return tuple(library for library in ThreadpoolController().lib_controllers if library.user_api == "blas")


def threads_for(units: int) -> AbstractContextManager[None]:
    """What runs a block with as many BLAS threads as serve a network whose narrowest cell has ``units``."""
    return one_blas_thread() if units < ONE_THREAD_BELOW else nullcontext()


def one_blas_thread() -> AbstractContextManager[None]:
    """What runs a block with a single BLAS thread and restores the former number after it."""
    before = [(library, threads) for library in _libraries() if (threads := library.num_threads) != 1]
    return _one_thread_of(before) if before else nullcontext()


@contextmanager
def _one_thread_of(before: Sequence[tuple[LibController, int]]) -> Iterator[None]:
    for library, _ in before:
        library.set_num_threads(1)
    try:
        yield
    finally:
        for library, threads in before:
            library.set_num_threads(threads)
            _let_go(library)


def pin_blas_threads() -> None:
    """Keep BLAS at a single thread for the rest of the process, as a server does."""
    for library in _libraries():
        library.set_num_threads(1)
        _let_go(library)


def _let_go(library: LibController) -> None:
    """From threadpoolctl 3.8 on, whoever sets a number first is the only thread that can, until it says it is done."""
    if clear := getattr(library, "clear_controlling_thread", None):
        clear()
