import threading
import time
from collections.abc import Callable
from functools import partial

from gatescope.server.workers import Workers

PATIENCE = 20.0


def computing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("compute-")]


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def test_calls_run_in_order_in_other_threads() -> None:
    workers = Workers(1)
    ran: list[tuple[int, str]] = []
    done = threading.Event()

    def note(number: int) -> None:
        ran.append((number, threading.current_thread().name))

    for number in range(20):
        workers.submit(partial(note, number))
    workers.submit(done.set)
    assert done.wait(PATIENCE)
    assert [number for number, _ in ran] == list(range(20))
    assert {name for _, name in ran} == {"compute-0"}


def test_as_many_run_at_once_as_there_are_threads() -> None:
    workers = Workers(3)
    meeting = threading.Barrier(4)
    for _ in range(3):
        workers.submit(lambda: meeting.wait(PATIENCE))
    meeting.wait(PATIENCE)


def test_threads_start_when_needed_and_end_with_their_owner() -> None:
    before = set(computing())
    workers = Workers(2)
    assert set(computing()) == before
    done = threading.Event()
    workers.submit(done.set)
    assert done.wait(PATIENCE)
    own = set(computing()) - before
    assert len(own) == 2
    del workers
    until(lambda: not any(thread.is_alive() for thread in own))
