"""Promises that hold when many users act at the same time (contract S7), with several server
processes and real HTTP. Each promise has a negative control: the same race against a server without
the safeguard, which passes when the promise is seen to break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
import requests
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.sessions_app.race_site import (
    QUIET,
    ROUNDS,
    SABOTEUR,
    Site,
    count_is_right,
    site_on_postgres,
    statuses,
)
from tests.support.databases import execute, rows
from tests.support.racing import at_once
from tests.support.server import Server
from tests.support.waiting import until


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_on_postgres(tmp_path_factory.mktemp("site")) as made:
        yield made


def joins(site: Site, session: int) -> Counter[int]:
    return statuses(site.race(session, [("join", token) for token in site.people]))


def join_and_leave(site: Site, session: int) -> list[requests.Response]:
    """Half of the people have joined and leave, while the other half joins."""
    inside, outside = site.people[:12], site.people[12:]
    for token in inside:
        site.post(session, "join", token)
    return site.race(
        session, [("leave", token) for token in inside] + [("join", token) for token in outside]
    )


def start_and_cancel(site: Site) -> tuple[Counter[int], Counter[int], str]:
    """Send eight starts and eight cancellations. Return the answers to each and the last status."""
    session = site.publish(places=5)
    answers = site.race(session, [("start", site.creator), ("cancel", site.creator)] * 8)
    return statuses(answers[::2]), statuses(answers[1::2]), site.show(session)["status"]


@pytest.mark.postgres
def test_of_24_who_join_5_places_at_once_5_get_in_and_19_are_refused(site: Site) -> None:
    for _ in range(2):
        session = site.publish(places=5)

        assert joins(site, session) == {201: 5, 400: 19}

        shown = site.show(session)
        assert shown["participant_count"] == len(shown["participants"]) == 5
        assert shown["is_full"]


@pytest.mark.postgres
def test_without_the_condition_and_the_constraint_a_session_is_oversold(tmp_path: Path) -> None:
    with site_on_postgres(tmp_path, sabotage="count_without_condition") as site:
        execute(site.url, "ALTER TABLE sessions_app_session DROP CONSTRAINT session_never_oversold")
        assert any(joins(site, site.publish(places=5))[201] > 5 for _ in range(ROUNDS))


@pytest.mark.postgres
def test_the_same_person_joining_24_times_at_once_gets_one_place(site: Site) -> None:
    session = site.publish(places=5)

    answers = site.race(session, [("join", site.people[0])] * 24)

    assert statuses(answers) == {201: 1, 400: 23}
    assert {answer.json()["code"] for answer in answers if not answer.ok} == {"already_joined"}
    assert site.show(session)["participant_count"] == 1


def publish_at_once(site: Site, key: str) -> tuple[Counter[int], int]:
    """Publish one session 24 times with one `Idempotency-Key`. Return the answers and the number of
    sessions."""
    date = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    body = {"title": key, "description": "Once?", "date": date, "max_participants": 5}
    tries = [
        partial(
            server.call,
            *("POST", "/api/sessions/", site.creator),
            json=body,
            headers={"Idempotency-Key": key},
        )
        for server in site.servers * 12
    ]
    answers = at_once(tries)
    count = rows(site.url, f"SELECT count(*) FROM sessions_app_session WHERE title = '{key}'")
    return statuses(answers), int(str(count[0][0]))


@pytest.mark.postgres
def test_a_request_sent_24_times_at_once_with_a_key_is_carried_out_once(site: Site) -> None:
    for number in range(3):
        answers, sessions = publish_at_once(site, f"once {number}")

        assert set(answers) <= {201, 409}
        assert answers[201] >= 1
        assert sessions == 1


@pytest.mark.postgres
def test_without_the_unique_constraint_a_key_is_claimed_more_than_once(site: Site) -> None:
    table, name = "accounts_idempotencykey", "idempotency_key_unique_for_person"
    execute(site.url, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        assert any(publish_at_once(site, f"again {n}")[1] > 1 for n in range(ROUNDS))
    finally:
        execute(site.url, f"DELETE FROM {table}")
        execute(site.url, f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (person_id, key)")


@pytest.mark.postgres
def test_the_count_agrees_with_the_rows_after_simultaneous_joins_and_leaves(site: Site) -> None:
    for _ in range(2):
        session = site.publish(places=14)

        answers = join_and_leave(site, session)

        assert set(statuses(answers)) <= {200, 201, 400}
        assert count_is_right(site, session)
        assert site.show(session)["participant_count"] <= 14


@pytest.mark.postgres
def test_a_count_that_is_read_and_written_back_becomes_wrong(tmp_path: Path) -> None:
    def is_broken(site: Site) -> bool:
        session = site.publish(places=14)
        join_and_leave(site, session)
        return not count_is_right(site, session)

    with site_on_postgres(tmp_path, sabotage="count_by_reading") as site:
        assert any(is_broken(site) for _ in range(ROUNDS))


WAITING = """
    SELECT a.query, array(SELECT relation::regclass::text FROM pg_locks l
        WHERE l.pid = a.pid AND l.mode = 'RowExclusiveLock')
    FROM pg_stat_activity a WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'"""


@pytest.mark.postgres
def test_a_join_locks_its_session_last_and_waits_for_no_other_session(site: Site) -> None:
    held, free = site.publish(places=5), site.publish(places=5)
    with psycopg.connect(site.url) as holder, ThreadPoolExecutor(1) as pool:
        holder.execute("SELECT FROM sessions_app_session WHERE id = %s FOR UPDATE", [held])
        answer = pool.submit(site.post, held, "join", site.people[0])
        [(statement, written)] = until(lambda: rows(site.url, WAITING))

        assert site.post(free, "join", site.people[1]).status_code == 201
        assert not answer.done()
        # Everything else is already written, so the session is locked only from now to the commit.
        assert str(statement).startswith('UPDATE "sessions_app_session" SET "participant_count"')
        assert {"sessions_app_participant", "notifications_notification"} <= set(written)
        holder.commit()

    assert answer.result().status_code == 201


@pytest.mark.django_db
def test_only_the_last_statement_of_a_join_locks_the_session(session, student, join) -> None:
    row = session()
    with CaptureQueriesContext(connection) as captured:
        join(row, student)

    statements = [each["sql"] for each in captured if "SAVEPOINT" not in each["sql"]]
    assert statements[-1].startswith('UPDATE "sessions_app_session"')
    assert not any("FOR " in each or "UPDATE" in each for each in statements[:-1])


@pytest.mark.postgres
def test_simultaneous_starts_and_cancellations_end_in_one_cancellation(site: Site) -> None:
    for _ in range(3):
        started, cancelled, end = start_and_cancel(site)

        assert started[200] <= 1
        assert cancelled[200] == 1
        assert set(started) | set(cancelled) <= {200, 400}
        assert end == "cancelled"


@pytest.mark.postgres
def test_without_lock_and_swap_a_session_is_started_or_cancelled_twice(tmp_path: Path) -> None:
    def is_broken(site: Site) -> bool:
        started, cancelled, end = start_and_cancel(site)
        return started[200] > 1 or cancelled[200] > 1 or end != "cancelled"

    with site_on_postgres(tmp_path, sabotage="move_without_lock_or_swap") as site:
        assert any(is_broken(site) for _ in range(ROUNDS))


def test_on_sqlite_no_request_fails_because_the_database_is_locked(tmp_path: Path) -> None:
    with Server(tmp_path, QUIET) as server:
        site = Site([server])
        for _ in range(2):
            assert joins(site, site.publish(places=5)) == {201: 5, 400: 19}
            started, cancelled, _ = start_and_cancel(site)
            assert set(started) | set(cancelled) <= {200, 400}
        assert "database is locked" not in server.log


def test_on_sqlite_with_djangos_default_options_requests_fail(tmp_path: Path) -> None:
    sabotaged = QUIET | {"SABOTAGE": "deferred_transactions"}
    with Server(tmp_path, sabotaged, command=SABOTEUR) as server:
        site = Site([server])
        assert any(503 in (start_and_cancel(site)[0]) for _ in range(ROUNDS))
        assert "database is locked" in server.log
