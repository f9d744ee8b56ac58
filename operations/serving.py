"""How uvicorn serves the ASGI application, for `manage.py run` and `manage.py push` alike; REST in
production is `operations.rest`."""

from __future__ import annotations

import contextlib
import logging
import re
import signal
import sys

import h11
import uvicorn
from django.conf import settings
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request
from websockets.server import ServerProtocol

# Bytes of the largest frame that a socket takes (contract N5).
LARGEST_FRAME = 64 * 1024
# The time in which h11 refuses a header grows with the square of the blanks in a row in it.
LONG_BLANK = re.compile(rb"[ \t]{256}")


class HTTPProtocol(H11Protocol):
    """Asking for a WebSocket in a way that can't become one is a request like any other, answered
    by the application in its envelope; uvicorn answers it in plain text, or never."""

    def data_received(self, data: bytes) -> None:
        if self.conn.their_state is h11.IDLE:  # headers are being read
            unread, _ = self.conn.trailing_data
            headers, _, _ = (unread[-255:] + data).partition(b"\r\n\r\n")
            if LONG_BLANK.search(headers):
                self.send_400_response("Send fewer blanks in a row in a header.")
                return
        super().data_received(data)

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


def without_trace_of_bad_text(record: logging.LogRecord) -> bool:
    """A client's text that isn't UTF-8 closes its socket, and is no fault of the server's."""
    if record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError):
        record.exc_info = None
    return True


def serve(port: int) -> None:
    """Serve until told to stop, and then end gracefully, as a success."""
    # uvicorn stops gracefully and then raises the signal again; that one ends the process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = uvicorn.Server(
        uvicorn.Config(
            "config.asgi:application",
            host=settings.HOST,
            port=port,
            lifespan="off",
            # As `settings.LOGGING` says; requests have lines of ours (`core.watching`).
            log_config=None,
            access_log=False,
            # Whom to believe is `NUM_PROXIES`; uvicorn's default believes every local caller.
            proxy_headers=False,
            timeout_graceful_shutdown=10,
            http=HTTPProtocol,
            ws_max_size=LARGEST_FRAME,
            ws_ping_interval=20,
            ws_ping_timeout=20,
            # Frames are short, and each socket would keep a compressor's memory.
            ws_per_message_deflate=False,
        )
    )
    logging.getLogger("uvicorn.error").addFilter(without_trace_of_bad_text)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
