"""Faults of the database: cut connections, refused writes, full disks."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from tests.faults.acts import Act
from tests.faults.kills import in_a_child
from tests.faults.laboratory import At, Laboratory, at_rest

# The codes with which PostgreSQL refuses a correct write: full disk, damaged table, read-only
# server (after a failover), cancelled by an administrator.
REFUSALS = ("53100", "XX001", "25006", "57014")
REFUSE = """
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = TG_ARGV[0]; END $$"""


def separate_connection() -> psycopg.Connection[Any]:
    """Return a separate connection to the database with all rights."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def cut(lab: Laboratory, name: str, act: Act) -> None:
    """Cut the connection before and after each statement, so also before the commit."""
    number = lab.healthy(name, act).number
    places = [(n, after) for n in range(1, number + 1) for after in (False, True)]
    for n, after in lab.sampled(places):
        case = act.prepare()
        with connection.execute_wrapper(At(n, end_connection, after)):
            reply = case.send()
        where = f"{name}, {'after' if after else 'before'} statement {n} of {number}"
        lab.judge("connection cut", where, act, case, reply)


def end_connection() -> None:
    if connection.connection is None:  # there may be none before the first statement
        return
    pid = connection.connection.info.backend_pid
    with separate_connection() as other:  # with a timeout it waits for the end of the process
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def refuse(lab: Laboratory, name: str, act: Act) -> None:
    """Refuse each kind of write to each table of the act with a trigger."""
    for number, (verb, table) in enumerate(lab.sampled(sorted(lab.healthy(name, act).writes))):
        code = REFUSALS[(number + lab.turn) % len(REFUSALS)]
        case = act.prepare()
        with refused(verb, table, code):
            reply = case.send()
        lab.judge("write refused", f"{name}, {verb} {table} ({code})", act, case, reply)


@contextmanager
def refused(verb: str, table: str, code: str) -> Iterator[None]:
    with separate_connection() as other:
        other.execute(REFUSE)
        other.execute(
            f"CREATE TRIGGER refused BEFORE {verb} ON {table} EXECUTE FUNCTION refuse('{code}')"
        )
        yield
        other.execute(f"DROP TRIGGER refused ON {table}")


def all_cut(lab: Laboratory, name: str, act: Act) -> None:
    """Cut all connections between two requests, as a restart of the database does. The next request
    must succeed."""
    case = act.prepare()
    with at_rest(), separate_connection() as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    reply = case.send()
    if not reply.ok:
        lab.problems.append(f"all connections cut before it, {name}: {reply}")
    lab.judge("all connections cut", name, act, case, reply)


# ── SQLite on a full disk, in separate processes since the limits can't be undone ────────────


class DatabaseFull:
    """Stops the growth of the database, so that SQLite reports a full disk."""

    def __init__(self) -> None:
        self.armed = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.armed:
            self.armed = True
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA page_count")
                cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        return execute(sql, params, many, context)


class DiskFull:
    """Stops the growth of all files, so that the system refuses writes of SQLite and of uploads."""

    def __init__(self) -> None:
        self.armed = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.armed:
            self.armed = True
            log = Path(f"{settings.DATABASES['default']['NAME']}-wal")
            size = log.stat().st_size if log.exists() else 0
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return execute(sql, params, many, context)


def disk_full(lab: Laboratory, name: str, act: Act) -> None:
    for fault in (DatabaseFull(), DiskFull()):
        case = act.prepare()
        reply = in_a_child(case, fault)
        lab.judge("disk full", f"{name}, {type(fault).__name__}", act, case, reply)
