"""Calls that end when they must.

urllib3's timeout bounds each wait for bytes, not the whole: a server that sends a byte now and then
holds a thread for ever. Here a call runs in one of a few threads, and whoever waits for it
cuts its connections when its time is over, which ends it wherever it stands.
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
    """One call, with connections of its own. It is `over` once nobody waits for it."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        self.pools: PoolManager | None = None
        self.over = False

    def request(self, *args: Any, certificates: Mapping[str, Any], **kwargs: Any) -> Any:
        if self.over:
            raise HTTPError("Nobody waits for it any more.")
        if self.pools is None:
            self.pools = CuttablePools(**certificates)
        kwargs["headers"] = id_header() | kwargs.get("headers", {})
        return self.pools.request(*args, **kwargs)

    def watch(self, opened: socket.socket) -> None:
        # A copy, since TLS takes the original over.
        self.sockets.append(opened.dup())
        if self.over:
            self.cut()

    def cut(self) -> None:
        self.over = True
        for each in list(self.sockets):
            with suppress(OSError):  # it has ended by itself
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self.pools is not None:
            self.pools.clear()
        for each in self.sockets:
            each.close()


class Current(threading.local):
    """The call that this thread is busy with."""

    call: Call


current = Current()


class Line:
    """Stands where the SDK has its pool of connections, and leads to those of the current call."""

    def __init__(self, certificates: Mapping[str, Any]) -> None:
        self.certificates = certificates

    def request(self, *args: Any, **kwargs: Any) -> Any:
        return current.call.request(*args, certificates=self.certificates, **kwargs)


class Workers:
    """A few threads for calls; more calls than threads wait for their turn.

    Args:
        number: of threads.
    """

    def __init__(self, number: int) -> None:
        self.threads = ThreadPoolExecutor(number, thread_name_prefix="store")

    def run(self, work: Callable[[], Result], seconds: float) -> Result:
        """Do the work in one of the threads.

        Raises:
            APIError: 503 if no thread was free in time, 504 if the work wasn't done in time.
        """
        call = Call()
        future = self.threads.submit(copy_context().run, self.do, work, call)
        try:
            return future.result(seconds)
        except TimeoutError:
            waited_in_vain = future.cancel()
            call.cut()
            raise APIError(STORE_UNAVAILABLE if waited_in_vain else STORE_TIMEOUT) from None

    def do(self, work: Callable[[], Result], call: Call) -> Result:
        current.call = call
        try:
            return work()
        finally:
            call.close()


class Watched(HTTPConnection):
    """A connection that its call can cut."""

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
