"""A fake Sentry on loopback, which keeps the events that it receives."""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeSentry:
    """`with FakeSentry() as sentry:` takes events at `sentry.dsn`.

    Attributes:
        events: the events received, as objects.
        raw: the same events, as JSON text.
    """

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.raw: list[str] = []

    def __enter__(self) -> FakeSentry:
        handler = type("Bound", (Envelopes,), {"sentry": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.server.server_port}/1"

    def take(self, envelope: str) -> None:
        """Keep the events of an envelope: a line for its header, then two lines for each item."""
        _, *items = envelope.splitlines()
        for header, body in zip(items[::2], items[1::2], strict=False):
            if json.loads(header)["type"] == "event":
                self.raw.append(body)
                self.events.append(json.loads(body))


class Envelopes(BaseHTTPRequestHandler):
    sentry: FakeSentry

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.sentry.take(body.decode())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        pass
