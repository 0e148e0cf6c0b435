"""Overload, departure and deadline: what waits is bounded, what nobody waits for stops, and places are given back."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gatescope.core.errors import Cancelled
from gatescope.server.admission import Admission, Stop
from gatescope.server.errors import BUSY, DEADLINE, GONE, Problem
from gatescope.server.settings import Settings
from tests.server.support import BASE, Client, application, check_problem

REQUEST = {"model": "ids", "input": {"tokens": [1, 2, 3]}}
PATIENCE = 20.0


async def stays() -> dict[str, str]:
    """A client that stays."""
    await asyncio.Event().wait()
    raise AssertionError


async def leaves() -> dict[str, str]:
    """A client that leaves after a moment."""
    await asyncio.sleep(0.05)
    return {"type": "http.disconnect"}


class Work:
    """A computation that polls until it is told to stop, or to finish."""

    def __init__(self) -> None:
        self.started, self.finish, self.stopped = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, stop: Stop) -> str:
        self.started.set()
        for _ in range(int(PATIENCE / 0.005)):
            try:
                stop.poll()
            except Cancelled:
                self.stopped.set()
                raise
            if self.finish.wait(0.005):
                return "finished"
        raise AssertionError("never told to stop")


def run(test: Callable[[Admission], Awaitable[None]], **settings: Any) -> None:
    async def inside() -> None:
        admission = Admission(Settings(**settings))
        try:
            await asyncio.wait_for(test(admission), PATIENCE)
        finally:
            admission.close()

    asyncio.run(inside())


async def until(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, PATIENCE)


def test_the_result_comes_back() -> None:
    async def test(admission: Admission) -> None:
        assert await admission.run(lambda _: threading.current_thread().name, stays) != threading.current_thread().name

    run(test)


def test_an_error_comes_back() -> None:
    async def test(admission: Admission) -> None:
        with pytest.raises(ZeroDivisionError):
            await admission.run(lambda _: 1 / 0, stays)
        assert await admission.run(lambda _: 1, stays) == 1

    run(test, workers=1, queue_length=0)


def test_beyond_the_queue_the_server_is_busy_and_later_it_is_not() -> None:
    async def test(admission: Admission) -> None:
        works = [Work() for _ in range(3)]
        tasks = [asyncio.ensure_future(admission.run(work, stays)) for work in works]
        await until(works[0].started)
        await asyncio.sleep(0.02)
        with pytest.raises(Problem) as caught:
            await admission.run(Work(), stays)
        assert caught.value.kind is BUSY
        assert caught.value.headers == {"Retry-After": "7"}
        assert not works[1].started.is_set(), "one worker, so the second waits"
        for work in works:
            work.finish.set()
        assert await asyncio.gather(*tasks) == ["finished"] * 3
        assert await admission.run(lambda _: 1, stays) == 1

    run(test, workers=1, queue_length=2, retry_after_seconds=7)


def test_what_nobody_waits_for_stops_and_gives_its_place_back() -> None:
    async def test(admission: Admission) -> None:
        work = Work()
        with pytest.raises(Problem) as caught:
            await admission.run(work, leaves)
        assert caught.value.kind is GONE
        await until(work.stopped)
        assert await admission.run(lambda _: 1, stays) == 1

    run(test, workers=1, queue_length=1)


def test_what_waits_and_is_left_never_begins() -> None:
    async def test(admission: Admission) -> None:
        first, second = Work(), Work()
        running = asyncio.ensure_future(admission.run(first, stays))
        await until(first.started)
        with pytest.raises(Problem):
            await admission.run(second, leaves)
        third = asyncio.ensure_future(admission.run(lambda _: 3, stays))
        await asyncio.sleep(0.02)
        first.finish.set()
        assert await running == "finished"
        assert await third == 3, "it had the place of the one that left"
        assert not second.started.is_set()

    run(test, workers=1, queue_length=1)


def test_the_deadline_stops_what_runs_and_what_waits() -> None:
    async def test(admission: Admission) -> None:
        running, waiting = Work(), Work()
        tasks = [asyncio.ensure_future(admission.run(work, stays)) for work in (running, waiting)]
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(outcome, Problem)
            assert outcome.kind is DEADLINE
        await until(running.stopped)
        assert await admission.run(lambda _: 1, stays) == 1

    run(test, workers=1, queue_length=1, deadline_seconds=0.1)


def test_closing_stops_what_runs() -> None:
    work = Work()

    async def test(admission: Admission) -> None:
        task = asyncio.ensure_future(admission.run(work, stays))
        await until(work.started)
        admission.close()
        with pytest.raises(Cancelled):
            await task

    run(test)


class SlowTrace:
    """Takes the place of the core's trace: holds until released, polling as it does."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.running = threading.Semaphore(0)
        self.cancelled = threading.Event()

    def __call__(self, *_: Any, poll: Callable[[], None], **__: Any) -> Any:
        self.running.release()
        for _attempt in range(int(PATIENCE / 0.005)):
            try:
                poll()
            except Cancelled:
                self.cancelled.set()
                raise
            if self.released.wait(0.005):
                raise Problem(BUSY, "Released.")
        raise AssertionError("never told to stop")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowTrace:
    trace = SlowTrace()
    monkeypatch.setattr("gatescope.server.tracing.trace", trace)
    return trace


def test_an_overloaded_server_answers_503_and_is_well(folder: Path, slow: SlowTrace) -> None:
    client = Client(application(folder, workers=1, queue_length=1))

    def release() -> None:
        assert slow.running.acquire(timeout=PATIENCE)
        threading.Event().wait(0.1)
        slow.released.set()

    releasing = threading.Thread(target=release)
    releasing.start()
    traces: list[tuple[str, str, dict[str, Any]]] = [("POST", f"{BASE}/traces", {"json": REQUEST})] * 5
    answers = client.together([*traces, ("GET", f"{BASE}/health", {}), ("GET", f"{BASE}/limits", {})])
    releasing.join()
    busy = [answer for answer in answers[:5] if "Retry-After" in answer.headers]
    assert len(busy) == 3
    for answer in busy:
        check_problem(answer, 503)
    assert [answer.status_code for answer in answers[5:]] == [200, 200]


def test_a_trace_past_its_deadline_is_504_and_stops(folder: Path, slow: SlowTrace) -> None:
    client = Client(application(folder, deadline_seconds=0.05))
    body = check_problem(client.post("/traces", REQUEST), 504)
    assert "0.05 seconds" in body["detail"]
    assert slow.cancelled.wait(PATIENCE)


def test_a_trace_whose_client_leaves_stops(folder: Path, slow: SlowTrace) -> None:
    app = application(folder)
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'{"model": "ids", "input": {"tokens": [1]}}', "more_body": False}
    ]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await asyncio.to_thread(slow.running.acquire, timeout=PATIENCE)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"{BASE}/traces",
        "query_string": b"",
        "headers": headers,
        "scheme": "http",
    }
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]  # all an ASGI application needs
    assert slow.cancelled.wait(PATIENCE)
    assert sent[0]["status"] == 499
