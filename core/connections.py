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
    """Give this thread's database connection back to the pool before something slow goes on
    outside any transaction: the pool has fewer than there may be slow clients and calls."""
    if not connection.in_atomic_block:
        connection.close()


@contextmanager
def no_statement_timeout() -> Iterator[None]:
    """In here this thread's statements may take as long as they need: a job of the clock may look
    at a whole table. Inside a transaction that is not for us to say."""
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
    """Hang up on a database that takes longer: a server that hangs keeps no time limit of ours, and
    the statement that waits for it fails at once.

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
