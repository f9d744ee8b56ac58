"""The database connections of threads."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


def release_connection() -> None:
    """Return this thread's database connection to the pool, unless a transaction is open. Call it
    before slow work: the pool is smaller than the possible number of slow clients and calls."""
    if not connection.in_atomic_block:
        connection.close()


@contextmanager
def no_statement_timeout() -> Iterator[None]:
    """Let this thread's statements take any time, as scheduled jobs may read a whole table. Inside
    a transaction this does nothing."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    wrapper: Any = connection
    release_connection()
    wrapper.has_no_statement_timeout = True
    try:
        yield
    finally:
        release_connection()
        wrapper.has_no_statement_timeout = False


@contextmanager
def query_deadline(seconds: float) -> Iterator[None]:
    """Close the connection after that time, so that a waiting statement fails.

    A statement timeout isn't enough: a database server that hangs doesn't apply it.

    Raises:
        django.db.OperationalError: from that statement, or if there is no connection.
    """
    connection.ensure_connection()
    if connection.vendor != "postgresql":
        yield
        return
    timer = threading.Timer(seconds, shut_socket, [connection.connection])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def shut_socket(raw: Any) -> None:
    if raw.closed:
        return
    with socket.socket(fileno=os.dup(raw.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)
