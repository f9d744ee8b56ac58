"""Bodies of requests that don't come to their end, under granian.

A WSGI application can only wait for a body, and granian waits for as long as the client likes. So
bodies are read before a request gets one of `WEB_THREADS` slots, and what the client doesn't send
in time is ended where only the system can: at its connection.
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

from core.bodies import SLOWEST, Deadline, UnreadableBody

logger = structlog.stdlib.get_logger(__name__)

# Bytes that are read at a time: at the slowest allowed, a few seconds' worth.
PIECE = 4096
ESTABLISHED = 1
# Where Linux's `struct tcp_info` has what is needed: milliseconds since data was sent, and bytes
# received.
LAST_SENT, RECEIVED = 44, 128


class Bodies:
    """Takes in the bodies of requests, each in the thread of its request."""

    def __init__(self) -> None:
        self.began: dict[int, float] = {}

    def start(self) -> None:
        """Watch the connections of this process, which listens already. Linux alone tells what is
        needed for it."""
        if sys.platform == "linux":
            end_stalled_answers()
            threading.Thread(target=self.watch, name="unfinished bodies", daemon=True).start()

    def take_in(self, environ: dict[str, Any]) -> bool:
        """Have `wsgi.input` be the whole body, or one that raises an error when it is read.

        Returns:
            False if a part of it is left where the next request would be looked for.
        """
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not length:
            return True
        deadline = Deadline(environ.get("CONTENT_TYPE", ""))
        kept = SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115
        environ["wsgi.input"], source = kept, environ["wsgi.input"]
        received = 0
        try:
            with self.watched():
                while received < length:
                    piece = source.read(min(PIECE, length - received))
                    received += len(piece)
                    # Early on it was the client who left, and later on most likely `Silences`.
                    if not piece and deadline.seconds_left(0) > 0:
                        break
                    if not piece or deadline.seconds_left(received) <= 0:
                        raise TimeoutError
                    kept.write(piece)
        except OSError as error:
            if not isinstance(error, TimeoutError):
                logger.exception("A body can't be kept on the disk.")
            environ["wsgi.input"] = UnreadableBody(error)
            kept.close()
            return False
        kept.seek(0)
        return received == length

    @contextmanager
    def watched(self) -> Iterator[None]:
        """In here this thread may wait for its client."""
        me = threading.get_ident()
        self.began[me] = time.monotonic()
        try:
            yield
        finally:
            del self.began[me]

    def watch(self) -> None:
        """End the connections of those who send too little, while a thread waits for any."""
        pause = settings.BODY_SECONDS / 6
        silences = Silences()
        while True:
            time.sleep(pause)
            patience = time.monotonic() - pause
            if any(began < patience for began in list(self.began.values())):
                silences.look()
            else:
                silences.forget()


@dataclass
class Sample:
    """What was seen of a connection, in seconds of the monotonic clock.

    Attributes:
        silent_since: when something was last sent to the client.
        seen: when this was seen.
        received: bytes that had come by then.
    """

    silent_since: float
    seen: float
    received: int


class Silences:
    """How long the clients of this process have said little while nothing was sent to them. That
    is a body that doesn't end: what is idle between two requests is closed by granian before."""

    def __init__(self) -> None:
        self.samples: dict[tuple[Any, ...], Sample] = {}
        # An idle connection isn't ours to end.
        self.limit = max(settings.BODY_SECONDS, settings.HEADER_SECONDS + 1)

    def forget(self) -> None:
        self.samples.clear()

    def look(self) -> None:
        before, self.samples = self.samples, {}
        for connection in connections_of_clients():
            with suppress(OSError):  # closed meanwhile
                peer, now = connection.getpeername(), sample(connection)
                first = before.get(peer)
                # The clock of the system and this one tick apart.
                if first is None or now.silent_since > first.silent_since + 0.1:
                    self.samples[peer] = now
                elif now.seen - first.silent_since < self.limit:
                    self.samples[peer] = first
                elif now.received - first.received < SLOWEST * (now.seen - first.seen):
                    # Its thread reads the end, and answers; granian closes it then.
                    connection.shutdown(socket.SHUT_RD)
                else:
                    self.samples[peer] = replace(now, silent_since=now.seen)


def sample(connection: socket.socket) -> Sample:
    """What is waiting to be taken by a client counts as being sent."""
    now = time.monotonic()
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    waiting = struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0]
    silent = 0 if waiting else struct.unpack_from("I", told, LAST_SENT)[0] / 1000
    return Sample(now - silent, now, struct.unpack_from("Q", told, RECEIVED)[0])


def end_stalled_answers() -> None:
    """Have the system end a connection whose client takes nothing for a while: a thread of granian
    waits for it. What listens hands this on to what it accepts."""
    for connection in own_sockets():
        with suppress(OSError):
            if connection.getsockname()[1] == settings.PORT:
                limit = settings.STALL_SECONDS * 1000
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)


def connections_of_clients() -> Iterator[socket.socket]:
    """Those that this process has accepted on its port; each is closed here, not there."""
    for connection in own_sockets():
        with suppress(OSError):
            is_client = connection.getsockname()[1] == settings.PORT
            state = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
            if is_client and state == ESTABLISHED:
                yield connection


def own_sockets() -> Iterator[socket.socket]:
    """Every TCP socket of this process, as a duplicate that lives until the next one; granian
    doesn't tell which are its own."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # no socket, or closed by now
            number = os.dup(int(name))
            try:
                found = socket.socket(fileno=number)
            except OSError:
                os.close(number)
                continue
            with found:
                if found.family in {socket.AF_INET, socket.AF_INET6}:
                    yield found
