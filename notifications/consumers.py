"""`/ws/`: people are told at once, over a socket that stays open (contract N5, C9)."""

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

from core import logs
from core.errors import BAD_REQUEST, APIError, envelope
from core.logs import UNKNOWN_HOST
from core.origins import is_foreign, is_known
from core.push.hub import RECHECK, hub
from core.push.leases import Lease
from core.push.relay import listener
from core.renderers import dumps
from notifications.authentication import is_good, look_up, offered_token, tell_database_failed

logger = structlog.stdlib.get_logger(__name__)

PONG = dumps({"type": "pong"})
MAX_PING = 1000
# Frames that may wait for a client that reads slowly.
BACKLOG = 100
# Of a client that floods so many frames are read at once, and then comes a pause, in seconds.
BURST, PAUSE = 100, 0.01
# How long a client that doesn't read may hold up its own end, in seconds.
FAREWELL = 1.0


class Close(IntEnum):
    """Why the server closes a socket, always after accepting it: a browser can't see why one was
    refused. Only what asks for another host is refused before."""

    TRY_AGAIN = 1013
    TOKEN_NOT_VALID = 4401
    FOREIGN_ORIGIN = 4403
    NOTHING_HERE = 4404
    TOO_MANY = 4429


class PushConsumer:
    """One socket, from its handshake to its end."""

    def __init__(
        self, scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.frames: asyncio.Queue[bytes] = asyncio.Queue(BACKLOG)
        self.ready = b""
        self.doubted = asyncio.Event()
        self.ended: asyncio.Future[Close | None] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        """From the handshake to the end, with a line in the log for each."""
        with logs.about(request_id=logs.request_id(self.header(b"x-request-id"))):
            if not await self.admit():
                return
            began, code = time.monotonic(), await self.open()
            if code is not None:
                await self.close(code)
            # Without a code it was the client who left.
            seconds = round(time.monotonic() - began, 1)
            logger.info("socket closed", code=code and int(code), seconds=seconds)

    async def refuse(self) -> None:
        """Where there is nothing to connect to."""
        if await self.admit():
            await self.close(Close.NOTHING_HERE)

    async def admit(self) -> bool:
        """Take part in the handshake, unless it asks for a host that this server isn't: no browser
        sends that by itself, so the answer is REST's 400 (contract C4), and there is no socket."""
        await self.receive()
        if not is_known(self.header(b"host")):
            logger.info("socket refused", refused=UNKNOWN_HOST)
            await self.answer(envelope(APIError(BAD_REQUEST)))
            return False
        await self.accept()
        return True

    async def answer(self, response: HttpResponse) -> None:
        """Answer the handshake by HTTP."""
        headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
        status = response.status_code
        await self.send(
            {"type": "websocket.http.response.start", "status": status, "headers": headers}
        )
        await self.send(
            {"type": "websocket.http.response.body", "body": response.content, "more_body": False}
        )

    def header(self, name: bytes) -> str:
        """A header of the handshake; "" if there is none."""
        return dict(self.scope["headers"]).get(name, b"").decode("latin-1")

    async def accept(self) -> None:
        subprotocol = "bearer" if "bearer" in self.scope["subprotocols"] else None
        await self.send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": []})

    async def close(self, code: Close) -> None:
        with contextlib.suppress(TimeoutError, OSError):
            closing = self.send({"type": "websocket.close", "code": code, "reason": ""})
            await asyncio.wait_for(closing, FAREWELL)

    async def open(self) -> Close | None:
        """Look who it is, and then serve; why it is to be closed, None if the client has left."""
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
        """Take a place among the person's sockets for as long as this one is open."""
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
        """Take a frame for the client without waiting. One that reads too slowly is closed: when
        it comes back, it finds in REST what it has missed."""
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
        """Answer pings, which pages can't send as such; whatever else comes is passed over.

        The server reads no further from a client while frames of it wait here.
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
        with contextlib.suppress(OSError):  # the client has left, which comes to be read next
            await self.send_text(PONG)

    async def send_text(self, frame: bytes) -> None:
        await self.send({"type": "websocket.send", "text": frame.decode(), "bytes": None})

    async def watch(self, text: str, expires_at: float, lease: Lease) -> None:
        """Look again at the token when it expires, when there is reason to doubt it, and every so
        often, since word of its end may have been lost; and at once, for an end between the first
        look and joining those who get the word."""
        while await is_good(text):
            await lease.take()
            wait = min(settings.SOCKET_CHECK_SECONDS, expires_at - time.time())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.doubted.wait(), wait)
            self.doubted.clear()
        self.end(Close.TOKEN_NOT_VALID)


def is_ping(text: str | None) -> bool:
    """Is it `{"type": "ping"}`?"""
    if not text or len(text) > MAX_PING:
        return False
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(frame, dict) and frame.get("type") == "ping"
