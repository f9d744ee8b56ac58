"""A server is killed during two requests: a start that isn't carried out yet, and an end that is,
but whose answer wasn't sent. Then both are repeated with the same `Idempotency-Key`. The start
ignores the key, since it refuses repeats by itself (contract O5)."""

from __future__ import annotations

import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.support.server import Server
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


EARLIER = "UPDATE zoom_oneononesession SET start_until = datetime(start_until, '-10 minutes')"


def expire_claims(server):
    """Let the claim of the start expire whose server was killed."""
    with closing(sqlite3.connect(server.folder / "db.sqlite3")) as database, database:
        database.execute(EARLIER)


def refused(answer, code):
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert "Idempotent-Replayed" not in answer.headers


def test_requests_interrupted_by_a_kill_are_carried_out_once(site):
    begun, ended, server = site.make(), site.make(), site.servers[0]
    assert post(site, ended, "start").status_code == 200
    refused(post(site, ended, "start"), "already_started")
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

        refused(post(site, begun, "start"), "start_in_progress")
        expire_claims(server)
        late = post(site, begun, "start")
        assert (late.status_code, late.json()["status"]) == (200, "active")
        refused(post(site, begun, "start"), "already_started")
        assert len(site.messages(begun)) == site.logged(begun)["started"] == 1
