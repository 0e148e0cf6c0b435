"""Streams of events: how many may be open."""

import asyncio
from collections.abc import Iterable
from contextlib import nullcontext

from starlette.types import Message

from gatescope.server.errors import BUSY, Problem
from gatescope.server.settings import Settings
from gatescope.server.streams import EventStream, Streams

MOST = 3


def nothing_yet() -> tuple[Iterable[bytes], bool]:
    """A run in which nothing happens."""
    return (), False


def test_however_many_come_at_once_no_more_are_open_than_may_be() -> None:
    async def ask_all() -> None:
        streams = Streams(Settings(max_event_streams=MOST))
        began, left = 0, asyncio.Event()

        async def receive() -> Message:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal began
            began += message["type"] == "http.response.start"
            await asyncio.sleep(0)  # whoever asks now must not find the place that was just taken

        async def ask() -> Problem | None:
            try:
                await EventStream(streams, nothing_yet, lambda _: nullcontext())({"type": "http"}, receive, send)
            except Problem as problem:
                return problem
            return None

        asking = [asyncio.create_task(ask()) for _ in range(4 * MOST)]
        _, open_ones = await asyncio.wait(asking, timeout=0.2)
        assert (began, len(open_ones)) == (MOST, MOST)
        left.set()
        refused = [problem for problem in await asyncio.gather(*asking) if problem]
        assert [problem.kind for problem in refused] == [BUSY] * 3 * MOST
        assert [await ask() for _ in range(2 * MOST)] == [None] * 2 * MOST, "those that have ended count no longer"

    asyncio.run(ask_all())
