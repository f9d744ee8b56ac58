"""The doors through which a server hands requests in.

Django reads a request's `Content-Type` while it makes the request, before any middleware could
answer for it: one that can't be read ended as the server's own plain 500, and `charset=rot13`
decided how the query string was read. Here it may say anything.

And under ASGI it reads the whole body into a file before any middleware could refuse it. Here a
body that will be refused isn't read, and one that no disk has room for is an error like others.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.utils.http import parse_header_parameters

from core.uploads import refused_unread

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


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

    async def handle(self, scope: Any, receive: Receive, send: Any) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        await super().handle(scope, no_body() if refused_unread(headers) else receive, send)

    async def read_body(self, receive: Receive) -> Any:
        try:
            return await super().read_body(receive)
        except OSError:
            logger.exception("A body can't be kept on the disk.")
            return LostBody()

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Wait until the client goes, past what may still come of a body that wasn't kept."""
        while (await receive())["type"] != "http.disconnect":
            pass
        raise RequestAborted


class LostBody(io.BytesIO):
    """A body that couldn't be kept, of which whoever reads it hears."""

    def read(self, size: int | None = -1) -> bytes:
        raise OSError("The body couldn't be kept.")


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
