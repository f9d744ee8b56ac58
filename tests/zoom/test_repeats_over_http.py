"""A server is killed during two requests with an `Idempotency-Key`: one isn't carried out yet, the
other is, but its answer wasn't sent. Then both are repeated."""

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
    site.zoom.behave(operation, pause.behaviour, times=1)
    return pause


def expire_claims(server):
    """Let the claims of the killed server expire: of the idempotency key, and of the start."""
    with closing(sqlite3.connect(server.folder / "db.sqlite3")) as database, database:
        for table, column in [
            ("accounts_idempotencykey", "claimed_until"),
            ("zoom_oneononesession", "start_until"),
        ]:
            earlier = f"datetime({column}, '-10 minutes')"
            database.execute(f"UPDATE {table} SET {column} = {earlier}")


def assert_replayed(first, second):
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["Idempotent-Replayed"] == "true"


def test_requests_interrupted_by_a_kill_are_carried_out_once(site):
    begun, ended, server = site.make(), site.make(), site.servers[0]
    started = post(site, ended, "start")
    assert_replayed(started, post(site, ended, "start"))
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
        expire_claims(server)
        late = post(site, begun, "start")
        assert (late.status_code, late.json()["status"]) == (200, "active")
        assert_replayed(late, post(site, begun, "start"))
        assert len(site.messages(begun)) == site.logged(begun)["started"] == 1
