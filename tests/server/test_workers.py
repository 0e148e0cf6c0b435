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
    assert len(own) == 1, "the second thread has nothing to do yet"
    meeting = threading.Barrier(3)
    for _ in range(2):
        workers.submit(lambda: meeting.wait(PATIENCE))
    meeting.wait(PATIENCE)
    own = set(computing()) - before
    assert len(own) == 2
    del workers
    until(lambda: not any(thread.is_alive() for thread in own))


def test_the_thread_that_worked_last_works_next() -> None:
    workers = Workers(2)
    meeting = threading.Barrier(3)
    for _ in range(2):
        workers.submit(lambda: meeting.wait(PATIENCE))
    meeting.wait(PATIENCE)
    names: list[str] = []

    def thirty_in_a_row() -> bool:
        done = threading.Event()

        def note() -> None:
            names.append(threading.current_thread().name)
            done.set()

        workers.submit(note)
        assert done.wait(PATIENCE)
        return len(names) >= 30 and len(set(names[-30:])) == 1

    until(thirty_in_a_row)


def test_closing_lets_what_was_submitted_run_and_takes_no_thread_more() -> None:
    before = set(computing())
    workers = Workers(1)
    begin, ran = threading.Event(), []
    workers.submit(lambda: begin.wait(PATIENCE))
    own = set(computing()) - before
    workers.submit(lambda: ran.append("waited"))
    workers.close()
    begin.set()
    until(lambda: not any(thread.is_alive() for thread in own))
    assert ran == ["waited"]
    workers.close()
