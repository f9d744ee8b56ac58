"""The databases of the benchmark, all on one PostgreSQL: a template of each size, filled once and
kept, and working copies of it, which are dropped after a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.checkouts import HERE, Checkout

DEFAULT_URL = "postgres://postgres@localhost:5432/bench"


@dataclass(frozen=True, slots=True)
class Databases:
    """The databases whose names begin with the one in a URL.

    Attributes:
        url: the URL of the server, with the beginning of the databases' names.
    """

    url: str

    def named(self, *parts: str) -> str:
        """Return the URL of the database with these parts in its name."""
        name = "_".join([urlsplit(self.url).path.lstrip("/"), *parts])
        return on(self.url, name)

    @contextmanager
    def copy(self, template: str, purpose: str = "run") -> Iterator[str]:
        """Copy the database at this URL, yield the copy's URL, and drop the copy at the end.

        Args:
            purpose: the end of the copy's name.

        Raises:
            SystemExit: another run uses the copy.
        """
        copied = f"{template}_{purpose}"
        if in_use(copied):
            raise SystemExit(f"Another run uses {name_of(copied)}: wait for it, or end it.")
        drop(copied)
        create(copied, template=template)
        try:
            yield copied
        finally:
            drop(copied)


def on(url: str, name: str) -> str:
    """Return the URL of the same server's database with this name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def name_of(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def administer(url: str, statement: str, **names: str) -> list[Any]:
    """Run one statement on the server's database `postgres`, outside any transaction."""
    composed = sql.SQL(statement).format(
        **{key: sql.Identifier(value) for key, value in names.items()}
    )
    with psycopg.connect(on(url, "postgres"), autocommit=True) as connection:
        cursor = connection.execute(composed)
        return cursor.fetchall() if cursor.description else []


def create(url: str, *, template: str | None = None) -> None:
    source = name_of(template) if template else "template1"
    administer(url, "CREATE DATABASE {new} TEMPLATE {source}", new=name_of(url), source=source)


def drop(url: str) -> None:
    administer(url, "DROP DATABASE IF EXISTS {old} WITH (FORCE)", old=name_of(url))


def in_use(url: str) -> bool:
    """Whether there are connections to the database."""
    used = "SELECT 1 FROM pg_stat_activity WHERE datname = " + f"'{name_of(url)}'"
    return bool(administer(url, used))


def rename(url: str, new: str) -> None:
    names = {"old": name_of(url), "new": name_of(new)}
    administer(url, "ALTER DATABASE {old} RENAME TO {new}", **names)


def migrate(url: str, checkout: Checkout = HERE) -> None:
    """Run the checkout's migrations."""
    environment = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    checkout.manage("migrate", "--verbosity=0", environment=environment)


def read_size(text: str) -> int:
    """Return the number of sessions for "1k", "200k", "1m", or a number.

    Raises:
        ValueError: for anything else, with a sentence.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,8})([km]?)", text.strip().lower())
    if found is None:
        raise ValueError(f"A size is a number of sessions, like 1k, 200k or 1m, and not {text!r}.")
    return int(found[1]) * {"": 1, "k": 1_000, "m": 1_000_000}[found[2]]


def size_name(sessions: int) -> str:
    """Return the shortest form: 200000 → "200k"."""
    for letter, factor in (("m", 1_000_000), ("k", 1_000)):
        if sessions % factor == 0:
            return f"{sessions // factor}{letter}"
    return str(sessions)
