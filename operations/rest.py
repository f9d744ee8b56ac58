"""Serving the WSGI application with granian, for `manage.py serve`."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from core.api.uploads import refused_unread
from operations.prestart import allow_many_connections
from operations.supervision import end_with_parent
from operations.unfinished import Bodies, own_sockets

logger = logging.getLogger(__name__)

# Seconds that running requests may take after a worker is told to stop. Outgoing calls, to Zoom
# and Cloudinary, take at most 12.
GRACE = 30
# Seconds before the workers stop during which each response closes its connection.
FAREWELL = 1.0
# Seconds between two checks of whether a worker has ended.
PAUSE = 0.02
SO_ATTACH_FILTER = 26  # not defined by Python
# A BPF program that drops packets with SYN, which open a connection. Other packets pass, since they
# may complete a connection that is already being opened.
NO_SYN = (
    (0x30, 0, 0, 13),  # load the TCP flags
    (0x45, 0, 1, 0x02),  # is SYN set?
    (0x06, 0, 0, 0),  # yes: drop the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # no: accept it
)
# Connections that may wait for a worker, and that one worker may hold open.
BACKLOG, CONNECTIONS = 2048, 1024
# granian's log lines go to the root logger.
LOGGING: dict[str, Any] = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


class Application:
    """Wraps the site's application: runs `WEB_THREADS` requests at a time, each with its complete
    body. After `leave` each response closes its connection: an idle connection could be closed
    just when the client sends a request."""

    def __init__(self, site: Callable[..., Iterable[bytes]]) -> None:
        self.site = site
        self.is_leaving = False
        self.bodies = Bodies()
        self.slots = threading.BoundedSemaphore(settings.WEB_THREADS)
        self.first_request = threading.Lock()

    def __call__(self, environ: dict[str, Any], respond: Callable[..., Any]) -> Iterable[bytes]:
        if self.first_request.acquire(blocking=False):  # never released: once per process
            self.bodies.start()
        is_whole = not is_refused_unread(environ) and self.bodies.receive(environ)

        def respond_and_close(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return respond(status, [*headers, ("Connection", "close")], *error)

        with self.slots:  # streamed content is sent after the slot is released
            keeps_alive = is_whole and not self.is_leaving
            return self.site(environ, respond if keeps_alive else respond_and_close)

    def leave(self, *signal_and_frame: object) -> None:
        """Close connections from now on, and soon refuse new ones: clients that still wait for a
        connection when the socket is closed would get no answer."""
        self.is_leaving = True
        threading.Timer(FAREWELL / 2, drop_new_connections).start()


class Server(MPServer):
    """granian, but before it stops, its responses close their connections for a while."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        for worker in self.wrks:
            if worker.inner.is_alive():
                os.kill(worker.inner.pid, signal.SIGUSR1)
        threading.Timer(FAREWELL, super().signal_handler_interrupt).start()

    def _stop_workers(self) -> None:
        """Stop the workers as granian does, but without its false warnings: a worker that has
        ended is reported as alive until another of granian's threads has noticed its end."""
        for worker in self.wrks:
            worker.terminate()  # type: ignore[no-untyped-call]  # records that we ended it
        deadline = time.monotonic() + GRACE
        for worker in self.wrks:
            while worker.inner.is_alive() and time.monotonic() < deadline:
                time.sleep(PAUSE)
            if worker.inner.is_alive():
                logger.warning("A worker didn't stop within %s seconds: killing it.", GRACE)
                worker.inner.kill()
                worker.inner.join()
        self.wrks.clear()


def is_refused_unread(environ: dict[str, Any]) -> bool:
    named = {"HTTP_AUTHORIZATION": "authorization", "HTTP_TRANSFER_ENCODING": "transfer-encoding"}
    named["CONTENT_LENGTH"] = "content-length"
    headers = {name: environ[key] for key, name in named.items() if environ.get(key) is not None}
    return refused_unread(headers) is not None


def drop_new_connections() -> None:
    """Make the kernel drop new connection attempts. Clients get no answer, retry a second later,
    and are refused then. Linux only."""
    if sys.platform != "linux":
        return
    rules = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in NO_SYN))
    program = struct.pack("HL", len(NO_SYN), ctypes.addressof(rules))
    for each in own_sockets():
        if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            each.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def without_advice_on_threads(record: logging.LogRecord) -> bool:
    """Filter out granian's advice to use fewer threads: most of ours wait for the database, Zoom or
    slow clients, so there may be more of them than processors."""
    return "Python threads" not in record.getMessage()


def serve_rest() -> None:
    """Serve until stopped. Accepted requests are answered first."""
    from config.wsgi import application as site  # noqa: PLC0415  # once, for all workers

    allow_many_connections()
    application = Application(site)
    signal.signal(signal.SIGUSR1, application.leave)  # inherited by the workers
    supervisor = os.getpid()
    os.register_at_fork(after_in_child=lambda: end_with_parent(supervisor))
    logging.getLogger("_granian").addFilter(without_advice_on_threads)
    gc.freeze()  # keeps what is loaded now in memory that the workers share
    Server(
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
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
    ).serve(target_loader=lambda: application, wrap_loader=False)
