"""How `manage.py run`, which is `make run`, starts and stops, and what it prints."""

import signal
import socket
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from operations import demo
from tests.support.processes import failed_start
from tests.support.server import Server

EMPTY = {"DEMO_DATA": "0"}
EVERYBODY = (demo.STAFF, *(person.username for person in demo.PEOPLE))


def signs_in(server: Server, username: str) -> bool:
    credentials = {"username": username, "password": demo.PASSWORD}
    return server.call("POST", "/api/auth/token/", json=credentials).ok


def sessions_of(server: Server, token: str) -> int:
    count: int = server.call("GET", "/api/sessions/", token).json()["count"]
    return count


def test_the_first_start_loads_demo_data_and_prints_the_addresses_and_a_second_adds_none(
    tmp_path,
):
    with Server(tmp_path, as_shipped=True) as server:
        for path in ("/api/docs/", "/api/redoc/", "/api/schema/", "/admin/"):
            assert path in server.log
            assert server.call("GET", path).status_code == 200, path
        assert f"http://localhost:{server.port}/api/" in server.log
        assert [name for name in EVERYBODY if name not in server.log] == []
        assert demo.PASSWORD in server.log
        assert signs_in(server, demo.STAFF)
        token = server.sign_in(demo.PEOPLE[0].username, demo.PASSWORD)
        loaded = sessions_of(server, token)
        assert loaded >= 10

        assert server.stop(signal.SIGINT) == 0
        assert "Traceback" not in server.log

    with Server(tmp_path, as_shipped=True) as server:
        assert sessions_of(server, token) == loaded


def test_a_server_without_demo_data_starts_empty_stops_on_sigterm_and_keeps_its_data(
    tmp_path,
):
    with Server(tmp_path, EMPTY, as_shipped=True) as server:
        assert "Demo people" not in server.log
        assert demo.PASSWORD not in server.log
        assert not signs_in(server, demo.STAFF)
        token = server.register("ines", "instructor")
        assert server.call("GET", "/api/auth/me/", token).json()["id"] == 1
        assert sessions_of(server, token) == 0
        body = {
            "title": "Kept",
            "description": "Over a restart.",
            "date": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
            "max_participants": 2,
        }
        written = server.call("POST", "/api/sessions/", token, json=body).json()

        assert server.stop(signal.SIGTERM) == 0
        assert "Traceback" not in server.log

    with Server(tmp_path, EMPTY, as_shipped=True) as server:
        # The token is still valid, because a development server always has the same signing key.
        assert server.call("GET", f"/api/sessions/{written['id']}/", token).json() == written


# tests/config/test_environment.py tests which values are refused; this tests how the start ends.
@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"DEBUG": "0"}, "SECRET_KEY"),
        ({"DEBUG": "0", "SECRET_KEY": "a-long-random-text" * 4}, "ALLOWED_HOSTS"),
        ({"PORT": "99999"}, "PORT"),
        ({"DATABASE_URL": "sqlite:////nonexistent/x.sqlite3"}, "DATABASE_URL"),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_settings_that_are_missing_or_unreadable_stop_the_start_with_a_sentence(
    tmp_path, environment, named
):
    unset = dict.fromkeys(("SECRET_KEY", "ALLOWED_HOSTS"), "")

    end = failed_start("run", tmp_path, **(unset | environment))

    assert end.returncode == 1
    assert named in end.stderr
    assert len(end.stderr.strip().splitlines()) == 1
    assert "Traceback" not in end.stderr
    assert not (tmp_path / "db.sqlite3").exists()


def test_settings_that_fail_a_check_stop_the_start(tmp_path):
    invalid = {"SESSION_APPROVAL_POLICY": "nobody", "THROTTLE_PERSON": "10"}

    end = failed_start("run", tmp_path, **(EMPTY | invalid))

    assert end.returncode == 1
    assert [name for name in invalid if name not in end.stderr] == []
    assert "Traceback" not in end.stderr


def test_a_port_in_use_stops_the_start_with_an_error(tmp_path):
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        port = str(other.getsockname()[1])

        end = failed_start("run", tmp_path, PORT=port, **EMPTY)

    assert end.returncode != 0
    assert port in end.stderr
    assert "Traceback" not in end.stderr


def test_a_push_server_without_redis_refuses_to_start(settings):
    settings.REDIS_URL = ""

    with pytest.raises(CommandError, match="REDIS_URL is not set"):
        call_command("push")
