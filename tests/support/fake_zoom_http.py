"""The HTTP side of the fake Zoom: it receives requests, and answers or misbehaves."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.support.zoom_requests import Recorded, operation_of

if TYPE_CHECKING:
    from tests.support.fake_zoom import FakeZoom


class Loopback(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report nothing: clients disconnect from a fake that misbehaves."""


class Call(BaseHTTPRequestHandler):
    """One request to the fake."""

    zoom: FakeZoom
    recorded: Recorded
    protocol_version = "HTTP/1.1"

    def respond(self) -> None:
        split = urlsplit(self.path)
        self.recorded = Recorded(
            operation=operation_of(self.command, split.path),
            method=self.command,
            path=split.path,
            query={name: values[-1] for name, values in parse_qs(split.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length", 0))),
        )
        self.zoom.requests.append(self.recorded)
        behaviour = self.zoom.behaviour_for(self.recorded.operation)
        if behaviour is not None:
            behaviour(self)
            return
        status, body = self.zoom.answer(self.recorded)
        self.write(status, b"" if body is None else json.dumps(body).encode(), {})

    do_GET = do_POST = do_PUT = do_DELETE = respond  # noqa: N815 - the names in http.server

    def write(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *parts: object) -> None:
        """Log nothing."""
