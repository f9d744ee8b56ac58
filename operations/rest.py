"""How granian serves the WSGI application, for `manage.py serve`."""

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
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from operations.serving import host
from operations.supervision import end_with_parent

# In seconds: how long requests in flight may take once a worker is told to stop; the longest calls
# out of here are bounded by 12, for Zoom and for Cloudinary alike.
GRACE = 30
# In seconds: how long clients are told to leave before idle connections are closed.
FAREWELL = 1.0
SO_ATTACH_FILTER, BPF_RETURN = 26, 6  # of Linux, for sockets that look at packets
# In milliseconds: how long a connection may be idle. Proxies keep theirs for 60 seconds, and must
# be the first to close one: else a request may meet a connection that is just being closed.
IDLE = 75_000
# Connections that may wait for a worker, and that one worker may hold open.
BACKLOG, CONNECTIONS = 2048, 1024
# What granian says goes where everything goes.
LOGGING: dict[str, Any] = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


class Application:
    """The site's, which from `leave` on lets no client keep its connection: one that is idle may be
    closed while a request is on its way."""

    def __init__(self, site: Callable[..., Iterable[bytes]]) -> None:
        self.site = site
        self.leaves = False

    def __call__(self, environ: dict[str, Any], respond: Callable[..., Any]) -> Iterable[bytes]:
        if not self.leaves:
            return self.site(environ, respond)

        def respond_and_close(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return respond(status, [*headers, ("Connection", "close")], *error)

        return self.site(environ, respond_and_close)

    def leave(self, *signal_and_frame: object) -> None:
        self.leaves = True


class Server(MPServer):
    """granian, which when told to stop says so to its clients first, and then lets no more in: what
    waits to be let in when a socket is closed gets no answer."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        for worker in self.wrks:
            if worker.inner.is_alive():
                os.kill(worker.inner.pid, signal.SIGUSR1)
        threading.Timer(FAREWELL / 2, let_nobody_in, [self._sfd]).start()
        threading.Timer(FAREWELL, super().signal_handler_interrupt).start()


def let_nobody_in(listening: int) -> None:
    """Have the system drop what asks a listening socket for a connection. Who asks hears nothing,
    asks again a second later, and is refused by then. Linux alone can do that."""
    if sys.platform != "linux":
        return
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", BPF_RETURN, 0, 0, 0))
    program = struct.pack("HL", 1, ctypes.addressof(drop_all))
    with socket.socket(fileno=os.dup(listening)) as server:
        server.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def without_advice_on_threads(record: logging.LogRecord) -> bool:
    """Most threads wait, for the database, Zoom or a slow client: there may be more of them than
    of processors."""
    return "Python threads" not in record.getMessage()


def serve_rest() -> None:
    """Serve until told to stop; what has been accepted is answered first."""
    from config.wsgi import application as site  # noqa: PLC0415  # once, for all workers

    application = Application(site)
    signal.signal(signal.SIGUSR1, application.leave)  # the workers have it by their birth
    supervisor = os.getpid()
    os.register_at_fork(after_in_child=lambda: end_with_parent(supervisor))
    logging.getLogger("_granian").addFilter(without_advice_on_threads)
    gc.freeze()  # what is loaded by now stays in memory that the workers share
    Server(
        "config.wsgi:application",
        address=host(),
        port=settings.PORT,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.WEB_CONCURRENCY,
        blocking_threads=settings.WEB_THREADS,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE),
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
    ).serve(target_loader=lambda: application, wrap_loader=False)
