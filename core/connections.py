"""The database connections of threads."""

from __future__ import annotations

from django.db import connection


def give_back() -> None:
    """Give this thread's database connection back to the pool before something slow goes on
    outside any transaction: the pool has fewer than there may be slow clients and calls."""
    if not connection.in_atomic_block:
        connection.close()
