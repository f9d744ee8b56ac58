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
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from core.uploads import refused_unread
from operations.prestart import allow_many_connections
from operations.supervision import end_with_parent
from operations.unfinished import Bodies, own_sockets

logger = logging.getLogger(__name__)

# In seconds: how long requests in flight may take once a worker is told to stop; the longest calls
# out of here are bounded by 12, for Zoom and for Cloudinary alike.
GRACE = 30
# In seconds: how long clients are told to leave before idle connections are closed.
FAREWELL = 1.0
# In seconds, between two looks at whether a worker has ended.
PAUSE = 0.02
SO_ATTACH_FILTER = 26  # Python has no name for it
# A program for packets, in the kernel's language: those that ask for a connection are dropped, the
# others, which may complete one that was asked for before, are not.
NO_SYN = (
    (0x30, 0, 0, 13),  # load the flags of TCP
    (0x45, 0, 1, 0x02),  # is SYN among them?
    (0x06, 0, 0, 0),  # yes: take nothing of it
    (0x06, 0, 0, 0xFFFFFFFF),  # no: take all
)
# Connections that may wait for a worker, and that one worker may hold open.
BACKLOG, CONNECTIONS = 2048, 1024
# What granian says goes where everything goes.
LOGGING: dict[str, Any] = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


class Application:
    """The site's, a few requests at a time, each with its whole body. From `leave` on it lets no
    client keep its connection: one that is idle may be closed while a request is on its way."""

    def __init__(self, site: Callable[..., Iterable[bytes]]) -> None:
        self.site = site
        self.leaves = False
        self.bodies = Bodies()
        self.slots = threading.BoundedSemaphore(settings.WEB_THREADS)
        self.unstarted = threading.Lock()

    def __call__(self, environ: dict[str, Any], respond: Callable[..., Any]) -> Iterable[bytes]:
        if self.unstarted.acquire(blocking=False):  # never given back: once for each process
            self.bodies.start()
        is_whole = not is_refused_unread(environ) and self.bodies.take_in(environ)

        def respond_and_close(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return respond(status, [*headers, ("Connection", "close")], *error)

        with self.slots:  # what streams is sent after it
            keeps = is_whole and not self.leaves
            return self.site(environ, respond if keeps else respond_and_close)

    def leave(self, *signal_and_frame: object) -> None:
        """And soon let no more in: who waits for that when the socket is closed gets no answer."""
        self.leaves = True
        threading.Timer(FAREWELL / 2, let_nobody_in).start()


class Server(MPServer):
    """granian, which when told to stop says so to its clients first."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        for worker in self.wrks:
            if worker.inner.is_alive():
                os.kill(worker.inner.pid, signal.SIGUSR1)
        threading.Timer(FAREWELL, super().signal_handler_interrupt).start()

    def _stop_workers(self) -> None:
        """As granian does it, without a false alarm: another thread of its own waits for them,
        too, and until that has been woken one that has ended passes for alive."""
        for worker in self.wrks:
            worker.terminate()  # type: ignore[no-untyped-call]  # notes that it is we who end it
        deadline = time.monotonic() + GRACE
        for worker in self.wrks:
            while worker.inner.is_alive() and time.monotonic() < deadline:
                time.sleep(PAUSE)
            if worker.inner.is_alive():
                logger.warning("A worker didn't end in %s seconds: it is killed.", GRACE)
                worker.inner.kill()
                worker.inner.join()
        self.wrks.clear()


def is_refused_unread(environ: dict[str, Any]) -> bool:
    named = {"HTTP_AUTHORIZATION": "authorization", "HTTP_TRANSFER_ENCODING": "transfer-encoding"}
    named["CONTENT_LENGTH"] = "content-length"
    headers = {name: environ[key] for key, name in named.items() if environ.get(key) is not None}
    return refused_unread(headers) is not None


def let_nobody_in() -> None:
    """Have the system drop what asks this process for a connection. Who asks hears nothing, asks
    again a second later, and is refused by then. Linux alone can do that."""
    if sys.platform != "linux":
        return
    rules = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in NO_SYN))
    program = struct.pack("HL", len(NO_SYN), ctypes.addressof(rules))
    for each in own_sockets():
        if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            each.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def without_advice_on_threads(record: logging.LogRecord) -> bool:
    """Most threads wait, for the database, Zoom or a slow client: there may be more of them than
    of processors."""
    return "Python threads" not in record.getMessage()


def serve_rest() -> None:
    """Serve until told to stop; what has been accepted is answered first."""
    from config.wsgi import application as site  # noqa: PLC0415  # once, for all workers

    allow_many_connections()
    application = Application(site)
    signal.signal(signal.SIGUSR1, application.leave)  # the workers have it by their birth
    supervisor = os.getpid()
    os.register_at_fork(after_in_child=lambda: end_with_parent(supervisor))
    logging.getLogger("_granian").addFilter(without_advice_on_threads)
    gc.freeze()  # what is loaded by now stays in memory that the workers share
    Server(
        "config.wsgi:application",
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.WEB_CONCURRENCY,
        # Each may have to wait for its client; how many work is for `Application` to say.
        blocking_threads=CONNECTIONS,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=settings.HEADER_SECONDS * 1000),
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
    ).serve(target_loader=lambda: application, wrap_loader=False)
