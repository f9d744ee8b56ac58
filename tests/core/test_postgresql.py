"""What the project's PostgreSQL backend adds to Django's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from accounts.models import User
from tests.support.databases import execute, fresh_postgres, rows
from tests.support.server import Server

pytestmark = pytest.mark.postgres

OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def test_connections_closed_by_the_server_are_replaced_before_they_are_used(tmp_path):
    with fresh_postgres() as url, Server(tmp_path, {"DATABASE_URL": url}) as server:
        token = server.register("ada")
        for _ in range(3):
            assert rows(url, f"SELECT count(*) {OTHERS}") != [(0,)]
            # With a timeout it waits until each backend has ended.
            execute(url, f"SELECT pg_terminate_backend(pid, 5000) {OTHERS}")

            statuses = {server.call("GET", "/api/sessions/", token).status_code for _ in range(5)}

            assert statuses == {200}


@pytest.mark.django_db
def test_every_cursor_returns_moments_in_utc(person):
    joined = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    ada = person("ada", date_joined=joined)

    with transaction.atomic():
        read = [
            User.objects.get(pk=ada.pk).date_joined,
            next(User.objects.filter(pk=ada.pk).iterator(chunk_size=1)).date_joined,
        ]
    with connection.preparing_cursor() as cursor:
        cursor.execute("SELECT date_joined FROM accounts_user WHERE id = %s", [ada.pk])
        read += cursor.fetchone()

    assert [(moment, moment.tzinfo) for moment in read] == [(joined, UTC)] * 3
