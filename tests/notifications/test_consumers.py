"""Slow, gone and flooding clients: the consumer is called as a server calls it."""

from __future__ import annotations

import asyncio
from typing import Any

from notifications.consumers import BACKLOG, Close, PushConsumer

FRAME = b'{"type": "notification"}'


def consumer(send: Any = None) -> PushConsumer:
    scope: Any = {"type": "websocket", "path": "/ws/", "headers": [], "subprotocols": []}
    return PushConsumer(scope, receive=asyncio.Queue().get, send=send)


def test_the_socket_of_a_client_that_reads_too_slowly_is_closed_and_queues_no_more_frames():
    async def fall_behind() -> tuple[bool, Close | None, int]:
        slow = consumer()
        for _ in range(BACKLOG):
            slow.deliver(FRAME)
        in_time = not slow.ended.done()
        slow.deliver(FRAME)
        slow.deliver(FRAME)
        return in_time, slow.ended.result(), slow.frames.qsize()

    assert asyncio.run(fall_behind()) == (True, Close.TRY_AGAIN, BACKLOG)


def test_a_client_that_reads_nothing_can_not_delay_the_close():
    async def never_taken(event: Any) -> None:
        await asyncio.Event().wait()

    async def close() -> None:
        await asyncio.wait_for(consumer(never_taken).close(Close.TRY_AGAIN), timeout=5)

    asyncio.run(close())


def test_a_client_that_has_left_ends_its_socket_without_an_error():
    async def gone(event: Any) -> None:
        raise OSError

    async def write() -> Close | None:
        left = consumer(gone)
        left.deliver(FRAME)
        await left.write()
        await left.pong()
        await left.close(Close.TRY_AGAIN)
        return left.ended.result()

    assert asyncio.run(write()) is None


def test_other_tasks_run_between_the_frames_of_a_flood():
    frames = 500

    async def flood() -> int:
        flooded: asyncio.Queue[Any] = asyncio.Queue()
        for _ in range(frames):
            flooded.put_nowait({"type": "websocket.receive", "text": "x"})
        flooded.put_nowait({"type": "websocket.disconnect", "code": 1000})
        reader = consumer()
        reader.receive = flooded.get
        reading = asyncio.create_task(reader.read())
        turns = 0
        while not reading.done():
            await asyncio.sleep(0)
            turns += 1
        return turns

    assert asyncio.run(flood()) >= frames
