"""Serving the ASGI application with uvicorn, for `manage.py run` and `manage.py push`. In
production `operations.rest` serves REST."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import signal
import socket
import sys

import h11
import uvicorn
from django.conf import settings
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request
from websockets.server import ServerProtocol

from operations.prestart import allow_many_connections

# The largest frame that a socket accepts, in bytes (contract N5).
MAX_FRAME = 64 * 1024
# h11's time to refuse a header grows with the square of the number of consecutive blanks.
LONG_BLANK = re.compile(rb"[ \t]{256}")


class HTTPProtocol(H11Protocol):
    """uvicorn's protocol with deadlines that it lacks: for the head of a request, for the rest of a
    body after the response, and for clients that don't read their response. `core.http.handlers`
    has the deadline for bodies that are read.

    An invalid WebSocket handshake is handled like any other request: the application answers in
    its envelope, whereas uvicorn would answer in plain text, or never.
    """

    deadline: asyncio.TimerHandle | None = None
    watched: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if sys.platform == "linux":
            limit = settings.STALL_SECONDS * 1000
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)
        self.watch()

    def data_received(self, data: bytes) -> None:
        if self.conn.their_state is h11.IDLE:  # headers are being read
            unread, _ = self.conn.trailing_data
            headers, _, _ = (unread[-255:] + data).partition(b"\r\n\r\n")
            if LONG_BLANK.search(headers):
                self.send_400_response("A header has too many consecutive blanks.")
                return
        super().data_received(data)
        self.watch()

    def handle_events(self) -> None:
        """Refuse a header that continues on a second line: h11 would join the lines, while a proxy
        may read two headers."""
        if self.conn.their_state is h11.IDLE and has_folded_line(self.conn.trailing_data[0]):
            self.send_400_response("A header has to be on one line.")
            return
        super().handle_events()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_watching()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self.stop_watching()
        super().handle_websocket_upgrade(event)

    def watch(self) -> None:
        """Start the deadline for what the client has to send now, unless it is running."""
        owed = self.owed()
        if owed == self.watched:
            return
        self.stop_watching()
        if owed is not None:
            self.watched = owed
            self.deadline = self.loop.call_later(getattr(settings, owed), self.transport.abort)

    def stop_watching(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
        self.deadline = self.watched = None

    def owed(self) -> str | None:
        """Return the name of the setting with the deadline for what the client has to send now;
        None if there is none."""
        if self.transport.get_protocol() is not self:  # a WebSocket
            return None
        if self.conn.their_state is h11.IDLE:
            return "HEADER_SECONDS"
        if self.conn.their_state is h11.SEND_BODY and self.cycle.response_complete:
            return "BODY_SECONDS"
        return None

    def _should_upgrade(self) -> bool:
        return super()._should_upgrade() and self.is_handshake()

    def is_handshake(self) -> bool:
        pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers)
        headers = Headers(pairs)
        if "Content-Length" in headers or "Transfer-Encoding" in headers:
            return False
        try:
            request = Request(self.scope["path"], headers, method=self.scope["method"])
            ServerProtocol().process_request(request)
        except InvalidHandshake:
            return False
        return True


def has_folded_line(received: bytes) -> bool:
    """Whether a header in these bytes, the beginning or a part of a request, continues on a second
    line."""
    head = received.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return b"\n " in head or b"\n\t" in head


def without_trace_of_bad_text(record: logging.LogRecord) -> bool:
    """Remove the traceback if a client's text isn't UTF-8: that closes its socket, and isn't an
    error of the server."""
    if record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError):
        record.exc_info = None
    return True


def serve(port: int) -> None:
    """Serve until stopped, then shut down gracefully with exit code 0."""
    allow_many_connections()
    # uvicorn shuts down gracefully, then raises the signal again, which ends the process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = uvicorn.Server(
        uvicorn.Config(
            "config.asgi:application",
            host=settings.HOST,
            port=port,
            lifespan="off",
            # `settings.LOGGING` applies; `core.http.request_log` logs the requests.
            log_config=None,
            access_log=False,
            # `NUM_PROXIES` says which proxies to trust; uvicorn would trust every local caller.
            proxy_headers=False,
            timeout_graceful_shutdown=10,
            http=HTTPProtocol,
            ws_max_size=MAX_FRAME,
            ws_ping_interval=20,
            ws_ping_timeout=20,
            # Frames are short, and compression would need memory for each socket.
            ws_per_message_deflate=False,
        )
    )
    logging.getLogger("uvicorn.error").addFilter(without_trace_of_bad_text)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
