"""Calls to other servers that end by a deadline.

A socket's timeout limits each wait for bytes, not the whole call: a server that sends a byte now
and then, a name with many addresses or a slow resolver would block a thread forever. Here a call
runs in one of a few threads. At the deadline its caller stops waiting and shuts the call's
connections down, which ends it at whatever point it is.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from typing import Any, TypeVar

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

Result = TypeVar("Result")


class DeadlineExceededError(Exception):
    """The call did not end in time."""


class NeverStartedError(DeadlineExceededError):
    """No thread was free in time, so the call has sent nothing."""


class Deadline:
    """The time by which all calls and retries of one operation end."""

    def __init__(self, seconds: float = 12) -> None:
        self.moment = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left, at least 0."""
        return max(0.0, self.moment - time.monotonic())


class Workers:
    """A limited number of threads for calls. If all are busy, a call waits for one.

    Args:
        number: the number of threads.
        name: their name.
    """

    def __init__(self, number: int, name: str) -> None:
        self.free = threading.BoundedSemaphore(number)
        self.name = name

    def run(self, work: Callable[[], Result], seconds: float) -> Result:
        """Run the work in a thread, and return its result.

        Raises:
            NeverStartedError: no thread was free in time.
            DeadlineExceededError: the work did not end in time.
        """
        deadline = Deadline(seconds)
        if not self.free.acquire(timeout=deadline.remaining()):
            raise NeverStartedError
        call, outcome = Call(), Future[Result]()

        def task() -> None:
            current.call = call
            try:
                outcome.set_result(work())
            except Exception as error:  # raised again in the waiting thread
                outcome.set_exception(error)
            finally:
                call.close()
                self.free.release()

        target = copy_context().run
        threading.Thread(target=target, args=(task,), name=self.name, daemon=True).start()
        try:
            return outcome.result(deadline.remaining())
        except TimeoutError:
            if outcome.done():  # the work itself raised it
                raise
            call.cut()
            raise DeadlineExceededError from None


class Call:
    """One call, with its own connections. It is `over` when its deadline has passed."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        self.over = False

    def watch(self, opened: socket.socket) -> None:
        # A copy, since TLS takes over the original.
        self.sockets.append(opened.dup())
        if self.over:
            self.cut()

    def cut(self) -> None:
        self.over = True
        for each in list(self.sockets):
            with suppress(OSError):  # it is closed already
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for each in self.sockets:
            each.close()


class Current(threading.local):
    """The call that this thread is running."""

    call: Call


current = Current()


class WatchedConnection(HTTPConnection):
    """A connection that its call can shut down."""

    def _new_conn(self) -> socket.socket:
        # urllib3 has no public way to get a socket before TLS and the request.
        if current.call.over:
            raise HTTPError("The deadline has passed.")
        opened: socket.socket = super()._new_conn()
        current.call.watch(opened)
        return opened


class WatchedTLSConnection(WatchedConnection, HTTPSConnection):
    """The same, over TLS."""


class WatchedPool(HTTPConnectionPool):
    ConnectionCls = WatchedConnection


class WatchedTLSPool(HTTPSConnectionPool):
    ConnectionCls = WatchedTLSConnection


class WatchedPools(PoolManager):
    """urllib3's connections, which the call of their thread can shut down. Make new ones for each
    call."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.pool_classes_by_scheme = {"http": WatchedPool, "https": WatchedTLSPool}


class WatchedAdapter(HTTPAdapter):
    """The same for a session of `requests`."""

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: Any
    ) -> None:
        self.poolmanager = WatchedPools(
            num_pools=connections, maxsize=maxsize, block=block, **options
        )
