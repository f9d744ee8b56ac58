"""Calls with a deadline.

urllib3's timeout limits each wait for bytes, not the whole call: a server that sends a byte now and
then would block a thread forever. Here a call runs in one of a few threads. At the deadline its
caller shuts its connections down, which ends the call at whatever point it is.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import Any, TypeVar

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from core.errors import APIError
from core.observability.logs import id_header
from materials.storages import STORE_TIMEOUT, STORE_UNAVAILABLE

Result = TypeVar("Result")


class Call:
    """One call, with its own connections. It is `over` when its deadline has passed."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        self.pools: PoolManager | None = None
        self.over = False

    def request(self, *args: Any, certificates: Mapping[str, Any], **kwargs: Any) -> Any:
        if self.over:
            raise HTTPError("The deadline has passed.")
        if self.pools is None:
            self.pools = CuttablePools(**certificates)
        kwargs["headers"] = id_header() | kwargs.get("headers", {})
        return self.pools.request(*args, **kwargs)

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
        if self.pools is not None:
            self.pools.clear()
        for each in self.sockets:
            each.close()


class Current(threading.local):
    """The call that this thread is running."""

    call: Call


current = Current()


class Line:
    """Replaces the SDK's pool of connections, and uses the connections of the current call."""

    def __init__(self, certificates: Mapping[str, Any]) -> None:
        self.certificates = certificates

    def request(self, *args: Any, **kwargs: Any) -> Any:
        return current.call.request(*args, certificates=self.certificates, **kwargs)


class Workers:
    """A few threads for calls. If all are busy, a call waits for one.

    Args:
        number: the number of threads.
    """

    def __init__(self, number: int) -> None:
        self.threads = ThreadPoolExecutor(number, thread_name_prefix="store")

    def run(self, work: Callable[[], Result], seconds: float) -> Result:
        """Run the work in one of the threads.

        Raises:
            APIError: 503 if no thread was free in time, 504 if the work didn't end in time.
        """
        call = Call()
        future = self.threads.submit(copy_context().run, self.do, work, call)
        try:
            return future.result(seconds)
        except TimeoutError:
            never_started = future.cancel()
            call.cut()
            raise APIError(STORE_UNAVAILABLE if never_started else STORE_TIMEOUT) from None

    def do(self, work: Callable[[], Result], call: Call) -> Result:
        current.call = call
        try:
            return work()
        finally:
            call.close()


class Watched(HTTPConnection):
    """A connection that its call can shut down."""

    def _new_conn(self) -> socket.socket:
        opened: socket.socket = super()._new_conn()
        current.call.watch(opened)
        return opened


class WatchedTLS(Watched, HTTPSConnection):
    """The same, over TLS."""


class CuttablePool(HTTPConnectionPool):
    ConnectionCls = Watched


class CuttableTLSPool(HTTPSConnectionPool):
    ConnectionCls = WatchedTLS


class CuttablePools(PoolManager):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.pool_classes_by_scheme = {"http": CuttablePool, "https": CuttableTLSPool}
