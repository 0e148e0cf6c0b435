"""BLAS is held to one thread for small products, and set free after them."""

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from gatescope.core.threads import one_blas_thread


def threads() -> set[int]:
    """The numbers of threads of the BLAS libraries that are loaded."""
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_a_block_runs_with_one_thread_and_restores_the_number() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        with one_blas_thread():
            assert threads() == {1}
            with one_blas_thread():
                assert threads() == {1}
            assert threads() == {1}
        assert threads() == before


def test_the_number_is_restored_after_an_error_as_well() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        with pytest.raises(KeyError), one_blas_thread():
            raise KeyError
        assert threads() == before
