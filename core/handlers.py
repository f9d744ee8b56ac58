"""The doors through which a server hands requests in.

Django reads a request's `Content-Type` while it makes the request, before any middleware could
answer for it: one that can't be read ended as the server's own plain 500, and `charset=rot13`
decided how the query string was read. Here it may say anything.

And under ASGI it reads the whole body into a file before any middleware could refuse it. Here a
body that will be refused isn't read, and one that no disk has room for, or that takes too long to
arrive, is an error like others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.utils.http import parse_header_parameters

from core.bodies import Deadline, UnreadableBody
from core.uploads import refused_unread

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class AnyContentType(HttpRequest):
    """A request in UTF-8, whatever charset it claims. A type that can't be read is none."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            kind, params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            kind, params = "", {}
            meta["CONTENT_TYPE"] = ""
        self.content_type, self.content_params = kind, params


class TolerantASGIRequest(AnyContentType, ASGIRequest):
    pass


class TolerantWSGIRequest(AnyContentType, WSGIRequest):
    pass


class ASGIApplication(ASGIHandler):
    request_class = TolerantASGIRequest

    async def handle(self, scope: Any, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        if refused_unread(headers):
            # Where a body in chunks ends is not what a proxy in front may think.
            last = closing(send) if "transfer-encoding" in headers else send
            await super().handle(scope, no_body(), last)
            return
        body = TimelyBody(receive, headers.get("content-type", ""))
        await super().handle(scope, body.receive, closing(send, body))

    async def read_body(self, receive: Receive) -> Any:
        try:
            return await super().read_body(receive)
        except TimeoutError as error:
            return UnreadableBody(error)
        except OSError as error:
            logger.exception("A body can't be kept on the disk.")
            return UnreadableBody(error)

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Wait until the client goes, past what may still come of a body that wasn't kept."""
        while (await receive())["type"] != "http.disconnect":
            pass
        raise RequestAborted


class TimelyBody:
    """Receives a body for as long as its deadline allows.

    Attributes:
        is_late: whether it took longer.
    """

    def __init__(self, receive: Receive, content_type: str) -> None:
        self.receive_any = receive
        self.deadline = Deadline(content_type)
        self.received = 0
        self.is_whole = self.is_late = False

    async def receive(self) -> Mapping[str, Any]:
        """Raises TimeoutError: the body took too long."""
        if self.is_whole or self.is_late:
            return await self.receive_any()
        try:
            seconds = self.deadline.seconds_left(self.received)
            async with asyncio.timeout(seconds):
                message = await self.receive_any()
        except TimeoutError:
            self.is_late = True
            raise
        self.received += len(message.get("body", b""))
        self.is_whole = not message.get("more_body", False)
        return message


def closing(send: Send, body: TimelyBody | None = None) -> Send:
    """Sends an answer after which the connection is closed; with a body, if that was late."""

    async def send_and_close(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and (body is None or body.is_late):
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return send_and_close


def no_body() -> Receive:
    """Receives an empty body, whatever is sent, and then nothing more."""
    asked = 0

    async def receive() -> Mapping[str, Any]:
        nonlocal asked
        asked += 1
        if asked > 1:
            await asyncio.Event().wait()  # until the answer is out, and this is cancelled
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


class WSGIApplication(WSGIHandler):
    request_class = TolerantWSGIRequest
