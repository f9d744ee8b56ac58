"""A socket without a network, which collects the frames that this process would push."""

from __future__ import annotations

import asyncio
import threading

from core.push.hub import Hub


class Collector:
    """Joins the hub for some people, on a separate event loop, as a server's sockets do."""

    def __init__(self, hub: Hub, *user_ids: int) -> None:
        self.frames: list[bytes] = []
        self.hub, self.user_ids = hub, user_ids
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def deliver(self, frame: bytes) -> None:
        self.frames.append(frame)

    async def join(self) -> None:
        for user_id in self.user_ids:
            self.hub.join(user_id, self)

    async def leave(self) -> None:
        for user_id in self.user_ids:
            self.hub.leave(user_id, self)
        self.hub.loop = None

    def start(self) -> None:
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.join(), self.loop).result()

    def stop(self) -> None:
        """Leave the hub after all pending frames have been delivered."""
        asyncio.run_coroutine_threadsafe(self.leave(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
