"""BLAS threads: one while a small network runs, and as many as before after it."""

from collections.abc import Iterator

import pytest
from threadpoolctl import ThreadpoolController

from gatescope.core import encode, trace
from gatescope.core.threads import one_blas_thread, pin_blas_threads
from tests.core.networks import normal, random_network


def counts() -> list[int]:
    """Threads of NumPy's own BLAS: another package that a test imports later may bring a second one."""
    libraries = ThreadpoolController().select(user_api="blas").lib_controllers
    return [library.num_threads for library in libraries if "numpy" in (library.filepath or "")]


@pytest.fixture(autouse=True)
def _two_threads() -> Iterator[None]:
    with ThreadpoolController().limit(limits=2, user_api="blas"):
        if not counts() or max(counts()) < 2:
            pytest.skip("this NumPy's BLAS has no threads to limit")
        yield


def test_the_block_has_one_thread_and_leaves_as_many_as_there_were() -> None:
    before = counts()
    with one_blas_thread():
        assert set(counts()) == {1}
        with one_blas_thread():
            assert set(counts()) == {1}
        assert set(counts()) == {1}
    assert counts() == before


def test_the_number_is_restored_when_the_block_fails() -> None:
    before = counts()
    with pytest.raises(KeyError), one_blas_thread():
        raise KeyError
    assert counts() == before


def test_a_small_network_runs_with_one_thread() -> None:
    network, seen, before = random_network(), [], counts()
    trace(network, encode(network, values=normal(3, 3)), poll=lambda: seen.append(set(counts())))
    assert seen == [{1}]
    assert counts() == before


def test_pinning_lasts() -> None:
    pin_blas_threads()
    assert set(counts()) == {1}
