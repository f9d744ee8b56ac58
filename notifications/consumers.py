"""`/ws/`: live notifications over a WebSocket (contract N5, C9)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from enum import IntEnum
from itertools import count

import orjson
import structlog
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, WebSocketScope
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpResponse

from core.api.error_handling import envelope
from core.api.renderers import dumps
from core.errors import BAD_REQUEST, APIError
from core.http.origins import is_foreign, is_known
from core.observability import logs
from core.observability.logs import UNKNOWN_HOST
from core.push.hub import RECHECK, hub
from core.push.leases import Lease
from core.push.relay import listener
from notifications.authentication import is_good, look_up, offered_token, tell_database_failed

logger = structlog.stdlib.get_logger(__name__)

PONG = dumps({"type": "pong"})
MAX_PING = 1000
# How many frames may wait for a client that reads slowly.
BACKLOG = 100
# After this many frames from a client, the server pauses for this many seconds.
BURST, PAUSE = 100, 0.01
# How long closing may wait for a client that doesn't read, in seconds.
FAREWELL = 1.0


class Close(IntEnum):
    """Why the server closes a socket. It accepts the socket first, since a browser can't see why a
    handshake was refused. Only handshakes for an unknown host are refused."""

    TRY_AGAIN = 1013
    TOKEN_NOT_VALID = 4401
    FOREIGN_ORIGIN = 4403
    NOTHING_HERE = 4404
    TOO_MANY = 4429


class PushConsumer:
    """One socket, from handshake to close."""

    def __init__(
        self, scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.frames: asyncio.Queue[bytes] = asyncio.Queue(BACKLOG)
        self.ready = b""
        self.doubted = asyncio.Event()
        self.ended: asyncio.Future[Close | None] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        """Serve the socket from handshake to close, and log both."""
        with logs.about(request_id=logs.request_id(self.header(b"x-request-id"))):
            if not await self.admit():
                return
            began, code = time.monotonic(), await self.open()
            if code is not None:
                await self.close(code)
            # Without a code, the client has left.
            seconds = round(time.monotonic() - began, 1)
            logger.info("socket closed", code=code and int(code), seconds=seconds)

    async def refuse(self) -> None:
        """Close a socket at an address that doesn't exist."""
        if await self.admit():
            await self.close(Close.NOTHING_HERE)

    async def admit(self) -> bool:
        """Accept the handshake. One for an unknown host, which no browser sends by itself, gets the
        400 of REST instead (contract C4). Returns whether it was accepted."""
        await self.receive()
        if not is_known(self.header(b"host")):
            logger.info("socket refused", refused=UNKNOWN_HOST)
            await self.answer(envelope(APIError(BAD_REQUEST)))
            return False
        await self.accept()
        return True

    async def answer(self, response: HttpResponse) -> None:
        """Answer the handshake with an HTTP response."""
        headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
        status = response.status_code
        await self.send(
            {"type": "websocket.http.response.start", "status": status, "headers": headers}
        )
        await self.send(
            {"type": "websocket.http.response.body", "body": response.content, "more_body": False}
        )

    def header(self, name: bytes) -> str:
        """Return a header of the handshake; "" if there is none."""
        return dict(self.scope["headers"]).get(name, b"").decode("latin-1")

    async def accept(self) -> None:
        subprotocol = "bearer" if "bearer" in self.scope["subprotocols"] else None
        await self.send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": []})

    async def close(self, code: Close) -> None:
        with contextlib.suppress(TimeoutError, OSError):
            closing = self.send({"type": "websocket.close", "code": code, "reason": ""})
            await asyncio.wait_for(closing, FAREWELL)

    async def open(self) -> Close | None:
        """Authenticate and serve the client. Returns the close code, None if it has left."""
        if is_foreign(self.header(b"origin"), self.header(b"host")):
            return Close.FOREIGN_ORIGIN
        text = offered_token(self.scope["subprotocols"])
        try:
            user_id, expires_at = await look_up(text)
        except APIError:
            return Close.TOKEN_NOT_VALID
        except DatabaseError as error:
            tell_database_failed(error)
            return Close.TRY_AGAIN
        return await self.join(user_id, text, expires_at)

    async def join(self, user_id: int, text: str, expires_at: float) -> Close | None:
        """Take one of the person's socket places while this socket is open."""
        if hub.count(user_id) >= settings.SOCKETS_PER_PERSON:
            return Close.TOO_MANY
        lease = Lease(user_id)
        self.ready = dumps({"type": "ready", "user": user_id})
        self.greet()
        hub.join(user_id, self)
        try:
            if not await lease.take():
                return Close.TOO_MANY
            await listener.start()
            logs.bind(user=user_id)
            logger.info("socket opened")
            return await self.live(text, expires_at, lease)
        finally:
            hub.leave(user_id, self)
            await lease.release()

    async def live(self, text: str, expires_at: float, lease: Lease) -> Close | None:
        async with asyncio.TaskGroup() as group:
            work = (self.read(), self.write(), self.watch(text, expires_at, lease))
            tasks = [group.create_task(each) for each in work]
            code = await self.ended
            for task in tasks:
                task.cancel()
        return code

    def end(self, code: Close | None) -> None:
        if not self.ended.done():
            self.ended.set_result(code)

    def greet(self) -> None:
        self.deliver(self.ready)

    def deliver(self, frame: bytes) -> None:
        """Queue a frame for the client without waiting. If the client reads too slowly, the socket
        is closed: the client can fetch by REST what it has missed."""
        if frame == RECHECK:
            self.doubted.set()
            return
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.end(Close.TRY_AGAIN)

    async def write(self) -> None:
        try:
            while True:
                await self.send_text(await self.frames.get())
        except OSError:  # the client has left
            self.end(None)

    async def read(self) -> None:
        """Answer pings, which are JSON since browsers can't send ping frames. Other frames are
        ignored.

        The server reads no more from a client while frames from it wait here.
        """
        for number in count(1):
            message = await self.receive()
            if message["type"] == "websocket.disconnect":
                self.end(None)
                return
            if message["type"] == "websocket.receive" and is_ping(message.get("text")):
                await self.pong()
            await asyncio.sleep(0 if number % BURST else PAUSE)

    async def pong(self) -> None:
        with contextlib.suppress(OSError):  # the client has left: the next read gets the disconnect
            await self.send_text(PONG)

    async def send_text(self, frame: bytes) -> None:
        await self.send({"type": "websocket.send", "text": frame.decode(), "bytes": None})

    async def watch(self, text: str, expires_at: float, lease: Lease) -> None:
        """Check the token again when it expires, when a recheck is requested, and regularly, since
        such a request may be lost. Also check it at once, since it may have been revoked between
        the first check and joining the hub."""
        while await is_good(text):
            await lease.take()
            wait = min(settings.SOCKET_CHECK_SECONDS, expires_at - time.time())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.doubted.wait(), wait)
            self.doubted.clear()
        self.end(Close.TOKEN_NOT_VALID)


def is_ping(text: str | None) -> bool:
    """Whether the text is `{"type": "ping"}`."""
    if not text or len(text) > MAX_PING:
        return False
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(frame, dict) and frame.get("type") == "ping"
