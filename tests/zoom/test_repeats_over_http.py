"""A server is killed while it does two things that were asked for with an `Idempotency-Key`: one
that isn't done yet, and one that is, but whose answer nobody has got. Then both are sent again."""

from __future__ import annotations

import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.server import Server
from tests.zoom.site import Pause, site_on_sqlite


@pytest.fixture
def site(tmp_path):
    with site_on_sqlite(tmp_path) as made:
        yield made


def post(site, session, action):
    path, key = f"/v1/sessions/{session}/{action}/", {"Idempotency-Key": f"{action} {session}"}
    return site.servers[0].call("POST", path, site.ada, headers=key)


def paused(site, operation):
    pause = Pause()
    site.zoom.behave(operation, pause.mood, times=1)
    return pause


def minutes_pass(server):
    """For the rows of a claim and of a start whose server has died."""
    with closing(sqlite3.connect(server.folder / "db.sqlite3")) as database, database:
        for table, column in [
            ("accounts_idempotencykey", "claimed_until"),
            ("zoom_oneononesession", "start_until"),
        ]:
            earlier = f"datetime({column}, '-10 minutes')"
            database.execute(f"UPDATE {table} SET {column} = {earlier}")


def same(one, other):
    assert (other.status_code, other.content) == (one.status_code, one.content)
    assert other.headers["Idempotent-Replayed"] == "true"


def test_what_a_killed_server_was_doing_is_done_once(site):
    begun, ended, server = site.make(), site.make(), site.servers[0]
    started = post(site, ended, "start")
    same(started, post(site, ended, "start"))
    assert len(site.zoom.meetings) == len(site.messages(ended)) == 1

    at_create, at_end = paused(site, "create"), paused(site, "end")
    with ThreadPoolExecutor(2) as pool:
        pool.submit(post, site, begun, "start")
        at_create.wait()
        pool.submit(post, site, ended, "end")
        at_end.wait()
        server.stop(signal.SIGKILL)
    for pause in (at_create, at_end):
        pause.go.set()

    with Server(server.folder, server.environment, port=server.port):
        done = post(site, ended, "end")
        assert (done.status_code, done.json()["status"]) == (200, "completed")
        assert done.headers["Idempotent-Replayed"] == "true"
        assert site.logged(ended)["ended"] == 1

        waiting = post(site, begun, "start")
        assert (waiting.status_code, waiting.json()["code"]) == (409, "request_in_progress")
        assert waiting.headers["Retry-After"] == "1"
        minutes_pass(server)
        late = post(site, begun, "start")
        assert (late.status_code, late.json()["status"]) == (200, "active")
        same(late, post(site, begun, "start"))
        assert len(site.messages(begun)) == site.logged(begun)["started"] == 1
