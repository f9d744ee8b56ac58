"""`/healthz` and `/readyz`: JSON, without a token."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from operations.health import RedisProbe
from tests.support.server import Server, free_port


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_healthy_server_says_so(api, path):
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
def test_a_server_without_redis_has_its_cache_in_memory_and_no_broker(api, settings):
    settings.REDIS_URL = ""

    assert api().get("/readyz").json() == {
        "status": "ok",
        "checks": {
            "database": "ok",
            "migrations": "ok",
            "cache": "ok",
            "broker": "not configured",
        },
    }


@pytest.fixture
def silent_redis():
    """A socket that listens, accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture
def redis_at(settings):
    """`redis_at(port)`: expect Redis at this port."""

    def set_up(port):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        backend = "core.cache.SharedCache"
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": settings.REDIS_URL}}

    return set_up


@pytest.mark.django_db
@pytest.mark.parametrize("hangs", [False, True], ids=["down", "hanging"])
def test_a_server_whose_redis_is_down_is_degraded_but_ready(api, redis_at, silent_redis, hangs):
    redis_at(silent_redis.getsockname()[1] if hangs else free_port())
    began = time.monotonic()

    answer = api().get("/readyz")

    assert time.monotonic() - began < 3
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    checks = answer.json()["checks"]
    assert checks["cache"] == checks["broker"] == "Redis can't be reached"
    assert checks["database"] == checks["migrations"] == "ok"


def test_any_number_of_probes_asks_redis_only_once_a_second(redis_at, silent_redis):
    redis_at(silent_redis.getsockname()[1])
    probe = RedisProbe()

    with ThreadPoolExecutor(8) as pool:
        states = set(pool.map(lambda _: probe.state(), range(8)))

    assert states == {"Redis can't be reached"}
    silent_redis.accept()[0].close()
    with pytest.raises(BlockingIOError):
        silent_redis.accept()


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
