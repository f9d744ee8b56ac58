"""The doors through which a server hands requests in.

Django reads a request's `Content-Type` while it makes the request, before any middleware could
answer for it: one that can't be read ended as the server's own plain 500, and `charset=rot13`
decided how the query string was read. Here it may say anything.
"""

from __future__ import annotations

from typing import Any

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.utils.http import parse_header_parameters


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


class WSGIApplication(WSGIHandler):
    request_class = TolerantWSGIRequest
