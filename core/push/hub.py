"""The sockets that are open in this process."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol

from core.observability.metrics import PUSHES, SOCKETS

# Not sent to clients: it makes a socket check whether its token is still valid.
RECHECK = b"recheck"


class Socket(Protocol):
    def deliver(self, frame: bytes) -> None:
        """Take a frame without waiting."""

    def greet(self) -> None:
        """Send the client the frame `ready`: from now on it gets every frame."""


class Hub:
    """The open sockets by user. Call all but `is_open` and `put` on the server's event loop."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.sockets: dict[int, set[Socket]] = {}

    @property
    def is_open(self) -> bool:
        """Whether this process has ever had a socket."""
        return self.loop is not None

    def put(self, user_id: int, frame: bytes) -> None:
        """Hand a frame to this person's sockets, from any thread."""
        if self.loop is not None:
            # A server that stops has closed its loop, and with it all sockets.
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self.deliver, user_id, frame)
                PUSHES.labels("handed_over").inc()

    def deliver(self, user_id: int, frame: bytes) -> None:
        for socket in self.sockets.get(user_id, ()):
            socket.deliver(frame)

    def greet(self) -> None:
        """Send `ready` to every socket again: from now on it gets every frame."""
        for sockets in list(self.sockets.values()):
            for socket in list(sockets):
                socket.greet()

    def count(self, user_id: int) -> int:
        return len(self.sockets.get(user_id, ()))

    def join(self, user_id: int, socket: Socket) -> None:
        self.loop = asyncio.get_running_loop()
        self.sockets.setdefault(user_id, set()).add(socket)
        SOCKETS.inc()

    def leave(self, user_id: int, socket: Socket) -> None:
        self.sockets[user_id].discard(socket)
        SOCKETS.dec()
        if not self.sockets[user_id]:
            del self.sockets[user_id]


hub = Hub()
