"""`manage.py serve`, which `make run` runs: its start, its words, its end."""

import os
import signal
import subprocess
import sys

import pytest

from operations import demo
from tests.server import ROOT, Server, free_port

EMPTY = {"DEMO_DATA": "0"}


def names(server: Server) -> list[str]:
    """Everybody who could have been here before: by trying to sign in with the demo password."""
    people = [demo.STAFF, *(person.username for person in demo.PEOPLE)]
    return [name for name in people if signs_in(server, name)]


def signs_in(server: Server, username: str, password: str = demo.PASSWORD) -> bool:
    credentials = {"username": username, "password": password}
    return server.call("POST", "/api/auth/token/", json=credentials).ok


def failed_start(folder, **environment: str) -> subprocess.CompletedProcess[str]:
    """The end of a server that can't start."""
    return subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "PORT": str(free_port())}
        | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_first_start_says_where_everything_is_and_who_can_sign_in(tmp_path):
    with Server(tmp_path, {"DISABLE_THROTTLING": "1"}) as server:
        said = server.log
        assert f"http://localhost:{server.port}/api/" in said
        for path in ("/api/docs/", "/api/redoc/", "/api/schema/", "/admin/"):
            assert path in said
            assert server.call("GET", path).status_code == 200, path
        for name in (demo.STAFF, *(person.username for person in demo.PEOPLE)):
            assert name in said
        assert demo.PASSWORD in said

        assert names(server) == [demo.STAFF, *(person.username for person in demo.PEOPLE)]
        sessions = server.call("GET", "/api/sessions/", server.sign_in("alice", demo.PASSWORD))
        assert sessions.json()["count"] >= 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_server_stops_cleanly_and_keeps_its_data_over_a_restart(tmp_path, number):
    with Server(tmp_path, EMPTY) as server:
        token = server.register("ines", "instructor")
        body = {
            "title": "Kept",
            "description": "Over a restart.",
            "date": "2030-01-20T16:00:00Z",
            "max_participants": 2,
        }
        session = server.call("POST", "/api/sessions/", token, json=body).json()

        assert server.stop(number) == 0
        assert "Traceback" not in server.log

    with Server(tmp_path, EMPTY) as server:
        # The token of before is good, too: the signing key of a development server is fixed.
        assert server.call("GET", f"/api/sessions/{session['id']}/", token).json() == session


def test_a_second_start_loads_no_demo_data_again(tmp_path):
    def count(server: Server) -> int:
        token = server.sign_in("alice", demo.PASSWORD)
        total: int = server.call("GET", "/api/sessions/", token).json()["count"]
        return total

    with Server(tmp_path) as server:
        before = count(server)
    with Server(tmp_path) as server:
        assert count(server) == before


def test_without_demo_data_the_database_starts_empty_and_nobody_is_named(tmp_path):
    with Server(tmp_path, EMPTY | {"DISABLE_THROTTLING": "1"}) as server:
        assert names(server) == []
        assert demo.PASSWORD not in server.log
        assert "Demo people" not in server.log

        token = server.register("first")
        assert server.call("GET", "/api/auth/me/", token).json()["id"] == 1
        assert server.call("GET", "/api/sessions/", token).json()["count"] == 0


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"DEBUG": "0"}, "SECRET_KEY"),
        ({"DEBUG": "0", "ALLOWED_HOSTS": "example.org"}, "SECRET_KEY"),
        ({"DEBUG": "0", "SECRET_KEY": "a-long-random-text" * 4}, "ALLOWED_HOSTS"),
        ({"PORT": "eighty"}, "PORT"),
        ({"ACCESS_TOKEN_MINUTES": "1.5"}, "ACCESS_TOKEN_MINUTES"),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_settings_that_are_missing_or_unreadable_stop_the_start_with_a_sentence(
    tmp_path, environment, named
):
    unset = dict.fromkeys(("SECRET_KEY", "ALLOWED_HOSTS"), "")

    end = failed_start(tmp_path, **(unset | environment))

    assert end.returncode == 1
    assert named in end.stderr
    assert len(end.stderr.strip().splitlines()) == 1
    assert "Traceback" not in end.stderr
    assert not (tmp_path / "db.sqlite3").exists()


def test_a_port_that_is_taken_ends_the_start_as_a_failure(tmp_path):
    with Server(tmp_path, EMPTY) as server:
        end = failed_start(tmp_path, PORT=str(server.port), **EMPTY)

    assert end.returncode == 1
    assert str(server.port) in end.stderr
    assert "Traceback" not in end.stderr
