"""Separate databases for tests whose servers run in other processes."""

from __future__ import annotations

import atexit
import os
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]


def migrate(url: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)


@cache
def migrated_sqlite() -> bytes:
    """Return the file of a database with all tables and no rows. It is created once per process."""
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/db.sqlite3"
        migrate(f"sqlite:///{file}")
        with closing(sqlite3.connect(file)) as connection:
            return connection.serialize()


@cache
def migrated_postgres() -> str:
    """Return the name of such a database on PostgreSQL, which is copied."""
    server, name = os.environ["DATABASE_URL"], new_name()
    execute(server, f"CREATE DATABASE {name}")
    atexit.register(execute, server, f"DROP DATABASE {name} WITH (FORCE)")
    migrate(on(server, name))
    return name


def new_name() -> str:
    return f"tests_{uuid.uuid4().hex[:12]}"


def on(server: str, name: str) -> str:
    """Return the URL of the server's database with this name."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@contextmanager
def fresh_postgres() -> Iterator[str]:
    """Yield the URL of a new database with tables and no rows, on the PostgreSQL of the tests."""
    server, name = os.environ["DATABASE_URL"], new_name()
    execute(server, f"CREATE DATABASE {name} TEMPLATE {migrated_postgres()}")
    try:
        yield on(server, name)
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload]
