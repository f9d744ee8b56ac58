"""A database that fails an act: cut off at a statement, refusing a write, or out of room."""

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

# How PostgreSQL refuses a write that is well made: no room, a damaged table, a server that only
# reads (after a failover), an administrator's word.
REFUSALS = ("53100", "XX001", "25006", "57014")
REFUSE = """
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = TG_ARGV[0]; END $$"""


def beside() -> psycopg.Connection[Any]:
    """Another connection to the database, of somebody who may do everything."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def cut(lab: Laboratory, name: str, act: Act) -> None:
    """The connection ends before each statement, and after it: before what comes next, and the
    commit."""
    number = lab.healthy(name, act).number
    places = [(n, after) for n in range(1, number + 1) for after in (False, True)]
    for n, after in lab.sampled(places):
        case = act.prepare()
        with connection.execute_wrapper(At(n, end_connection, after)):
            reply = case.send()
        where = f"{name}, {'after' if after else 'before'} statement {n} of {number}"
        lab.judge("connection cut", where, act, case, reply)


def end_connection() -> None:
    if connection.connection is None:  # before the first statement there may be none
        return
    pid = connection.connection.info.backend_pid
    with beside() as other:  # with a time limit it waits until it is gone
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def refuse(lab: Laboratory, name: str, act: Act) -> None:
    """Each kind of write to each table that the act writes is refused by a trigger."""
    for number, (verb, table) in enumerate(lab.sampled(sorted(lab.healthy(name, act).writes))):
        code = REFUSALS[(number + lab.turn) % len(REFUSALS)]
        case = act.prepare()
        with refused(verb, table, code):
            reply = case.send()
        lab.judge("write refused", f"{name}, {verb} {table} ({code})", act, case, reply)


@contextmanager
def refused(verb: str, table: str, code: str) -> Iterator[None]:
    with beside() as other:
        other.execute(REFUSE)
        other.execute(
            f"CREATE TRIGGER refused BEFORE {verb} ON {table} EXECUTE FUNCTION refuse('{code}')"
        )
        yield
        other.execute(f"DROP TRIGGER refused ON {table}")


def all_cut(lab: Laboratory, name: str, act: Act) -> None:
    """Between two requests the database ends all connections, as when it restarts: whoever asks
    next hears nothing of it."""
    case = act.prepare()
    with at_rest(), beside() as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    reply = case.send()
    if not reply.fine:
        lab.problems.append(f"all connections cut before it, {name}: {reply}")
    lab.judge("all connections cut", name, act, case, reply)


# ── SQLite on a full disk. In processes of their own: the limits can't be taken back ─────────


class NoRoom:
    """The database may not grow: what SQLite itself says when its disk is full."""

    def __init__(self) -> None:
        self.armed = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.armed:
            self.armed = True
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA page_count")
                cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        return execute(sql, params, many, context)


class NoWriting:
    """No file may grow: the system refuses what SQLite writes, and the upload's bytes."""

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
    for fault in (NoRoom(), NoWriting()):
        case = act.prepare()
        reply = in_a_child(case, fault)
        lab.judge("disk full", f"{name}, {type(fault).__name__}", act, case, reply)
