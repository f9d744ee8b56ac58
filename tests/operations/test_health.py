"""`/healthz` and `/readyz`: JSON, without a token."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.server import Server


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_server_that_is_well_says_so(api, path):
    answer = api().get(path)

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer["Content-Type"] == "application/json"


@pytest.mark.django_db
def test_a_server_with_a_migration_to_apply_is_not_ready(api):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions_app'")

    answer = api().get("/readyz")

    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert "migrations are not applied" in answer.json()["error"]
    assert answer["Retry-After"]
    assert api().get("/healthz").status_code == 200


@pytest.mark.django_db
def test_health_is_read_only(api):
    assert api().post("/healthz").json()["code"] == "method_not_allowed"


def test_a_server_without_its_database_is_alive_but_not_ready(tmp_path):

    with Server(tmp_path, {"DEMO_DATA": "0"}) as server:
        for file in tmp_path.glob("db.sqlite3*"):
            file.unlink()
        (tmp_path / "db.sqlite3").mkdir()

        assert server.call("GET", "/healthz").status_code == 200
        ready = server.call("GET", "/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")
        assert "can't be reached" in ready.json()["error"]
