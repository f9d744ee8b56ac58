"""Filling a database with sessions and all that belongs to them (`python -m bench data`).

SQL scripts (`filling/`) create the same rows every time, except that dates are relative to the day
of filling. Keys and indexes are dropped before and built afterwards, which checks every row and
takes a fraction of the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench.checkouts import HERE, Checkout
from bench.databases import Databases, administer, create, drop, migrate, name_of, rename, size_name
from bench.progress import Progress

# The number of sessions or people per statement.
CHUNK = 20_000
MIN_PEOPLE = 100
# Future sessions begin in thirty days at the earliest.
MAX_AGE = timedelta(days=28)
BY_PERSON = {"10_people", "61_busy_people", "70_friends", "71_messages", "80_one_on_ones"}
# For the progress bar: the work of building the indexes, as a share of the work of all rows.
INDEX_WORK = 0.3

INDEXES = """
    SELECT DISTINCT ON (pg_class.oid) relation.relname AS table, pg_class.relname AS name,
           pg_get_indexdef(pg_class.oid) AS definition
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    JOIN pg_class AS relation ON relation.oid = indrelid
    WHERE relation.relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid
                      AND contype IN ('p', 'u', 'x'))
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'u')
    ORDER BY contype = 'f'
"""
INVARIANTS = {
    "a session's participant_count is the number of its participants": """
        SELECT count(*) FROM sessions_app_session AS session WHERE participant_count <> (
            SELECT count(*) FROM sessions_app_participant AS place
            WHERE place.session_id = session.id AND left_at IS NULL)
    """,
    "nobody is a participant of their own session": """
        SELECT count(*) FROM sessions_app_participant AS place
        JOIN sessions_app_session AS session ON session.id = session_id
        WHERE user_id = creator_id
    """,
    "a group session ends after it begins": """
        SELECT count(*) FROM sessions_app_session
        WHERE ends_at <> coalesce(started_at, date) + duration * interval '1 minute'
    """,
}


def template(databases: Databases, sessions: int) -> str:
    """Return the URL of a database with this number of sessions. It is filled if it doesn't
    exist, if the tables or the scripts have changed, or if its dates are too old."""
    url = databases.named(size_name(sessions))
    if not is_current(url):
        fill(url, sessions, HERE, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    return url


def counterpart(filled: str, sessions: int, checkout: Checkout) -> str:
    """Return the URL of a database that has the rows of this template in the tables of another
    checkout, by that checkout's scripts. It is the template itself if they are the same. Otherwise,
    it is filled unless it has just that content.

    Raises:
        SystemExit: the checkout has no scripts.
    """
    if not scripts(checkout):
        raise SystemExit(f"{checkout.name} has no bench/filling, which fills its database.")
    digest, base = content(filled)
    if fingerprint(checkout) == digest:
        return filled
    url = f"{filled}_against"
    if content(url) != (fingerprint(checkout), base):
        fill(url, sessions, checkout, datetime.fromisoformat(base))
    return url


def is_current(url: str) -> bool:
    """Whether the database was filled recently, by the current scripts into the current tables."""
    digest, base = content(url)
    return digest == fingerprint(HERE) and (
        datetime.now(UTC) - datetime.fromisoformat(base) < MAX_AGE
    )


def content(url: str) -> tuple[str, str]:
    """Return (fingerprint, moment to which its dates are relative) of a database that is filled;
    two empty texts if there is none."""
    rows = administer(
        url,
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        f" WHERE datname = '{name_of(url)}'",
    )
    digest, _, base = (rows[0][0] or "" if rows else "").partition(" ")
    return digest, base


def scripts(checkout: Checkout) -> list[Path]:
    return sorted(checkout.root.glob("bench/filling/*.sql"))


def fingerprint(checkout: Checkout) -> str:
    """Return a digest of everything that determines the content of a template, but the day."""
    files = [*scripts(checkout), *sorted(checkout.root.glob("*/migrations/*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def fill(url: str, sessions: int, checkout: Checkout, base: datetime) -> None:
    """Create the database, with dates relative to `base`. It gets its name when it is complete."""
    unfinished = f"{url}_unfinished"
    drop(unfinished)
    create(unfinished)
    migrate(unfinished, checkout)
    with psycopg.connect(unfinished, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        load(connection, sessions, scripts(checkout), base)
    comment = f"{fingerprint(checkout)} {base.isoformat()}"
    administer(
        unfinished, "COMMENT ON DATABASE {name} IS " + f"'{comment}'", name=name_of(unfinished)
    )
    drop(url)
    rename(unfinished, url)


def load(
    connection: psycopg.Connection[Any], sessions: int, files: Sequence[Path], base: datetime
) -> None:
    people = max(MIN_PEOPLE, sessions // 5)
    values = {"sessions": sessions, "people": people, "base": base}
    functions, *tables = files
    amounts = {table: people if table.stem in BY_PERSON else sessions for table in tables}
    work = int(sum(amounts.values()) * (1 + INDEX_WORK))
    progress = Progress(work)

    run(connection, functions.read_text())
    rebuild = drop_indexes(connection)
    for script, rows in amounts.items():
        for first, last in chunks(rows):
            run(connection, script.read_text(), **values, first=first, last=last)
            progress.done(last - first + 1, script.stem[3:].replace("_", " "))
    for statement in rebuild:
        run(connection, statement)
        progress.done(int(work * INDEX_WORK / (1 + INDEX_WORK) / len(rebuild)), "indexes")
    update_sequences(connection)
    connection.execute("VACUUM ANALYZE")
    check(connection)
    progress.done(work, "checked")


def run(connection: psycopg.Connection[Any], statement: str, **values: Any) -> None:
    connection.execute(statement, values or None)


def chunks(rows: int) -> Iterator[tuple[int, int]]:
    """Yield (first, last) for each part of 1…rows."""
    for first in range(1, rows + 1, CHUNK):
        yield first, min(first + CHUNK - 1, rows)


def drop_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop all indexes and keys except primary keys. Return the statements that create them again,
    foreign keys last."""
    indexes = connection.execute(INDEXES).fetchall()
    constraints = connection.execute(CONSTRAINTS).fetchall()
    for table, name, _ in reversed(constraints):
        run(connection, f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for _, name, _ in indexes:
        run(connection, f'DROP INDEX "{name}"')
    return [definition for _, _, definition in indexes] + [
        f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
        for table, name, definition in constraints
    ]


def update_sequences(connection: psycopg.Connection[Any]) -> None:
    """Set the sequences, which rows inserted with explicit ids haven't advanced."""
    for table in ("accounts_user", "sessions_app_session"):
        run(
            connection,
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}",
        )


def check(connection: psycopg.Connection[Any]) -> None:
    """Check rules that no constraint of the database ensures.

    Raises:
        ValueError: a row breaks a rule.
    """
    for sentence, wrong in INVARIANTS.items():
        row = connection.execute(wrong).fetchone()
        if row is None or row[0]:
            raise ValueError(f"Some rows break this rule: {sentence}.")
