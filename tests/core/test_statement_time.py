"""On PostgreSQL no request waits for the database longer than the settings allow, even if it hangs:
the answer is a 503 (contract C4)."""

from __future__ import annotations

import time
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from core.db.connections import no_statement_timeout
from core.db.migration_operations import is_index_usable
from operations.scheduler import Job, run_job
from tests.conftest import PASSWORD
from tests.support.databases import fresh_postgres, rows
from tests.support.relay import Relay
from tests.support.server import Server
from tests.support.waiting import until

pytestmark = pytest.mark.postgres

BRIEF = {"DATABASE_STATEMENT_SECONDS": "2", "DATABASE_LOCK_SECONDS": "1"}


def through(url: str, port: int) -> str:
    parts = urlsplit(url)
    place = f"{parts.username}:{parts.password or ''}@127.0.0.1:{port}"
    return urlunsplit(parts._replace(netloc=place))


@pytest.fixture(scope="module")
def relay():
    with fresh_postgres() as url, Relay(urlsplit(url).port or 5432) as relay:
        relay.url = url
        yield relay


@pytest.fixture(scope="module")
def server(relay, tmp_path_factory):
    environment = {"DATABASE_URL": through(relay.url, relay.port), "DEMO_DATA": "0", **BRIEF}
    with Server(tmp_path_factory.mktemp("server"), environment) as server:
        yield server


@pytest.fixture(scope="module")
def token(server):
    return server.register("ada")


def busy(answer):
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert set(answer.json()) == {"error", "code"}


def test_a_request_that_waits_for_a_lock_is_answered_in_time_and_has_written_nothing(
    relay, server, token
):
    before = rows(relay.url, "SELECT * FROM accounts_user")
    began = time.monotonic()

    with psycopg.connect(relay.url) as other:
        other.execute("SELECT 1 FROM accounts_user FOR UPDATE")
        change = {"first_name": "Ada", "email": "ada@new.example", "password": PASSWORD}
        busy(server.call("PATCH", "/api/auth/me/", token, json=change))
        took = time.monotonic() - began

    assert 1 <= took < 5
    assert rows(relay.url, "SELECT * FROM accounts_user") == before
    assert rows(relay.url, "SELECT count(*) FROM accounts_mail") == [(0,)]
    assert server.call("PATCH", "/api/auth/me/", token, json=change).status_code == 200


def test_a_read_that_waits_is_aborted_too(relay, server, token):
    with psycopg.connect(relay.url) as other:
        # Reads wait for this lock, too.
        other.execute("LOCK TABLE notifications_notification IN ACCESS EXCLUSIVE MODE")
        busy(server.call("GET", "/api/notifications/", token))

    assert server.call("GET", "/api/notifications/", token).status_code == 200


def test_readiness_is_answered_while_the_database_hangs_and_afterwards(relay, server):
    assert server.call("GET", "/readyz").status_code == 200
    relay.flowing.clear()
    try:
        for _ in range(2):  # on an open connection, and on one that can't be opened
            began = time.monotonic()
            answer = server.call("GET", "/readyz")
            assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
            assert answer.headers["Retry-After"]
            assert time.monotonic() - began < 9
        assert server.call("GET", "/healthz").status_code == 200
    finally:
        relay.flowing.set()
    until(lambda: server.call("GET", "/readyz").status_code == 200)


def shown(name):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


LIMITS = ("statement_timeout", "lock_timeout")


@pytest.mark.django_db(transaction=True)
def test_requests_have_timeouts_jobs_have_none_and_migrations_only_one_for_locks():
    seen = {}
    job = Job(lambda now: seen.update(job=[*map(shown, LIMITS)]) or 0, every=None)
    run_job(job, timezone.now())
    with connection.schema_editor() as editor:
        seen["migration"] = [*map(shown, LIMITS)]
        assert is_index_usable(editor, "no_such_index") is None

    assert seen == {"job": ["0", "0"], "migration": ["0", "3s"]}
    assert [*map(shown, LIMITS)] == ["30s", "10s"]
    assert shown("idle_in_transaction_session_timeout") == "1min"


@pytest.mark.django_db(transaction=True)
def test_a_connection_without_timeouts_is_not_reused():
    with no_statement_timeout():
        connection.cursor().execute("SELECT 1")

    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '50ms'; SELECT pg_sleep(5)")
    connection.close()
    assert shown("lock_timeout") == "10s"
