"""Serving the WSGI application with granian, for `manage.py serve`."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.http.request import HttpHeaders
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from core.api.bodies import UnreadableBody
from core.api.uploads import refused_unread
from operations.prestart import allow_many_connections

logger = logging.getLogger(__name__)

# Seconds that running requests may take after a worker is told to stop. Outgoing calls, to Zoom
# and Cloudinary, take at most 12.
GRACE = 30
# Connections that may wait for a worker, and that one worker may hold open.
BACKLOG, CONNECTIONS = 2048, 1024
# Bytes of a body that are read at a time.
PIECE = 64 * 1024
# granian's log lines go to the root logger.
LOGGING: dict[str, Any] = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


class Application:
    """Wraps the site's application: reads a request's body, and then runs `WEB_THREADS` requests at
    a time.

    With 200 unfinished bodies the next request takes 3 ms. If granian had `WEB_THREADS` threads
    instead, as few bodies would stop the server.
    """

    def __init__(self, site: Callable[..., Iterable[bytes]]) -> None:
        self.site = site
        self.slots = threading.BoundedSemaphore(settings.WEB_THREADS)

    def __call__(self, environ: dict[str, Any], respond: Callable[..., Any]) -> Iterable[bytes]:
        is_complete = receive_body(environ)

        def respond_and_close(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return respond(status, [*headers, ("Connection", "close")], *error)

        with self.slots:  # streamed content is sent after the slot is released
            return self.site(environ, respond if is_complete else respond_and_close)


def receive_body(environ: dict[str, Any]) -> bool:
    """Replace `wsgi.input` by the complete body, or by one that raises an error when read.

    Returns:
        False if a part of the body is unread, so that the connection can't be used again.
    """
    if refused_unread(HttpHeaders(environ)):
        return False
    missing = int(environ.get("CONTENT_LENGTH") or 0)
    if not missing:
        return True
    body = SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115
    source, environ["wsgi.input"] = environ["wsgi.input"], body
    try:
        while missing and (piece := source.read(min(PIECE, missing))):
            body.write(piece)
            missing -= len(piece)
    except OSError as error:
        logger.exception("A body can't be stored on the disk.")
        environ["wsgi.input"] = UnreadableBody(error)
        body.close()
        return False
    body.seek(0)
    return not missing


def serve_rest() -> None:
    """Serve until stopped. Accepted requests are answered first."""
    from config.wsgi import application as site  # noqa: PLC0415  # once, for all workers

    allow_many_connections()
    application = Application(site)
    gc.freeze()  # keeps what is loaded now in memory that the workers share
    Granian(
        "config.wsgi:application",
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.WEB_CONCURRENCY,
        # Each may have to wait for its client; `Application` limits how many work.
        blocking_threads=CONNECTIONS,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=settings.HEADER_SECONDS * 1000),
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
    ).serve(target_loader=lambda: application, wrap_loader=False)
