"""How uvicorn serves the ASGI application, for `make run` and `make push` alike."""

from __future__ import annotations

import contextlib
import signal
import sys

import uvicorn
from django.conf import settings

# Bytes of the largest frame that a socket takes (contract N5).
LARGEST_FRAME = 64 * 1024


def serve(port: int) -> None:
    """Serve until told to stop, and then end gracefully, as a success."""
    # uvicorn stops gracefully and then raises the signal again; that one ends the process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = uvicorn.Server(
        uvicorn.Config(
            "config.asgi:application",
            # With DEBUG everybody knows the secret key, so only this machine gets in.
            host="127.0.0.1" if settings.DEBUG else "0.0.0.0",  # noqa: S104
            port=port,
            lifespan="off",
            # Whom to believe is `NUM_PROXIES`; uvicorn's default believes every local caller.
            proxy_headers=False,
            timeout_graceful_shutdown=10,
            ws_max_size=LARGEST_FRAME,
            ws_ping_interval=20,
            ws_ping_timeout=20,
            # Frames are short, and each socket would keep a compressor's memory.
            ws_per_message_deflate=False,
        )
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
