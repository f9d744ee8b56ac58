"""The WSGI and ASGI handlers, which correct what Django does before its middleware.

Django parses `Content-Type` when it creates a request: an invalid one ends in the server's plain
500, and `charset=rot13` changes how the query string is decoded. Here it can contain anything.

Under ASGI Django also reads the whole body into a file before middleware can refuse it. Here a body
that will be refused isn't read, and one that is too slow or can't be stored is an ordinary error.
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

from core.api.bodies import Deadline, UnreadableBody
from core.api.uploads import refused_unread

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class AnyContentType(HttpRequest):
    """A request in UTF-8, whatever its charset says. An invalid content type counts as absent."""

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
            # Close the connection: a proxy in front may see the end of a chunked body elsewhere.
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
            logger.exception("A body can't be stored on the disk.")
            return UnreadableBody(error)

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Wait until the client disconnects, and skip the rest of a body that wasn't stored."""
        while (await receive())["type"] != "http.disconnect":
            pass
        raise RequestAborted


class TimelyBody:
    """Receives a body until its deadline.

    Attributes:
        is_late: whether the deadline has passed.
    """

    def __init__(self, receive: Receive, content_type: str) -> None:
        self.receive_any = receive
        self.deadline = Deadline(content_type)
        self.received = 0
        self.is_whole = self.is_late = False

    async def receive(self) -> Mapping[str, Any]:
        """Return the next message; raises TimeoutError after the deadline."""
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
    """Return a `send` that closes the connection after the answer; with a body, only if that was
    late."""

    async def send_and_close(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and (body is None or body.is_late):
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return send_and_close


def no_body() -> Receive:
    """Return a `receive` that gives an empty body, whatever is sent, and then nothing."""
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
