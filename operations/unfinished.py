"""Incomplete request bodies, under granian.

A WSGI application can only wait for a body, and granian sets no limit for the wait. So bodies are
read before a request gets one of `WEB_THREADS` slots, and if the client doesn't send in time, its
connection is shut down.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile
from typing import Any

import structlog
from django.conf import settings

from core.api.bodies import SLOWEST, Deadline, UnreadableBody

logger = structlog.stdlib.get_logger(__name__)

# Bytes that are read at a time: a few seconds at the slowest allowed speed.
PIECE = 4096
ESTABLISHED = 1
# Offsets in Linux's `struct tcp_info`: milliseconds since data was last sent, and bytes received.
LAST_SENT, RECEIVED = 44, 128


class Bodies:
    """Reads the bodies of requests, each in the thread of its request."""

    def __init__(self) -> None:
        self.began: dict[int, float] = {}

    def start(self) -> None:
        """Start watching the connections of this process, which is already listening. Linux
        only."""
        if sys.platform == "linux":
            limit_stalled_responses()
            threading.Thread(target=self.watch, name="unfinished bodies", daemon=True).start()

    def receive(self, environ: dict[str, Any]) -> bool:
        """Replace `wsgi.input` with the complete body, or with one that raises an error when read.

        Returns:
            False if a part of the body is unread, so that the connection can't be used again.
        """
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not length:
            return True
        deadline = Deadline(environ.get("CONTENT_TYPE", ""))
        file = SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115
        environ["wsgi.input"], source = file, environ["wsgi.input"]
        received = 0
        try:
            with self.watched():
                while received < length:
                    piece = source.read(min(PIECE, length - received))
                    received += len(piece)
                    # Before the deadline the client has disconnected; after it, most likely
                    # `StalledClients` has shut the connection down.
                    if not piece and deadline.seconds_left(0) > 0:
                        break
                    if not piece or deadline.seconds_left(received) <= 0:
                        raise TimeoutError
                    file.write(piece)
        except OSError as error:
            if not isinstance(error, TimeoutError):
                logger.exception("A body can't be stored on the disk.")
            environ["wsgi.input"] = UnreadableBody(error)
            file.close()
            return False
        file.seek(0)
        return received == length

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Mark this thread as waiting for its client."""
        me = threading.get_ident()
        self.began[me] = time.monotonic()
        try:
            yield
        finally:
            del self.began[me]

    def watch(self) -> None:
        """Shut down connections that send too little, while any thread waits for its client."""
        pause = settings.BODY_SECONDS / 6
        stalled = StalledClients()
        while True:
            time.sleep(pause)
            cutoff = time.monotonic() - pause
            if any(began < cutoff for began in list(self.began.values())):
                stalled.check()
            else:
                stalled.reset()


@dataclass
class Sample:
    """A measurement of a connection; times are in seconds of the monotonic clock.

    Attributes:
        silent_since: when something was last sent to the client.
        seen: the time of the measurement.
        received: bytes received by then.
    """

    silent_since: float
    seen: float
    received: int


class StalledClients:
    """Finds clients that have sent little for too long while nothing was sent to them. Their
    bodies are incomplete: granian has already closed connections that are idle between requests."""

    def __init__(self) -> None:
        self.samples: dict[tuple[Any, ...], Sample] = {}
        # Idle connections are closed by granian.
        self.limit = max(settings.BODY_SECONDS, settings.HEADER_SECONDS + 1)

    def reset(self) -> None:
        self.samples.clear()

    def check(self) -> None:
        before, self.samples = self.samples, {}
        for connection in connections_of_clients():
            with suppress(OSError):  # closed meanwhile
                peer, now = connection.getpeername(), sample(connection)
                first = before.get(peer)
                # The kernel's clock and this one differ slightly.
                if first is None or now.silent_since > first.silent_since + 0.1:
                    self.samples[peer] = now
                elif now.seen - first.silent_since < self.limit:
                    self.samples[peer] = first
                elif now.received - first.received < SLOWEST * (now.seen - first.seen):
                    # Its thread reads the end of the input and answers; then granian closes it.
                    connection.shutdown(socket.SHUT_RD)
                else:
                    self.samples[peer] = replace(now, silent_since=now.seen)


def sample(connection: socket.socket) -> Sample:
    """Measure a connection. Data that the client hasn't received yet counts as being sent now."""
    now = time.monotonic()
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    waiting = struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0]
    silent = 0 if waiting else struct.unpack_from("I", info, LAST_SENT)[0] / 1000
    return Sample(now - silent, now, struct.unpack_from("Q", info, RECEIVED)[0])


def limit_stalled_responses() -> None:
    """Make the system close a connection whose client doesn't read for a while, since a thread of
    granian waits for it. Accepted sockets inherit this from the listening one."""
    for connection in own_sockets():
        with suppress(OSError):
            if connection.getsockname()[1] == settings.PORT:
                limit = settings.STALL_SECONDS * 1000
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)


def connections_of_clients() -> Iterator[socket.socket]:
    """Yield duplicates of the connections that this process has accepted on its port."""
    for connection in own_sockets():
        with suppress(OSError):
            is_client = connection.getsockname()[1] == settings.PORT
            state = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
            if is_client and state == ESTABLISHED:
                yield connection


def own_sockets() -> Iterator[socket.socket]:
    """Yield a duplicate of every TCP socket of this process, closed when the next one is taken.
    granian doesn't expose its own sockets."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # not a socket, or closed meanwhile
            number = os.dup(int(name))
            try:
                found = socket.socket(fileno=number)
            except OSError:
                os.close(number)
                continue
            with found:
                if found.family in {socket.AF_INET, socket.AF_INET6}:
                    yield found
